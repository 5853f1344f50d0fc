/*
 * The bucket of a float64 is its own bits: sign, exponent and the first 6 bits of the fraction.
 *
 * Key = bits of |x| >>> 46 (high word >>> 14), so 64 buckets of equal width lie in each octave and the middle of a
 * bucket is within 1/128 = 0.78125 % of every value in it. No logarithm, no multiplication, no rounding.
 */

/** How far the high word of a float64 is shifted for its key. */
export const KEY_SHIFT = 14;
/** Lowest key of a normal float; below it zero and subnormals, which count as zero. */
export const FIRST_KEY = 64;
/** The key of infinity: every finite float has a smaller one. */
export const KEY_END = 131_008;
/** The sign bit in a shifted high word. */
export const SIGN_KEY = 131_072;
/** Takes the sign off a shifted high word. */
export const KEY_MASK = SIGN_KEY - 1;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** The shifted high word of any float: its key, plus {@link SIGN_KEY} where the sign bit is set. */
export function signedKeyOf(value: number): number {
  float[0] = value;
  return words[1]! >>> KEY_SHIFT;
}

/** The middle of a bucket of positive floats. */
export function bucketMiddle(key: number): number {
  words[1] = (key << KEY_SHIFT) | (1 << (KEY_SHIFT - 1));
  words[0] = 0;
  return float[0]!;
}
