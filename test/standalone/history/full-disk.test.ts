// A disk that is full: the real worker on a file system of two megabytes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openHistory } from '../../../standalone/server/history/history-file.ts';
import { historyProblem } from '../../../standalone/server/history/history-problem.ts';
import { LogWriter } from '../../../standalone/server/history/log-writer.ts';
import type { HistoryEntry } from '../../../standalone/server/history/messages.ts';
import { rowsFrom } from '../hub/producer.ts';
import { freshPath } from './file-stage.ts';
import { historyOn, sendTo } from './worker-stage.ts';

/** Not too old for the clock of {@link sendTo}. */
const BEGIN_US = 1.763e15;

/** A file system of so many megabytes; null where this user may not have one. */
function smallDisk(megabytes: number): string | null {
  const folder = freshPath('disk');
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status !== 0) return null;
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}

const messagesOf = (first: number, count: number, bytes: number): readonly HistoryEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ kind: 'message' as const, session: 'app', epoch: 'e', message: first + i },
    ...{ cameUs: 1, rows: 1, at: i * bytes, bytes },
  }));

test('a batch for which there is no room is not there at all, and is there whole once there is', () => {
  const db = openHistory(freshPath(), 'write');
  onTestFinished(() => db.close());
  const log = new LogWriter(db);
  const count = () => Number(db.prepare('select count(*) as n from log').get()!.n);
  const batch = { entries: messagesOf(1, 100, 4000), bytes: new Uint8Array(400_000).fill(7) };
  const pages = Number(db.prepare('pragma page_count').get()!.page_count);
  db.exec(`pragma max_page_count = ${pages + 20}`);
  for (let i = 0; i < 3; i += 1) {
    let problem: unknown = null;
    try {
      log.write([batch]);
    } catch (error) {
      problem = error;
    }
    expect(historyProblem(problem, 'x.db')).toMatchObject({
      code: 'HISTORY_FULL',
      message: expect.stringMatching(/^history x.db: the disk is full/),
    });
    expect(count()).toBe(0);
  }
  db.exec('pragma max_page_count = 100000');
  log.write([batch]);
  expect(count()).toBe(100);
});

describe('a server whose disk becomes full', () => {
  test('goes on in memory and acknowledges, says so, and writes everything that waited once there is room', async ({
    skip,
  }) => {
    const folder = smallDisk(2);
    if (folder === null) return skip();
    const path = join(folder, 'history.db');
    const { history, hub, log } = await historyOn(path);
    const filler = join(folder, 'filler');
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 100_000));
    const send = sendTo(hub);
    for (let i = 0; i < 20; i += 1) send({ a: rowsFrom(BEGIN_US + i * 1e6, 1000, 1000) });
    await vi.waitFor(() => expect(history.status.state).toBe('failing'), { timeout: 20_000 });
    expect(history.status.problem).toMatchObject({ code: 'HISTORY_FULL' });
    expect(log.filter(([, event]) => event === 'history.failing').length).toBe(1);
    send({ a: rowsFrom(BEGIN_US + 2e8, 1000, 1000) });
    expect([send.seat.position.seq, history.status.droppedMessages]).toEqual([21, 0]);
    // An end does not wait for room.
    await history.settled();
    rmSync(filler);
    await vi.waitFor(() => expect(history.status.state).toBe('on'), { timeout: 20_000 });
    await history.settled();
    expect(log.some(([, event]) => event === 'history.recovered')).toBe(true);
    await history.close();
    const again = await historyOn(path);
    expect(again.hub.sessions.get('app')!.store.series('a')[0]!.count).toBe(21_000);
  });
});
