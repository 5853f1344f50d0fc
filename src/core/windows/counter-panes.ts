import { CounterSamples } from './counter-samples.ts';
import { COUNT, counterStep, FIRST, FIRST_TIME, INCREASE, LAST, LAST_TIME, MARKS, ROW_SHIFT } from './pane-row.ts';
import { APPROXIMATE } from './window-results.ts';

/** Samples of counters kept one by one, per stream; beyond, a pane that gets one out of order is approximate. */
export const MAX_COUNTER_SAMPLES = 1_000_000;
/** Emptied lists kept for the next panes. */
const POOL = 4;

/**
 * INCREASE of the panes of a counter, by the place of the pane's row.
 *
 * 1. A pane's samples are kept, {@link MAX_COUNTER_SAMPLES} in all: then its increase is exact in whatever order they come.
 * 2. A pane whose samples are not kept is exact while what comes follows or precedes all it has; else it is APPROXIMATE.
 * 3. After samples out of order INCREASE holds once {@link settle} was called.
 */
export class CounterPanes {
  readonly #samples: (CounterSamples | null)[] = [];
  readonly #pool: CounterSamples[] = [];
  #kept = 0;
  #unsettled = 0;

  samples(place: number): CounterSamples | null {
    return this.#samples[place] ?? null;
  }

  /** Whether any pane waits for {@link settle}. */
  get unsettled(): boolean {
    return this.#unsettled > 0;
  }

  /** Takes samples, before the pane's other fields do. */
  addRun(rows: Float64Array, place: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const row = place << ROW_SHIFT;
    let samples = this.#samples[place];
    if (!samples && rows[row + COUNT] === 0) {
      samples = this.#pool.pop() ?? new CounterSamples();
      this.#samples[place] = samples;
    }
    if (samples && this.#kept + to - from > MAX_COUNTER_SAMPLES) {
      this.drop(rows, place);
      samples = null;
    }
    if (!samples) {
      addUnkept(rows, row, times, values, from, to);
      return;
    }
    const { length, unsettled } = samples;
    samples.append(times, values, from, to);
    this.#kept += samples.length - length;
    if (!samples.unsettled) rows[row + INCREASE] = samples.settle();
    else if (!unsettled) this.#unsettled += 1;
  }

  /** Brings INCREASE up to date. */
  settle(rows: Float64Array, place: number): void {
    const samples = this.#samples[place];
    if (!samples?.unsettled) return;
    rows[(place << ROW_SHIFT) + INCREASE] = samples.settle();
    this.#unsettled -= 1;
  }

  /** Restored samples of a pane. */
  put(place: number, samples: CounterSamples): void {
    this.#samples[place] = samples;
    this.#kept += samples.length;
    if (samples.unsettled) this.#unsettled += 1;
  }

  /** From here on the pane's increase is kept without its samples. */
  drop(rows: Float64Array, place: number): void {
    const samples = this.#samples[place];
    if (!samples) return;
    this.settle(rows, place);
    this.#samples[place] = null;
    this.#kept -= samples.length;
    if (this.#pool.length >= POOL) return;
    samples.clear();
    this.#pool.push(samples);
  }
}

/** Exact while the run follows or precedes everything in the pane. */
function addUnkept(
  rows: Float64Array,
  row: number,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): void {
  let empty = rows[row + COUNT] === 0;
  let increase = empty ? 0 : rows[row + INCREASE]!;
  let firstTime = rows[row + FIRST_TIME]!;
  let first = rows[row + FIRST]!;
  let lastTime = rows[row + LAST_TIME]!;
  let last = rows[row + LAST]!;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    const time = times[i]!;
    if (value - value !== 0) continue;
    if (empty) {
      firstTime = time;
      first = value;
      lastTime = time;
      last = value;
      empty = false;
    } else if (time >= lastTime) {
      increase += counterStep(last, value);
      lastTime = time;
      last = value;
    } else if (time < firstTime) {
      increase += counterStep(value, first);
      firstTime = time;
      first = value;
    } else rows[row + MARKS] = rows[row + MARKS]! | APPROXIMATE;
  }
  rows[row + INCREASE] = increase;
}
