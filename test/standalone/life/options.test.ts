import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isStreamVizError } from '../../../src/core/errors.ts';
import { DEFAULT_LIMITS } from '../../../standalone/server/limits.ts';
import { OPTION_NAMES, optionsHelp } from '../../../standalone/server/option-definitions.ts';
import { isLoopback, parseArguments, parseOptionsObject } from '../../../standalone/server/options.ts';

const problemOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isStreamVizError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no problem';
};

test('words of a command line and a JSON object say the same', () => {
  const words =
    '--host 0.0.0.0 --port 9000 --title T --theme dark --auto-refresh 5s --default-time-range 1h --timezone Europe/Berlin --buffer-size 1GiB --retention 2d --cors https://a.example,https://b.example --cors http://c.example:81/ --allow-host Proxy.Example --linger 90 --new-token --no-open --script app.py --limit viewers=off --limit ringBytes=1000';
  const fromWords = parseArguments(words.split(' '));
  const fromJson = parseOptionsObject({
    host: '0.0.0.0',
    port: 9000,
    title: 'T',
    theme: 'dark',
    auto_refresh: 5,
    defaultTimeRange: '60m',
    timezone: 'Europe/Berlin',
    'buffer-size': 2 ** 30,
    retention: '48h',
    cors: ['https://a.example', 'https://b.example', 'http://c.example:81'],
    allow_host: 'proxy.example',
    linger: '1m30s',
    new_token: true,
    open: false,
    script: 'app.py',
    limit: { viewers: 'off', ringBytes: 1000 },
  });
  expect(fromWords).toEqual(fromJson);
  expect(fromWords).toMatchObject({
    ...{ host: '0.0.0.0', port: 9000, autoRefreshMs: 5000, defaultRangeUs: 3600e6, bufferBytes: 2 ** 30 },
    ...{ retentionUs: 2 * 86_400e6, lingerMs: 90_000, keep: false, auth: true, open: false },
    limits: { viewers: Number.POSITIVE_INFINITY, ringBytes: 1000, bufferBytes: 2 ** 30 },
  });
});

test('a history file is named relative to the working folder or by its whole path; memory and false name none', () => {
  const fileOf = (persistence: unknown) => parseOptionsObject({ persistence }).persistence;
  expect(fileOf('sqlite:///a/b.db')).toBe(resolve('a/b.db'));
  expect(fileOf('sqlite:////var/b.db')).toBe('/var/b.db');
  expect([fileOf('memory'), fileOf(false), fileOf(null), parseArguments([]).persistence]).toEqual([
    null,
    null,
    null,
    null,
  ]);
  for (const wrong of [
    'b.db',
    'sqlite://b.db',
    'sqlite:///',
    'sqlite:////var/',
    'redis://x',
    'sqlite:///a?mode=ro',
    5,
    true,
  ]) {
    expect(problemOf(() => fileOf(wrong))).toMatch(/^OPTION_INVALID: persistence: expected "memory", or a file/);
  }
  expect(parseArguments(['--history-size', '2GB']).historyBytes).toBe(2e9);
  expect(parseArguments(['--history-size', 'off']).historyBytes).toBe(Number.POSITIVE_INFINITY);
  expect(parseArguments([]).historyBytes).toBe(10e9);
});

test('nothing given, or null, is the default', () => {
  const all = Object.fromEntries(OPTION_NAMES.map((name) => [name, null]));
  expect(parseOptionsObject(all)).toEqual(parseArguments([]));
  expect(parseArguments([])).toMatchObject({
    ...{
      host: '127.0.0.1',
      port: null,
      token: null,
      auth: true,
      theme: 'auto',
      autoRefreshMs: 0,
      defaultRangeUs: 'own',
    },
    ...{ lingerMs: 600_000, cors: [], open: null, limits: DEFAULT_LIMITS },
  });
});

test.each([
  [['--prot', '1'], 'OPTION_UNKNOWN: unknown option --prot; did you mean --port?'],
  [['--buffersize=1MB'], 'OPTION_UNKNOWN: unknown option --buffersize; did you mean --buffer-size?'],
  [['--no-port'], 'OPTION_UNKNOWN: unknown option --no-port; did you mean --port?'],
  [['serv'], 'OPTION_UNKNOWN: unknown option serv; did you mean'],
  [['--token', 'x'.repeat(20)], 'OPTION_UNKNOWN: unknown option --token'],
  [['--port', '70000'], 'OPTION_INVALID: --port: expected a whole number from 0 to 65535; got "70000"'],
  [['--port'], 'OPTION_INVALID: --port: expected NUMBER'],
  [['--theme', 'drak'], 'did you mean "dark"?'],
  [['--linger', 'soon'], 'OPTION_INVALID: --linger: expected a duration'],
  [['--retention', '0'], 'OPTION_INVALID: --retention'],
  [['--buffer-size', '5XB'], 'OPTION_INVALID: --buffer-size: expected "off" or at least 1MB'],
  [['--timezone', 'Europe/Berlln'], 'did you mean "Europe/Berlin"?'],
  [['--cors', 'https://a.example/page'], 'did you mean "https://a.example"?'],
  [['--cors', 'a.example'], 'OPTION_INVALID: --cors: expected an origin'],
  [['--host', 'http://localhost'], 'OPTION_INVALID: --host'],
  [['--host', 'localhost:80'], 'OPTION_INVALID: --host'],
  [['--limit', 'viewer=3'], 'did you mean "viewers"?'],
  [['--limit', 'messageBytes=off'], 'this limit cannot be switched off'],
  [['--limit', 'viewers=-1'], 'expected a number above 0'],
  [['--keep=yes'], 'OPTION_INVALID: --keep: expected no value'],
  [
    ['--host', '0.0.0.0', '--no-auth'],
    'AUTH_REQUIRED: --host 0.0.0.0 can be reached from other machines, so a token is asked for there: leave --no-auth out, or listen on 127.0.0.1',
  ],
])('%j is refused: %s', (words, message) => {
  expect(problemOf(() => parseArguments(words))).toContain(message);
});

describe('a JSON object', () => {
  test.each([
    [{ prot: 1 }, 'unknown option prot; did you mean port?'],
    [{ buffer_sise: 1 }, 'did you mean buffer_size?'],
    [{ auth: 'no' }, 'auth: expected true, false or {type: "basic"'],
    [{ port: 1.5 }, 'port: expected a whole number'],
    [{ token: 'short' }, 'token: expected 16 to 256'],
    [{ host: '192.168.1.5', auth: false }, 'leave auth=False out'],
    [[], 'expected a JSON object'],
    ['x', 'expected a JSON object'],
  ])('%j is refused: %s', (input, message) => {
    expect(problemOf(() => parseOptionsObject(input))).toContain(message);
  });

  test('a wrong token is not told in the message', () => {
    expect(problemOf(() => parseOptionsObject({ token: 'secret word' }))).not.toContain('secret');
  });
});

test('only addresses that other machines cannot reach are loopback', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]', 'LOCALHOST'])
    expect(isLoopback(host), host).toBe(true);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.evil.example', '128.0.0.1']) {
    expect(isLoopback(host), host).toBe(false);
  }
});

test('the help names every option of a command line', () => {
  for (const name of OPTION_NAMES)
    expect(new RegExp(`--(\\[no-\\])?${name} `).test(optionsHelp()), name).toBe(name !== 'token');
});
