import type { LineBuffer } from '../core/line-buffer.ts';
import { columnOf } from '../core/retention/column-of.ts';
import { LineColumns } from '../core/retention/line-columns.ts';
import type { Aggregation } from '../core/windows/aggregation.ts';
import type { LineRange, WindowPoint } from './session-view.ts';
import { stepOf } from './window-reach.ts';
import type { WindowStore } from './window-store.ts';

/*
 * The line of one aggregation's results: final ones, then those that are not final yet, each at the end of its window.
 *
 * 1. Entries `[0, total)` are in the order of their times, which rise strictly.
 * 2. Between two results whose windows do not follow each other the windows were empty: `count`, `sum` and `rate` are 0
 *    there, every other aggregation breaks the line. Where samples are missing, or the windows between are too coarse to
 *    be told, nothing is made up.
 * 3. Only the growth of a buffer allocates.
 */

const columns = new LineColumns();
const one = new Float64Array([1]);
const value = new Float64Array(1);
const zero = new Float64Array(1);
const single = { min: value, max: value, sum: value, count: one };
const none = { min: zero, max: zero, sum: zero, count: one };

/** What lies between a result and the one before it. */
const JOINED = 0;
const BROKEN = 1;
const EMPTY = 2;

/** Whether an aggregation of no samples is 0. */
export const isZeroWhenEmpty = ({ kind }: Aggregation): boolean =>
  kind === 'count' || kind === 'sum' || kind === 'rate';

/** Results of one aggregation by one index: first the final ones held, then the open ones that are shown. */
export class ResultLine {
  readonly store: WindowStore;
  readonly aggregation: Aggregation;
  readonly #index: number;
  readonly #zero: boolean;
  /** Distance of the ends of windows that follow each other; Infinity for sessions, which never do. */
  readonly #stepUs: number;

  constructor(store: WindowStore, aggregation: Aggregation) {
    this.store = store;
    this.aggregation = aggregation;
    this.#index = store.indexOf(aggregation);
    this.#zero = isZeroWhenEmpty(aggregation);
    const { shape } = store.options;
    this.#stepUs = shape.kind === 'session' ? Number.POSITIVE_INFINITY : stepOf(shape);
  }

  get finalCount(): number {
    return this.store.history.size;
  }

  get total(): number {
    return this.finalCount + this.store.openCount;
  }

  /** Where entry `i` is drawn: the end of its window; the newest open one just behind the newest sample. */
  timeAt(i: number): number {
    const { history } = this.store;
    if (i < history.size) return history.endUs[history.head + i]!;
    const endUs = this.store.open.end[i - history.size]!;
    if (i < this.total - 1) return endUs;
    const before = i === 0 ? Number.NEGATIVE_INFINITY : this.timeAt(i - 1);
    return Math.min(endUs, Math.max(this.store.newestUs, before) + 1);
  }

  valueAt(i: number): number {
    const { history } = this.store;
    return i < history.size
      ? history.values[this.#index]![history.head + i]!
      : this.store.open.value(i - history.size, this.#index);
  }

  startAt(i: number): number {
    const { history } = this.store;
    return i < history.size ? history.startUs[history.head + i]! : this.store.open.start[i - history.size]!;
  }

  endAt(i: number): number {
    const { history } = this.store;
    return i < history.size ? history.endUs[history.head + i]! : this.store.open.end[i - history.size]!;
  }

  /** Everything about entry `i`, as of now. */
  pointAt(i: number): WindowPoint {
    const { store } = this;
    const { history, open } = store;
    const final = i < history.size;
    const from = final ? history : open;
    const row = final ? history.head + i : i - history.size;
    const startUs = this.startAt(i);
    return {
      startUs,
      endUs: this.endAt(i),
      value: this.valueAt(i),
      count: from.count[row]!,
      final,
      revision: final ? from.revision[row]! : 0,
      flags: store.flagsNow(from.flags[row]!, startUs),
      coverage: from.coverage[row]!,
    };
  }

  /** First entry drawn at or after `timeUs`. O(log n). */
  lowerBound(timeUs: number): number {
    let low = 0;
    let high = this.total;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(middle) < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** As `readLine` of a series (read-line.ts): points, or columns where there are more than `maxPoints`. */
  read(range: LineRange, out: LineBuffer): 'points' | 'columns' {
    const { startUs, endUs, maxPoints } = range;
    out.length = 0;
    if (!(endUs - startUs > 0 && endUs - startUs < Number.POSITIVE_INFINITY)) return 'points';
    const from = this.lowerBound(startUs);
    const to = this.lowerBound(endUs);
    if (to - from <= maxPoints) {
      this.#readPoints(Math.max(0, from - 1), Math.min(this.total, to + 1), out);
      return 'points';
    }
    this.#readColumns(range, out);
    return 'columns';
  }

  /** Min and max of the entries drawn in `[startUs, endUs)`, into `out`; false when there are none. O(entries). */
  extent(startUs: number, endUs: number, out: Float64Array): boolean {
    if (!(startUs < endUs)) return false;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    const from = this.lowerBound(startUs);
    const to = this.lowerBound(endUs);
    for (let i = from; i < to; i += 1) {
      const held = this.valueAt(i);
      if (held < min) min = held;
      if (held > max) max = held;
    }
    for (let i = from; i < Math.min(to + 1, this.total); i += 1) {
      if (this.#before(i) !== EMPTY) continue;
      min = Math.min(min, 0);
      max = Math.max(max, 0);
    }
    if (min > max) return false;
    out[0] = min;
    out[1] = max;
    return true;
  }

  /** Entry with a value nearest to `timeUs`, the earlier of two equally near; -1 when there is none. */
  nearest(timeUs: number): number {
    let after = this.lowerBound(timeUs);
    let before = after - 1;
    while (after < this.total && Number.isNaN(this.valueAt(after))) after += 1;
    while (before >= 0 && Number.isNaN(this.valueAt(before))) before -= 1;
    if (after >= this.total) return before;
    if (before < 0) return after;
    return timeUs - this.timeAt(before) <= this.timeAt(after) - timeUs ? before : after;
  }

  /** What lies between entry `i` and the one before it. */
  #before(i: number): typeof JOINED | typeof BROKEN | typeof EMPTY {
    if (i === 0) return JOINED;
    const lastEndUs = this.endAt(i - 1);
    if (this.endAt(i) - lastEndUs <= this.#stepUs) return JOINED;
    const { history, source } = this.store;
    if (i < history.size && history.loose[history.head + i] === 1) return JOINED;
    for (const span of source.pending) {
      if (span.startUs < this.startAt(i) && span.endUs > lastEndUs) return BROKEN;
    }
    return this.#zero ? EMPTY : BROKEN;
  }

  #readPoints(from: number, to: number, out: LineBuffer): void {
    out.ensure(3 * (to - from));
    let length = 0;
    const put = (timeUs: number, held: number, broken: number) => {
      out.time[length] = timeUs;
      out.value[length] = held;
      out.min[length] = held;
      out.max[length] = held;
      out.breakBefore[length] = broken;
      length += 1;
    };
    const step = this.#stepUs;
    for (let i = from; i < to; i += 1) {
      const between = i === from ? JOINED : this.#before(i);
      if (between === EMPTY) {
        const firstUs = this.timeAt(i - 1) + step;
        const lastUs = this.endAt(i) - step;
        put(firstUs, 0, 0);
        if (lastUs > firstUs) put(lastUs, 0, 0);
      }
      put(this.timeAt(i), this.valueAt(i), between === BROKEN ? 1 : 0);
    }
    out.length = length;
  }

  #readColumns({ startUs, endUs, columnUs }: LineRange, out: LineBuffer): void {
    columns.start(startUs, endUs, columnUs, out);
    const step = this.#stepUs;
    const from = this.lowerBound(columns.startUs);
    const to = this.lowerBound(columns.endUs);
    let isBroken = false;
    for (let i = from; i < Math.min(to + 1, this.total); i += 1) {
      const between = this.#before(i);
      if (between === EMPTY) {
        const firstUs = Math.max(this.timeAt(i - 1) + step, columns.startUs);
        const lastUs = Math.min(this.endAt(i) - step, columns.endUs - 1);
        if (lastUs >= firstUs) columns.addEnvelope(firstUs, lastUs, none, 0);
      }
      if (i >= to) break;
      const held = this.valueAt(i);
      if (between === BROKEN) isBroken = true;
      if (Number.isNaN(held)) {
        isBroken = true;
        continue;
      }
      const timeUs = this.timeAt(i);
      const at = columnOf(timeUs, columns.columnUs) - columns.first;
      if (isBroken && out.weight[at] === 0) out.breakBefore[at] = 1;
      isBroken = false;
      value[0] = held;
      columns.addEnvelope(timeUs, timeUs, single, 0);
    }
    columns.finish();
  }
}
