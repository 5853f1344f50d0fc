import type { PaneFields } from '../pane.ts';
import type { StateTable } from '../state-table.ts';
import { isRisingRun } from '../time-runs.ts';
import { StoredWindows } from './stored-windows.ts';
import type { PaneFeatures, WindowOptions } from './window-operator.ts';
import { planOf, type WindowPlan } from './window-plan.ts';
import type { WindowResults } from './window-results.ts';
import { WindowStream } from './window-stream.ts';

/**
 * Tumbling and sliding windows of one stream. See the guarantees of {@link import('./window-operator.ts').WindowOperator}.
 *
 * 1. Samples are taken as runs within one pane, in whatever order they come. A sample not before the end of the last final
 *    window can change no final result, so results wait until its `add` ends; only one before it is judged by itself.
 * 2. Windows that hold no sample are neither stored nor emitted: a jump of a year costs O(1).
 * 3. A late sample that becomes the value before a later window that is final and still open to late samples revises
 *    that window too, where `delta`, `increase` or a counter's `rate` changes by it.
 * 4. A first sample that comes to a final window counts as late; that window's first result has revision 0.
 * 5. Any split of the samples into batches gives the same results: bit for bit, but for stddev and variance (1e-12).
 * 6. A sample with no other beside it in any open window stands alone until the next one comes. While each finds the one
 *    before it out of its window no pane is made: about 30 ns a sample, and no room for panes is held.
 */
export class PaneWindows extends WindowStream {
  readonly #plan: WindowPlan;
  /** Null until a pane is needed. */
  #stored: StoredWindows | null = null;
  /** End of the window of the sample that stands alone; NaN: there is none. While there is, nothing is stored. */
  #aloneEnd = Number.NaN;
  #aloneTime = Number.NaN;
  #aloneValue = Number.NaN;

  /** @param options `shape` must be tumbling or sliding. Operators of one options object share what follows from it. */
  constructor(options: WindowOptions, results?: WindowResults) {
    super(options, results);
    this.#plan = planOf(options);
  }

  /** The operator whose `save` gave these tables, under the same options. @throws StreamVizError `STATE_INVALID` */
  static restore(options: WindowOptions, tables: readonly StateTable[]): PaneWindows {
    const windows = new PaneWindows(options);
    windows.#store().restore(tables);
    return windows;
  }

  add(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    now: number,
    areRising: boolean = false,
  ): void {
    const limit = this.clock.limit(now);
    // Looked at once, and only where panes are needed: the rest of rows that rise rises too.
    let rising: boolean | null = areRising ? true : null;
    for (let i = from; i < to; ) {
      if (this.#plan.takesAlone && (this.#stored === null || this.#stored.isEmpty)) {
        i = this.#addAlone(times, values, i, to, limit);
        if (i > from) this.clock.arrived(now);
      }
      if (i === to) break;
      rising ??= isRisingRun(times, i, to);
      i = this.#store().add(times, values, i, to, { limit, now, areRising: rising });
    }
    this.passed();
  }

  /**
   * A pane that lies in several of ours is held with its last sample: windows that it lies in only partly are approximate,
   * as is a counter's increase over it. Its distinct values are known in part (AT_LEAST).
   */
  addPane(_start: number, _duration: number, panes: PaneFields, row: number, features: PaneFeatures | null): void {
    const count = panes.count[row]!;
    if (!(count > 0)) return;
    if (count === 1 || !(Math.abs(panes.lastTime[row]!) <= Number.MAX_SAFE_INTEGER)) {
      this.add(panes.lastTime, panes.last, row, row + 1, Number.NaN);
    } else this.#store().addPane(panes, row, features);
    this.clock.arrivedUnclocked();
  }

  readOpen(out: WindowResults, until = Number.POSITIVE_INFINITY): void {
    if (Number.isNaN(this.#aloneEnd)) {
      this.#stored?.readOpen(out, until);
      return;
    }
    // Writing may replace the columns.
    const row = this.#writeAlone(out);
    out.final[row] = 0;
  }

  /** Results that were not read are not part of it. */
  save(): readonly StateTable[] {
    return this.#store().save();
  }

  protected passed(): void {
    if (Number.isNaN(this.#aloneEnd)) this.#stored?.fire();
    else if (this.clock.value >= this.#aloneEnd) {
      this.#writeAlone(this.results);
      this.#aloneEnd = Number.NaN;
    }
  }

  /**
   * Takes samples as long as each is in order, finite, and by its time makes the window of the one before it final.
   *
   * @returns the first sample not taken, or `to`.
   */
  #addAlone(times: Float64Array, values: Float64Array, from: number, to: number, limit: number): number {
    const { clock } = this;
    let i = from;
    if (Number.isNaN(this.#aloneEnd)) {
      const time = times[i]!;
      const value = values[i]!;
      const { grid } = this.#plan;
      const end = grid.paneStart(grid.paneAt(time) + 1);
      const isTaken = time <= limit && time >= -Number.MAX_SAFE_INTEGER && time >= clock.maxTime && end > clock.value;
      if (!isTaken || value - value !== 0) return from;
      this.#standAlone(time, value, end);
      i += 1;
    }
    while (i < to && this.#follow(times[i]!, values[i]!, limit)) i += 1;
    if (i > from) clock.observe(this.#aloneTime);
    return i;
  }

  /** Takes a sample that makes the window of the one that stands alone final; false where it does not. */
  #follow(time: number, value: number, limit: number): boolean {
    const end = this.#aloneEnd;
    if (!(time <= limit && time - this.clock.lateness >= end) || value - value !== 0) return false;
    this.#writeAlone(this.results);
    const { grid } = this.#plan;
    const next = end + grid.size;
    this.#standAlone(time, value, time < next ? next : grid.paneStart(grid.paneAt(time) + 1));
    return true;
  }

  #standAlone(time: number, value: number, end: number): void {
    this.#aloneTime = time;
    this.#aloneValue = value;
    this.#aloneEnd = end;
  }

  /** Appends the window of the sample that stands alone, as final; returns its row. */
  #writeAlone(out: WindowResults): number {
    const at = out.push();
    out.start[at] = this.#aloneEnd - this.#plan.grid.size;
    out.end[at] = this.#aloneEnd;
    this.#plan.evaluation.writeAlone(out, at, this.#aloneValue);
    return at;
  }

  /** What holds panes, the sample that stood alone among them. */
  #store(): StoredWindows {
    this.#stored ??= new StoredWindows(this.#plan, this);
    if (!Number.isNaN(this.#aloneEnd)) {
      this.#stored.hold(this.#aloneTime, this.#aloneValue);
      this.#aloneEnd = Number.NaN;
    }
    return this.#stored;
  }
}
