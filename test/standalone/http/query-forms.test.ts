// One answer in three forms, asked of a real server; apache-arrow is the independent reader.
import { tableFromIPC } from 'apache-arrow';
import { expect, test } from 'vitest';
import { isoText, isoUs, secondsUs, timeUs } from '../../../standalone/server/http/time-text.ts';
import { ask, codeOf, ingest, openServer } from './asking.ts';

const T0 = 1_790_000_000;

interface JsonLine {
  readonly session: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly time: readonly number[];
  readonly end: readonly number[];
  readonly value: readonly (number | null)[];
  readonly count: readonly number[];
  readonly final: readonly boolean[];
  readonly source: readonly string[];
  readonly note: readonly string[];
}

const linesOf = (json: Record<string, unknown>) => json.lines as readonly JsonLine[];

async function filled() {
  const { server } = await openServer();
  const rows = Array.from({ length: 300 }, (_, i) => ({
    metric: 'load "1", m',
    value: i % 7 === 3 ? null : Math.sin(i) * 100,
    time: T0 + i * 0.37,
    labels: i % 2 === 0 ? { host: 'a,"x"\n' } : { host: 'b', core: i % 4 },
  }));
  expect((await ingest(server, rows)).json).toMatchObject({ accepted: 300, refusedTotal: 0 });
  return server;
}

/** The rows of RFC 4180 text, by a parser of its own. */
function csvRows(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

test.each([
  '',
  '&step=10s&aggregation=avg',
  '&step=7s&aggregation=p90',
  '&aggregation=max&by=host',
  '&step=30&by=host,core',
])('JSON, CSV and Arrow say the same%s', async (more) => {
  const server = await filled();
  const path = `/api/query?metric=${encodeURIComponent('load "1", m')}${more}`;
  const json = linesOf((await ask(server, path)).json);
  const csv = await ask(server, path, { headers: { accept: 'text/csv' } });
  const arrow = await ask(server, path, {
    headers: { accept: 'application/vnd.apache.arrow.stream, application/json;q=0.5' },
  });
  expect([csv.headers['content-type'], arrow.headers['content-type']]).toEqual([
    'text/csv; charset=utf-8; header=present',
    'application/vnd.apache.arrow.stream',
  ]);
  const labelNames = [...new Set(json.flatMap(({ labels }) => Object.keys(labels)))].sort();
  const wanted = json.flatMap((line) =>
    line.time.map((time, i) => [
      Math.round(time * 1e6),
      Math.round(line.end[i]! * 1e6),
      line.session,
      ...labelNames.map((name) => line.labels[name] ?? null),
      line.value[i]!,
      line.count[i]!,
      line.final[i]!,
      line.source[i]!,
      line.note[i]!,
    ]),
  );
  expect(wanted.length).toBeGreaterThan(0);
  const names = ['time', 'end', 'session', ...labelNames, 'value', 'count', 'final', 'source', 'note'];
  const table = tableFromIPC(arrow.bytes);
  expect(table.schema.fields.map(({ name }) => name)).toEqual(names);
  expect(String(table.schema.fields[0]!.type)).toBe('Timestamp<MICROSECOND, UTC>');
  const times = (name: string) =>
    Array.from(
      table.getChild(name)!.data.flatMap((data) => [...(data.values as BigInt64Array)]),
      Number,
    );
  const read = names.map((name) => (name === 'time' || name === 'end' ? times(name) : [...table.getChild(name)!]));
  expect(wanted.map((_, i) => read.map((column) => column[i]))).toEqual(wanted);
  const [head, ...body] = csvRows(csv.text);
  expect(head).toEqual(names);
  const number = (text: string) => (text === '' ? null : Number(text));
  const at = names.indexOf('value');
  expect(
    body.map((row) => [
      isoUs(row[0]!),
      isoUs(row[1]!),
      ...row.slice(2, at).map((text) => (text === '' ? null : text)),
      number(row[at]!),
      number(row[at + 1]!),
      row[at + 2] === 'true',
      ...row.slice(at + 3),
    ]),
  ).toEqual(wanted);
});

test('a range is the same in seconds, ISO 8601 with any zone, and as a time ago', async () => {
  const { server } = await openServer();
  const nowS = Math.floor(Date.now() / 1000);
  await ingest(
    server,
    Array.from({ length: 100 }, (_, i) => ({ metric: 'm', value: i, time: nowS - 100 + i })),
  );
  const values = async (start: string, end: string) =>
    linesOf(
      (await ask(server, `/api/query?metric=m&start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}`)).json,
    )[0]!.value;
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  const wanted = Array.from({ length: 20 }, (_, i) => i + 40);
  expect(await values(String(nowS - 60), String(nowS - 40))).toEqual(wanted);
  expect(await values(iso(nowS - 60), iso(nowS - 40))).toEqual(wanted);
  expect(await values(iso(nowS - 60 + 7200).replace('Z', '+02:00'), iso(nowS - 40))).toEqual(wanted);
  expect(await values(iso(nowS - 60).replace('.000Z', ''), String(nowS - 40))).toEqual(wanted);
  const ago = await values('-1h', 'now');
  expect(ago).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('labels filter, `by` groups, and a label that a line lacks is null', async () => {
  const server = await filled();
  const metric = encodeURIComponent('load "1", m');
  const one = linesOf(
    (await ask(server, `/api/query?metric=${metric}&labels=${encodeURIComponent('{"host":"b","core":1}')}`)).json,
  );
  expect(one.map(({ labels }) => labels)).toEqual([{ host: 'b', core: '1' }]);
  const grouped = linesOf((await ask(server, `/api/query?metric=${metric}&aggregation=count&by=host`)).json);
  const counts = Object.fromEntries(grouped.map(({ labels, value }) => [labels.host, value[0]]));
  const present = (parity: number) =>
    Array.from({ length: 300 }, (_, i) => i).filter((i) => i % 2 === parity && i % 7 !== 3).length;
  expect(counts).toEqual({ 'a,"x"\n': present(0), b: present(1) });
  const cores = linesOf((await ask(server, `/api/query?metric=${metric}&aggregation=count&by=core`)).json);
  expect(cores.map(({ labels }) => labels)).toEqual([{}, { core: '1' }, { core: '3' }]);
  expect(codeOf(await ask(server, `/api/query?metric=${metric}&by=host`))).toBe('PARAMETER_MISSING');
});

test('what cannot be accepted, or is too much, is refused', async () => {
  const { server } = await openServer({ limit: { queryRows: 10, queryLines: 2 } });
  await ingest(
    server,
    Array.from({ length: 11 }, (_, i) => ({ metric: 'm', value: i, time: T0 + i })),
  );
  await ingest(
    server,
    Array.from({ length: 3 }, (_, i) => ({ metric: 'n', value: i, labels: { i } })),
  );
  expect(codeOf(await ask(server, '/api/query?metric=m', { headers: { accept: 'image/png' } }))).toBe('NOT_ACCEPTABLE');
  expect(codeOf(await ask(server, '/api/query?metric=m'))).toBe('LIMIT_ROWS');
  expect((await ask(server, '/api/query?metric=m&step=2s')).status).toBe(200);
  expect(codeOf(await ask(server, '/api/query?metric=n&step=2s'))).toBe('LIMIT_SERIES');
  expect((await ask(server, '/api/query?metric=n&aggregation=sum&by=session')).json).toMatchObject({
    lines: [{ value: [3] }],
  });
  expect(codeOf(await ask(server, `/api/query?metric=m&start=${T0 + 5}&end=${T0 + 5}`))).toBe('RANGE_EMPTY');
  expect(codeOf(await ask(server, '/api/query?metric=m&step=0'))).toBe('PARAMETER_INVALID');
  expect(codeOf(await ask(server, '/api/query?metric=m&labels=[]'))).toBe('PARAMETER_INVALID');
});

test('the metric list names kind, labels, first and last time; the dashboard and the plot say what a widget shows', async () => {
  const server = await filled();
  const { metrics } = (await ask(server, '/api/metrics')).json as { metrics: readonly Record<string, unknown>[] };
  expect(metrics).toMatchObject([
    {
      ...{ session: 'http', name: 'load "1", m', kind: 'metric', lines: 3, samples: 257, first: T0 },
      ...{
        firstTime: '2026-09-21T14:13:20.000000Z',
        labels: { host: { count: 2 }, core: { count: 2, values: ['1', '3'] } },
      },
    },
  ]);
  const dashboard = (await ask(server, '/api/dashboard/0')).json;
  expect(dashboard).toMatchObject({ session: 'http', widgets: [{ id: 'metric:load "1", m', kind: 'metric' }] });
  const plot = (await ask(server, `/api/plot/http/${encodeURIComponent('metric:load "1", m')}?width=20`)).json;
  const lines = plot.lines as readonly {
    mode: string;
    time: readonly number[];
    min?: readonly number[];
    lastValue: number;
  }[];
  expect(lines.length).toBe(3);
  expect(lines[0]!.mode).toBe('columns');
  expect(lines[0]!.time.length).toBeLessThanOrEqual(22);
  const fine = (await ask(server, `/api/plot/http/${encodeURIComponent('metric:load "1", m')}?width=2000&start=${T0}`))
    .json;
  expect((fine.lines as readonly { mode: string }[])[0]!.mode).toBe('points');
});

test('times are read and written exactly', () => {
  expect(isoText(1_790_000_000_123_456)).toBe('2026-09-21T14:13:20.123456Z');
  for (const us of [0, 1, -1, 1_790_000_000_123_456, -8_000_000_000_000_001, 9_000_000_000_000_001])
    expect(isoUs(isoText(us))).toBe(us);
  expect(isoUs('2026-09-21')).toBe(Date.parse('2026-09-21') * 1000);
  expect(isoUs('2026-09-21 14:13')).toBe(Date.parse('2026-09-21T14:13:00Z') * 1000);
  expect(isoUs('2026-09-21T14:13:20.5+0200')).toBe(Date.parse('2026-09-21T12:13:20.5Z') * 1000);
  expect(isoUs('2026-09-21T14:13:20.1234569Z') % 1_000_000).toBe(123_456);
  for (const wrong of ['', '2026', '2026-13-01', 'yesterday', '2026-09-21T25:00:00Z', '1e5'])
    expect(isoUs(wrong)).toBeNaN();
  expect(secondsUs(1.5e-6)).toBe(2);
  expect(secondsUs(1_763_719_512_345)).toBeNaN();
  expect([timeUs('now', 7), timeUs('-1s', 2e6), timeUs('now-1m30s', 9e7), timeUs('-2', 0)]).toEqual([7, 1e6, 0, -2e6]);
  expect(timeUs('-banana', 0)).toBeNaN();
});
