/** A binary heap of (time, index) pairs: the earliest time first, of equals the lowest index. O(log n) each; grows as needed. */
export class DueHeap {
  #times = new Float64Array(64);
  #indices = new Uint32Array(64);
  #length = 0;

  /** +Infinity where nothing is due. */
  get time(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  clear(): void {
    this.#length = 0;
  }

  push(time: number, index: number): void {
    if (this.#length === this.#times.length) this.#grow();
    let at = this.#length;
    this.#length += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(time, index, parent)) break;
      this.#times[at] = this.#times[parent]!;
      this.#indices[at] = this.#indices[parent]!;
      at = parent;
    }
    this.#times[at] = time;
    this.#indices[at] = index;
  }

  /** Takes out the first pair and returns its index; call only where something is due. */
  pop(): number {
    const first = this.#indices[0]!;
    this.#length -= 1;
    const time = this.#times[this.#length]!;
    const index = this.#indices[this.#length]!;
    let at = 0;
    for (let child = 1; child < this.#length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < this.#length && this.#before(this.#times[right]!, this.#indices[right]!, child)) child = right;
      if (!(this.#times[child]! < time || (this.#times[child]! === time && this.#indices[child]! < index))) break;
      this.#times[at] = this.#times[child]!;
      this.#indices[at] = this.#indices[child]!;
      at = child;
    }
    this.#times[at] = time;
    this.#indices[at] = index;
    return first;
  }

  #before(time: number, index: number, at: number): boolean {
    return time < this.#times[at]! || (time === this.#times[at]! && index < this.#indices[at]!);
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    const indices = new Uint32Array(this.#times.length * 2);
    times.set(this.#times);
    indices.set(this.#indices);
    this.#times = times;
    this.#indices = indices;
  }
}
