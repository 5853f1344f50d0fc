/**
 * Builds one FlatBuffers buffer back to front, as the FlatBuffers binary format asks: what is referred to is written first.
 *
 * Positions are counted from the end of the buffer, so they stay valid while it grows. Small and plain: metadata only.
 */
export class FlatWriter {
  #bytes = new Uint8Array(512);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;

  #reserve(size: number): number {
    while (this.#used + size > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes, grown.length - this.#bytes.length);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#used += size;
    return this.#bytes.length - this.#used;
  }

  /** Pads so that after `following` more bytes the position is a multiple of `size`. */
  align(size: number, following = 0): void {
    const rest = (this.#used + following) % size;
    if (rest !== 0) this.#reserve(size - rest);
  }

  u8(value: number): void {
    this.#view.setUint8(this.#reserve(1), value);
  }

  i16(value: number): void {
    this.align(2);
    const at = this.#reserve(2);
    this.#view.setInt16(at, value, true);
  }

  i32(value: number): void {
    this.align(4);
    const at = this.#reserve(4);
    this.#view.setInt32(at, value, true);
  }

  /** A whole number below 2^53 as 64 bits. */
  i64(value: number): void {
    this.align(8);
    const at = this.#reserve(8);
    this.#view.setUint32(at, value % 4294967296, true);
    this.#view.setInt32(at + 4, Math.floor(value / 4294967296), true);
  }

  offset(target: number): void {
    this.align(4);
    this.i32(this.#used + 4 - target);
  }

  string(text: string): number {
    const encoded = new TextEncoder().encode(text);
    this.align(4, encoded.length + 1);
    this.u8(0);
    const at = this.#reserve(encoded.length);
    this.#bytes.set(encoded, at);
    this.i32(encoded.length);
    return this.#used;
  }

  /** A vector of references to what was written before. */
  vector(targets: readonly number[]): number {
    this.align(4);
    for (let i = targets.length - 1; i >= 0; i--) this.offset(targets[i]!);
    this.i32(targets.length);
    return this.#used;
  }

  /** A vector of structs of 64-bit integers, `perStruct` each, flattened in `values`. */
  structs(values: readonly number[], perStruct: number): number {
    this.align(8);
    for (let i = values.length - 1; i >= 0; i--) this.i64(values[i]!);
    this.i32(values.length / perStruct);
    return this.#used;
  }

  /** A table; `fields[i]` writes field i, null leaves it out. */
  table(fields: readonly ((() => void) | null)[]): number {
    const end = this.#used;
    const positions = new Array<number>(fields.length).fill(0);
    for (let i = fields.length - 1; i >= 0; i--) {
      const write = fields[i];
      if (!write) continue;
      write();
      positions[i] = this.#used;
    }
    this.i32(0);
    const table = this.#used;
    for (let i = fields.length - 1; i >= 0; i--) this.i16(positions[i] === 0 ? 0 : table - positions[i]!);
    this.i16(table - end);
    this.i16(4 + 2 * fields.length);
    this.#view.setInt32(this.#bytes.length - table, this.#used - table, true);
    return table;
  }

  /** The finished buffer with `root` as its root table; its length is a multiple of 8. */
  finish(root: number): Uint8Array {
    this.align(8, 4);
    this.offset(root);
    return this.#bytes.slice(this.#bytes.length - this.#used);
  }
}
