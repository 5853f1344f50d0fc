// What hostile and broken clients send: each is refused with a code or bounded, and the server answers the next one.
import { request } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Asked, ask, codeOf, ingest, openServer, raw, TOKEN } from './asking.ts';

const cases: readonly (readonly [name: string, path: string, asked: Asked, status: number, code: string | null])[] = [
  ['no token', '/api/metrics', { token: null }, 401, 'TOKEN_MISSING'],
  ['a wrong token', '/api/metrics', { token: 'wrong' }, 401, 'TOKEN_WRONG'],
  ['a wrong token of the same length', '/api/metrics', { token: TOKEN.replace('9', '8') }, 401, 'TOKEN_WRONG'],
  ['a wrong token in the query', '/api/metrics?token=wrong', { token: null }, 401, 'TOKEN_WRONG'],
  ['a foreign Host (DNS rebinding)', '/api/metrics', { headers: { host: 'evil.example:80' } }, 403, 'HOST_REFUSED'],
  ['a foreign Host for the page', '/', { headers: { host: 'evil.example' } }, 403, 'HOST_REFUSED'],
  ['a Host with an @', '/api/metrics', { headers: { host: 'localhost@evil.example' } }, 400, null],
  ['a Host that ends like ours', '/api/metrics', { headers: { host: 'localhost.evil.example' } }, 403, 'HOST_REFUSED'],
  [
    'a foreign Origin that sends',
    '/api/ingest',
    { body: '{}', headers: { origin: 'https://evil.example' } },
    403,
    'ORIGIN_REFUSED',
  ],
  ['the Origin "null"', '/api/ingest', { body: '{}', headers: { origin: 'null' } }, 403, 'ORIGIN_REFUSED'],
  [
    'a page elsewhere that hides its Origin',
    '/api/ingest',
    { body: '{}', headers: { 'sec-fetch-site': 'cross-site' } },
    403,
    'ORIGIN_REFUSED',
  ],
  ['truncated JSON', '/api/ingest', { body: '[{"metric":"a","va' }, 400, 'JSON_INVALID'],
  ['bytes that are no UTF-8', '/api/ingest', { body: Uint8Array.of(0x5b, 0xff, 0x5d) }, 400, 'JSON_INVALID'],
  ['an unknown type', '/api/ingest', { body: 'a', headers: { 'content-type': 'text/xml' } }, 415, 'TYPE_UNKNOWN'],
  [
    'no Arrow',
    '/api/ingest',
    { body: 'ARROW1', headers: { 'content-type': 'application/vnd.apache.arrow.stream' } },
    400,
    'ARROW_INVALID',
  ],
  ['a body too large', '/api/ingest', { body: 'x'.repeat(20_001) }, 413, 'BODY_TOO_LARGE'],
  ['a wrong method', '/api/query', { method: 'DELETE' }, 405, 'METHOD_WRONG'],
  ['reading where one sends', '/api/ingest', {}, 405, 'METHOD_WRONG'],
  ['an unknown path', '/api/metrix', {}, 404, 'PATH_UNKNOWN'],
  ['an unknown parameter', '/api/query?metrik=a', {}, 400, 'PARAMETER_UNKNOWN'],
  ['a parameter twice', '/api/query?metric=a&metric=b', {}, 400, 'PARAMETER_REPEATED'],
  ['no metric', '/api/query', {}, 400, 'PARAMETER_MISSING'],
  ['an unknown metric', '/api/query?metric=a', {}, 404, 'METRIC_UNKNOWN'],
  ['an unknown session', '/api/dashboard/nobody', {}, 404, 'SESSION_UNKNOWN'],
  ['a path out of the folder', '/../secret.txt', {}, 404, 'PATH_UNKNOWN'],
  ['an encoded path out of the folder', '/%2e%2e%2fsecret.txt', {}, 404, 'PATH_UNKNOWN'],
  ['a file beside the page', '/secret.txt', {}, 404, 'PATH_UNKNOWN'],
  ['a path with a zero byte', '/viewer.mjs%00.txt', {}, 404, 'PATH_UNKNOWN'],
  ['a header too large', '/api/metrics', { headers: { 'x-much': 'x'.repeat(20_000) } }, 431, null],
];

test('each is refused with its code, and the next good request is answered', async () => {
  const { server, lines } = await openServer({ limit: { ingestBytes: 20_000 } });
  for (const [name, path, asked, status, code] of cases) {
    const answer = await ask(server, path, asked);
    expect([name, answer.status, codeOf(answer) ?? null]).toEqual([name, status, code]);
    if (answer.status !== 431 && status !== 400) expect(answer.headers['x-content-type-options'], name).toBe('nosniff');
    expect(answer.text).not.toContain(TOKEN);
  }
  expect((await ask(server, '/api/health')).json).toMatchObject({ status: 'ok', version: '1.2.3' });
  expect(lines.filter((line) => !line.includes(' access.denied '))).toEqual([]);
});

test('every error names the nearest valid spelling', async () => {
  const { server } = await openServer();
  await ingest(server, [{ metric: 'cpu', value: 1 }]);
  const messageOf = async (path: string) => ((await ask(server, path)).json.error as { message: string }).message;
  expect(await messageOf('/api/query?metric=cpv')).toContain('did you mean cpu?');
  expect(await messageOf('/api/query?metrik=cpu')).toContain('did you mean metric?');
  expect(await messageOf('/api/query?metric=cpu&aggregation=mean&step=1s')).toContain('"avg"');
  expect(await messageOf('/api/query?metric=cpu&format=cvs')).toContain('did you mean csv?');
  expect(await messageOf('/api/dashboard/htp')).toContain('did you mean http?');
  expect(await messageOf('/api/plot/http/metric:cpy')).toContain('did you mean metric:cpu?');
  expect(await messageOf('/api/metrix')).toContain('did you mean /api/metrics?');
  expect(await messageOf('/api/query?metric=cpu&start=1763719512345')).toContain('looks like ms');
});

test('whoever guesses tokens is no longer looked at, and others are not concerned', async () => {
  const { server } = await openServer({ limit: { failuresPerMinute: 3 } });
  const codes = [];
  for (let i = 0; i < 5; i += 1) codes.push(codeOf(await ask(server, '/api/metrics', { token: `guess-${i}` })));
  expect(codes).toEqual(['TOKEN_WRONG', 'TOKEN_WRONG', 'TOKEN_WRONG', 'TOKEN_FAILURES', 'TOKEN_FAILURES']);
  expect((await ask(server, '/', { token: null })).status).toBe(200);
});

test('a request whose headers or body never come to an end is cut off', async () => {
  const { server } = await openServer({ limit: { headersMs: 100, requestMs: 300 } });
  const head = `POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;
  const slow = [
    raw(server, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', true),
    raw(server, `${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n[`, true),
  ];
  expect((await ask(server, '/api/health')).status).toBe(200);
  for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1\.1 408 |^$/);
});

test('garbage and a body that breaks off leave the server as it was', async () => {
  const { server, lines } = await openServer();
  expect(await raw(server, '\x16\x03\x01\x02\x00garbage\r\n\r\n')).toContain('400 Bad Request');
  const socket = connect(server.port, '127.0.0.1');
  const head =
    'POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 99999\r\n';
  socket.write(`${head}Authorization: Bearer ${TOKEN}\r\n\r\n{"metric":"a","value":1}\n`);
  await expect.poll(async () => (await ask(server, '/api/health')).status).toBe(200);
  socket.destroy();
  expect((await ingest(server, [{ metric: 'b', value: 1 }])).json).toMatchObject({ accepted: 1 });
  expect(lines).toEqual([]);
});

test('more connections than allowed are closed, those that are there go on', async () => {
  const { server } = await openServer({ limit: { connections: 2 } });
  const held = [connect(server.port, '127.0.0.1'), connect(server.port, '127.0.0.1')];
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  await expect
    .poll(() =>
      ask(server, '/api/health').then(
        ({ status }) => status,
        () => 'closed',
      ),
    )
    .toBe('closed');
  for (const socket of held) socket.destroy();
  await expect
    .poll(() =>
      ask(server, '/api/health').then(
        ({ status }) => status,
        () => 'closed',
      ),
    )
    .toBe(200);
});

/** The close code of a WebSocket that is refused. */
function closeCode(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers });
    socket.on('close', (code) => resolve(code));
    socket.on('error', () => undefined);
  });
}

test.each(['/ws', '/ingest'])(
  '%s: a foreign page and a wrong token are shut out, our own page and a program are not',
  async (path) => {
    const { server } = await openServer();
    const url = `ws://127.0.0.1:${server.port}${path}`;
    const authorization = `Bearer ${TOKEN}`;
    expect(await closeCode(url, {})).toBe(4401);
    expect(await closeCode(url, { authorization: 'Bearer wrong' })).toBe(4401);
    expect(await closeCode(url, { authorization, origin: 'https://evil.example' })).toBe(4403);
    expect(await closeCode(url, { authorization, host: 'evil.example' })).toBe(4403);
    for (const headers of [{ authorization }, { authorization, origin: `http://127.0.0.1:${server.port}` }]) {
      const socket = new WebSocket(url, { headers });
      await new Promise((resolve, reject) => socket.once('open', resolve).once('close', reject));
      socket.terminate();
    }
  },
);

test('a link with the token becomes a cookie, and the cookie alone opens the API', async () => {
  const { server } = await openServer();
  const first = await ask(server, `/?token=${TOKEN}&kiosk&range=5m`, { token: null });
  expect([first.status, first.headers.location]).toEqual([302, './?kiosk&range=5m']);
  const cookie = first.headers['set-cookie']?.[0] ?? '';
  expect(cookie).toMatch(new RegExp(`^streamviz-${server.port}=${TOKEN}; HttpOnly; SameSite=Strict; Max-Age=`));
  const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
  expect((await ask(server, '/api/metrics', { token: null, headers })).status).toBe(200);
  expect((await ask(server, '/?token=wrong', { token: null })).status).toBe(401);
});

test('the page comes without the token and says nothing; its policy allows no inline script and no frame elsewhere', async () => {
  const { server } = await openServer({ cors: 'https://notebook.example' });
  const page = await ask(server, '/', { token: null });
  expect([page.status, page.text]).toEqual([200, '<!doctype html><title>page</title>']);
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'self' https://notebook.example");
  expect(page.headers['referrer-policy']).toBe('no-referrer');
  const packed = await ask(server, '/viewer.mjs', { headers: { 'accept-encoding': 'gzip' } });
  expect([packed.headers['content-encoding'], packed.headers['content-type']]).toEqual([
    'gzip',
    'text/javascript; charset=utf-8',
  ]);
  const again = await ask(server, '/viewer.mjs', { headers: { 'if-none-match': String(packed.headers.etag) } });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('no other origin may read anything unless it was named', async () => {
  const { server } = await openServer({ cors: ['https://a.example'] });
  const originOf = async (origin: string, method = 'GET') =>
    (await ask(server, '/api/metrics', { method, headers: { origin } })).headers['access-control-allow-origin'];
  expect(await originOf('https://a.example')).toBe('https://a.example');
  expect(await originOf('https://b.example')).toBeUndefined();
  expect(await originOf('https://a.example', 'OPTIONS')).toBe('https://a.example');
  const preflight = await ask(server, '/api/ingest', {
    method: 'OPTIONS',
    token: null,
    headers: { origin: 'https://a.example' },
  });
  expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
    204,
    expect.stringContaining('Authorization'),
  ]);
});

test('answers are not to be kept unless `refresh` says for how long', async () => {
  const { server } = await openServer();
  await ingest(server, [{ metric: 'cpu', value: 1 }]);
  const kept = async (path: string) => (await ask(server, path)).headers['cache-control'];
  expect(await kept('/api/query?metric=cpu')).toBe('no-store');
  expect(await kept('/api/query?metric=cpu&refresh=30s')).toBe('private, max-age=30');
  expect(await kept('/api/metrics?refresh=5')).toBe('private, max-age=5');
});

test('without a token only what `auth: false` allows: everything, on loopback names alone', async () => {
  const { server } = await openServer({ auth: false, token: null });
  expect(server.token).toBeNull();
  expect((await ask(server, '/api/metrics', { token: null })).status).toBe(200);
  expect((await ask(server, '/api/metrics', { token: null, headers: { host: 'evil.example' } })).status).toBe(403);
  expect((await ask(server, '/api/metrics', { token: null, headers: { host: '[::1]:9' } })).status).toBe(200);
});

test('a pipelined second request is judged by itself', async () => {
  const { server } = await openServer();
  const one = `GET /api/metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
  const two = 'GET /api/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const statuses = [...(await raw(server, one + two)).matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
  expect(statuses).toEqual(['200', '401']);
});

test('a chunked body is cut off at the limit, long before it ends', async () => {
  const { server } = await openServer({ limit: { ingestBytes: 100_000 } });
  let sentBytes = 0;
  const status = await new Promise((resolve) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-ndjson' };
    const sent = request(
      { port: server.port, path: '/api/ingest', method: 'POST', headers, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
        sent.destroy();
      },
    );
    sent.on('error', () => undefined);
    const line = `${JSON.stringify({ metric: 'a', value: 1 })}\n`.repeat(1000);
    const more = () => {
      if (sent.destroyed || sentBytes > 1e9) return;
      sentBytes += line.length;
      sent.write(line, more);
    };
    more();
  });
  expect(status).toBe(413);
  expect(sentBytes).toBeLessThan(100e6);
});
