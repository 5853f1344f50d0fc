import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeptPorts } from '../../../standalone/server/life/kept-ports.ts';
import { keptToken } from '../../../standalone/server/life/kept-token.ts';
import { RuntimeFile } from '../../../standalone/server/life/runtime-file.ts';
import { takeTurn } from '../../../standalone/server/life/start-turn.ts';
import {
  createOwnFile,
  ensureOwnFolder,
  readOwnFile,
  runtimeFolder,
  stateFolder,
  writeOwnFile,
} from '../../../standalone/server/life/state-folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamviz-state-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string) => lstatSync(path).mode & 0o777;
const entry = {
  ...{ url: 'http://127.0.0.1:1', host: '127.0.0.1', port: 1, token: 't', pid: 7, startedUs: 5, version: '1' },
  ...{ hasUsers: true, accounts: 'ann', options: { theme: 'dark' } },
};

test('a token is made once, kept with mode 0600, and made anew only where that is asked for', () => {
  const state = join(folder, 'deep', 'state');
  const token = keptToken(state);
  expect(token).toMatch(/^[\w-]{32}$/);
  expect([modeOf(state), modeOf(join(state, 'token'))]).toEqual([0o700, 0o600]);
  expect(keptToken(state)).toBe(token);
  const renewed = keptToken(state, { renew: true });
  expect(renewed).not.toBe(token);
  expect(keptToken(state)).toBe(renewed);
});

test('a token that others may read, or that is none, is replaced', () => {
  const token = keptToken(folder);
  chmodSync(join(folder, 'token'), 0o644);
  const second = keptToken(folder);
  expect(second).not.toBe(token);
  expect(modeOf(join(folder, 'token'))).toBe(0o600);
  writeOwnFile(join(folder, 'token'), 'short\n');
  expect(keptToken(folder)).toMatch(/^[\w-]{32}$/);
});

test('a runtime file says what was written, and is read by nobody where others could have written it', () => {
  const file = new RuntimeFile(folder, 'k');
  expect(file.read()).toBeNull();
  file.write(entry);
  expect(file.read()).toEqual(entry);
  expect(modeOf(file.path)).toBe(0o600);
  chmodSync(file.path, 0o620);
  expect(file.read()).toBeNull();
  rmSync(file.path);
  const target = join(folder, 'target');
  writeFileSync(target, JSON.stringify(entry), { mode: 0o600 });
  symlinkSync(target, file.path);
  expect(file.read()).toBeNull();
});

test.each(['', '{', 'null', '[]', '{"url":1}', JSON.stringify({ ...entry, port: '1' })])(
  'a runtime file of %j is none',
  (text) => {
    const file = new RuntimeFile(folder, 'k');
    writeOwnFile(file.path, text);
    expect(file.read()).toBeNull();
  },
);

test('a server removes its own entry alone', () => {
  const file = new RuntimeFile(folder, 'k');
  file.write(entry);
  file.release(8);
  expect(file.read()).toEqual(entry);
  file.release(7);
  expect(file.read()).toBeNull();
});

test('a key that could be a path is the default one', () => {
  for (const key of ['', '../x', 'a/b', 'x'.repeat(101)])
    expect(new RuntimeFile(folder, key).path).toBe(join(folder, 'server-default.json'));
  expect(new RuntimeFile(folder, 'a.b-1').path).toBe(join(folder, 'server-a.b-1.json'));
});

test('ports are kept by script, whatever it is called; a broken file is an empty one', () => {
  const ports = new KeptPorts(folder);
  for (const [i, name] of ['app.py', '__proto__', '7', '/a b/ü.py', 'app.py'].entries()) ports.keep(name, 9000 + i);
  const again = new KeptPorts(folder);
  expect(['app.py', '__proto__', '7', '/a b/ü.py', 'other'].map((name) => again.portOf(name))).toEqual([
    9004,
    9001,
    9002,
    9003,
    null,
  ]);
  for (let i = 0; i < 250; i += 1) ports.keep(`s${i}`, 1000 + i);
  expect([again.portOf('app.py'), again.portOf('s249'), again.portOf('s50'), again.portOf('s49')]).toEqual([
    null,
    1249,
    1050,
    null,
  ]);
  writeOwnFile(join(folder, 'ports.json'), '{"app');
  expect(again.portOf('s249')).toBeNull();
});

test('a folder that is a link or a file is not used', () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  expect(() => ensureOwnFolder(join(folder, 'link'))).toThrow(expect.objectContaining({ code: 'FOLDER_UNSAFE' }));
  mkdirSync(join(folder, 'open'), { mode: 0o777 });
  ensureOwnFolder(join(folder, 'open'));
  expect(modeOf(join(folder, 'open'))).toBe(0o700);
});

test('a file is created once and replaced whole; nothing is left beside it', () => {
  const path = join(folder, 'sub', 'f');
  expect([createOwnFile(path, 'a'), createOwnFile(path, 'b'), readOwnFile(path)]).toEqual([true, false, 'a']);
  writeOwnFile(path, 'c');
  expect(readFileSync(path, 'utf8')).toBe('c');
  expect(readOwnFile(join(folder, 'sub'))).toBeNull();
});

test('folders follow the environment', () => {
  expect(runtimeFolder({ XDG_RUNTIME_DIR: '/run/user/1' })).toBe('/run/user/1/stream-viz');
  expect(runtimeFolder({})).toMatch(/stream-viz-/);
  expect(stateFolder({ STREAM_VIZ_STATE: '/s', XDG_STATE_HOME: '/x' })).toBe('/s');
  expect(stateFolder({ XDG_STATE_HOME: '/x' })).toBe('/x/stream-viz');
  expect(stateFolder({})).toMatch(/\.local[\\/]state[\\/]stream-viz$/);
});

test('starters take turns; the turn of a process that is gone is over', async () => {
  const path = join(folder, 'server-k.json');
  const order: string[] = [];
  const end = await takeTurn(path);
  const second = takeTurn(path).then((done) => {
    order.push('second');
    done();
  });
  order.push('first');
  end();
  end();
  await second;
  expect(order).toEqual(['first', 'second']);
  writeOwnFile(`${path}.lock`, '999999999');
  (await takeTurn(path))();
  expect(readOwnFile(`${path}.lock`)).toBeNull();
});
