import { StreamVizError } from '../errors.ts';
import type { Counts } from './bucket-kernel.ts';
import { FIRST_KEY, KEY_END } from './bucket-key.ts';
import { BucketStore } from './bucket-store.ts';

/*
 * | bytes | what |
 * |---|---|
 * | u8 | version, 1 |
 * | u8 | mode: 0 values, 1 buckets |
 * | mode 0 | varint n <= 32, then n float64 little endian, ascending, finite, 0 never as -0 |
 * | mode 1 | varint zeros; the negative buckets; the positive buckets |
 * | buckets | varint n, then n x (varint key - key before (the first: key), varint count >= 1), ascending keys of magnitudes |
 *
 * Varints are LEB128, at most 2^53 - 1, in as few bytes as they need. All counts together are 1 to 2^53 - 1. One sketch
 * has one encoding: what does not read back to the same bytes is refused.
 */

export const SKETCH_VERSION = 1;
/** So many values are held one by one. */
export const EXACT_VALUES = 32;

const VALUES = 0;
const BUCKETS = 1;
const HEADER = 3;
const UINT32_MAX = 0xffff_ffff;
const VARINT_BYTES = 8;

export interface Buckets {
  /** Values in all. */
  readonly count: number;
  readonly buckets: BucketStore;
}

/** The bytes of at most 32 ascending values. */
export function writeValues(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(HEADER + values.length * 8);
  bytes.set([SKETCH_VERSION, VALUES, values.length]);
  const data = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) data.setFloat64(HEADER + i * 8, values[i]!, true);
  return bytes;
}

/** The bytes of counts in buckets. */
export function writeBuckets(buckets: BucketStore): Uint8Array {
  const { low, negative, positive, zeros } = buckets;
  const used = countUsed(negative) + countUsed(positive);
  const writer = new VarintWriter(HEADER + 3 * VARINT_BYTES + used * (3 + VARINT_BYTES));
  writer.varint(SKETCH_VERSION);
  writer.varint(BUCKETS);
  writer.varint(zeros);
  writeSign(writer, low, negative);
  writeSign(writer, low, positive);
  return writer.bytes.slice(0, writer.length);
}

/** Reads what the two above wrote; a copy. Holds at most the input and 1 MB. @throws StreamVizError `SKETCH_INVALID` */
export function readSketch(bytes: Uint8Array): Float64Array | Buckets {
  const reader = new VarintReader(bytes);
  const version = reader.varint('the version');
  if (version !== SKETCH_VERSION) throw invalid(`version ${version}, this reader knows ${SKETCH_VERSION}`, 0);
  const mode = reader.varint('the mode');
  if (mode === VALUES) return readValues(reader);
  if (mode !== BUCKETS) throw invalid(`mode ${mode}, expected 0 or 1`, 1);
  const zeros = reader.varint('the zeros');
  const negative = readSign(reader);
  const positive = readSign(reader);
  reader.end();
  const total = zeros + negative.total + positive.total;
  if (total < 1 || !Number.isSafeInteger(total)) throw invalid(`${total} values in all, expected 1 to 2^53 - 1`, 2);
  const buckets = new BucketStore();
  if (total > UINT32_MAX) buckets.widen();
  cover(buckets, positive, false);
  cover(buckets, negative, true);
  fill(buckets, positive, buckets.low);
  fill(buckets, negative, buckets.low - buckets.size);
  buckets.setZeros(zeros);
  return { count: total, buckets };
}

function readValues(reader: VarintReader): Float64Array {
  const n = reader.varint('the number of values');
  if (n > EXACT_VALUES) throw invalid(`${n} single values, at most ${EXACT_VALUES}`, 2);
  const values = reader.floats(n);
  reader.end();
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value) || Object.is(value, -0))
      throw invalid(`value ${i} is ${Object.is(value, -0) ? '-0' : value}`, 3);
    if (i > 0 && value < values[i - 1]!) throw invalid(`value ${i} is below the one before it`, 3);
  }
  return values;
}

function countUsed(counts: Counts): number {
  let used = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i] !== 0) used++;
  return used;
}

function writeSign(writer: VarintWriter, low: number, counts: Counts): void {
  writer.varint(countUsed(counts));
  let before = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    writer.varint(low + i - before);
    writer.varint(counts[i]!);
    before = low + i;
  }
}

interface SignBuckets {
  readonly keys: Uint32Array;
  readonly counts: Float64Array;
  readonly total: number;
}

function readSign(reader: VarintReader): SignBuckets {
  const n = reader.varint('the number of buckets');
  if (n > reader.left / 2) throw invalid(`${n} buckets in ${reader.left} bytes`, reader.at);
  const keys = new Uint32Array(n);
  const counts = new Float64Array(n);
  let key = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const step = reader.varint('a key');
    key += step;
    if (step < 1 || key < FIRST_KEY || key >= KEY_END) throw invalid(`bucket ${i} has the key ${key}`, reader.at);
    const count = reader.varint('a count');
    if (count < 1) throw invalid(`bucket ${i} is empty`, reader.at);
    keys[i] = key;
    counts[i] = count;
    total += count;
  }
  return { keys, counts, total };
}

function cover(buckets: BucketStore, { keys }: SignBuckets, negative: boolean): void {
  if (keys.length > 0) buckets.cover(keys[0]!, keys[keys.length - 1]! + 1, negative);
}

/** Writes the counts of one sign; `low` is the key that the first slot would have. */
function fill(buckets: BucketStore, { keys, counts }: SignBuckets, low: number): void {
  for (let i = 0; i < keys.length; i++) buckets.counts[keys[i]! - low] = counts[i]!;
}

function invalid(what: string, offset: number): StreamVizError {
  return new StreamVizError('SKETCH_INVALID', `the bytes of a quantile sketch are wrong at ${offset}: ${what}`, {
    details: { offset },
  });
}

class VarintWriter {
  readonly bytes: Uint8Array;
  length = 0;

  constructor(room: number) {
    this.bytes = new Uint8Array(room);
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }
}

class VarintReader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  varint(what: string): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES; i++) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) throw invalid(`they end before ${what}`, this.at);
      this.at++;
      value += (byte % 128) * scale;
      if (byte < 128) {
        if (byte === 0 && i > 0) throw invalid(`${what} has a needless byte`, this.at - 1);
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
      scale *= 128;
    }
    throw invalid(`${what} is above 2^53 - 1`, this.at);
  }

  floats(n: number): Float64Array {
    if (this.left < n * 8) throw invalid(`they end before the last of ${n} values`, this.#bytes.length);
    const data = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    const values = Float64Array.from({ length: n }, (_, i) => data.getFloat64(this.at + i * 8, true));
    this.at += n * 8;
    return values;
  }

  end(): void {
    if (this.left > 0) throw invalid(`${this.left} bytes too many`, this.at);
  }
}
