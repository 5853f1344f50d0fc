const TWO_32 = 4294967296;

/** Scrambles 32 bits so that every bit of the input moves about half of the output (docs/protocol.md, section 6). */
function mix(bits: number): number {
  let x = bits;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return x ^ (x >>> 16);
}

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');

/**
 * A sum of the hashes of rowIds, in two lanes of 32 bits: equal sums prove equal sets of rows.
 *
 * Order does not matter and what was added can be subtracted again. `toString` is the 16 hex digits of the wire.
 * RowIds are whole numbers from 0 to 2^53. Every operation is O(1) and allocates nothing.
 */
export class RowHashSum {
  #low = 0;
  #high = 0;

  add(rowId: number): void {
    const low = mix((rowId | 0) ^ 0x9e3779b9);
    this.#low = (this.#low + low) | 0;
    this.#high = (this.#high + mix(low ^ Math.floor(rowId / TWO_32) ^ 0x85ebca6b)) | 0;
  }

  subtract(rowId: number): void {
    const low = mix((rowId | 0) ^ 0x9e3779b9);
    this.#low = (this.#low - low) | 0;
    this.#high = (this.#high - mix(low ^ Math.floor(rowId / TWO_32) ^ 0x85ebca6b)) | 0;
  }

  toString(): string {
    return hex(this.#high) + hex(this.#low);
  }
}
