// Rows by HTTP: JSON, NDJSON and Arrow, taken or refused one by one, and never twice.
import { request } from 'node:http';
import {
  Bool,
  type DataType,
  Dictionary,
  Float64,
  Int32,
  Int64,
  makeData,
  makeVector,
  Table,
  TimestampMicrosecond,
  TimestampNanosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BodyLines } from '../../../standalone/server/http/ingest/body-lines.ts';
import type { RunningServer } from '../../../standalone/server/server.ts';
import { type Answer, ask, codeOf, ingest, openServer, TOKEN } from './asking.ts';

const T0 = 1_790_000_000;
const NDJSON = { 'content-type': 'application/x-ndjson' };
const ARROW = { 'content-type': 'application/vnd.apache.arrow.stream' };

interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly time: readonly number[];
  readonly value: readonly (number | null)[];
}

async function linesOf(server: RunningServer, metric: string, session = 'http'): Promise<readonly Line[]> {
  const { json } = await ask(
    server,
    `/api/query?metric=${encodeURIComponent(metric)}&session=${encodeURIComponent(session)}`,
  );
  return (json.lines as readonly Line[]).map(({ labels, time, value }) => ({ labels, time, value }));
}

const codesOf = ({ json }: Answer) =>
  (json.refused as readonly { row: number; code: string }[]).map(({ row, code }) => [row, code]);

test('what is taken is what a query gives back, by series in event-time order, equal times in arrival order', async () => {
  const { server } = await openServer({ limit: { sessions: 10_000, producers: 10_000 } });
  const row = fc.record({
    metric: fc.constantFrom('a', 'b'),
    value: fc.option(fc.integer({ min: -1000, max: 1000 }), { freq: 5 }),
    time: fc.integer({ min: 0, max: 50 }).map((ms) => T0 + ms / 1000),
    labels: fc.constantFrom({}, { host: 'x' }, { host: 'y' }),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), fc.boolean(), async (rows, asLines) => {
      run += 1;
      const session = `s${run}`;
      const path = `/api/ingest?session=${session}`;
      const body = asLines ? rows.map((one) => JSON.stringify(one)).join('\n') : JSON.stringify(rows);
      const headers = asLines ? NDJSON : { 'content-type': 'application/json' };
      const answer = await ask(server, path, { body, headers });
      expect(answer.json).toMatchObject({ accepted: rows.length, refused: [], refusedTotal: 0, session, seq: 1 });
      for (const metric of new Set(rows.map((one) => one.metric))) {
        for (const { labels, time, value } of await linesOf(server, metric, session)) {
          const wanted = rows
            .filter((one) => one.metric === metric && JSON.stringify(one.labels) === JSON.stringify(labels))
            .sort((a, b) => a.time - b.time);
          expect([time, value]).toEqual([wanted.map((one) => one.time), wanted.map((one) => one.value)]);
        }
      }
    }),
    { numRuns: 25 },
  );
});

test('each bad row is refused with its number and code, the others are taken', async () => {
  const { server } = await openServer();
  const labels = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, 'x']));
  const rows: readonly (readonly [unknown, string | null])[] = [
    [{ metric: 'm', value: 1 }, null],
    [{ metric: 'm', value: null, time: '2026-05-01T12:00:00.5Z', labels: { core: 0, up: true } }, null],
    [{ metric: '', value: 1 }, 'METRIC_INVALID'],
    [{ value: 1 }, 'METRIC_INVALID'],
    [{ metric: 'm' }, 'VALUE_INVALID'],
    [{ metric: 'm', value: '1' }, 'VALUE_INVALID'],
    [{ metric: 'm', value: 1, tiem: 3 }, 'FIELD_UNKNOWN'],
    [{ metric: 'm', value: 1, time: 'yesterday' }, 'TIME_INVALID'],
    [{ metric: 'm', value: 1, time: 1_763_719_512_345 }, 'TIME_INVALID'],
    [{ metric: 'm', value: 1, time: Date.now() / 1000 + 90_000 }, 'TIME_AHEAD'],
    [{ metric: 'm', value: 1, labels: ['a'] }, 'LABELS_INVALID'],
    [{ metric: 'm', value: 1, labels: { a: { b: 1 } } }, 'LABELS_INVALID'],
    [{ metric: 'm', value: 1, labels }, 'LABELS_TOO_MANY'],
    [{ metric: 'm'.repeat(1001), value: 1 }, 'NAME_TOO_LONG'],
    [[1, 2], 'ROW_INVALID'],
    ['m', 'ROW_INVALID'],
    [null, 'ROW_INVALID'],
  ];
  const refused = rows.flatMap(([, code], i) => (code === null ? [] : [[i, code]]));
  const whole = await ingest(
    server,
    rows.map(([row]) => row),
  );
  expect([whole.json.accepted, whole.json.refusedTotal, codesOf(whole)]).toEqual([2, refused.length, refused]);
  const body = `${rows.map(([row]) => JSON.stringify(row)).join('\r\n')}\n\n{"metric":"m",`;
  const lines = await ask(server, '/api/ingest?session=lines', { body, headers: NDJSON });
  expect([lines.json.accepted, codesOf(lines)]).toEqual([2, [...refused, [rows.length, 'JSON_INVALID']]]);
  const messages = JSON.stringify(whole.json.refused);
  expect(messages).toContain('is it in milliseconds? 1763719512.345 would be seconds');
});

test('refused rows are all counted and the first hundred listed; a line too long costs itself alone', async () => {
  const { server } = await openServer();
  const many = await ingest(
    server,
    Array.from({ length: 250 }, () => 1),
  );
  expect([many.json.refusedTotal, (many.json.refused as unknown[]).length]).toEqual([250, 100]);
  const body = `{"metric":"a","value":1}\n{"metric":"${'x'.repeat(70_000)}","value":1}\n{"metric":"a","value":2}`;
  const answer = await ask(server, '/api/ingest', { body, headers: NDJSON });
  expect([answer.json.accepted, codesOf(answer)]).toEqual([2, [[1, 'ROW_TOO_LARGE']]]);
});

test('lines are the same however the body is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }).map((s) => s.replaceAll(/[\r\n]/g, ''))),
      fc.array(fc.nat({ max: 9 })),
      (wanted, cuts) => {
        const bytes = new TextEncoder().encode(wanted.map((line, i) => line + (i % 2 === 0 ? '\n' : '\r\n')).join(''));
        const lines = new BodyLines(20);
        const found: (string | null)[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          found.push(...lines.push(bytes.subarray(at, at + cut)));
          at = Math.min(bytes.length, at + cut);
        }
        found.push(...lines.finish());
        const encoded = wanted.map((line, i) => new TextEncoder().encode(line).length + (i % 2));
        expect(found).toEqual(wanted.map((line, i) => (encoded[i]! > 20 ? null : line)));
      },
    ),
  );
});

const nullable = (values: readonly unknown[], type: DataType) =>
  vectorFromArray(values as never, type as never) as never;

test('Arrow in long form: labels from text columns, any unit of time, null is missing', async () => {
  const { server } = await openServer();
  const us = BigInt64Array.of(0n, 1n, 2n, 3n).map((i) => BigInt(T0) * 1_000_000n + i);
  const times = makeVector(makeData({ type: new TimestampMicrosecond('UTC'), data: us, nullCount: 0, length: 4 }));
  const table = new Table({
    metric: nullable(['cpu', 'cpu', 'mem', 'cpu'], new Dictionary(new Utf8(), new Int32())),
    time: times as never,
    value: nullable([1.5, null, 3n as never, 4].map(Number), new Float64()),
    host: nullable(['a', null, 'a', 'a'], new Utf8()),
  });
  const answer = await ask(server, '/api/ingest', { body: tableToIPC(table as never, 'stream'), headers: ARROW });
  expect(answer.json).toMatchObject({ accepted: 4, refusedTotal: 0, seq: 1 });
  expect(await linesOf(server, 'cpu')).toEqual([
    { labels: { host: 'a' }, time: [T0, T0 + 3e-6], value: [1.5, 4] },
    { labels: {}, time: [T0 + 1e-6], value: [0] },
  ]);
  expect(await linesOf(server, 'mem')).toEqual([{ labels: { host: 'a' }, time: [T0 + 2e-6], value: [3] }]);
});

test('Arrow in wide form: every column of numbers is a metric, null is no sample, nanoseconds are floored', async () => {
  const { server } = await openServer();
  const ns = BigInt64Array.of(1_999n, -1n);
  const table = new Table({
    time: makeVector(makeData({ type: new TimestampNanosecond('UTC'), data: ns, nullCount: 0, length: 2 })) as never,
    cpu: nullable([1, 2], new Float64()),
    requests: nullable([10n, null], new Int64()),
    host: nullable(['a', 'a'], new Utf8()),
  });
  const answer = await ask(server, '/api/ingest', { body: tableToIPC(table as never, 'stream'), headers: ARROW });
  expect(answer.json).toMatchObject({ accepted: 3, refusedTotal: 0 });
  expect(await linesOf(server, 'cpu')).toEqual([{ labels: { host: 'a' }, time: [-1e-6, 1e-6], value: [2, 1] }]);
  expect(await linesOf(server, 'requests')).toEqual([{ labels: { host: 'a' }, time: [1e-6], value: [10] }]);
});

test('Arrow columns that mean nothing here are refused whole, by name', async () => {
  const { server } = await openServer();
  const send = async (columns: Record<string, unknown>) =>
    codeOf(
      await ask(server, '/api/ingest', {
        body: tableToIPC(new Table(columns as never) as never, 'stream'),
        headers: ARROW,
      }),
    );
  expect(await send({ metric: nullable(['a'], new Utf8()), valeu: nullable([1], new Float64()) })).toBe(
    'COLUMN_MISSING',
  );
  expect(await send({ metric: nullable(['a'], new Utf8()), value: nullable(['1'], new Utf8()) })).toBe('COLUMN_TYPE');
  expect(await send({ cpu: nullable([1], new Float64()), up: nullable([true], new Bool()) })).toBe('COLUMN_TYPE');
  expect(await send({ host: nullable(['a'], new Utf8()) })).toBe('COLUMN_MISSING');
  expect((await ask(server, '/api/metrics')).json.metrics).toEqual([]);
});

test('a request sent again under its key is answered again and counts once', async () => {
  const { server } = await openServer();
  const headers = { 'idempotency-key': 'k-1' };
  const rows = [
    { metric: 'm', value: 1 },
    { metric: 'm', value: 'x' },
  ];
  const first = await ingest(server, rows, '/api/ingest', headers);
  const again = await ingest(server, rows, '/api/ingest', headers);
  expect(again.text).toBe(first.text);
  expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
  const elsewhere = await ingest(server, rows, '/api/ingest?session=other', headers);
  expect(elsewhere.headers['idempotency-replayed']).toBeUndefined();
  expect((await ask(server, '/api/query?metric=m&aggregation=count')).json).toMatchObject({
    lines: [{ value: [1] }, { value: [1] }],
  });
});

test('a body that breaks off and comes again under its key counts every row once', async () => {
  const { server } = await openServer();
  const headers = { ...NDJSON, 'idempotency-key': 'k-2', authorization: `Bearer ${TOKEN}` };
  const rows = Array.from({ length: 50_000 }, (_, i) => JSON.stringify({ metric: 'm', value: i, time: T0 + i / 1000 }));
  const body = rows.join('\n');
  const broken = request({
    port: server.port,
    path: '/api/ingest',
    method: 'POST',
    headers: { ...headers, 'content-length': body.length },
    agent: false,
  });
  broken.on('error', () => undefined);
  broken.write(body.slice(0, body.length - 1000));
  await expect.poll(async () => (await ask(server, '/api/query?metric=m')).status, { timeout: 20_000 }).toBe(200);
  broken.destroy();
  // The server notices the end of the first one by and by; until then the key is taken.
  await expect
    .poll(async () => (await ask(server, '/api/ingest', { body, headers })).json.accepted ?? 'running')
    .toBe(50_000);
  const { lines } = (await ask(server, '/api/query?metric=m&aggregation=count')).json as { lines: readonly Line[] };
  expect(lines[0]!.value).toEqual([50_000]);
});

test('of two requests at once under one key the second is told to wait', async () => {
  const { server } = await openServer();
  const headers = { ...NDJSON, 'idempotency-key': 'k-3', authorization: `Bearer ${TOKEN}` };
  const waiting = { ...headers, expect: '100-continue' };
  const slow = request({ port: server.port, path: '/api/ingest', method: 'POST', headers: waiting, agent: false });
  const ended = new Promise((resolve) => slow.on('response', (answer) => resolve(answer.resume().statusCode)));
  slow.flushHeaders();
  await new Promise((resolve) => slow.once('continue', resolve));
  expect(codeOf(await ask(server, '/api/ingest', { body: '', headers }))).toBe('REQUEST_RUNNING');
  slow.end();
  expect(await ended).toBe(200);
});

test('more rows than the rate allows are refused with 429 and say how many were taken', async () => {
  const { server } = await openServer({ limit: { ingestRowsPerSecond: 10 } });
  expect(
    (
      await ingest(
        server,
        Array.from({ length: 90 }, (_, i) => ({ metric: 'm', value: i })),
      )
    ).status,
  ).toBe(200);
  const answer = await ingest(
    server,
    Array.from({ length: 90 }, (_, i) => ({ metric: 'm', value: i })),
  );
  expect([answer.status, codeOf(answer)]).toEqual([429, 'LIMIT_RATE']);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.json.error).toMatchObject({ details: { accepted: 0 } });
});

test('new series beyond the limit are refused with a code; those that are there go on', async () => {
  const { server } = await openServer({ limit: { seriesPerSession: 10 } });
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ metric: `m${from + i}`, value: 1 }));
  expect((await ingest(server, rows(0, 10))).json).toMatchObject({ accepted: 10 });
  const more = await ingest(server, rows(10, 12));
  expect([more.json.accepted, codesOf(more)]).toEqual([
    0,
    [
      [0, 'LIMIT_SERIES'],
      [1, 'LIMIT_SERIES'],
    ],
  ]);
  expect((await ingest(server, rows(3, 6))).json).toMatchObject({ accepted: 3, seq: 2 });
});

test('a row older than what is kept is refused, not lost a second later', async () => {
  const { server } = await openServer({ retention: '1h' });
  const answer = await ingest(server, [
    { metric: 'm', value: 1, time: Date.now() / 1000 - 3601 },
    { metric: 'm', value: 2, time: Date.now() / 1000 - 3000 },
  ]);
  expect([answer.json.accepted, codesOf(answer)]).toEqual([1, [[0, 'TIME_EXPIRED']]]);
});

test('the document declares a metric for each name, as it comes', async () => {
  const { server } = await openServer();
  const ids = async () =>
    ((await ask(server, '/api/dashboard/http')).json.widgets as readonly { id: string }[]).map(({ id }) => id);
  await ingest(server, [
    { metric: 'a', value: 1 },
    { metric: 'b', value: 1 },
  ]);
  expect(await ids()).toEqual(['metric:a', 'metric:b']);
  await ingest(server, { metric: 'c', value: 1, labels: { x: 1 } });
  expect(await ids()).toEqual(['metric:a', 'metric:b', 'metric:c']);
});
