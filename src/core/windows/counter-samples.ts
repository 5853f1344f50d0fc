import { counterStep } from './pane-row.ts';

/**
 * The samples of one pane of a counter, kept while a later one may still come between them.
 *
 * Times may fall in any way; samples of one time keep their arrival order. Appending in order keeps `increase` up to date
 * at O(1); after an earlier time the next `settle` sorts what came since, O(n + k log k) for k new of n.
 */
export class CounterSamples {
  times = new Float64Array(4);
  values = new Float64Array(4);
  length = 0;
  /** The first `#sorted` are in time order. */
  #sorted = 0;
  #increase = 0;

  /** True while samples wait for {@link settle}. */
  get unsettled(): boolean {
    return this.#sorted < this.length;
  }

  /** Appends the finite ones of the samples `[from, to)`. */
  append(times: Float64Array, values: Float64Array, from: number, to: number): void {
    if (this.length + to - from > this.times.length) this.#grow(this.length + to - from);
    for (let i = from; i < to; i += 1) {
      const value = values[i]!;
      if (value - value !== 0) continue;
      const at = this.length;
      const time = times[i]!;
      this.times[at] = time;
      this.values[at] = value;
      if (this.#sorted === at && (at === 0 || time >= this.times[at - 1]!)) {
        if (at > 0) this.#increase += counterStep(this.values[at - 1]!, value);
        this.#sorted = at + 1;
      }
      this.length = at + 1;
    }
  }

  /** Increase from the first to the last sample, resets counted. */
  settle(): number {
    if (this.#sorted < this.length) this.#merge();
    return this.#increase;
  }

  clear(): void {
    this.length = 0;
    this.#sorted = 0;
    this.#increase = 0;
  }

  #merge(): void {
    const { times, values, length } = this;
    const order = Array.from({ length: length - this.#sorted }, (_, i) => this.#sorted + i);
    order.sort((a, b) => times[a]! - times[b]! || a - b);
    const lateTimes = Float64Array.from(order, (i) => times[i]!);
    const lateValues = Float64Array.from(order, (i) => values[i]!);
    let held = this.#sorted - 1;
    let late = order.length - 1;
    for (let at = length - 1; late >= 0; at -= 1) {
      const takesHeld = held >= 0 && times[held]! > lateTimes[late]!;
      times[at] = takesHeld ? times[held]! : lateTimes[late]!;
      values[at] = takesHeld ? values[held]! : lateValues[late]!;
      if (takesHeld) held -= 1;
      else late -= 1;
    }
    let increase = 0;
    for (let i = 1; i < length; i += 1) increase += counterStep(values[i - 1]!, values[i]!);
    this.#increase = increase;
    this.#sorted = length;
  }

  #grow(room: number): void {
    const capacity = Math.max(room, this.times.length * 2);
    const times = new Float64Array(capacity);
    times.set(this.times);
    const values = new Float64Array(capacity);
    values.set(this.values);
    this.times = times;
    this.values = values;
  }
}
