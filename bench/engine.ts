// Arrow bytes to ring, pyramid and 1 s windows with quantiles: one series, 16 interleaved, 10,000; beside Perspective. The
// 10,000 get a row each in every batch of a second, through a log that hands rows on series by series: once with everything
// read every 40 batches, once with all results read after each batch and the rings, through a log of their own, every 40.
import perspective, { type Table, type View } from '@perspective-dev/client/node';
import { RowGroups } from '../src/core/retention/row-groups.ts';
import { type RowConsumer, StagedRows } from '../src/core/retention/staged-rows.ts';
import { SampleRing } from '../src/core/sample-ring.ts';
import { parseAggregation } from '../src/core/windows/aggregation.ts';
import { createWindows } from '../src/core/windows/create-windows.ts';
import type { WindowOperator, WindowOptions } from '../src/core/windows/window-operator.ts';
import { WindowResults } from '../src/core/windows/window-results.ts';
import { windowShape } from '../src/core/windows/window-shape.ts';
import { readSamplePart } from '../src/wire/arrow-fixed.ts';
import { writeSamplePart } from '../src/wire/arrow-fixed-writer.ts';
import { ColumnArena } from '../src/wire/column-arena.ts';
import { figure, median, report, rotate } from './figures.ts';

const ROWS = 10_000;
const BATCHES = 40;
/** Rows that may wait: those of all batches, 14 MB. */
const LOG_ROWS = 1 << 19;
const START_US = 1_763_000_000_000_000;
const AGGREGATIONS = ['count', 'sum', 'min', 'max', 'p50', 'p95', 'p99'].map(parseAggregation);
const PERSPECTIVE_ROUNDS = 3;

/** Lognormal values of a fixed seed. */
function lognormal(length: number): Float64Array {
  let state = 7;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  const gauss = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Float64Array.from({ length }, () => Math.exp(gauss()));
}

/** Series take turns, every `stepUs` a row. */
function batches(series: number, stepUs: number): readonly Uint8Array[] {
  const values = lognormal(ROWS * BATCHES);
  return Array.from({ length: BATCHES }, (_, b) =>
    writeSamplePart({
      length: ROWS,
      series: Uint16Array.from({ length: ROWS }, (_, i) => (b * ROWS + i) % series),
      time: Float64Array.from({ length: ROWS }, (_, i) => START_US + (b * ROWS + i) * stepUs),
      value: values.subarray(b * ROWS, (b + 1) * ROWS),
    }),
  );
}

/** How the series of an engine are held and read. */
interface Reading {
  /** Samples that each ring holds. */
  readonly capacity: number;
  /** All results are read after so many batches, the rings after all; null: no row waits in a log. */
  readonly everyBatches: number | null;
}

type Columns = ReturnType<typeof readSamplePart>['columns'];

/** Series with a ring and windows of 1 s; each pass over the same bytes is later than the one before. */
class Engine {
  readonly #parts: readonly Uint8Array[];
  readonly #passUs: number;
  readonly #everyBatches: number | null;
  readonly #groups = new RowGroups();
  readonly #add: RowConsumer['add'];
  readonly #arena = new ColumnArena();
  readonly #rings: SampleRing[] = [];
  readonly #windows: WindowOperator[] = [];
  readonly #log: StagedRows;
  /** Rows for the rings where they are read less often than the results. */
  readonly #ringLog: StagedRows | null;
  #shiftUs = 0;
  results = 0;

  constructor(series: number, stepUs: number, { capacity, everyBatches }: Reading) {
    this.#parts = batches(series, stepUs);
    this.#passUs = ROWS * BATCHES * stepUs;
    this.#everyBatches = everyBatches;
    const options: WindowOptions = { shape: windowShape({ window: 1_000_000 }), aggregations: AGGREGATIONS };
    const results = new WindowResults(AGGREGATIONS.length);
    for (let s = 0; s < series; s++) {
      this.#rings.push(new SampleRing(capacity));
      this.#windows.push(createWindows(options, results));
    }
    const addToRing: RowConsumer['add'] = (s, time, value, from, to) => {
      (this.#rings[s] as SampleRing).append(time, value, from, to);
    };
    const addToWindows: RowConsumer['add'] = (s, time, value, from, to, now) => {
      (this.#windows[s] as WindowOperator).add(time, value, from, to, now);
      this.results += results.length;
      results.clear();
    };
    const addToBoth: RowConsumer['add'] = (s, time, value, from, to, now) => {
      addToRing(s, time, value, from, to, now);
      addToWindows(s, time, value, from, to, now);
    };
    const log = (add: RowConsumer['add']) => new StagedRows({ add, advance: () => undefined }, { rows: LOG_ROWS });
    const isApart = everyBatches !== null && everyBatches < BATCHES;
    this.#add = addToBoth;
    this.#log = log(isApart ? addToWindows : addToBoth);
    this.#ringLog = isApart ? log(addToRing) : null;
  }

  /** Reads every batch, and moves its times on. */
  decode(): void {
    this.#pass(() => undefined);
  }

  /** The same, into rings and windows. */
  ingest(): void {
    let batch = 0;
    this.#pass((columns) => {
      if (this.#everyBatches === null) {
        this.#group(columns);
        return;
      }
      this.#log.push(columns, Number.NaN);
      this.#ringLog?.push(columns, Number.NaN);
      batch += 1;
      if (batch % this.#everyBatches === 0) this.#log.flush();
    });
    this.#ringLog?.flush();
  }

  #group(columns: Columns): void {
    const groups = this.#groups;
    groups.group(columns);
    for (let s = 0; s < groups.series; s++) {
      const from = groups.starts[s] as number;
      const to = groups.starts[s + 1] as number;
      if (from < to) this.#add(s, groups.time, groups.value, from, to, Number.NaN);
    }
  }

  #pass(use: (columns: Columns) => void): void {
    for (const part of this.#parts) {
      const { columns } = readSamplePart(part, this.#arena);
      const { time } = columns;
      for (let i = 0; i < columns.length; i++) time[i] = (time[i] as number) + this.#shiftUs;
      use(columns);
      this.#arena.reset();
    }
    this.#shiftUs += this.#passUs;
  }
}

/** Rows per second of Perspective, awaited batch by batch: the table alone, and with a view of 1 s buckets read back each time. */
async function perspectiveRate(parts: readonly Uint8Array[], withView: boolean): Promise<number> {
  const table: Table = await perspective.table(arrowOf(parts[0]));
  const view: View | null = withView ? await table.view(viewOfSeconds()) : null;
  const began = performance.now();
  for (const part of parts.slice(1)) {
    await table.update(arrowOf(part));
    if (view === null) await table.size();
    else await view.to_columns();
  }
  const seconds = (performance.now() - began) / 1000;
  const rows = await table.size();
  if (rows !== parts.length * ROWS) throw new Error(`Perspective holds ${rows} rows of ${parts.length * ROWS}`);
  await view?.delete();
  await table.delete();
  return ((parts.length - 1) * ROWS) / seconds;
}

/** A copy: Perspective takes the whole buffer. */
function arrowOf(part: Uint8Array | undefined): ArrayBuffer {
  if (part === undefined) throw new Error('there is no batch');
  return part.slice().buffer as ArrayBuffer;
}

function viewOfSeconds(): object {
  const expressions = { second: `bucket("time", '1s')`, low: '"value"', high: '"value"', n: '"value"' };
  const aggregates = { value: 'sum', low: 'low', high: 'high', n: 'count' };
  return { group_by: ['second'], expressions, columns: ['value', 'low', 'high', 'n'], aggregates };
}

const engines = {
  one: new Engine(1, 100, { capacity: 1 << 20, everyBatches: null }),
  sixteen: new Engine(16, 100, { capacity: 1 << 16, everyBatches: null }),
  many: new Engine(ROWS, 100, { capacity: 1 << 10, everyBatches: BATCHES }),
  manyRead: new Engine(ROWS, 100, { capacity: 1 << 10, everyBatches: 1 }),
};
const medians = rotate({
  decode: () => engines.one.decode(),
  one: () => engines.one.ingest(),
  decodeMixed: () => engines.sixteen.decode(),
  sixteen: () => engines.sixteen.ingest(),
  many: () => engines.many.ingest(),
  manyRead: () => engines.manyRead.ingest(),
});
for (const [name, { results }] of Object.entries(engines))
  if (results === 0) throw new Error(`${name} gave no results`);
const perRow = (name: string): number => ((medians[name] ?? Number.NaN) * 1e6) / (ROWS * BATCHES);
const one = perRow('one') - perRow('decode');
const sixteen = perRow('sixteen') - perRow('decodeMixed');
const many = perRow('many') - perRow('decodeMixed');
const manyRead = perRow('manyRead') - perRow('decodeMixed');

const parts = batches(1, 100);
const rates: { table: number[]; view: number[] } = { table: [], view: [] };
for (let round = 0; round < PERSPECTIVE_ROUNDS; round++) {
  rates.table.push(await perspectiveRate(parts, false));
  rates.view.push(await perspectiveRate(parts.slice(0, 8), true));
}
const table = 1e9 / median(rates.table);
const view = 1e9 / median(rates.view);
const whole = one + perRow('decode');
report([
  figure(
    'Arrow bytes to float columns',
    perRow('decode'),
    'ns per sample',
    perRow('decode') / one,
    'what follows',
    null,
  ),
  figure(
    'one series: ring, pyramid, 1 s windows with p50/p95/p99',
    1000 / one,
    'M/s',
    one / 20,
    '50 M/s (at least)',
    1,
  ),
  figure('the same with decoding', 1000 / whole, 'M/s', whole / table, 'a Perspective table', 0.01),
  figure('the same with decoding', 1000 / whole, 'M/s', whole / view, 'a Perspective view of 1 s', null),
  figure('16 interleaved series', 1000 / sixteen, 'M/s', sixteen / 40, '25 M/s (at least)', 1),
  figure('10,000 series, a sample each per second', many, 'ns per sample', many / sixteen, '16 series', 3),
  figure('the same, results read every second', manyRead, 'ns per sample', manyRead / sixteen, '16 series', null),
]);
process.exit(0);
