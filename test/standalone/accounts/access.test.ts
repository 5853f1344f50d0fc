import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Access, type AccessOptions, type AccessRequest, type Admission } from '../../../standalone/server/access.ts';
import { DEFAULT_LIMITS } from '../../../standalone/server/limits.ts';
import { ServerLog } from '../../../standalone/server/log/log.ts';

const TOKEN = 't'.repeat(32);
const VIEW = 'v'.repeat(32);
const SEND = 's'.repeat(32);
const PASSWORD = 'correct horse';

function made(options: Partial<AccessOptions> = {}) {
  const clock = { nowMs: 0 };
  const lines: string[] = [];
  const log = new ServerLog({ level: 'info', format: 'text', put: (line) => lines.push(line), now: () => clock.nowMs });
  const access = new Access({
    ...{ host: '127.0.0.1', port: 8600, token: TOKEN, cors: [], allowHosts: [], failuresPerMinute: 60 },
    users: [
      { name: 'Ann', password: PASSWORD },
      { name: 'bob', password: 'battery staple' },
    ],
    keys: [
      { name: 'wall', role: 'view', key: VIEW },
      { name: 'ci', role: 'send', key: SEND },
    ],
    ...{ log, now: () => clock.nowMs, passwordCost: { N: 64, r: 8, p: 1 }, ...options },
  });
  return { access, clock, lines };
}

const request = (headers: AccessRequest['headers'] = {}, more: Partial<AccessRequest> = {}): AccessRequest => ({
  ...{ method: 'GET', url: '/api/metrics', remoteAddress: '127.0.0.1', isUpgrade: false },
  ...more,
  headers: { host: 'localhost:8600', ...headers },
});
const bearer = (text: string) => request({ authorization: `Bearer ${text}` });
const basic = (name: string, password: string) =>
  request({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` });
const cookied = (value: string, more: AccessRequest['headers'] = {}) =>
  request({ cookie: `other=1; streamviz-8600=${value}`, ...more });

const shown = (admission: Admission) =>
  admission.ok ? `${admission.by} ${admission.who} ${admission.role}` : `${admission.status} ${admission.code}`;
const said = async (access: Access, asked: AccessRequest, wanted: 'view' | 'send' | null = null) =>
  shown(await access.admit(asked, wanted));

/** Logs in and returns the cookie's value. */
async function loggedIn(access: Access, asked = request({}, { method: 'POST', url: '/login' }), name = 'ann') {
  const answer = await access.logIn(asked, name, name === 'ann' ? PASSWORD : 'battery staple');
  if (!answer.ok) throw new Error(answer.code);
  return { cookie: answer.cookie, value: /^streamviz-8600=([^;]+)/.exec(answer.cookie)![1]! };
}

test('who is who, and what each may do', async () => {
  const { access } = made();
  const { value } = await loggedIn(access);
  const all: readonly (readonly [string, AccessRequest, string, string, string])[] = [
    ['token in a header', bearer(TOKEN), 'header null all', 'header null all', 'header null all'],
    ['log-in', cookied(value), 'cookie Ann all', 'cookie Ann all', 'cookie Ann all'],
    ['password in a header', basic('ANN', PASSWORD), 'header Ann all', 'header Ann all', 'header Ann all'],
    ['key to view', bearer(VIEW), 'header wall view', 'header wall view', '403 ROLE_REFUSED'],
    ['key to send', bearer(SEND), 'header ci send', '403 ROLE_REFUSED', 'header ci send'],
    [
      'key in a link',
      request({}, { url: `/?token=${VIEW}` }),
      'query wall view',
      'query wall view',
      '403 ROLE_REFUSED',
    ],
    ['key in a cookie', cookied(VIEW), 'cookie wall view', 'cookie wall view', '403 ROLE_REFUSED'],
    ['nothing', request(), '401 LOGIN_MISSING', '401 LOGIN_MISSING', '401 LOGIN_MISSING'],
    ['wrong key', bearer('w'.repeat(32)), '401 TOKEN_WRONG', '401 TOKEN_WRONG', '401 TOKEN_WRONG'],
    ['wrong password', basic('ann', 'wrong words'), '401 LOGIN_WRONG', '401 LOGIN_WRONG', '401 LOGIN_WRONG'],
    [
      'token in a link',
      request({}, { url: `/?token=${TOKEN}` }),
      '401 LOGIN_MISSING',
      '401 LOGIN_MISSING',
      '401 LOGIN_MISSING',
    ],
    ['token in a cookie', cookied(TOKEN), '401 LOGIN_ENDED', '401 LOGIN_ENDED', '401 LOGIN_ENDED'],
    ['log-in in a header', bearer(value), '401 TOKEN_WRONG', '401 TOKEN_WRONG', '401 TOKEN_WRONG'],
  ];
  for (const [what, asked, any, view, send] of all) {
    const answers = [await said(access, asked), await said(access, asked, 'view'), await said(access, asked, 'send')];
    expect([what, ...answers]).toEqual([what, any, view, send]);
  }
});

test('without users token and keys go by link and cookie too, and nobody logs in', async () => {
  const { access } = made({ users: [] });
  expect(await said(access, cookied(TOKEN))).toBe('cookie null all');
  expect(await said(access, cookied(SEND), 'view')).toBe('403 ROLE_REFUSED');
  expect(await said(access, basic('ann', PASSWORD))).toBe('401 TOKEN_MISSING');
  expect(await said(access, request())).toBe('401 TOKEN_MISSING');
  expect(shown((await access.logIn(request(), 'ann', PASSWORD)) as Admission)).toBe('401 TOKEN_MISSING');
});

test('no text of a client makes it in, and every refusal is one line without what the client sent', async () => {
  const { access, lines } = made();
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('authorization', 'cookie', 'x-forwarded-for', 'origin', 'url'),
      async (text, place) => {
        const before = lines.length;
        const asked =
          place === 'url' ? request({}, { url: `/?token=${text}` }) : request({ [place]: text }, { method: 'POST' });
        expect((await access.admit(asked)).ok).toBe(false);
        expect(lines.length - before).toBeLessThanOrEqual(1);
        expect(lines.at(-1)).not.toMatch(/[\n\r\u2028]/);
      },
    ),
  );
});

test('a log-in ends by log-out, by another log-in of the browser and by age; what hangs on it is told', async () => {
  const { access, clock } = made();
  const post = (headers: AccessRequest['headers'] = {}) => request(headers, { method: 'POST' });
  const first = await loggedIn(access);
  let ended = 0;
  const admission = await access.admit(cookied(first.value));
  if (admission.ok) admission.logIn?.onEnd(() => (ended += 1));
  const second = await loggedIn(access, post({ cookie: `streamviz-8600=${first.value}` }), 'bob');
  expect([ended, await said(access, cookied(first.value))]).toEqual([1, '401 LOGIN_ENDED']);
  expect(await said(access, cookied(second.value))).toBe('cookie bob all');
  const gone = access.logOut(post({ cookie: `streamviz-8600=${second.value}` }));
  expect(gone).toBe('streamviz-8600=; HttpOnly; SameSite=Strict; Max-Age=0');
  expect(await said(access, cookied(second.value))).toBe('401 LOGIN_ENDED');
  const third = await loggedIn(access);
  clock.nowMs += DEFAULT_LIMITS.logInIdleMs;
  access.sweep();
  expect(await said(access, cookied(third.value))).toBe('401 LOGIN_ENDED');
});

test('a secret that a client brings along is never made a log-in (fixation), a new one is made each time', async () => {
  const { access } = made();
  const brought = 'f'.repeat(32);
  const values = new Set<string>();
  for (let i = 0; i < 5; i += 1) {
    const { value } = await loggedIn(access, request({ cookie: `streamviz-8600=${brought}` }, { method: 'POST' }));
    values.add(value);
  }
  expect([values.size, values.has(brought), await said(access, cookied(brought))]).toEqual([
    5,
    false,
    '401 LOGIN_ENDED',
  ]);
});

test('the cookie: HttpOnly, Strict, of this port, of no path but the browser sees; Secure where TLS is believed or shown', async () => {
  const { access } = made({ trustProxy: ['10.0.0.1'], allowHosts: ['dash.example'] });
  const proxied = (more: AccessRequest['headers']) =>
    request({ 'x-forwarded-proto': 'https', ...more }, { method: 'POST', remoteAddress: '10.0.0.1' });
  expect((await loggedIn(access)).cookie).toMatch(
    /^streamviz-8600=[\w-]{32}; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
  );
  expect((await loggedIn(access, proxied({}))).cookie).toContain('; Secure;');
  expect((await loggedIn(access, request({ 'x-forwarded-proto': 'https' }))).cookie).not.toContain('Secure');
  const shownTls = request({ host: 'dash.example', origin: 'https://dash.example' }, { method: 'POST' });
  expect((await loggedIn(access, shownTls)).cookie).toContain('; Secure;');
  expect(await said(access, request({ cookie: 'streamviz-8601=x' }))).toBe('401 LOGIN_MISSING');
});

test('the eleventh wrong password of an address in a minute is not looked at, nor is a right one; others and log-ins go on', async () => {
  const { access, clock } = made();
  const { value } = await loggedIn(access, request({}, { remoteAddress: '10.0.0.5' }));
  const from = (asked: AccessRequest, remoteAddress: string) => ({ ...asked, remoteAddress });
  const codes: string[] = [];
  for (let i = 0; i < 11; i += 1) codes.push(await said(access, from(basic('ann', `guess ${i}`), '10.0.0.5')));
  expect(codes).toEqual([...Array.from({ length: 10 }, () => '401 LOGIN_WRONG'), '429 LOGIN_FAILURES']);
  expect(await said(access, from(basic('ann', PASSWORD), '10.0.0.5'))).toBe('429 LOGIN_FAILURES');
  expect(await said(access, from(cookied(value), '10.0.0.5'))).toBe('cookie Ann all');
  expect(await said(access, from(basic('ann', PASSWORD), '10.0.0.6'))).toBe('header Ann all');
  clock.nowMs += 60_000;
  expect(await said(access, from(basic('ann', PASSWORD), '10.0.0.5'))).toBe('header Ann all');
});

test('guesses sent at once are as many as those sent one by one', async () => {
  const { access } = made();
  const codes = await Promise.all(Array.from({ length: 100 }, (_, i) => said(access, basic('ann', `guess ${i}`))));
  expect(codes.filter((code) => code === '401 LOGIN_WRONG')).toHaveLength(10);
  expect(codes.filter((code) => code === '429 LOGIN_FAILURES')).toHaveLength(90);
});

test('a program that sends the right password a hundred times at once is let in a hundred times', async () => {
  const { access } = made();
  const codes = await Promise.all(Array.from({ length: 100 }, () => said(access, basic('ann', PASSWORD))));
  expect(new Set(codes)).toEqual(new Set(['header Ann all']));
  for (let i = 0; i < 10; i += 1) expect(await said(access, basic('ann', `guess ${i}`))).toBe('401 LOGIN_WRONG');
});

test('guesses for one name from everywhere end after 30 a minute; where the user logged in before she still can', async () => {
  const { access } = made();
  const from = (asked: AccessRequest, remoteAddress: string) => ({ ...asked, remoteAddress });
  await loggedIn(access, from(request({}, { method: 'POST' }), '10.0.0.5'));
  const codes: string[] = [];
  for (let i = 0; i < 40; i += 1) codes.push(await said(access, from(basic('ANN', `guess ${i}`), `10.1.0.${i}`)));
  expect(codes.filter((code) => code === '401 LOGIN_WRONG')).toHaveLength(30);
  expect(codes.slice(30)).toEqual(Array.from({ length: 10 }, () => '429 LOGIN_FAILURES'));
  expect(await said(access, from(basic('ann', PASSWORD), '10.2.0.1'))).toBe('429 LOGIN_FAILURES');
  expect(await said(access, from(basic('ann', PASSWORD), '10.0.0.5'))).toBe('header Ann all');
  expect(await said(access, from(basic('bob', 'battery staple'), '10.2.0.1'))).toBe('header bob all');
}, 20_000);

test('a name that nobody has is refused with the same codes as one that somebody has, at every count', async () => {
  const run = async (name: string) => {
    const { access } = made();
    const codes: string[] = [];
    for (let i = 0; i < 12; i += 1) codes.push(await said(access, basic(name, `guess ${i}`)));
    return codes;
  };
  expect(await run('nobody')).toEqual(await run('ann'));
}, 20_000);

test('an IPv6 client has one count for all of its network', async () => {
  const { access } = made();
  const codes: string[] = [];
  for (let i = 0; i < 12; i += 1)
    codes.push(await said(access, { ...basic('ann', `guess ${i}`), remoteAddress: `2001:db8:1:2::${i}` }));
  expect(codes.slice(10)).toEqual(['429 LOGIN_FAILURES', '429 LOGIN_FAILURES']);
});

test('what a client says of X-Forwarded-For gives it no fresh count; a believed proxy does', async () => {
  const run = async (trustProxy: readonly string[]) => {
    const { access } = made({ trustProxy });
    const codes: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const { headers } = basic('ann', `guess ${i}`);
      codes.push(await said(access, request({ ...headers, 'x-forwarded-for': `10.9.9.${i}` })));
    }
    return codes.filter((code) => code.startsWith('429')).length;
  };
  expect([await run([]), await run(['127.0.0.1'])]).toEqual([2, 0]);
});

test.each([
  ['an upgrade of another origin', { origin: 'https://evil.example' }, true],
  ['an upgrade of another port of this host', { origin: 'http://localhost:9999' }, true],
  ['a change by another origin', { origin: 'https://evil.example' }, false],
  ['a change by a sandboxed page', { origin: 'null' }, false],
  ['a change by another site without an origin', { 'sec-fetch-site': 'cross-site' }, false],
  ['a change by another port without an origin', { 'sec-fetch-site': 'same-site' }, false],
])('with a log-in %s is refused', async (_what, headers, isUpgrade) => {
  const { access } = made();
  const { value } = await loggedIn(access);
  const asked = { ...cookied(value, headers), method: isUpgrade ? 'GET' : 'POST', isUpgrade };
  expect(await said(access, asked)).toBe('403 ORIGIN_REFUSED');
});

test('a named origin may use a log-in; under * another page needs a key of its own', async () => {
  const named = made({ cors: ['https://named.example', '*'] }).access;
  const { value } = await loggedIn(named);
  const post = { method: 'POST' };
  const own = { origin: 'http://localhost:8600' };
  const other = { origin: 'https://other.example' };
  expect(await said(named, { ...cookied(value, { origin: 'https://named.example' }), ...post })).toBe('cookie Ann all');
  expect(await said(named, { ...cookied(value, own), ...post })).toBe('cookie Ann all');
  expect(await said(named, { ...cookied(value, other), ...post })).toBe('403 ORIGIN_REFUSED');
  expect(await said(named, { ...cookied(value, other), isUpgrade: true })).toBe('403 ORIGIN_REFUSED');
  expect(await said(named, { ...request({ ...other, authorization: `Bearer ${SEND}` }), ...post })).toBe(
    'header ci send',
  );
  expect([named.isNamedOrigin('https://named.example'), named.isNamedOrigin(other.origin)]).toEqual([true, false]);
});

test('behind a believed proxy its host must be ours, and so must the one of the connection', async () => {
  const { access } = made({ trustProxy: ['127.0.0.1'], allowHosts: ['dash.example'] });
  const through = (host: string, forwarded: string, origin = `https://${forwarded}`) => ({
    ...request({ host, 'x-forwarded-host': forwarded, origin, authorization: `Bearer ${TOKEN}` }),
    method: 'POST',
  });
  expect(await said(access, through('127.0.0.1:8600', 'dash.example'))).toBe('header null all');
  expect(await said(access, through('127.0.0.1:8600', 'evil.example'))).toBe('403 HOST_REFUSED');
  expect(await said(access, through('evil.example', 'dash.example'))).toBe('403 HOST_REFUSED');
  expect(await said(access, through('127.0.0.1:8600', 'dash.example', 'http://127.0.0.1:8600'))).toBe(
    '403 ORIGIN_REFUSED',
  );
});

test('the log: one line for each refusal, log-in and log-out; a name that nobody has is not told, nor any secret', async () => {
  const { access, lines } = made();
  await said(access, basic('my password in the wrong field', 'hush hush'));
  await said(access, basic('ann', 'hush hush'));
  await said(access, request({}, { url: '/api/query?token=hush-hush-hush-hush&name=a' }));
  await said(access, bearer(SEND), 'view');
  const { value } = await loggedIn(access);
  access.logOut(cookied(value));
  expect(lines.map((line) => line.slice(25))).toEqual([
    'warn  access.denied code=LOGIN_WRONG status=401 address=127.0.0.1 method=GET path=/api/metrics account="(unknown)"',
    'warn  access.denied code=LOGIN_WRONG status=401 address=127.0.0.1 method=GET path=/api/metrics account=Ann',
    'warn  access.denied code=TOKEN_WRONG status=401 address=127.0.0.1 method=GET path=/api/query',
    'warn  access.denied code=ROLE_REFUSED status=403 address=127.0.0.1 method=GET path=/api/metrics account=ci',
    'info  access.login user=Ann address=127.0.0.1',
    'info  access.logout user=Ann address=127.0.0.1',
  ]);
});
