// What the API says of a session whose producer declares windows, gauges, tables, counters and steps.
import { expect, test } from 'vitest';
import { writeMessageFrame } from '../../../src/wire/message-writer.ts';
import type { RunningServer } from '../../../standalone/server/server.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { PlainProducer } from '../hub/producer.ts';
import { ask, codeOf, openServer } from './asking.ts';

const S = 1e6;
const T0 = 1_790_000_000;

function producerAt(server: RunningServer, widgets: readonly unknown[]) {
  const producer = new PlainProducer(new FakeClock(T0 * S + 100 * S), { session: 'a/b #1' });
  const seat = server.hub.join(producer.hello);
  seat.take(producer.documentFrame(widgets));
  return { producer, seat };
}

const rows = (count: number, value: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => [(T0 + i) * S, value(i)] as const);
const plot = async (server: RunningServer, id: string, more = '') =>
  (await ask(server, `/api/plot/${encodeURIComponent('a/b #1')}/${encodeURIComponent(id)}${more}`)).json;

test('a windowed metric shows its final windows and the open one beside them; the same windows as a query', async () => {
  const { server } = await openServer();
  const options = { window: 10, aggregation: 'max', unit: '%' };
  const { producer, seat } = producerAt(server, [{ id: 'w', kind: 'metric', name: 'load', options }]);
  seat.take(producer.frame({ load: rows(35, (i) => i) }));
  const { lines, unit } = (await plot(server, 'w', `?start=${T0}`)) as {
    unit: string;
    lines: readonly Record<string, unknown>[];
  };
  expect(unit).toBe('%');
  expect(lines).toMatchObject([
    {
      lastValue: 29,
      window: { aggregation: 'max', note: '', open: { start: T0 + 30, end: T0 + 40, value: 34, count: 5 } },
    },
  ]);
  const finals = (lines[0]!.value as readonly number[]).slice(0, 3);
  expect(finals).toEqual([9, 19, 29]);
  const query = (await ask(server, '/api/query?metric=load&step=10s&aggregation=max')).json as {
    lines: readonly Record<string, unknown>[];
  };
  expect(query.lines[0]).toMatchObject({ value: [9, 19, 29, 34], final: [true, true, true, false] });
});

test('a counter is asked for its increase per second unless another aggregation is named', async () => {
  const { server } = await openServer();
  const { producer, seat } = producerAt(server, [
    { id: 'c', kind: 'metric', name: 'requests', options: { counter: true } },
  ]);
  // Three a second, with a reset to 0 at 25.
  seat.take(producer.frame({ requests: rows(41, (i) => (i < 25 ? 3 * i : 3 * (i - 25))) }));
  const json = async (more: string) =>
    (
      (await ask(server, `/api/query?metric=requests&step=10s${more}`)).json as {
        lines: readonly { value: readonly number[] }[];
      }
    ).lines[0]!.value;
  const wanted = [0, 1, 2, 3].map((w) => {
    let sum = 0;
    for (let i = Math.max(1, w * 10); i < w * 10 + 10; i += 1) sum += i === 25 ? 0 : 3;
    return sum / 10;
  });
  expect((await json('')).slice(0, 4)).toEqual(wanted);
  expect(await json('&aggregation=last')).toEqual([27, 57, 12, 42, 45]);
  expect((await ask(server, '/api/metrics')).json.metrics).toMatchObject([
    { name: 'requests', kind: 'counter', session: 'a/b #1' },
  ]);
});

test('a gauge is its newest values; a widget without samples has none', async () => {
  const { server } = await openServer();
  const { producer, seat } = producerAt(server, [
    { id: 'g', kind: 'gauge', name: 'temp', options: { min: -20, max: 50, unit: 'C' } },
    { id: 'm', kind: 'metric', name: 'nothing', options: {} },
    { id: 'n', kind: 'hologram', name: 'new', options: {} },
  ]);
  seat.take(producer.frame({ temp: rows(5, (i) => i * 1.5) }));
  expect(await plot(server, 'g')).toMatchObject({
    kind: 'gauge',
    min: -20,
    max: 50,
    unit: 'C',
    lines: [{ lastValue: 6, lastTime: T0 + 4 }],
  });
  expect(await plot(server, 'm')).toMatchObject({ kind: 'metric', lines: [] });
  expect(await plot(server, 'n')).toMatchObject({ kind: 'unknown' });
  expect((await ask(server, '/api/query?metric=nothing')).json).toMatchObject({ metric: 'nothing', lines: [] });
});

test('on a step axis ranges, steps and answers are steps', async () => {
  const { server } = await openServer();
  const { producer, seat } = producerAt(server, [{ id: 'l', kind: 'metric', name: 'loss', options: { x: 'step' } }]);
  const count = 250;
  const message = producer.message({});
  const samples = {
    length: count,
    series: new Uint16Array(count),
    time: Float64Array.from({ length: count }, (_, i) => i),
    value: Float64Array.from({ length: count }, (_, i) => 100 - i),
  };
  const entry = {
    key: '["loss",[]]',
    gen: 0,
    n: count,
    before: null,
    tiers: [100, 1000, 10_000, 100_000],
    axis: 'step',
    since: null,
  } as const;
  seat.take(writeMessageFrame({ ...message, series: [entry], samples, samplesTotal: count }));
  const json = async (more: string) =>
    (await ask(server, `/api/query?metric=loss${more}`)).json as Record<string, unknown>;
  expect(await json('&step=100&aggregation=min')).toMatchObject({
    ...{ axis: 'step', start: 0, end: 250, step: 100 },
    lines: [{ time: [0, 100, 200], end: [100, 200, 300], value: [1, -99, -149], final: [true, true, false] }],
  });
  expect(await json('&start=10&end=13')).toMatchObject({ lines: [{ time: [10, 11, 12], value: [90, 89, 88] }] });
  expect(codeOf(await ask(server, '/api/query?metric=loss&start=-15m'))).toBe('PARAMETER_INVALID');
  expect(codeOf(await ask(server, '/api/query?metric=loss&step=10s'))).toBe('PARAMETER_INVALID');
  expect((await ask(server, '/api/query?metric=loss&format=csv&start=10&end=11')).text).toContain(
    '\r\n10,10,a/b #1,90,1,true,raw,\r\n',
  );
});

test('a table is its rows, times as ISO 8601 and great whole numbers as text', async () => {
  const { server } = await openServer();
  const { producer, seat } = producerAt(server, [{ id: 't', kind: 'table', name: 'jobs', options: { key: 'id' } }]);
  const part = {
    table: 't',
    slice: { from: 0, to: 3, last: true },
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'number' },
      { name: 'at', type: 'datetime' },
      { name: 'ok', type: 'bool' },
    ],
    rowIds: Float64Array.of(1, 2),
    firstIds: Float64Array.of(1, 2),
    gone: new Uint8Array(2),
    cells: [
      ['a', 2n ** 60n, T0 * S, true],
      ['b', 7n, null, null],
    ],
  } as const;
  const proof = { floor: 0, keyFloor: 0, whole: '0'.repeat(16), part: '0'.repeat(16), total: 2 };
  seat.take(producer.frame({}, { rows: [part], tables: { t: proof } }));
  expect(await plot(server, 't')).toMatchObject({
    kind: 'table',
    total: 2,
    rows: [
      ['a', '1152921504606846976', '2026-09-21T14:13:20.000000Z', true],
      ['b', 7, null, null],
    ],
  });
  expect((await ask(server, '/api/metrics')).json.tables).toMatchObject([
    { id: 't', columns: ['id', 'n', 'at', 'ok'] },
  ]);
});

test('samples known to be missing make the windows over them approximate, and others not', async () => {
  const { server } = await openServer();
  const { producer, seat } = producerAt(server, [{ id: 'm', kind: 'metric', name: 'load', options: {} }]);
  seat.take(producer.frame({ load: rows(10, (i) => i) }));
  producer.message({ load: rows(20, (i) => i).slice(10) });
  seat.take(producer.frame({ load: rows(30, (i) => i).slice(20) }));
  const { lines } = (await ask(server, '/api/query?metric=load&step=10s&aggregation=count')).json as {
    lines: readonly Record<string, unknown>[];
  };
  expect(lines[0]).toMatchObject({ value: [10, 10], note: ['approximate', ''] });
  expect((await plot(server, 'm', `?start=${T0}`)).lines).toMatchObject([{ exact: false, gaps: [[T0 + 9, T0 + 19]] }]);
});

test('a session that a metric is not in, and two with the same metric, are told apart', async () => {
  const { server } = await openServer();
  const clock = new FakeClock(T0 * S);
  for (const session of ['one', 'two']) {
    const producer = new PlainProducer(clock, { session, epoch: { id: session.padEnd(32, '0'), startedUs: 1 } });
    server.hub.join(producer.hello).take(producer.frame({ load: rows(3, (i) => i) }));
  }
  const query = async (more: string) =>
    (await ask(server, `/api/query?metric=load&aggregation=count${more}`)).json.lines;
  expect(await query('')).toMatchObject([
    { session: 'one', value: [3] },
    { session: 'two', value: [3] },
  ]);
  expect(await query('&session=two')).toMatchObject([{ session: 'two', value: [3] }]);
  expect(await query('&by=session')).toMatchObject([{ labels: { session: 'one' } }, { labels: { session: 'two' } }]);
  expect((await ask(server, '/api/dashboard/1')).json).toMatchObject({ session: 'two' });
});
