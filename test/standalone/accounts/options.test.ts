import { expect, test } from 'vitest';
import { isStreamVizError } from '../../../src/core/errors.ts';
import { makeAccounts } from '../../../standalone/server/accounts/made-accounts.ts';
import { parseArguments, parseOptionsObject } from '../../../standalone/server/options.ts';

const problemOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isStreamVizError(error)) return `${error.code}: ${error.message} ${JSON.stringify(error.details)}`;
    throw error;
  }
  return 'no problem';
};

test('words and JSON name the same accounts; the words have no secrets', () => {
  const words = parseArguments('--user ann --user Jörg --key ci=send --key wall=view'.split(' ')).accounts;
  const users = [
    { name: 'ann', password: null },
    { name: 'Jörg', password: null },
  ];
  const keys = [
    { name: 'ci', role: 'send', key: null },
    { name: 'wall', role: 'view', key: null },
  ];
  expect(words).toEqual({ users, keys });
  const auth = { type: 'basic', users: ['ann', 'Jörg'], keys: { ci: 'send', wall: { role: 'view' } } };
  const json = parseOptionsObject({ auth });
  expect([json.auth, json.accounts]).toEqual([true, words]);
  expect(parseOptionsObject({ auth: true }).accounts).toEqual({ users: [], keys: [] });
});

test.each([
  [{ users: ['ann'] }, 'auth type: expected "basic" or "token"'],
  [{ type: 'basic' }, 'auth users: expected'],
  [{ type: 'basic', users: [] }, 'auth users: expected at least one name'],
  [{ type: 'token', users: ['ann'] }, 'as there are users'],
  [{ type: 'basic', users: ['a:b'] }, 'a name of at most 64'],
  [{ type: 'basic', users: ['ann', 'ＡＮＮ'] }, 'names that differ'],
  [{ type: 'basic', users: ['ann.b', 'ann_b'] }, 'names that differ'],
  [{ type: 'basic', users: { ann: 'hushhus' } }, 'a password of at least 8 characters'],
  [{ type: 'basic', users: { ann: 'hushhush'.repeat(200) } }, 'a password of at least 8 characters'],
  [{ type: 'token', keys: { ci: 'admin' } }, '"view" or "send"; got "admin"'],
  [{ type: 'token', keys: { ci: { role: 'send', key: 'hushhush' } } }, 'a key of 16 to 256'],
  [{ type: 'token', kees: {} }, 'expected type, users and keys; got "kees"'],
])('auth %j is refused: %s, and no secret is told', (auth, message) => {
  const problem = problemOf(() => parseOptionsObject({ auth }));
  expect(problem).toContain('OPTION_INVALID');
  expect(problem).toContain(message);
  expect(problem).not.toContain('hush');
});

test('accounts where nothing is asked for are refused', () => {
  expect(problemOf(() => parseArguments(['--no-auth', '--user', 'ann']))).toContain('OPTION_INVALID: --auth');
});

test('a secret is what was given, else of its variable, else made: 79 bits, and told', () => {
  const { accounts } = parseOptionsObject({
    auth: { type: 'basic', users: { ann: 'of the option', bob: null, Zoë: null }, keys: { ci: 'send', wall: 'view' } },
  });
  const { users, keys, made } = makeAccounts(accounts, {
    STREAM_VIZ_PASSWORD_ANN: 'not looked at',
    STREAM_VIZ_PASSWORD_BOB: 'of the variable',
    STREAM_VIZ_KEY_CI: 'k'.repeat(16),
  });
  expect(users.map(({ name, password }) => [name, password])).toEqual([
    ['ann', 'of the option'],
    ['bob', 'of the variable'],
    ['Zoë', expect.stringMatching(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/)],
  ]);
  expect(keys).toEqual([
    { name: 'ci', role: 'send', key: 'k'.repeat(16) },
    { name: 'wall', role: 'view', key: expect.stringMatching(/^[\w-]{32}$/) },
  ]);
  expect(made).toEqual({ passwords: { Zoë: users[2]?.password }, keys: { wall: keys[1]?.key } });
  expect(makeAccounts(accounts, {}).made.passwords.Zoë).not.toBe(made.passwords.Zoë);
});

test('a variable that holds no password names itself, not its value', () => {
  const { accounts } = parseOptionsObject({ auth: { type: 'basic', users: ['ann'] } });
  const problem = problemOf(() => makeAccounts(accounts, { STREAM_VIZ_PASSWORD_ANN: 'hush' }));
  expect(problem).toContain('STREAM_VIZ_PASSWORD_ANN');
  expect(problem).not.toContain('hush');
});

test.each([
  [['--base-path', 'dash'], 'a path such as /dash'],
  [['--base-path', '/a/../b'], 'a path such as /dash'],
  [['--base-path', '//evil.example'], 'a path such as /dash'],
  [['--base-path', '/a b'], 'a path such as /dash'],
  [['--trust-proxy', 'proxy.example'], 'an IP address or a network'],
  [['--trust-proxy', '10.0.0.0/33'], 'an IP address or a network'],
  [['--trust-proxy', '10.0.0.0/'], 'an IP address or a network'],
])('%j is refused: %s', (words, message) => {
  expect(problemOf(() => parseArguments(words))).toContain(message);
});

test('a base path loses the slash at its end', () => {
  expect(parseArguments(['--base-path', '/a/b-1.x/']).basePath).toBe('/a/b-1.x');
  expect(parseArguments(['--base-path', '/']).basePath).toBe('');
});
