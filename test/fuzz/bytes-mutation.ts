/** Bytes that were valid, changed where lengths, offsets and counts lie: words of 2, 4 and 8 bytes at even places. */
import type { SeededRandom } from '../faults/seeded-random.ts';

const EDGES = [
  0,
  1,
  2,
  7,
  8,
  16,
  255,
  256,
  32_767,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 8,
  2 ** 32 - 1,
];

function changeWord(random: SeededRandom, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = random.pick([2, 4, 4, 4, 8]);
  if (bytes.byteLength < size) return;
  const at = size * random.whole(0, Math.floor(bytes.byteLength / size) - 1);
  if (size === 8) {
    const doubles = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e308, 5e-324, 2 ** 53, -1, 1e15];
    if (random.chance(0.5)) view.setFloat64(at, random.pick(doubles), true);
    else view.setBigInt64(at, random.pick([0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]), true);
  } else if (size === 4) {
    const was = view.getUint32(at, true);
    view.setUint32(at, random.chance(0.5) ? random.pick(EDGES) : was + random.whole(-9, 9), true);
  } else view.setUint16(at, random.pick(EDGES), true);
}

/** A copy with one to six changes; it lies alone in its memory. */
export function mutatedBytes(random: SeededRandom, bytes: Uint8Array, other: Uint8Array = bytes): Uint8Array {
  let made = new Uint8Array(bytes);
  for (let changes = random.pick([1, 1, 2, 3, 6]); changes > 0; changes -= 1) {
    const at = random.whole(0, Math.max(0, made.length - 1));
    const how = random.whole(0, 11);
    if (how <= 4) changeWord(random, made);
    else if (how <= 7 && made.length > 0) made[at] = made[at]! ^ (1 << random.whole(0, 7));
    else if (how === 8 && made.length > 0) made[at] = random.whole(0, 255);
    else if (how === 9) made = made.slice(0, at);
    else if (how === 10) made = joined(made.subarray(0, at), other.subarray(random.whole(0, other.length)));
    else made.copyWithin(at, random.whole(0, made.length), random.whole(0, made.length));
  }
  return made;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
