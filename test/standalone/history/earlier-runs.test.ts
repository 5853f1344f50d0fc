// Runs of one name, one after the other: a query counts every sample of each, or says that some may be missing.
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readSamplePart } from '../../../src/wire/arrow-fixed.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { detailPast } from '../../../standalone/server/history/reading/detail-past.ts';
import { parseQueryCall } from '../../../standalone/server/http/query/query-call.ts';
import { answerQuery } from '../../../standalone/server/http/query/query-lines.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { PlainProducer } from '../hub/producer.ts';
import { FileStage, freshPath } from './file-stage.ts';
import { historyOn, sendTo } from './worker-stage.ts';

/** An edge of ten minutes. */
const T0 = 1_790_000_400;

const rows = (fromS: number, count: number) =>
  Array.from({ length: count }, (_, i) => [(T0 + fromS + i) * 1e6, i] as const);

/** The run of a number that begins then: its epoch, and the name it asks for. */
const run = (number: number, session = 'app') =>
  new PlainProducer(new FakeClock(), { session, epoch: { id: String(number).repeat(32), startedUs: number } });

/** A server whose hub knows where the past is. */
async function serverOn(path: string, limits: Parameters<typeof historyOn>[1] = {}) {
  const made = await historyOn(path, limits);
  made.hub.past = () => made.history.reader;
  return made;
}

type Server = Awaited<ReturnType<typeof serverOn>>;

/** Count of the metric over a range, and whether it says that samples may be missing. */
async function counted({ hub, environment }: Server, fromS = -1000, past = hub.past()) {
  const toS = 10_000;
  const range = { start: String(T0 + fromS), end: String(T0 + toS) };
  const call = parseQueryCall(new URLSearchParams({ metric: 'm', aggregation: 'count', ...range }));
  const sources = { sessions: hub.sessions, past, limits: environment.limits };
  const row = (await answerQuery(sources, call, (T0 + toS) * 1e6)).lines[0]?.rows[0];
  return { count: row?.value ?? 0, isSure: (row?.flags ?? 0) === 0 };
}

/** Another program begins to write and does not end: nobody else can. */
function locked(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  db.exec('begin immediate');
  return db;
}

test('while nothing can be written, what memory has of a run is in every answer, and what may be missing is told', async () => {
  const path = freshPath();
  const server = await serverOn(path);
  const { hub, history } = server;
  const first = sendTo(hub, run(1));
  first({ m: rows(0, 30) });
  await history.settled();
  const lock = locked(path);
  first({ m: rows(30, 270) });
  first.seat.leave(false);
  const send = sendTo(hub, run(2));
  send({ m: rows(320, 101) });
  expect(await counted(server), 'of the first run only the disk tells, as far as it is there').toEqual({
    count: 30 + 101,
    isSure: false,
  });
  expect(await counted(server, -1000, history.reader), 'memory has the second').toMatchObject({ count: 30 + 101 });
  expect(await counted(server, 320), 'after the first run nothing is in doubt').toEqual({ count: 101, isSure: true });
  const live = hub.sessions.get('app')!;
  const query = {
    id: 'q',
    series: ['["m",[]]'],
    startUs: T0 * 1e6,
    endUs: (T0 + 600) * 1e6,
    columns: 1000,
    since: null,
  };
  const zoomed = decodeFrame(live.detail(query, await detailPast(live, query, hub.past()!)));
  expect(readSamplePart(zoomed.buffers[0]!).columns.length).toBe(30 + 101);
  // Among those of the first run: counts cannot tell what the disk lacks.
  send({ m: rows(100, 50) });
  expect((await counted(server)).isSure).toBe(false);
  lock.exec('rollback');
  await history.settled();
  expect(await counted(server)).toEqual({ count: 300 + 151, isSure: true });
});

test.each([
  ['after it', 320],
  ['among its samples', 100],
])('a query right after a message has it: the second run begins %s', async (_, fromS) => {
  const server = await serverOn(freshPath());
  const first = sendTo(server.hub, run(1));
  first({ m: rows(0, 300) });
  first.seat.leave(false);
  const send = sendTo(server.hub, run(2));
  for (let k = 1; k <= 20; k += 1) {
    send({ m: rows(fromS + 5 * k, 5) });
    expect(await counted(server)).toEqual({ count: 300 + 5 * k, isSure: true });
  }
});

test('messages that were left out of the file leave a run in doubt where one before has samples too', async () => {
  const server = await serverOn(freshPath(), { historyQueueBytes: 20_000 });
  const { hub, history } = server;
  const first = sendTo(hub, run(1));
  first({ m: rows(0, 300) });
  await history.settled();
  first.seat.leave(false);
  const send = sendTo(hub, run(2));
  send({ m: rows(320, 10) });
  await history.settled();
  send({ m: rows(330, 3000) });
  expect(history.status.droppedMessages).toBe(1);
  send({ m: rows(3330, 10) });
  await history.settled();
  expect(await counted(server)).toEqual({ count: 3320, isSure: false });
});

/** A run of an hour; then the clock is set back, and another one sends among its samples. */
async function setBack(path: string, limits: Parameters<typeof historyOn>[1] = {}) {
  const server = await serverOn(path, limits);
  const first = sendTo(server.hub, run(1));
  first({ m: rows(0, 3600) });
  first.seat.leave(false);
  const second = sendTo(server.hub, run(2));
  second({ m: rows(300, 50) });
  expect(await counted(server)).toEqual({ count: 3650, isSure: true });
  return { server, second };
}

test('a server that is started anew knows how far the runs before reach', async () => {
  const path = freshPath();
  const { server } = await setBack(path);
  await server.history.close();
  const again = await serverOn(path);
  expect(again.hub.sessions.get('app')!.earlierUs).toBe((T0 + 3599) * 1e6);
  expect(await counted(again)).toEqual({ count: 3650, isSure: true });
});

test('so it does on a file of before, which is made like the others', async () => {
  const path = freshPath();
  const { server } = await setBack(path);
  await server.history.close();
  const db = new DatabaseSync(path);
  db.exec('alter table session drop column earlier_us');
  db.close();
  for (let i = 0; i < 2; i += 1) {
    const again = await serverOn(path);
    expect(again.history.status).toMatchObject({ state: 'on', restoredSessions: 1 });
    expect(again.hub.sessions.get('app')!.earlierUs).toBe((T0 + 3599) * 1e6);
    expect(await counted(again)).toEqual({ count: 3650, isSure: true });
    await again.history.close();
  }
});

test.each(['at once', 'after a restart', 'after a restart, on a file of before'])(
  'a session that left memory goes on behind its past when its name is taken again: %s',
  async (when) => {
    const path = freshPath();
    const limits = { sessions: 1 };
    let { server, second } = await setBack(path, limits);
    second.seat.leave(false);
    sendTo(server.hub, run(3, 'other')).seat.leave(false);
    expect([...server.hub.sessions.keys()]).toEqual(['other']);
    if (when !== 'at once') {
      await server.history.close();
      if (when.endsWith('before')) {
        const db = new DatabaseSync(path);
        db.exec('alter table session drop column earlier_us');
        db.close();
      }
      server = await serverOn(path, limits);
    }
    second = sendTo(server.hub, run(4));
    second({ m: rows(400, 50) });
    expect(server.hub.sessions.get('app')!.earlierUs).toBe((T0 + 3599) * 1e6);
    expect(await counted(server)).toEqual({ count: 3700, isSure: true });
  },
);

test.each([false, true])('how far they reach outlives every kill, with a checkpoint: %s', async (hasCheckpoint) => {
  const path = freshPath();
  let stage = new FileStage(path);
  const first = sendTo(stage.hub, run(1));
  first({ m: rows(0, 3600) });
  first.seat.leave(false);
  sendTo(stage.hub, run(2))({ n: rows(300, 50) });
  for (let life = 0; life < 3; life += 1) {
    stage.writer.flush();
    if (hasCheckpoint) stage.checkpointer.make('app');
    stage.kill();
    stage = new FileStage(path);
    expect(stage.hub.sessions.get('app')!.earlierUs).toBe((T0 + 3599) * 1e6);
  }
  // With nothing in memory, too.
  const third = sendTo(stage.hub, run(3));
  third();
  third.seat.leave(false);
  sendTo(stage.hub, run(4))();
  await vi.waitFor(() => expect(stage.hub.sessions.get('app')!.epochId).toBe('4'.repeat(32)));
  expect(stage.hub.sessions.get('app')!.earlierUs).toBe((T0 + 3599) * 1e6);
  stage.kill();
});
