// Queries and zooms that memory alone cannot answer, over a real file read by the real worker.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSamplePart } from '../../../src/wire/arrow-fixed.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { detailPast } from '../../../standalone/server/history/reading/detail-past.ts';
import { metricList } from '../../../standalone/server/http/metric-list.ts';
import { parseQueryCall } from '../../../standalone/server/http/query/query-call.ts';
import { answerQuery } from '../../../standalone/server/http/query/query-lines.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { PlainProducer } from '../hub/producer.ts';
import { historyOn, sendTo } from './worker-stage.ts';

const T0 = 1_790_000_000;
const ROWS = 30_000;
const FRAMES = 5;

/** 150,000 samples, 1 ms apart, of which memory holds the newest 100,000. */
async function filled() {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-reader-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const made = await historyOn(join(folder, 'h.db'), { retentionUs: Number.POSITIVE_INFINITY });
  const send = sendTo(made.hub, new PlainProducer(new FakeClock()));
  for (let k = 0; k < FRAMES; k += 1) {
    send({ m: Array.from({ length: ROWS }, (_, i) => [T0 * 1e6 + (k * ROWS + i) * 1000, k * ROWS + i] as const) });
  }
  await made.history.settled();
  return made;
}

test('a query gets samples that have left memory, and those that have not, each once', async () => {
  const { hub, history, environment } = await filled();
  const { limits } = environment;
  const asked = async (past: typeof history.reader | null, parameters: Record<string, string>) => {
    const call = parseQueryCall(new URLSearchParams({ metric: 'm', ...parameters }));
    return (await answerQuery({ sessions: hub.sessions, past, limits }, call, T0 * 1e6)).lines[0]!;
  };
  const range = { start: String(T0), end: String(T0 + 60) };
  const alone = await asked(null, range);
  expect(alone.parts.map(({ source }) => source)).not.toEqual(['raw']);
  const { rows, parts } = await asked(history.reader, range);
  expect(parts.map(({ source, count }) => [source, count])).toEqual([['raw', 60_000]]);
  expect(rows.every(({ startUs, value }, i) => startUs === T0 * 1e6 + i * 1000 && value === i)).toBe(true);
  const p95 = await asked(history.reader, { ...range, step: '7s', aggregation: 'p95' });
  expect(p95.rows[1]).toMatchObject({ count: 7000, source: 'raw' });
  // Everything: both sides of where memory begins.
  const all = await asked(history.reader, { step: '1s', aggregation: 'count' });
  expect(all.rows.map(({ count }) => count)).toEqual(Array.from({ length: 150 }, () => 1000));
});

test('a zoom gets samples that have left memory', async () => {
  const { hub, history } = await filled();
  const live = [...hub.sessions.values()][0]!;
  const query = { id: 'q', series: ['["m",[]]'], startUs: T0 * 1e6, endUs: (T0 + 2) * 1e6, columns: 1000, since: null };
  const coarse = decodeFrame(live.detail(query)).header;
  expect(coarse).toMatchObject({ complete: false });
  const past = await detailPast(live, query, history.reader);
  const fine = live.detail(query, past);
  expect(decodeFrame(fine).header).toMatchObject({ complete: true, columnUs: 0 });
  expect(readSamplePart(decodeFrame(fine).buffers[0]!).columns.length).toBe(2000);
  const late = { ...query, startUs: (T0 + 140) * 1e6, endUs: (T0 + 141) * 1e6 };
  expect(detailPast(live, late, history.reader)).toBeNull();
});

test('the list of metrics names what only the disk has, and from when on it has the others', async () => {
  const { hub, history } = await filled();
  const stored = [
    { session: 'app', name: 'm', labels: '[]', axis: 'time' as const, firstUs: T0 * 1e6, lastUs: (T0 + 149.999) * 1e6 },
  ];
  expect(await history.reader.list(null), 'what the run that goes on sent is in memory').toEqual([]);
  const same = { session: 'app', name: 'm', lines: 1, first: T0, last: T0 + 149.999, labels: {} };
  expect(metricList(new Map(), stored).metrics).toMatchObject([{ ...same, samples: null, widgets: [] }]);
  expect(metricList(hub.sessions, stored).metrics).toMatchObject([{ ...same, samples: ROWS * FRAMES }]);
  const older = { session: 'app', name: 'm', labels: '[["host","a"]]', axis: 'time' as const, firstUs: 0, lastUs: 1e6 };
  const labels = { host: { count: 1, values: ['a'] } };
  expect(metricList(hub.sessions, [...stored, older]).metrics).toMatchObject([{ lines: 2, first: 0, labels }]);
});

test('a metric of an earlier run is answered from disk, and names the nearest one where there is none', async () => {
  const { history, environment } = await filled();
  const empty = { sessions: new Map(), past: history.reader, limits: environment.limits };
  const call = (metric: string) => parseQueryCall(new URLSearchParams({ metric, aggregation: 'count' }));
  await expect(answerQuery(empty, call('n'), 0)).rejects.toMatchObject({ code: 'METRIC_UNKNOWN' });
});

test.each([
  ['its clock jumped far back', [-3000, -2900]],
  ['its clock jumped back among those before', [20, 80]],
  ['nothing of that', []],
])('a query counts the samples of the run before and of the one that took its name: %s', async (_, jumps) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-reader-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { hub, history, environment } = await historyOn(join(folder, 'h.db'));
  const rows = (fromS: number, count: number) =>
    Array.from({ length: count }, (__, i) => [(T0 + fromS + i) * 1e6, i] as const);
  const first = sendTo(hub);
  first({ m: rows(0, 100) });
  await history.settled();
  first.seat.leave(false);
  expect(await history.reader.list('m')).toEqual([]);
  const send = sendTo(hub, new PlainProducer(new FakeClock(), { epoch: { id: 'next', startedUs: 1000 } }));
  send({ n: rows(200, 1) });
  await history.settled();
  const [of, span] = [
    { session: 'app', labels: '[]', axis: 'time' },
    { firstUs: T0 * 1e6, lastUs: (T0 + 99) * 1e6 },
  ];
  expect(await history.reader.list('m'), 'the log alone has it').toEqual([{ ...of, name: 'm', ...span }]);
  send({ m: rows(200, 50) });
  for (const jump of jumps) send({ m: rows(jump, 10) });
  send({ m: rows(300, 50) });
  await history.settled();
  const sources = { sessions: hub.sessions, past: history.reader, limits: environment.limits };
  const counted = async (fromS: number, toS: number) => {
    const range = { start: String(T0 + fromS), end: String(T0 + toS) };
    const call = parseQueryCall(new URLSearchParams({ metric: 'm', aggregation: 'count', ...range }));
    return (await answerQuery(sources, call, (T0 + 400) * 1e6)).lines[0]?.rows[0]?.value ?? 0;
  };
  const inside = jumps.filter((jump) => jump >= 0).length * 10;
  expect(hub.sessions.size).toBe(1);
  expect(await counted(0, 100)).toBe(100 + inside);
  expect(await counted(-3000, 500)).toBe(200 + 10 * jumps.length);
  expect(await counted(210, 320)).toBe(60);
  expect(await counted(50, 220)).toBe(50 + 20 + jumps.filter((jump) => jump >= 50).length * 10);
});
