import { counterStep } from './pane-row.ts';

/** Newest samples of a session that a sample between them can still be judged by. */
export const TRAIL_LIMIT = 1024;

/**
 * The newest samples of a counter's session in time order (ties by arrival): what a sample that comes between two of them
 * changes about the increase.
 *
 * 1. Only the newest {@link TRAIL_LIMIT} are asked, whatever more are held, so nothing depends on how input was split.
 * 2. A sample before those it knows, but not before all of the session, cannot be judged: `insert` says NaN.
 */
export class SessionTrail {
  times = new Float64Array(4);
  values = new Float64Array(4);
  length = 0;
  /** No sample of the session is missing before the first one held. */
  complete = true;

  /** First one asked. */
  get from(): number {
    return this.length > TRAIL_LIMIT ? this.length - TRAIL_LIMIT : 0;
  }

  /** Appends one whose time is not before the last. Amortised O(1). */
  append(time: number, value: number): void {
    if (this.length === this.times.length) this.#makeRoom();
    this.times[this.length] = time;
    this.values[this.length] = value;
    this.length += 1;
  }

  /** Puts one in after those of its time; returns by how much the session's increase grows, NaN where it is not known. */
  insert(time: number, value: number): number {
    const from = this.from;
    let at = this.length;
    while (at > from && this.times[at - 1]! > time) at -= 1;
    const isFirst = at === from;
    if (isFirst && (from > 0 || !this.complete)) return Number.NaN;
    if (this.length === this.times.length) {
      const shift = this.length;
      this.#makeRoom();
      at -= shift - this.length;
    }
    this.times.copyWithin(at + 1, at, this.length);
    this.values.copyWithin(at + 1, at, this.length);
    this.times[at] = time;
    this.values[at] = value;
    this.length += 1;
    const before = isFirst ? value : this.values[at - 1]!;
    if (at === this.length - 1) return counterStep(before, value);
    const after = this.values[at + 1]!;
    return counterStep(before, value) + counterStep(value, after) - (isFirst ? 0 : counterStep(before, after));
  }

  /** Appends all of a later session's. */
  merge(later: SessionTrail): void {
    if (!later.complete || later.from > 0) {
      this.length = 0;
      this.complete = false;
    }
    for (let i = later.from; i < later.length; i += 1) this.append(later.times[i]!, later.values[i]!);
  }

  /** Forgets all but one newest sample: what came before is not known one by one. */
  restart(time: number, value: number): void {
    this.length = 0;
    this.complete = false;
    this.append(time, value);
  }

  #makeRoom(): void {
    if (this.length >= 2 * TRAIL_LIMIT) {
      const from = this.from;
      this.times.copyWithin(0, from, this.length);
      this.values.copyWithin(0, from, this.length);
      this.length -= from;
      this.complete = false;
      return;
    }
    const times = new Float64Array(this.times.length * 2);
    const values = new Float64Array(this.times.length * 2);
    times.set(this.times);
    values.set(this.values);
    this.times = times;
    this.values = values;
  }
}
