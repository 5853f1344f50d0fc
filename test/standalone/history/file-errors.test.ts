// What a server does with files that it cannot use: real files, the real worker.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openHistory } from '../../../standalone/server/history/history-file.ts';
import { lockHistory } from '../../../standalone/server/history/history-lock.ts';
import { APPLICATION, FORMAT } from '../../../standalone/server/history/history-schema.ts';
import { rowsFrom } from '../hub/producer.ts';
import { freshPath } from './file-stage.ts';
import { historyOn, sendTo } from './worker-stage.ts';

/** A history of some messages, closed in order. */
async function madeHistory(): Promise<string> {
  const path = freshPath();
  const { history, hub } = await historyOn(path);
  const send = sendTo(hub);
  for (let i = 0; i < 200; i += 1) send({ a: rowsFrom(1.763e15 + i * 1e6, 100, 1e4) });
  await history.settled();
  await history.close();
  return path;
}

/** Every file of the folder, to the byte. */
const folderOf = (path: string) =>
  Object.fromEntries(
    readdirSync(dirname(path)).map((name) => [name, readFileSync(join(dirname(path), name)).toString('base64')]),
  );

/** Opens a history that cannot be used: it says so, in words with the path, and changes nothing. */
async function expectRefused(path: string, code: string, words: RegExp): Promise<void> {
  const before = folderOf(path);
  const { history, hub, log } = await historyOn(path);
  expect(history.status).toMatchObject({ state: 'off', problem: { code, message: expect.stringMatching(words) } });
  expect(history.status.problem?.message).toContain(path);
  expect(log).toContainEqual(['error', 'history.off', { code, message: history.status.problem!.message }]);
  // Samples are taken all the same, and acknowledged.
  const send = sendTo(hub);
  send({ a: [[1e15, 1]] });
  expect(hub.sessions.get('app')!.acknowledged).toBe(1);
  await history.close();
  expect(folderOf(path)).toEqual(before);
}

describe('a file that cannot be used stays as it is, and the server goes on in memory', () => {
  test('in a folder that is not there', async () => {
    const folder = freshPath('missing');
    const { history } = await historyOn(join(folder, 'history.db'));
    expect(history.status.problem).toMatchObject({
      code: 'HISTORY_PATH',
      message: expect.stringContaining('no folder'),
    });
    expect(existsSync(folder)).toBe(false);
    await history.close();
  });

  test('where it is a folder', async () => {
    const path = freshPath();
    mkdirSync(path);
    const { history } = await historyOn(path);
    expect(history.status.problem).toMatchObject({ code: 'HISTORY_PATH', message: expect.stringContaining('no file') });
    await history.close();
  });

  test('where it is no database', async () => {
    const path = freshPath();
    writeFileSync(path, 'a diary\n'.repeat(1000));
    await expectRefused(path, 'HISTORY_PATH', /no history of StreamViz/);
  });

  test('where it is the database of another program', async () => {
    const path = freshPath();
    const db = new DatabaseSync(path);
    db.exec('create table log(seq integer primary key); insert into log values (1)');
    db.close();
    await expectRefused(path, 'HISTORY_PATH', /no history of StreamViz/);
  });

  test('where a newer version wrote it', async () => {
    const path = await madeHistory();
    const db = new DatabaseSync(path);
    expect(db.prepare('pragma application_id').get()).toEqual({ application_id: APPLICATION });
    db.exec(`pragma user_version = ${FORMAT + 1}`);
    db.close();
    await expectRefused(path, 'HISTORY_NEWER', new RegExp(`format ${FORMAT + 1}, .* knows ${FORMAT}`));
  });

  test('where a part of it is missing', async () => {
    const path = await madeHistory();
    truncateSync(path, 3 * 8192);
    await expectRefused(path, 'HISTORY_DAMAGED', /damaged/);
  });

  test('where what says what is in it was overwritten', async () => {
    const path = await madeHistory();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 100, 8192);
    writeFileSync(path, bytes);
    await expectRefused(path, 'HISTORY_DAMAGED', /damaged/);
  });

  test('where another server writes it, of this process or another, until that one ends in whatever way', async () => {
    const path = await madeHistory();
    const unlock = lockHistory(path);
    const { history } = await historyOn(path);
    expect(history.status.problem).toMatchObject({ code: 'HISTORY_LOCKED' });
    await history.close();
    unlock();
    const holder = `import { lockHistory } from ${JSON.stringify(new URL('../../../standalone/server/history/history-lock.ts', import.meta.url).href)};
      lockHistory(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      holder,
    ]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expectRefused(path, 'HISTORY_LOCKED', /another program writes it/);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const again = await historyOn(path);
    expect(again.history.status).toMatchObject({ state: 'on', restoredSessions: 1 });
    await again.history.close();
  });

  test('where this user may only read it, or its folder', async () => {
    const path = await madeHistory();
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    onTestFinished(() => chmodSync(dirname(path), 0o755));
    const script = `import { openHistory } from ${JSON.stringify(new URL('../../../standalone/server/history/history-file.ts', import.meta.url).href)};
      try { openHistory(${JSON.stringify(path)}, 'write'); console.log('opened'); } catch ({ code }) { console.log(code); }`;
    // Root may do anything, so another user tries.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const words = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
    const run = () => spawnSync(process.execPath, words, { ...user, encoding: 'utf8' }).stdout.trim();
    expect(run()).toBe('HISTORY_READ_ONLY');
    chmodSync(path, 0o666);
    expect(run()).toBe('HISTORY_READ_ONLY');
    chmodSync(dirname(path), 0o777);
    expect(run()).toBe('opened');
  });
});

test('a message that was damaged in the file is passed over, counted and said; what lacks then is shown as a gap', async () => {
  const path = await madeHistory();
  const db = openHistory(path, 'write');
  db.prepare("update log set body = x'00010203' where message = 150").run();
  db.close();
  const { history, hub, log } = await historyOn(path);
  expect(history.status).toMatchObject({ state: 'on', restoredSessions: 1, damagedMessages: 1 });
  expect(log).toContainEqual(['error', 'history.damaged', { path, messages: 1 }]);
  const live = hub.sessions.get('app')!;
  expect([live.seq, live.store.messages.lost]).toEqual([200, 1]);
  const [a] = live.store.series('a');
  expect([a!.exact, a!.pending.length]).toEqual([false, 1]);
  await history.close();
});

test('a checkpoint that was damaged is passed over, and the messages after it are there', async () => {
  const path = await madeHistory();
  const copy = `${path}-copy`;
  copyFileSync(path, copy);
  const db = openHistory(path, 'write');
  db.exec(`insert into checkpoint values ('app', (select epoch from session), 100, 100, 1, 1, 50, '{}');
    insert into checkpoint_part(part, place, enc, body) values (1, 0, 1, x'00')`);
  db.close();
  const { history, hub } = await historyOn(path);
  expect(history.status).toMatchObject({ state: 'on', restoredSessions: 1, damagedMessages: 1 });
  expect(hub.sessions.get('app')!.seq).toBe(200);
  await history.close();
});
