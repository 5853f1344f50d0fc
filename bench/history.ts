// The history file: writing while samples come, bytes on disk, queries over what only the disk has, and a restart.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { History } from '../standalone/server/history/history.ts';
import { openHistory } from '../standalone/server/history/history-file.ts';
import { HistoryReader } from '../standalone/server/history/reader.ts';
import { startWorker } from '../standalone/server/history/workers.ts';
import { answerJson } from '../standalone/server/http/query/answer-forms.ts';
import { parseQueryCall } from '../standalone/server/http/query/query-call.ts';
import { answerQuery } from '../standalone/server/http/query/query-lines.ts';
import { SessionHub } from '../standalone/server/hub/session-hub.ts';
import { DEFAULT_LIMITS } from '../standalone/server/limits.ts';
import { ServerLog } from '../standalone/server/log/log.ts';
import { type Figure, figure, median, report } from './figures.ts';
import { END_US, measured, writePast } from './history-files.ts';
import { MessageMaker } from './standalone-producer.ts';

const SERIES = 100;
const ROWS = 500;
const FRAMES = 80;
const DAY_S = 86_400;
/** Budgets of the product. */
const MOST = { bytesPerSample: 20, blockedMs: 20, dayMs: 50, monthMs: 200, restartMs: 2000 };
const LEAST_PER_SECOND = 2e6;
/** Bytes of segments beside the session that a restart restores; what is in segments is not read then. */
const RESTART_BYTES = 1e9;

const folder = mkdtempSync(join(tmpdir(), 'streamviz-bench-history-'));
const limits = { ...DEFAULT_LIMITS, retentionUs: Number.POSITIVE_INFINITY };
const environment = {
  now: () => Date.now() * 1000,
  schedule: (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  limits,
};
const log = new ServerLog({ level: 'error', format: 'text' });
const names = Array.from({ length: SERIES }, (_, i) => `m${i}`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const fileBytes = (path: string) =>
  statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);

function frames(count: number): readonly Uint8Array[] {
  const maker = new MessageMaker('bench');
  maker.declare(names);
  const fromUs = Date.now() * 1000 - count * 50_000;
  return Array.from({ length: count }, (_, k) =>
    maker.frame(names.map((name, i) => measured(name, fromUs + k * 50_000, ROWS, 100, k * 131 + i))),
  ).map((bytes) => {
    // The hello names the maker's epoch.
    epochs.set(bytes, maker.epoch);
    return bytes;
  });
}
const epochs = new WeakMap<Uint8Array, MessageMaker['epoch']>();

/** Feeds frames to a hub as they would come; returns samples a second until all is on disk, and how long the loop was blocked. */
async function fed(path: string | null, all: readonly Uint8Array[], pauseMs: number) {
  const hub = new SessionHub(environment);
  const history =
    path === null ? null : await History.open({ path, mostBytes: Number.POSITIVE_INFINITY, hub, environment, log });
  const hello = { session: 'bench', seq: 0, from: 1, name: 'bench', pid: 1, host: 'here', version: '0.0.0' };
  const seat = hub.join({ ...hello, epoch: epochs.get(all[0]!)! });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  for (const bytes of all) {
    seat.take(bytes);
    await (pauseMs > 0 ? sleep(pauseMs) : new Promise((resolve) => setImmediate(resolve)));
    while ((history?.status.waitingBytes ?? 0) > 32e6) await sleep(1);
  }
  await history?.settled();
  const seconds = (performance.now() - began) / 1000;
  delay.disable();
  const dropped = history?.status.droppedSamples ?? 0;
  if (dropped > 0) throw new Error(`${dropped} samples were dropped`);
  hub.close();
  await history?.close();
  return {
    perSecond: (all.length * SERIES * ROWS) / seconds,
    p99Ms: delay.percentile(99) / 1e6,
    maxMs: delay.max / 1e6,
  };
}

/** Median ms of a query that memory knows nothing of, from the text of its parameters to the JSON. */
async function queried(
  path: string,
  parameters: Record<string, string>,
): Promise<{ readonly ms: number; readonly rows: number }> {
  const past = new HistoryReader(() =>
    startWorker({ history: 'read', path, limits, mostBytes: Number.POSITIVE_INFINITY }),
  );
  const times: number[] = [];
  let rows = 0;
  for (let i = 0; i < 12; i += 1) {
    const began = performance.now();
    const call = parseQueryCall(new URLSearchParams({ metric: 'm0', ...parameters }));
    const answer = await answerQuery({ sessions: new Map(), past, limits }, call, END_US);
    rows = answer.lines[0]?.rows.length ?? 0;
    if (answerJson(answer).length < rows) throw new Error('the answer is too short');
    if (i >= 2) times.push(performance.now() - began);
  }
  await past.close();
  return { ms: median(times), rows };
}

const figures: Figure[] = [];
const seconds = (us: number) => String(us / 1e6);

const all = frames(FRAMES);
const written = await fed(join(folder, 'written.db'), all, 0);
figures.push(
  figure(
    `write-through, ${SERIES} series, frames of ${(SERIES * ROWS) / 1000} k samples, until all are on disk`,
    written.perSecond / 1e6,
    'M samples/s',
    LEAST_PER_SECOND / written.perSecond,
    'of 2 M samples/s',
    1,
  ),
);
const paced = frames(FRAMES / 2);
const alone = await fed(null, paced, 20);
const kept = await fed(join(folder, 'paced.db'), paced, 20);
const blockedMs = kept.p99Ms - alone.p99Ms;
figures.push(
  figure(
    'event loop delay at 2 M samples/s, p99 above that of the same run without a file',
    blockedMs,
    'ms',
    blockedMs / MOST.blockedMs,
    `of ${MOST.blockedMs} ms`,
    1,
  ),
  figure(
    'event loop delay at 2 M samples/s, longest',
    kept.maxMs,
    'ms',
    kept.maxMs / alone.maxMs,
    'that without a file',
    null,
  ),
);

for (const [perSecond, hours] of [
  [1, 24],
  [100, 1],
] as const) {
  const path = join(folder, `size-${perSecond}.db`);
  const past = writePast(path, { names: names.slice(0, 20), perSecond, seconds: hours * 3600 });
  const bytes = fileBytes(path) / past.samples;
  figures.push(
    figure(
      `segments and tiers of 20 series, ${hours} h at ${perSecond} Hz`,
      bytes,
      'bytes/sample',
      bytes / MOST.bytesPerSample,
      `of ${MOST.bytesPerSample} bytes`,
      1,
    ),
    figure(
      `compaction of 20 series at ${perSecond} Hz`,
      past.samples / past.ms / 1000,
      'M samples/s',
      LEAST_PER_SECOND / ((1000 * past.samples) / past.ms),
      'of 2 M samples/s',
      perSecond === 100 ? 1 : null,
    ),
  );
}

const day = join(folder, 'day.db');
writePast(day, { names: ['m0'], perSecond: 20, seconds: DAY_S });
for (const aggregation of ['avg', 'p95']) {
  const { ms, rows } = await queried(day, {
    start: seconds(END_US - DAY_S * 1e6),
    end: seconds(END_US),
    step: `${DAY_S / 1000}s`,
    aggregation,
  });
  figures.push(
    figure(
      `${aggregation} over 24 h of 20 Hz (1.7 M samples) from disk, ${rows} rows`,
      ms,
      'ms',
      ms / MOST.dayMs,
      `of ${MOST.dayMs} ms`,
      1,
    ),
  );
}
const month = join(folder, 'month.db');
writePast(month, { names: ['m0'], perSecond: 1, seconds: 30 * DAY_S });
for (const aggregation of ['avg', 'p95']) {
  const { ms, rows } = await queried(month, {
    start: seconds(END_US - 30 * DAY_S * 1e6),
    end: seconds(END_US),
    step: `${(30 * DAY_S) / 1000}s`,
    aggregation,
  });
  figures.push(
    figure(
      `${aggregation} over 30 days of 1 Hz (2.6 M samples) from disk, ${rows} rows`,
      ms,
      'ms',
      ms / MOST.monthMs,
      `of ${MOST.monthMs} ms`,
      1,
    ),
  );
}

/** Makes a file larger by copies of its segments: what a restart must not read. */
function grow(path: string, least: number): void {
  const db = openHistory(path, 'write');
  const blob = new Uint8Array(30_000).map((_, i) => (i * 7919) % 251);
  db.exec("insert into series(session, name, labels) values('ballast', 'ballast', '[]')");
  const insert = db.prepare(
    'insert into seg(series, tier, t0, t1, n, enc, body) values((select max(id) from series), 0, ?, ?, 4096, 0, ?)',
  );
  db.exec('begin');
  for (let i = 0; i * blob.length < least; i += 1) insert.run(i * 1e6, i * 1e6 + 1, blob);
  db.exec('commit; pragma wal_checkpoint(truncate)');
  db.close();
}
const restart = join(folder, 'written.db');
grow(restart, RESTART_BYTES);
const bytes = fileBytes(restart);
const began = performance.now();
const hub = new SessionHub(environment);
const history = await History.open({ path: restart, mostBytes: Number.POSITIVE_INFINITY, hub, environment, log });
const call = parseQueryCall(new URLSearchParams({ metric: 'm0', step: '1s' }));
const answer = await answerQuery({ sessions: hub.sessions, past: history.reader, limits }, call, Date.now() * 1000);
const ms = performance.now() - began;
if (answer.lines[0]!.rows.length === 0) throw new Error('nothing was restored');
figures.push(
  figure(
    `restart with a file of ${Math.round(bytes / 1e6)} MB and a session of ${SERIES} series to the first answer`,
    ms,
    'ms',
    ms / MOST.restartMs,
    `of ${MOST.restartMs} ms`,
    1,
  ),
);
hub.close();
await history.close();
rmSync(folder, { recursive: true });
report(figures);
process.exit(0);
