import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { Access, type AccessOptions, type AccessRequest } from '../../../standalone/server/access.ts';
import { FailureRate } from '../../../standalone/server/failure-rate.ts';

const TOKEN = 'x'.repeat(32);

const accessOf = (options: Partial<AccessOptions> = {}) =>
  new Access({
    host: '127.0.0.1',
    port: 8600,
    token: TOKEN,
    cors: [],
    allowHosts: [],
    failuresPerMinute: 60,
    now: () => 0,
    ...options,
  });

const request = (headers: AccessRequest['headers'], more: Partial<AccessRequest> = {}): AccessRequest => ({
  ...{ method: 'GET', url: '/', remoteAddress: '127.0.0.1', isUpgrade: false },
  ...more,
  headers: { authorization: `Bearer ${TOKEN}`, host: 'localhost:8600', ...headers },
});

const codeOf = (access: Access, asked: AccessRequest) => {
  const admission = access.admit(asked);
  if (admission instanceof Promise) throw new Error('no password was shown');
  return admission.ok ? admission.by : admission.code;
};

test.each([
  [
    '127.0.0.1',
    ['localhost', 'LOCALHOST:1', '127.0.0.1:8600', '127.1.2.3', '[::1]:8600'],
    ['10.0.0.1', 'evil.example', '0.0.0.0', '[::2]', hostname().includes('.') ? hostname() : 'machine.local'],
  ],
  [
    '0.0.0.0',
    ['localhost', '10.0.0.1:8600', '[fe80::1]', hostname(), `${hostname().toUpperCase()}:80`, '0.0.0.0'],
    ['evil.example', '10.0.0.1.evil.example', '1e3', ''],
  ],
  ['192.168.1.7', ['192.168.1.7:8600', '192.168.1.8'], ['evil.example']],
  ['dash.example', ['dash.example:1', 'DASH.example'], ['dash.example.evil']],
])('listening on %s: names of this server %j, no others %j', (host, ours, others) => {
  const access = accessOf({ host });
  for (const name of ours) expect([name, codeOf(access, request({ host: name }))]).toEqual([name, 'header']);
  for (const name of others) expect([name, codeOf(access, request({ host: name }))]).toEqual([name, 'HOST_REFUSED']);
});

test('a Host that is malformed, absent or doubled by a port is refused', () => {
  for (const host of [
    'a b',
    'localhost/',
    'localhost:',
    'localhost:80:80',
    'x@localhost',
    '[::1',
    'localhost\\evil',
    undefined,
  ]) {
    expect(codeOf(accessOf(), request({ host })), String(host)).toBe('HOST_REFUSED');
  }
});

test('--allow-host adds the name of a proxy, whose pages may then connect', () => {
  const access = accessOf({ allowHosts: ['dash.example'] });
  const headers = { host: 'dash.example', origin: 'https://dash.example' };
  expect(codeOf(access, request(headers, { isUpgrade: true }))).toBe('header');
  expect(codeOf(access, request({ ...headers, origin: 'https://dash.example.evil' }, { isUpgrade: true }))).toBe(
    'ORIGIN_REFUSED',
  );
});

test.each([
  ['http://localhost:8600', true],
  ['https://localhost:8600', true],
  ['http://localhost:8601', false],
  ['http://127.0.0.1:8600', false],
  ['http://localhost', false],
  ['file://localhost:8600', false],
  ['null', false],
  ['', false],
  ['https://named.example', true],
  ['https://named.example.evil', false],
])('an upgrade and a change of state from a page of %s: %s', (origin, isLetIn) => {
  const access = accessOf({ cors: ['https://named.example'] });
  const wanted = isLetIn ? 'header' : 'ORIGIN_REFUSED';
  expect(codeOf(access, request({ origin }, { isUpgrade: true }))).toBe(wanted);
  expect(codeOf(access, request({ origin }, { method: 'POST' }))).toBe(wanted);
  expect(codeOf(access, request({ origin }))).toBe('header');
});

test('header before query before cookie; a wrong one in front is not made good by a right one behind', () => {
  const access = accessOf();
  const cookie = `a=b; streamviz-8600=${TOKEN}`;
  const none = { authorization: undefined };
  expect(codeOf(access, request({ cookie }))).toBe('header');
  expect(codeOf(access, request({ ...none, cookie }, { url: `/?token=${TOKEN}` }))).toBe('query');
  expect(codeOf(access, request({ ...none, cookie }))).toBe('cookie');
  expect(codeOf(access, request({ cookie, authorization: 'Bearer y' }))).toBe('TOKEN_WRONG');
  expect(codeOf(access, request({ ...none, cookie: cookie.replace('8600', '8601') }))).toBe('TOKEN_MISSING');
  expect(codeOf(access, request({ ...none, authorization: `Basic ${TOKEN}` }))).toBe('TOKEN_MISSING');
  expect(codeOf(access, request({ ...none, cookie }, { url: '/?token=' }))).toBe('TOKEN_WRONG');
});

test('failures count by address and minute; memory stays bounded', () => {
  let nowMs = 0;
  const rate = new FailureRate({ mostPerMinute: 2, now: () => nowMs });
  for (const address of ['a', 'a', 'b']) rate.note(address);
  expect(['a', 'b', 'c'].map((address) => rate.isExceeded(address))).toEqual([true, false, false]);
  nowMs = 60_000;
  expect(rate.isExceeded('a')).toBe(false);
  for (let i = 0; i < 20_000; i += 1) rate.note(`address-${i}`);
  rate.note('a');
  rate.note('a');
  expect(rate.isExceeded('a')).toBe(true);
});

test.each([
  ['in the header', (wrong: string) => request({ authorization: `Bearer ${wrong}` })],
  ['in the query', (wrong: string) => request({ authorization: undefined }, { url: `/?token=${wrong}` })],
  ['in a cookie', (wrong: string) => request({ authorization: undefined, cookie: `streamviz-8600=${wrong}` })],
  [
    'to a socket',
    (wrong: string) =>
      request({ authorization: undefined, cookie: `streamviz-8600=${wrong}` }, { url: '/ws', isUpgrade: true }),
  ],
])(
  'a wrong token %s counts like any other: the fourth of an address is not looked at, and no other address is concerned',
  (_, guess) => {
    const access = accessOf({ failuresPerMinute: 3 });
    const codes = ['a', 'b', 'c', TOKEN].map((token) => codeOf(access, guess(token)));
    expect(codes).toEqual(['TOKEN_WRONG', 'TOKEN_WRONG', 'TOKEN_WRONG', 'TOKEN_FAILURES']);
    expect(codeOf(access, request({}))).toBe('TOKEN_FAILURES');
    expect(codeOf(access, request({}, { remoteAddress: '10.0.0.9' }))).toBe('header');
  },
);

test('a browser that kept the cookie of an earlier server is let in by the printed link', () => {
  const access = accessOf({ failuresPerMinute: 3 });
  const stale = { authorization: undefined, cookie: 'streamviz-8600=old' };
  expect(codeOf(access, request(stale))).toBe('TOKEN_WRONG');
  expect(codeOf(access, request(stale, { url: `/?token=${TOKEN}` }))).toBe('query');
});
