// Arrow bytes to ring, pyramid and 1 s windows with quantiles: one series, 16, 10,000; beside Perspective. The series take
// turns; a batch has the rows of each side by side, as the wire does. The 10,000 get a row each in every batch of a second.
import perspective, { type Table, type View } from '@perspective-dev/client/node';
import { SampleRing } from '../src/core/sample-ring.ts';
import { parseAggregation } from '../src/core/windows/aggregation.ts';
import { createWindows } from '../src/core/windows/create-windows.ts';
import type { WindowOperator, WindowOptions } from '../src/core/windows/window-operator.ts';
import { WindowResults } from '../src/core/windows/window-results.ts';
import { windowShape } from '../src/core/windows/window-shape.ts';
import { seriesEnd } from '../src/session/message-rows.ts';
import { readSamplePart } from '../src/wire/arrow-fixed.ts';
import { writeSamplePart } from '../src/wire/arrow-fixed-writer.ts';
import { ColumnArena } from '../src/wire/column-arena.ts';
import { figure, median, type PreparedCase, report, rotate, timed } from './figures.ts';

const ROWS = 10_000;
const BATCHES = 40;
const START_US = 1_763_000_000_000_000;
const AGGREGATIONS = ['count', 'sum', 'min', 'max', 'p50', 'p95', 'p99'].map(parseAggregation);
const PERSPECTIVE_ROUNDS = 7;
const OWN_PASSES = 30;

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
  const order = Array.from({ length: ROWS }, (_, i) => i).sort((a, b) => (a % series) - (b % series) || a - b);
  return Array.from({ length: BATCHES }, (_, b) =>
    writeSamplePart({
      length: ROWS,
      series: Uint16Array.from(order, (i) => i % series),
      time: Float64Array.from(order, (i) => START_US + (b * ROWS + i) * stepUs),
      value: values.subarray(b * ROWS, (b + 1) * ROWS),
    }),
  );
}

type Columns = ReturnType<typeof readSamplePart>['columns'];

/** The times of a batch where they stand in its bytes. */
function timesIn(part: Uint8Array): BigInt64Array {
  const { time, value } = readSamplePart(part).columns;
  const found = new BigInt64Array(part.buffer, value.byteOffset - 8 * ROWS, ROWS);
  if (found[0] !== BigInt(time[0] as number)) throw new Error('the times of a batch are not where they should be');
  return found;
}

/** Series with a ring and windows of 1 s. */
class Engine {
  readonly #parts: readonly Uint8Array[];
  readonly #times: readonly BigInt64Array[];
  readonly #passUs: bigint;
  readonly #arena = new ColumnArena();
  readonly #rings: SampleRing[] = [];
  readonly #windows: WindowOperator[] = [];
  readonly #results = new WindowResults(AGGREGATIONS.length);
  results = 0;

  /** @param capacity Samples that each ring holds. */
  constructor(series: number, stepUs: number, capacity: number) {
    if (ROWS % series !== 0) throw new Error(`${ROWS} rows are no whole turns of ${series} series`);
    this.#parts = batches(series, stepUs);
    this.#times = this.#parts.map(timesIn);
    this.#passUs = BigInt(ROWS * BATCHES * stepUs);
    const options: WindowOptions = { shape: windowShape({ window: 1_000_000 }), aggregations: AGGREGATIONS };
    for (let s = 0; s < series; s++) {
      this.#rings.push(new SampleRing(capacity));
      this.#windows.push(createWindows(options, this.#results));
    }
  }

  /** Reads every batch. */
  get decode() {
    return this.#pass(() => undefined);
  }

  /** The same, into rings and windows. */
  get ingest() {
    return this.#pass((columns) => this.#add(columns));
  }

  #add({ length, series, time, value, isRising = false }: Columns): void {
    for (let from = 0, to = 0; from < length; from = to) {
      const s = series[from] as number;
      to = seriesEnd(series, from, length);
      const areRising = (this.#rings[s] as SampleRing).append(time, value, from, to, isRising);
      (this.#windows[s] as WindowOperator).add(time, value, from, to, Number.NaN, areRising);
      this.results += this.#results.length;
      this.#results.clear();
    }
  }

  /** A pass over all batches, each of which is later than in the pass before. */
  #pass(use: (columns: Columns) => void): PreparedCase {
    return {
      prepare: () => {
        for (const time of this.#times) for (let i = 0; i < ROWS; i++) time[i] = (time[i] as bigint) + this.#passUs;
      },
      run: () => {
        for (const part of this.#parts) {
          use(readSamplePart(part, this.#arena).columns);
          this.#arena.reset();
        }
      },
    };
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
  one: new Engine(1, 100, 1 << 20),
  sixteen: new Engine(16, 100, 1 << 16),
  many: new Engine(ROWS, 100, 1 << 10),
};
const medians = rotate({
  decode: engines.one.decode,
  one: engines.one.ingest,
  decodeMixed: engines.sixteen.decode,
  sixteen: engines.sixteen.ingest,
  many: engines.many.ingest,
});
for (const [name, { results }] of Object.entries(engines))
  if (results === 0) throw new Error(`${name} gave no results`);
const perRow = (name: string): number => ((medians[name] ?? Number.NaN) * 1e6) / (ROWS * BATCHES);
const decode = perRow('decode');
const one = perRow('one') - decode;
const sixteen = perRow('sixteen') - perRow('decodeMixed');
const many = perRow('many') - perRow('decodeMixed');

/*
 * Beside Perspective in rounds, each with all three right after each other: the machine's speed changes within seconds.
 * A figure is the median of the rounds' ratios.
 */
const parts = batches(1, 100);
const rounds: { own: number[]; table: number[]; view: number[] } = { own: [], table: [], view: [] };
for (let round = 0; round < PERSPECTIVE_ROUNDS; round++) {
  const own = (timed(engines.one.ingest, OWN_PASSES) * 1e6) / (OWN_PASSES * BATCHES * ROWS);
  rounds.own.push(own);
  rounds.table.push(1e9 / (await perspectiveRate(parts, false)) / own);
  rounds.view.push(1e9 / (await perspectiveRate(parts.slice(0, 8), true)) / own);
}
const whole = median(rounds.own);

report([
  figure('Arrow bytes to float columns', decode, 'ns per sample', decode / one, 'what follows', null),
  figure(
    'one series: ring, pyramid, 1 s windows with p50/p95/p99',
    1000 / one,
    'M/s',
    one / 20,
    '50 M/s (at least)',
    1,
  ),
  figure('the same with decoding', 1000 / whole, 'M/s', 1 / median(rounds.table), 'a Perspective table', 0.01),
  figure('the same with decoding', 1000 / whole, 'M/s', 1 / median(rounds.view), 'a Perspective view of 1 s', null),
  figure('16 series that take turns', 1000 / sixteen, 'M/s', sixteen / 40, '25 M/s (at least)', 1),
  figure('10,000 series, a sample each per second', many, 'ns per sample', many / sixteen, '16 series', 3),
]);
process.exit(0);
