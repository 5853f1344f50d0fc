import { largest, type MixedRows, RowGroups } from './row-groups.ts';

/** Who takes the rows of many series. */
export interface RowConsumer {
  /**
   * Takes the rows `[from, to)` of one series in arrival order; the columns are valid until it returns.
   *
   * @param now The clock when the last of them arrived.
   */
  add(series: number, times: Float64Array, values: Float64Array, from: number, to: number, now: number): void;
  /** The clock shows `now`, for every series. */
  advance(now: number): void;
}

export interface StagingOptions {
  /** Most rows that wait: 34 bytes each. Default 262,144. */
  readonly rows?: number;
  /** A batch with so many rows a series is not delayed. Default 8. */
  readonly denseRows?: number;
  /** The shortest `idle` of any window that the rows go to, us; null: none has one. Default null. */
  readonly idle?: number | null;
  /** The shortest `maxAhead` of any window that the rows go to, us. Default 0: rows after the clock are not delayed. */
  readonly maxAhead?: number;
}

const MOST_ROWS = 1 << 18;
const DENSE_ROWS = 8;

/**
 * A log before thousands of slow series: batches that bring a few rows to each are handed out together, series by series.
 *
 * A series costs some twenty cache misses each time it is visited; here it is visited once for all the rows that wait.
 *
 * 1. After {@link flush} every series has had the same rows in the same order, and its windows have passed the same
 *    watermarks, as if every batch and every `advance` had been handed on at once (spreads round by 1e-12). To be called before a series is read or
 *    changed in any other way.
 * 2. What delay could change is not delayed: rows that a window may refuse by the clock, rows of a series that idled before
 *    them, and a clock that goes back are handed on at once, after all that waits.
 * 3. No more than `rows` rows wait. A row costs about 10 ns; nothing is allocated once the log has grown to what it holds.
 */
export class StagedRows {
  readonly #consumer: RowConsumer;
  readonly #most: number;
  readonly #denseRows: number;
  readonly #idle: number;
  readonly #maxAhead: number;
  readonly #groups = new RowGroups();
  #series = new Uint16Array(0);
  /** Time and value of each row side by side: they are read together. */
  #rows = new Float64Array(0);
  #order = new Uint32Array(0);
  #length = 0;
  /** The largest time that waits. */
  #maxTime = Number.NEGATIVE_INFINITY;
  /** One more than the largest series that waits. */
  #width = 0;
  #starts = new Uint32Array(1);
  /** The clock at the last row of each series; -Infinity: not known. */
  #arrivals = new Float64Array(0);
  /** First and last clock not handed on; NaN: none. */
  #firstTick = Number.NaN;
  #lastTick = Number.NaN;
  #times = new Float64Array(0);
  #values = new Float64Array(0);

  constructor(consumer: RowConsumer, options: StagingOptions = {}) {
    this.#consumer = consumer;
    this.#most = options.rows ?? MOST_ROWS;
    this.#denseRows = options.denseRows ?? DENSE_ROWS;
    this.#idle = options.idle ?? Number.POSITIVE_INFINITY;
    this.#maxAhead = options.maxAhead ?? 0;
  }

  /** Rows that wait. */
  get length(): number {
    return this.#length;
  }

  /** Takes the rows of a batch, which are copied, as of when the clock showed `now`; NaN: no clock. */
  push(rows: MixedRows, now: number): void {
    const { length } = rows;
    if (length === 0) return;
    const width = largest(rows.series, length) + 1;
    if (width > this.#arrivals.length) this.#widen(width);
    const limit = Math.min(
      Number.isNaN(now) ? Number.POSITIVE_INFINITY : now + this.#maxAhead,
      Number.MAX_SAFE_INTEGER,
    );
    if (length >= width * this.#denseRows || length > this.#most || !areWithin(rows.time, length, limit)) {
      this.flush();
      this.#handOn(rows, width, now);
      return;
    }
    const isTimely = !(now < this.#lastTick) && !(limit < this.#maxTime) && !this.#idled(rows.series, length);
    if (!isTimely || this.#length + length > this.#most) this.flush();
    this.#append(rows, now);
    if (width > this.#width) this.#width = width;
  }

  /** The clock shows `now`: idle streams go on with it. */
  advance(now: number): void {
    if (!(now >= this.#lastTick) && !Number.isNaN(this.#lastTick)) this.flush();
    if (Number.isNaN(now)) {
      this.flush();
      this.#consumer.advance(now);
      return;
    }
    if (Number.isNaN(this.#firstTick)) this.#firstTick = now;
    this.#lastTick = now;
  }

  /** Hands on all that waits, series by series, then the clock. */
  flush(): void {
    if (this.#length > 0) this.#distribute();
    const [first, last] = [this.#firstTick, this.#lastTick];
    if (Number.isNaN(last)) return;
    this.#firstTick = Number.NaN;
    this.#lastTick = Number.NaN;
    // A stream that was told no clock starts idling with the first.
    this.#consumer.advance(first);
    if (last > first) this.#consumer.advance(last);
  }

  /** Whether a clock that waits may have moved on a series that has a row here. */
  #idled(series: Uint16Array, length: number): boolean {
    const tick = this.#lastTick;
    if (Number.isNaN(tick) || this.#idle === Number.POSITIVE_INFINITY) return false;
    const arrivals = this.#arrivals;
    for (let i = 0; i < length; i += 1) if (tick - arrivals[series[i]!]! > this.#idle) return true;
    return false;
  }

  #handOn(rows: MixedRows, width: number, now: number): void {
    const groups = this.#groups;
    groups.group(rows, width - 1);
    const { starts, time, value } = groups;
    for (let s = 0; s < groups.series; s += 1) {
      const from = starts[s]!;
      const to = starts[s + 1]!;
      if (from === to) continue;
      // A window may have refused them, and then did not take note of the clock.
      this.#arrivals[s] = Number.NEGATIVE_INFINITY;
      this.#consumer.add(s, time, value, from, to, now);
    }
  }

  #append({ length, series, time, value }: MixedRows, now: number): void {
    this.#reserve(this.#length + length);
    const from = this.#length;
    this.#series.set(length === series.length ? series : series.subarray(0, length), from);
    const rows = this.#rows;
    const arrivals = this.#arrivals;
    for (let i = 0, at = 2 * from; i < length; i += 1, at += 2) {
      rows[at] = time[i]!;
      if (time[i]! > this.#maxTime) this.#maxTime = time[i]!;
      rows[at + 1] = value[i]!;
      arrivals[series[i]!] = now;
    }
    this.#length += length;
  }

  #widen(width: number): void {
    const arrivals = new Float64Array(Math.max(width, this.#arrivals.length * 2)).fill(Number.NEGATIVE_INFINITY);
    arrivals.set(this.#arrivals);
    this.#arrivals = arrivals;
  }

  #reserve(length: number): void {
    if (length <= this.#series.length) return;
    const room = Math.min(this.#most, Math.max(length, this.#series.length * 2));
    const series = new Uint16Array(room);
    series.set(this.#series);
    const rows = new Float64Array(2 * room);
    rows.set(this.#rows);
    this.#series = series;
    this.#rows = rows;
    this.#order = new Uint32Array(room);
  }

  #distribute(): void {
    const length = this.#length;
    const width = this.#width;
    this.#length = 0;
    this.#width = 0;
    this.#maxTime = Number.NEGATIVE_INFINITY;
    if (width + 1 > this.#starts.length) this.#starts = new Uint32Array(width + 1);
    const starts = this.#starts;
    const longest = orderRows(this.#series, length, width, starts, this.#order);
    if (longest > this.#times.length) {
      this.#times = new Float64Array(longest);
      this.#values = new Float64Array(longest);
    }
    let from = 0;
    for (let s = 0; s < width; s += 1) {
      // After ordering, `starts[s]` is where the next series starts.
      const to = starts[s]!;
      if (from === to) continue;
      gather(this.#rows, this.#order, from, to, this.#times, this.#values);
      this.#consumer.add(s, this.#times, this.#values, 0, to - from, this.#arrivals[s]!);
      from = to;
    }
  }
}

/** Whether no time is refused, whatever the windows. */
function areWithin(times: Float64Array, length: number, limit: number): boolean {
  for (let i = 0; i < length; i += 1) {
    if (!(times[i]! <= limit && times[i]! >= -Number.MAX_SAFE_INTEGER)) return false;
  }
  return true;
}

/** Writes the rows of each series in arrival order, one series after the other, and the end of each; returns the longest. */
function orderRows(series: Uint16Array, length: number, width: number, ends: Uint32Array, order: Uint32Array): number {
  ends.fill(0, 0, width + 1);
  for (let i = 0; i < length; i += 1) ends[series[i]! + 1]! += 1;
  let longest = 0;
  for (let s = 1; s <= width; s += 1) {
    if (ends[s]! > longest) longest = ends[s]!;
    ends[s]! += ends[s - 1]!;
  }
  for (let i = 0; i < length; i += 1) {
    const s = series[i]!;
    order[ends[s]!] = i;
    ends[s]! += 1;
  }
  return longest;
}

/** Copies rows out side by side: those of neighbouring series lie close, so few of them are far in memory. */
function gather(
  rows: Float64Array,
  order: Uint32Array,
  from: number,
  to: number,
  times: Float64Array,
  values: Float64Array,
): void {
  for (let i = from; i < to; i += 1) {
    const row = 2 * order[i]!;
    times[i - from] = rows[row]!;
    values[i - from] = rows[row + 1]!;
  }
}
