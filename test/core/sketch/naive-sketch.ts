/** The definition of a sketch, from sorted values and the bits of each: slow, and nothing shared with the real one. */

const EXACT = 32;

function bitsOf(value: number): bigint {
  const data = new DataView(new ArrayBuffer(8));
  data.setFloat64(0, value);
  return data.getBigUint64(0);
}

function floatOf(bits: bigint): number {
  const data = new DataView(new ArrayBuffer(8));
  data.setBigUint64(0, bits);
  return data.getFloat64(0);
}

/** Finite values ascending, -0 as 0. */
export function heldValues(values: Iterable<number>): number[] {
  return [...values]
    .filter(Number.isFinite)
    .map((value) => (value === 0 ? 0 : value))
    .sort((a, b) => a - b);
}

function keyOf(value: number): bigint {
  return bitsOf(Math.abs(value)) >> 46n;
}

/** The middle of the bucket of a value, with its sign; 0 for zero and subnormals. */
export function bucketValue(value: number): number {
  if (Math.abs(value) < 2 ** -1022) return 0;
  return Math.sign(value) * floatOf((keyOf(value) << 46n) | (1n << 45n));
}

/** `x[ceil(percent n / 100)]` of the values held, in whole numbers; `percent` has at most one decimal. */
export function naiveQuantile(values: Iterable<number>, percent: number, bucketed: boolean): number {
  const sorted = heldValues(values);
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.ceil((Math.round(percent * 10) * sorted.length) / 1000);
  const value = sorted[Math.max(1, rank) - 1]!;
  return bucketed ? bucketValue(value) : value;
}

function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
}

function bucketBytes(values: readonly number[]): number[] {
  const counts = new Map<bigint, bigint>();
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0n) + 1n);
  const keys = [...counts.keys()].sort((a, b) => Number(a - b));
  return [
    ...varint(BigInt(keys.length)),
    ...keys.flatMap((key, i) => [...varint(key - (keys[i - 1] ?? 0n)), ...varint(counts.get(key)!)]),
  ];
}

/** The bytes of a sketch of these values. */
export function naiveBytes(values: Iterable<number>, bucketed = heldValues(values).length > EXACT): Uint8Array {
  const held = heldValues(values);
  if (!bucketed) return Uint8Array.from([1, 0, held.length, ...new Uint8Array(Float64Array.from(held).buffer)]);
  const normal = held.filter((value) => Math.abs(value) >= 2 ** -1022);
  return Uint8Array.from([
    1,
    1,
    ...varint(BigInt(held.length - normal.length)),
    ...bucketBytes(normal.filter((value) => value < 0)),
    ...bucketBytes(normal.filter((value) => value > 0)),
  ]);
}
