// The log-in page and what hangs on a log-in, asked of a real server.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TOKENS } from '../../../src/view/theme-tokens.ts';
import { FORM_COLOURS } from '../../../standalone/server/accounts/log-in-style.ts';
import { type Answer, type Asked, ask, codeOf, openServer, TOKEN } from '../http/asking.ts';

const PASSWORD = 'correct horse';
const auth = { type: 'basic', users: { Ann: PASSWORD }, keys: { wall: { role: 'view', key: 'v'.repeat(32) } } };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

type Server = Awaited<ReturnType<typeof openServer>>['server'];

const asPerson = (server: Server, path: string, asked: Asked = {}): Promise<Answer> =>
  ask(server, path, { token: null, ...asked, headers: { accept: 'text/html', ...asked.headers } });

const logIn = (server: Server, fields: Readonly<Record<string, string>>, path = '/login', headers = {}) =>
  asPerson(server, path, {
    body: new URLSearchParams(fields).toString(),
    headers: { ...FORM, origin: `http://127.0.0.1:${server.port}`, ...headers },
  });

const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

async function loggedIn(server: Server): Promise<{ readonly cookie: string }> {
  const answer = await logIn(server, { name: 'ann', password: PASSWORD });
  expect(answer.status).toBe(303);
  return { cookie: cookieOf(answer) };
}

test('from the page to the log-in page, and back to the same view', async () => {
  const { server } = await openServer({ auth });
  const first = await asPerson(server, '/?range=5m&kiosk');
  expect([first.status, first.headers.location]).toEqual([303, 'login?range=5m&kiosk']);
  const page = await asPerson(server, '/login?range=5m&kiosk');
  expect(page.status).toBe(200);
  expect(page.text).toContain('action="login?range=5m&amp;kiosk"');
  const done = await logIn(server, { name: 'ann', password: PASSWORD }, '/login?range=5m&kiosk');
  expect([done.status, done.headers.location]).toEqual([303, './?range=5m&kiosk']);
  const cookie = cookieOf(done);
  expect((await asPerson(server, '/?range=5m&kiosk', { headers: { cookie } })).text).toContain('<title>page</title>');
  const again = await asPerson(server, '/login?range=5m', { headers: { cookie } });
  expect([again.status, again.headers.location]).toEqual([303, './?range=5m']);
});

test('the page has no script, loads nothing from elsewhere, posts to this server alone, is in no cache', async () => {
  const { server } = await openServer({ auth, title: '<b>Plant</b> "3"' });
  const { text, headers } = await asPerson(server, '/login');
  expect(text).not.toMatch(/<script|javascript:|\son\w+=|https?:/i);
  expect(text).toContain('<h1>&lt;b&gt;Plant&lt;/b&gt; &quot;3&quot;</h1>');
  expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
  expect(headers['content-security-policy']).toContain("form-action 'self'");
  expect(headers).toMatchObject({
    ...{ 'cache-control': 'no-store', 'referrer-policy': 'same-origin', 'x-content-type-options': 'nosniff' },
  });
  expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
});

test('the page has the colours of the dashboard', () => {
  for (const mode of ['light', 'dark'] as const) expect(TOKENS[mode]).toMatchObject(FORM_COLOURS[mode]);
});

test('wrong name and wrong password are told alike; the name stays in its field, escaped', async () => {
  const { server } = await openServer({ auth });
  const name = `<img src=x onerror="alert('1')">`;
  const [wrongName, wrongPassword] = [
    await logIn(server, { name, password: PASSWORD }),
    await logIn(server, { name: 'ann', password: 'wrong words' }),
  ];
  for (const answer of [wrongName, wrongPassword]) {
    expect([answer.status, answer.headers['www-authenticate'], answer.headers['set-cookie']]).toEqual([
      ...[401, 'Bearer', undefined],
    ]);
    expect(answer.text).toContain('Wrong name or password');
    expect(answer.text).not.toMatch(/correct horse|wrong words/);
  }
  expect(wrongName.text).toContain('value="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;"');
  const plain = (text: string) => text.replace(/ value="[^"]*"/, '');
  expect(plain(wrongName.text)).toBe(plain(wrongPassword.text));
});

test('no address that a request holds is ever gone to', async () => {
  const { server } = await openServer({ auth });
  const { cookie } = await loggedIn(server);
  const evil = ['//evil.example', 'javascript:alert(1)', '\r\nX-Evil: 1'];
  for (const text of evil) {
    const query = new URLSearchParams({ next: text, url: text, range: text }).toString();
    for (const answer of [
      await asPerson(server, `/login?${query}`, { headers: { cookie } }),
      await asPerson(server, `/?${query}`),
      await logIn(server, { name: 'ann', password: PASSWORD, next: text }, `/login?${query}`),
      await asPerson(server, '/logout', { method: 'POST', headers: { origin: `http://127.0.0.1:${server.port}` } }),
    ]) {
      const base = new URL(`http://127.0.0.1:${server.port}/login`);
      const led = new URL(answer.headers.location!, base);
      expect([led.origin, ['/', '/login'].includes(led.pathname)]).toEqual([base.origin, true]);
      expect(answer.headers['x-evil']).toBeUndefined();
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.webQueryParameters(), async (query) => {
      const { headers } = await asPerson(server, `/?${query}`);
      const location = headers.location ?? 'login';
      expect(location).toMatch(/^login(\?[^\s]*)?$/);
      expect(location).not.toContain('token=');
    }),
    { numRuns: 50 },
  );
});

test('a page elsewhere can neither log in nor log out', async () => {
  const { server } = await openServer({ auth });
  const { cookie } = await loggedIn(server);
  for (const origin of ['https://evil.example', 'http://127.0.0.1:1', 'null']) {
    for (const path of ['/login', '/logout']) {
      const answer = await logIn(server, { name: 'ann', password: PASSWORD }, path, { origin, cookie });
      expect([path, origin, answer.status, answer.headers['set-cookie']]).toEqual([path, origin, 403, undefined]);
      expect(answer.text).toContain('ORIGIN_REFUSED');
    }
  }
  const cross = { origin: undefined, 'sec-fetch-site': 'cross-site', cookie };
  const headers = Object.fromEntries(Object.entries({ ...FORM, ...cross }).filter(([, value]) => value !== undefined));
  const silent = await asPerson(server, '/logout', { body: '', headers: headers as Record<string, string> });
  expect(silent.status).toBe(403);
  expect((await asPerson(server, '/logout', { headers: { cookie } })).status).toBe(405);
  expect((await ask(server, '/api/metrics', { token: null, headers: { cookie } })).status).toBe(200);
});

test('a form that is none, or too long, is refused before it is read to its end', async () => {
  const { server } = await openServer({ auth });
  const answers = [
    await asPerson(server, '/login', { body: '{}', headers: { 'content-type': 'application/json' } }),
    await asPerson(server, '/login', { body: `name=${'x'.repeat(9000)}`, headers: FORM }),
    await logIn(server, { name: 'ann', password: 'x'.repeat(8000) }),
    await asPerson(server, '/login', { method: 'PUT' }),
    await logIn(server, {}),
  ];
  expect(answers.map(({ status }) => status)).toEqual([415, 413, 401, 405, 401]);
  expect((await ask(server, '/api/health')).status).toBe(200);
});

test('log-out closes the sockets and streams of that log-in alone, and its cookie is worth nothing', async () => {
  const { server } = await openServer({ auth });
  const [mine, other] = [await loggedIn(server), await loggedIn(server)];
  const open = (headers: Readonly<Record<string, string>>) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { headers });
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString()));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    return { socket, heard, closed, opened: new Promise((resolve) => socket.once('open', resolve)) };
  };
  const sockets = [open(mine), open(mine), open(other)];
  await Promise.all(sockets.map(({ opened }) => opened));
  const stream = asPerson(server, '/api/stream', { headers: mine });
  await expect.poll(() => server.sockets.viewers.size + server.sockets.viewers.others()).toBe(4);
  const out = await asPerson(server, '/logout', {
    body: '',
    headers: { ...mine, origin: `http://127.0.0.1:${server.port}` },
  });
  expect([out.status, out.headers.location, out.headers['set-cookie']?.[0]]).toEqual([
    ...[303, 'login', `streamviz-${server.port}=; HttpOnly; SameSite=Strict; Max-Age=0`],
  ]);
  expect(await Promise.all(sockets.slice(0, 2).map(({ closed }) => closed))).toEqual([4401, 4401]);
  expect(sockets[0]!.heard.at(-1)).toContain('"LOGIN_ENDED"');
  expect((await stream).text).toContain('event: error\ndata: {"code":"LOGIN_ENDED"');
  expect(codeOf(await ask(server, '/api/metrics', { token: null, headers: mine }))).toBe('LOGIN_ENDED');
  expect(sockets[2]!.socket.readyState).toBe(WebSocket.OPEN);
  expect((await ask(server, '/api/metrics', { token: null, headers: other })).status).toBe(200);
  sockets[2]!.socket.close();
  await expect.poll(() => server.sockets.viewers.size).toBe(0);
});

test('a viewer is told who is logged in there; a socket with a password in its header opens too', async () => {
  const { server } = await openServer({ auth });
  const hello = (headers: Readonly<Record<string, string>>) =>
    new Promise<unknown>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { headers });
      socket.on('error', reject);
      socket.on('open', () =>
        socket.send(JSON.stringify({ v: [1, 0], kind: 'subscribe', id: 's', resume: {}, width: 500, rangeUs: null })),
      );
      socket.on('message', (data: Buffer) => {
        resolve((JSON.parse(data.toString()) as { readonly user?: unknown }).user ?? null);
        socket.close();
      });
    });
  const basic = Buffer.from(`ann:${PASSWORD}`).toString('base64');
  expect(await hello(await loggedIn(server))).toBe('Ann');
  expect(await hello({ authorization: `Basic ${basic}` })).toBeNull();
  expect(await hello({ authorization: `Bearer ${TOKEN}` })).toBeNull();
});

test('at both sockets a key may do what it is for alone', async () => {
  const { server } = await openServer({
    auth: { ...auth, keys: { ...auth.keys, ci: { role: 'send', key: 's'.repeat(32) } } },
  });
  const refusal = (path: string, key: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      socket.on('message', (data: Buffer) => resolve((JSON.parse(data.toString()) as { code: string }).code));
      socket.on('open', () => setTimeout(() => resolve('open'), 100));
    });
  expect(await refusal('/ws', 'v'.repeat(32))).toBe('open');
  expect(await refusal('/ingest', 's'.repeat(32))).toBe('open');
  expect(await refusal('/ws', 's'.repeat(32))).toBe('ROLE_REFUSED');
  expect(await refusal('/ingest', 'v'.repeat(32))).toBe('ROLE_REFUSED');
});

test('everything but page files, health and the log-in page needs a credential', async () => {
  const { server } = await openServer({ auth });
  for (const path of [
    '/api/metrics',
    '/api/query?name=a',
    '/api/stream',
    '/api/openapi.json',
    '/metrics',
    '/api/dashboard/x',
  ])
    expect([path, codeOf(await ask(server, path, { token: null }))]).toEqual([path, 'LOGIN_MISSING']);
  expect((await ask(server, '/api/health', { token: null })).json).toEqual({ status: 'ok' });
  expect((await asPerson(server, '/viewer.mjs')).status).toBe(200);
});

test('a link with a key to view opens the page for a wall; one with the token leads to the log-in page', async () => {
  const { server } = await openServer({ auth });
  const wall = await asPerson(server, `/?token=${'v'.repeat(32)}&kiosk`);
  expect([wall.status, wall.headers.location]).toEqual([302, './?kiosk']);
  expect((await asPerson(server, '/', { headers: { cookie: cookieOf(wall) } })).status).toBe(200);
  const owner = await asPerson(server, `/?token=${TOKEN}&kiosk`);
  expect([owner.status, owner.headers.location, owner.headers['set-cookie']]).toEqual([303, 'login?kiosk', undefined]);
});

test('a person who is refused gets a page that says why, a program the same as JSON or text', async () => {
  const { server } = await openServer({ auth });
  const page = await asPerson(server, '/?token=wrong-wrong-wrong-wrong');
  expect([page.status, page.headers['content-type']]).toEqual([401, 'text/html; charset=utf-8']);
  expect(page.text).toMatch(/Not let in.*TOKEN_WRONG.*<a class="go" href="login">Log in<\/a>/s);
  const host = await asPerson(server, '/', { headers: { host: 'evil.example<b>' } });
  expect([host.status, host.text.includes('<b>')]).toEqual([403, false]);
  const program = await ask(server, '/?token=wrong-wrong-wrong-wrong', { token: null });
  expect([program.status, codeOf(program)]).toEqual([401, 'TOKEN_WRONG']);
});

test('below a base path everything is reached with and without it, and no link leads out of it', async () => {
  const { server } = await openServer({ auth, base_path: '/dash' });
  const bare = await asPerson(server, '/dash?kiosk');
  expect([bare.status, bare.headers.location]).toEqual([308, 'dash/?kiosk']);
  const front = await asPerson(server, '/dash/?kiosk');
  expect(new URL(front.headers.location!, 'http://h/dash/').pathname).toBe('/dash/login');
  const done = await logIn(server, { name: 'ann', password: PASSWORD }, '/dash/login?kiosk');
  expect(new URL(done.headers.location!, 'http://h/dash/login').href).toBe('http://h/dash/?kiosk');
  const headers = { cookie: cookieOf(done) };
  for (const path of ['/dash/api/metrics', '/api/metrics'])
    expect((await ask(server, path, { token: null, headers })).status).toBe(200);
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/dash/ws`, { headers });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.close();
  expect((await asPerson(server, '/dashboard')).status).toBe(404);
});

test('pages of a named origin may read with the log-in, pages of any under * may not', async () => {
  const { server } = await openServer({ auth, cors: ['http://localhost:3000', '*'] });
  const { cookie } = await loggedIn(server);
  const read = (origin: string, path = '/api/metrics') =>
    ask(server, path, { token: null, headers: { cookie, origin } }).then(({ headers }) => [
      headers['access-control-allow-origin'],
      headers['access-control-allow-credentials'],
    ]);
  for (const path of ['/api/metrics', '/api/health']) {
    expect(await read('http://localhost:3000', path)).toEqual(['http://localhost:3000', 'true']);
    expect(await read('https://other.example', path)).toEqual(['https://other.example', undefined]);
  }
});
