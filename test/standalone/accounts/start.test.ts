// Servers with accounts as processes: what a start tells, and which server is joined.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readyText } from '../../../standalone/server/life/announcement.ts';
import { ownFolders, removeBundle, startProcess } from '../life/server-process.ts';

afterAll(removeBundle);

const auth = { type: 'basic', users: ['ann', 'bob'], keys: { ci: 'send' } };

test('a start tells what it made, once; its link has no token, its runtime file no secret but the token of this user', async () => {
  const folders = ownFolders();
  const environment = { ...folders, STREAM_VIZ_PASSWORD_ANN: 'correct horse' };
  const first = await startProcess(environment, { options: { port: 0, auth } });
  const { passwords, keys } = first.said.made as Record<'passwords' | 'keys', Record<string, string>>;
  expect([Object.keys(passwords), Object.keys(keys)]).toEqual([['bob'], ['ci']]);
  expect(first.said).toMatchObject({ ready: true, hasUsers: true, link: `${first.said.url}/` });
  const file = readFileSync(join(folders.XDG_RUNTIME_DIR!, 'stream-viz', 'server-test.json'), 'utf8');
  expect(JSON.parse(file)).toMatchObject({ hasUsers: true, accounts: 'ann,bob,ci=send', token: first.said.token });
  for (const secret of ['correct horse', passwords.bob!, keys.ci!]) expect(file).not.toContain(secret);
  const joined = await startProcess(environment, { options: { auth: { ...auth, users: ['bob', 'ann'] } } });
  expect(joined.said).toMatchObject({
    ...{ joined: true, hasUsers: true, pid: first.child.pid, link: first.said.link },
    made: { passwords: {}, keys: {} },
  });
});

test('whoever asks for accounts does not end up at a server that has none, or others', async () => {
  const environment = ownFolders();
  const plain = await startProcess(environment, { options: { port: 0 } });
  const withUsers = await startProcess(environment, { options: { port: 0, auth } });
  expect(withUsers.said).toMatchObject({ ready: true, joined: false, hasUsers: true });
  expect(withUsers.said.port).not.toBe(plain.said.port);
  const third = await startProcess(environment, { options: {} });
  expect(third.said).toMatchObject({ joined: true, pid: plain.child.pid, hasUsers: false });
});

test('a variable that holds no password: exit code 2 and a line that names it, not its value', async () => {
  const environment = { ...ownFolders(), STREAM_VIZ_PASSWORD_ANN: 'hush' };
  const { said, ended, stderr } = await startProcess(environment, { words: ['--user', 'ann', '--port', '0'] });
  expect(said).toMatchObject({
    ready: false,
    code: 'OPTION_INVALID',
    message: expect.stringContaining('PASSWORD_ANN'),
  });
  expect([await ended, stderr().includes('hush')]).toEqual([2, false]);
});

test('at a terminal each made secret has a line of its own', () => {
  const made = { passwords: { bob: 'aaaa-bbbb-cccc-dddd' }, keys: { ci: 'k'.repeat(32) } };
  const server = { url: 'http://127.0.0.1:1', host: '127.0.0.1', port: 1, token: 'abc', pid: 1, joined: false };
  expect(readyText({ ...server, hasUsers: true, made }, {}).split('\n')).toEqual([
    'StreamViz runs: http://127.0.0.1:1/',
    '  password of bob, told once: aaaa-bbbb-cccc-dddd',
    `  key of ci, told once: ${'k'.repeat(32)}`,
  ]);
});
