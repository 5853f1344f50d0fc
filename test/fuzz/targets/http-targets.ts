/** Bodies of `POST /api/ingest`, queries, and the positions that event streams resume from. */
import {
  bool,
  columnFromArray,
  dictionary,
  float32,
  float64,
  int64,
  list,
  TimeUnit,
  tableFromColumns,
  tableToIPC,
  timestamp,
  utf8,
} from '@uwdata/flechette';
import { HttpProducers } from '../../../standalone/server/http/ingest/http-producers.ts';
import { Ingest } from '../../../standalone/server/http/ingest/ingest.ts';
import { answerArrow, answerCsv, answerJson } from '../../../standalone/server/http/query/answer-forms.ts';
import { parseQueryCall } from '../../../standalone/server/http/query/query-call.ts';
import { answerQuery } from '../../../standalone/server/http/query/query-lines.ts';
import { parseEventId } from '../../../standalone/server/http/stream/event-id.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import { DEFAULT_LIMITS } from '../../../standalone/server/limits.ts';
import type { SeededRandom } from '../../faults/seeded-random.ts';
import { FakeClock } from '../../standalone/hub/fake-clock.ts';
import { PlainProducer, rowsFrom } from '../../standalone/hub/producer.ts';
import { mutatedBytes } from '../bytes-mutation.ts';
import { Accepted, type FuzzTarget } from '../fuzz-target.ts';
import { mutatedJson } from '../json-mutation.ts';
import { mutatedText } from '../text-mutation.ts';

const NOW_US = 1_763_000_000_000_000;
const NOW_US_BIG = BigInt(NOW_US);
const ROWS: readonly unknown[] = [
  { metric: 'cpu', value: 1.5, time: 1_763_000_000 },
  { metric: 'cpu', value: null, time: '2025-11-13T02:13:20Z', labels: { host: 'a', core: 1, on: true } },
  { metric: 'mem', value: -0, labels: {} },
  { metric: 'x'.repeat(300), value: 1e300, time: 1_762_999_999.25 },
];

/** A hub of its own for 200 inputs, with what takes rows by HTTP. */
class Intake {
  readonly clock = new FakeClock(NOW_US);
  readonly hub = new SessionHub(this.clock.environment());
  readonly producers = new HttpProducers({
    ...{ hub: this.hub, version: '0.1.0' },
    ...{ now: () => this.clock.nowUs, schedule: () => () => undefined },
  });
  readonly ingest = new Ingest({
    ...{ producers: this.producers, now: () => this.clock.nowUs },
    limits: { ...DEFAULT_LIMITS, ingestRowsPerSecond: Number.POSITIVE_INFINITY },
  });
}
let intake: Intake | null = null;
let posts = 0;

async function post(body: string | Uint8Array, type: string): Promise<void> {
  posts += 1;
  if (intake === null || posts % 200 === 0) intake = new Intake();
  const headers = { 'content-type': type };
  const init = { method: 'POST', headers, body: typeof body === 'string' ? body : new Uint8Array(body) };
  const answer = await intake.ingest.post(new Request('http://127.0.0.1/api/ingest?session=fuzz', init));
  const said = (await answer.json()) as { readonly accepted?: number; readonly refused?: unknown };
  if (typeof said.accepted !== 'number') throw new Error(`an answer without a count: ${JSON.stringify(said)}`);
}

const restIntake = (): void => {
  intake = null;
};

export const changedRow = (random: SeededRandom): string => {
  const row = random.pick(ROWS);
  if (random.chance(0.6)) return JSON.stringify(mutatedJson(random, row)) ?? '';
  return mutatedText(random, JSON.stringify(row), JSON.stringify(random.pick(ROWS)));
};

export const ingestJsonTarget: FuzzTarget<string> = {
  name: 'ingest JSON',
  share: 0.8,
  make(random) {
    if (random.chance(0.5)) return changedRow(random);
    return JSON.stringify(mutatedJson(random, ROWS)) ?? '';
  },
  take: (body) => post(body, 'application/json'),
  rest: restIntake,
};

export const ingestLinesTarget: FuzzTarget<string | Uint8Array> = {
  name: 'ingest NDJSON',
  share: 0.8,
  make(random) {
    const lines = Array.from({ length: random.whole(1, 5) }, () =>
      random.chance(0.5) ? changedRow(random) : JSON.stringify(random.pick(ROWS)),
    );
    const text = lines.join(random.pick(['\n', '\n', '\r\n', '\n\n']));
    return random.chance(0.2) ? mutatedBytes(random, new TextEncoder().encode(text)) : text;
  },
  take: (body) => post(body, 'application/x-ndjson'),
  rest: restIntake,
};

const ARROWS: readonly Uint8Array[] = [
  { metric: ['cpu', 'mem', 'cpu'], value: [1, 2.5, 3], time: [1_763_000_000, 1_762_999_999, 1_763_000_000] },
  {
    metric: ['cpu', 'mem', null],
    value: [1, 2, null],
    host: ['a', 'b', null],
    time: [new Date(NOW_US / 1e3), null, null],
  },
  { metric: ['cpu'], value: [7], time: ['2025-11-13T02:13:20Z'] },
].map((columns) => {
  const typed = Object.entries(columns).map(([name, values]) => {
    const isText = values.some((value) => typeof value === 'string');
    return [
      name,
      isText ? columnFromArray(values as unknown[], utf8()) : columnFromArray(values as unknown[]),
    ] as const;
  });
  return tableToIPC(tableFromColumns(Object.fromEntries(typed)), { format: 'stream' })!;
});

const BIGINTS = [0n, 1n, -1n, 1_763_000_000n, NOW_US_BIG, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const NUMBERS = [0, -0, 1.5, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, -1, NOW_US / 1e6, NOW_US / 1e3];
const TEXTS = ['cpu', '', 'x'.repeat(1100), '\u0000', '__proto__', '2025-11-13T02:13:20Z', '1e999', '\ud800', 'NaN'];

/** A column of any type with hostile values. */
function hostileColumn(random: SeededRandom, length: number) {
  const of = <T>(values: readonly T[]) =>
    Array.from({ length }, () => (random.chance(0.1) ? null : random.pick(values)));
  const unit = random.pick([TimeUnit.SECOND, TimeUnit.MILLISECOND, TimeUnit.MICROSECOND, TimeUnit.NANOSECOND]);
  const kinds = [
    () => columnFromArray(of(TEXTS), utf8()),
    () => columnFromArray(of(TEXTS), dictionary(utf8())),
    () => columnFromArray(of(BIGINTS), int64()),
    () => columnFromArray(of(NUMBERS), float64()),
    () => columnFromArray(of(NUMBERS.map(Math.fround)), float32()),
    () => columnFromArray(of([NOW_US / 1e3, 0, -1, 8.64e15]), timestamp(unit, random.pick([null, 'UTC', 'Mars/X']))),
    () => columnFromArray(of([true, false]), bool()),
    () => columnFromArray(of([[1], [], [2, 3]]), list(float64())),
  ];
  return random.pick(kinds)();
}

function hostileTable(random: SeededRandom): Uint8Array {
  const length = random.pick([0, 1, 3, 20]);
  const names = random
    .shuffled(['metric', 'value', 'time', 'host', 'session', '__proto__', ''])
    .slice(0, random.whole(1, 5));
  const columns = names.map((name) => [name, hostileColumn(random, length)] as const);
  return tableToIPC(tableFromColumns(columns as never), { format: 'stream' })!;
}

export const ingestArrowTarget: FuzzTarget<Uint8Array> = {
  name: 'ingest Arrow',
  make(random) {
    if (random.chance(0.5)) return mutatedBytes(random, random.pick(ARROWS), random.pick(ARROWS));
    try {
      const table = hostileTable(random);
      return random.chance(0.8) ? table : mutatedBytes(random, table);
    } catch {
      return random.pick(ARROWS); // such a column cannot be written
    }
  },
  take: (body) => post(body, 'application/vnd.apache.arrow.stream'),
  rest: restIntake,
};

export const QUERIES: readonly string[] = [
  'metric=a&start=-1h&end=now&step=10s&aggregation=p95',
  'metric=a&session=app&labels=%7B%22host%22%3A%22a%22%7D&step=1m&format=csv',
  'metric=b&by=host,session&aggregation=avg&start=2025-11-13T00:00:00Z&end=1763000000.5&refresh=5s',
  'metric=b&format=arrow&start=1762999000&end=1763000000',
  'metric=a&step=250ms&aggregation=rate&start=now-5m',
];

let answering: SessionHub | null = null;

function answeringHub(): SessionHub {
  if (answering === null) {
    const clock = new FakeClock(NOW_US - 100e6);
    answering = new SessionHub(clock.environment());
    const producer = new PlainProducer(clock);
    const seat = answering.join(producer.hello);
    for (let i = 0; i < 5; i += 1) {
      seat.take(producer.frame({ a: rowsFrom(clock.nowUs, 400, 50_000), b: rowsFrom(clock.nowUs, 30, 500_000) }));
      clock.advance(20_000);
    }
  }
  return answering;
}

/** A query's parameters, changed by name, by value or as a text. */
export function changedQuery(random: SeededRandom): string {
  const query = random.pick(QUERIES);
  if (random.chance(0.4)) return mutatedText(random, query, random.pick(QUERIES));
  const made = new URLSearchParams(query);
  const names = [...made.keys()];
  for (let n = random.whole(1, 3); n > 0; n -= 1) {
    const name = random.chance(0.05) ? random.pick(['token', 'x', 'columns']) : random.pick(names);
    if (random.chance(0.15)) made.append(name, random.pick(QUERIES));
    else made.set(name, mutatedText(random, made.get(name) ?? '1', random.pick(QUERIES)));
  }
  return String(made);
}

export const queryTarget: FuzzTarget<string> = {
  name: 'query',
  make: changedQuery,
  async take(query) {
    const call = parseQueryCall(new URLSearchParams(query));
    const answer = await answerQuery(
      { sessions: answeringHub().sessions, past: null, limits: DEFAULT_LIMITS },
      call,
      NOW_US,
    );
    const rows = answer.lines.reduce((sum, line) => sum + line.rows.length, 0);
    if (rows > DEFAULT_LIMITS.queryRows) throw new Accepted(`${rows} rows`);
    if (rows < 3000) {
      JSON.parse(answerJson(answer));
      answerCsv(answer);
      answerArrow(answer);
    }
  },
};

export const eventIdTarget: FuzzTarget<string> = {
  name: 'event id',
  share: 0.3,
  make: (random) => mutatedText(random, 'app:aaaaaaaa:12,kernel%2D1:bbbb:7', 'x:y:9007199254740993,%ff:a:1'),
  take(text) {
    for (const [name, { seq }] of parseEventId(text)) {
      if (!Number.isSafeInteger(seq) || seq < 0 || name === '') throw new Accepted(`${name}: ${seq}`);
    }
  },
};
