import type { LineBuffer } from '../../src/core/line-buffer.ts';
import type { Pane } from '../../src/core/pane.ts';
import type {
  LineRange,
  NearestSample,
  SeriesView,
  SessionStore,
  TableView,
  TimeSpan,
} from '../../src/session/session-view.ts';

/** One line over plain arrays: the naive form of what a session keeps, for galleries and as an oracle. Samples in time order. */
export class FakeSeries implements SeriesView {
  readonly key: string;
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly generation = 1;
  version = 0;
  readonly times: number[] = [];
  readonly values: number[] = [];
  pending: TimeSpan[] = [];
  restored: TimeSpan[] = [];
  exact = true;
  counters = { folded: 0, late: 0, invalid: 0, missing: 0, expired: 0 };

  constructor(name: string, labels: readonly (readonly [string, string])[] = []) {
    this.name = name;
    this.labels = labels;
    this.key = JSON.stringify([name, labels]);
  }

  push(timeUs: number, value: number): void {
    this.times.push(timeUs);
    this.values.push(value);
    this.version++;
  }

  get count(): number {
    return this.values.length;
  }
  get firstTimeUs(): number {
    return this.times[0] ?? Number.NaN;
  }
  get lastTimeUs(): number {
    return this.times.at(-1) ?? Number.NaN;
  }
  get lastValue(): number {
    return this.values.at(-1) ?? Number.NaN;
  }
  get intervalUs(): number {
    const n = this.times.length;
    return n < 2 ? Number.NaN : this.times[n - 1]! - this.times[n - 2]!;
  }

  summary(): Pane | null {
    const finite = this.values.filter((value) => Number.isFinite(value));
    if (finite.length === 0) return null;
    return {
      count: finite.length,
      sum: finite.reduce((a, b) => a + b, 0),
      min: Math.min(...finite),
      max: Math.max(...finite),
      first: finite[0]!,
      firstTime: this.firstTimeUs,
      last: finite.at(-1)!,
      lastTime: this.lastTimeUs,
    };
  }

  readLine(range: LineRange, out: LineBuffer): 'points' | 'columns' {
    const from = Math.max(0, this.#indexOf(range.startUs) - 1);
    const to = Math.min(this.times.length, this.#indexOf(range.endUs) + 1);
    out.ensure(Math.max(1, to - from));
    out.length = 0;
    const isPoints = to - from - 2 <= range.maxPoints;
    let column = Number.NaN;
    let count = 0;
    let broken = 0;
    for (let i = from; i < to; i++) {
      const time = this.times[i]!;
      const value = this.values[i]!;
      if (isPoints) {
        out.time[out.length] = time;
        out.value[out.length] = out.min[out.length] = out.max[out.length] = value;
        out.breakBefore[out.length++] = 0;
        continue;
      }
      if (Number.isNaN(value)) {
        broken = 1;
        continue;
      }
      const own = Math.floor(time / range.columnUs);
      if (own !== column) {
        column = own;
        count = 0;
        out.time[out.length] = (own + 0.5) * range.columnUs;
        out.value[out.length] = 0;
        out.min[out.length] = Number.POSITIVE_INFINITY;
        out.max[out.length] = Number.NEGATIVE_INFINITY;
        out.breakBefore[out.length++] = broken;
        broken = 0;
      }
      const at = out.length - 1;
      out.value[at] = (out.value[at]! * count + value) / (count + 1);
      count++;
      out.min[at] = Math.min(out.min[at]!, value);
      out.max[at] = Math.max(out.max[at]!, value);
    }
    return isPoints ? 'points' : 'columns';
  }

  extent(startUs: number, endUs: number, out: Float64Array): boolean {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = this.#indexOf(startUs); i < this.times.length && this.times[i]! < endUs; i++) {
      low = Math.min(low, Number.isNaN(this.values[i]!) ? low : this.values[i]!);
      high = Math.max(high, Number.isNaN(this.values[i]!) ? high : this.values[i]!);
    }
    out[0] = low;
    out[1] = high;
    return low <= high;
  }

  nearest(timeUs: number): NearestSample | null {
    const at = this.#indexOf(timeUs);
    const before = at > 0 ? timeUs - this.times[at - 1]! : Number.POSITIVE_INFINITY;
    const after = at < this.times.length ? this.times[at]! - timeUs : Number.POSITIVE_INFINITY;
    const index = before <= after ? at - 1 : at;
    const time = this.times[index];
    return time === undefined ? null : { timeUs: time, value: this.values[index]! };
  }

  #indexOf(timeUs: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A session over fake series with a clock of its own. */
export class FakeStore implements SessionStore {
  readonly session = 'gallery';
  readonly epochId = '0'.repeat(32);
  readonly seq = 1;
  readonly document = null;
  status: SessionStore['status'] = 'live';
  goneAtUs = Number.NaN;
  problem: SessionStore['problem'] = null;
  readonly messages = { received: 0, applied: 0, lost: 0, doubled: 0, stale: 0, invalid: 0, unknown: 0 };
  readonly roundMs = 2000;
  readonly slow = false;
  clockUs: () => number;
  readonly #series: FakeSeries[] = [];
  readonly #byName = new Map<string, readonly SeriesView[]>();
  readonly #listeners = new Set<() => void>();

  constructor(clockUs: () => number) {
    this.clockUs = clockUs;
  }

  add(name: string, labels: readonly (readonly [string, string])[] = []): FakeSeries {
    const series = new FakeSeries(name, labels);
    this.#series.push(series);
    this.#byName.clear();
    return series;
  }

  /** Shows other series under a name. */
  show(name: string, series: readonly SeriesView[]): void {
    this.#byName.set(name, series);
  }

  series(name: string): readonly SeriesView[] {
    let found = this.#byName.get(name);
    if (found === undefined) {
      found = this.#series.filter((series) => series.name === name);
      this.#byName.set(name, found);
    }
    return found;
  }

  /** Windowed lines are shown under their name too: a picture states results, not samples. */
  windowed(name: string): readonly SeriesView[] {
    return this.series(name);
  }

  table(): TableView | null {
    return null;
  }
  nowUs(): number {
    return this.clockUs();
  }
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
