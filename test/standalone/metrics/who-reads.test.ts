// Who is told how the server is: probes nothing but that, programs with a key to view everything.
import { expect, it } from 'vitest';
import { type Asked, ask, codeOf, openServer, TOKEN } from '../http/asking.ts';

const VIEW = 'key-that-may-view-0123456789';
const SEND = 'key-that-may-send-0123456789';
const keys = { prometheus: { role: 'view', key: VIEW }, sensor: { role: 'send', key: SEND } };

const ASKED: readonly (readonly [who: string, asked: Asked, status: number, code: string | undefined])[] = [
  ['the token', { token: TOKEN }, 200, undefined],
  ['a key to view', { token: VIEW }, 200, undefined],
  ['a key to send', { token: SEND }, 403, 'ROLE_REFUSED'],
  ['nothing', { token: null }, 401, 'TOKEN_MISSING'],
  ['a guess', { token: 'a-guess-of-somebody-012345' }, 401, 'TOKEN_WRONG'],
  ['the token from a name that is not ours', { headers: { host: 'evil.example' } }, 403, 'HOST_REFUSED'],
];

it.each(ASKED)('/metrics with %s', async (_who, asked, status, code) => {
  const { server } = await openServer({ auth: { type: 'token', keys } });
  const answer = await ask(server, '/metrics', asked);
  expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.headers['cache-control']).toBe('no-store');
  // Whether it lives and is ready anybody is told who comes from a place that may.
  const place = code === 'HOST_REFUSED' ? 403 : 200;
  for (const path of ['/api/health/live', '/api/health/ready'])
    expect((await ask(server, path, asked)).status).toBe(place);
});

it('a probe may ask with HEAD, and learns of reasons their codes alone', async () => {
  const { server } = await openServer();
  server.readiness.block('HISTORY_FULL', 'no room in /var/lib/secret/history.db');
  const head = await ask(server, '/api/health/ready', { method: 'HEAD', token: null });
  expect([head.status, head.text, head.headers['retry-after']]).toEqual([503, '', '1']);
  const told = await ask(server, '/api/health/ready', { token: null });
  expect(told.json).toMatchObject({ error: { code: 'UNREADY', details: { reasons: ['HISTORY_FULL'] } } });
  expect(told.text).not.toContain('secret');
  const full = await ask(server, '/api/health');
  expect(full.json).toMatchObject({
    ready: false,
    reasons: [{ code: 'HISTORY_FULL', message: 'no room in /var/lib/secret/history.db' }],
  });
  expect((await ask(server, '/api/health', { token: null })).json).toEqual({ status: 'ok' });
});
