import { FIRST_KEY, KEY_END, KEY_MASK, KEY_SHIFT } from './bucket-key.ts';

/** Counts of neighbouring buckets; float64 where a count could pass 2^32 - 1. */
export type Counts = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** After a value that is not positive, so many are counted the way that takes both signs and zeros alike. */
const MIXED_RUN = 64;

/**
 * Counts the values `[from, to)` whose high words stand in `words` at `2 i + 1` in the slots of a `BucketStore`.
 *
 * Returns the index of the first that has no slot, or `to`. `skipped[0]` grows by the NaN and infinities passed over.
 * Four values at a time, without a branch on any of them: about 2 ns a value where all are positive, 4 where signs and
 * zeros are mixed.
 */
export function countKeys(
  words: Uint32Array,
  from: number,
  to: number,
  counts: Counts,
  low: number,
  size: number,
  skipped: Float64Array,
): number {
  const slots = counts.length;
  const end = 2 * to;
  let i = 2 * from + 1;
  while (i < end) {
    i = countPositive(words, i, end - 6, counts, low, size);
    i = countMixed(words, i, Math.min(i + 2 * MIXED_RUN, end) - 6, counts, low, size);
    for (const few = Math.min(i + 8, end); i < few; i += 2) {
      const word = words[i]! | 0;
      const key = (word >>> KEY_SHIFT) & KEY_MASK;
      const place = key - low;
      const slot = key < FIRST_KEY ? slots - 1 : place + ((word >> 31) & size);
      if (key >= KEY_END) skipped[0]!++;
      else if (key < FIRST_KEY || (place >= 0 && place < size && slot < slots - 1)) counts[slot]!++;
      else return i >>> 1;
    }
  }
  return to;
}

/** Counts fours of positive values until one of a four has no slot; returns where it stopped, as an index of a word. */
function countPositive(words: Uint32Array, at: number, end: number, counts: Counts, low: number, size: number): number {
  const places = size >>> 0;
  // Words are fewer than 2^31: `| 0` spares the check for more, a tenth of the time.
  let i = at | 0;
  for (const stop = end | 0; i < stop; i = (i + 8) | 0) {
    const a = ((words[i]! >>> KEY_SHIFT) - low) >>> 0;
    const b = ((words[(i + 2) | 0]! >>> KEY_SHIFT) - low) >>> 0;
    const c = ((words[(i + 4) | 0]! >>> KEY_SHIFT) - low) >>> 0;
    const d = ((words[(i + 6) | 0]! >>> KEY_SHIFT) - low) >>> 0;
    if (a >= places || b >= places || c >= places || d >= places) break;
    counts[a]!++;
    counts[b]!++;
    counts[c]!++;
    counts[d]!++;
  }
  return i;
}

/** The same for values of any sign and zeros. A mask is -1 for a zero, whose place is then 0 and whose slot the last. */
function countMixed(words: Uint32Array, at: number, end: number, counts: Counts, low: number, size: number): number {
  const last = counts.length - 1;
  const refused = last > size ? 0 : -1; // -1: no slots for negative values
  const places = size >>> 0;
  let i = at;
  for (; i < end; i += 8) {
    const a = words[i]! | 0;
    const b = words[i + 2]! | 0;
    const c = words[i + 4]! | 0;
    const d = words[i + 6]! | 0;
    const zeroA = (((a >>> KEY_SHIFT) & KEY_MASK) - FIRST_KEY) >> 31;
    const zeroB = (((b >>> KEY_SHIFT) & KEY_MASK) - FIRST_KEY) >> 31;
    const zeroC = (((c >>> KEY_SHIFT) & KEY_MASK) - FIRST_KEY) >> 31;
    const zeroD = (((d >>> KEY_SHIFT) & KEY_MASK) - FIRST_KEY) >> 31;
    const placeA = (((a >>> KEY_SHIFT) & KEY_MASK) - low) & ~zeroA;
    const placeB = (((b >>> KEY_SHIFT) & KEY_MASK) - low) & ~zeroB;
    const placeC = (((c >>> KEY_SHIFT) & KEY_MASK) - low) & ~zeroC;
    const placeD = (((d >>> KEY_SHIFT) & KEY_MASK) - low) & ~zeroD;
    if (((a | b | c | d) & refused) < 0) break;
    if (placeA >>> 0 >= places || placeB >>> 0 >= places || placeC >>> 0 >= places || placeD >>> 0 >= places) break;
    counts[((placeA + ((a >> 31) & size)) & ~zeroA) | (last & zeroA)]!++;
    counts[((placeB + ((b >> 31) & size)) & ~zeroB) | (last & zeroB)]!++;
    counts[((placeC + ((c >> 31) & size)) & ~zeroC) | (last & zeroC)]!++;
    counts[((placeD + ((d >> 31) & size)) & ~zeroD) | (last & zeroD)]!++;
  }
  return i;
}
