import { StreamVizError } from '../core/errors.ts';
import { readFixedBatch } from './arrow-fixed-batch.ts';
import { FEATURE_SCHEMA, PANE_SCHEMA, RESULT_SCHEMA, SAMPLE_SCHEMA } from './arrow-layout.ts';
import { truncated } from './arrow-stream.ts';
import type { ColumnArena } from './column-arena.ts';
import type { FeatureColumns, PaneColumns, ResultColumns, SampleColumns } from './message-types.ts';

/*
 * Reads the fixed schemas from one self-contained Arrow IPC stream (arrow-stream.ts): a schema, then at most one batch.
 *
 * 1. Every length and offset is checked before use: damaged bytes give a StreamVizError, never anything else.
 * 2. There is no state between parts; cost per part is constant but for the 64-bit integers, which become float64.
 * 3. Float64 and uint16 columns are views on the given bytes where those are aligned, else copies.
 * 4. Columns after the known ones are ignored and counted.
 */

/** A part as read: its columns, the JSON text of its `streamviz` metadata (null: none), and how many columns were ignored. */
export interface FixedPart<Columns> {
  readonly columns: Columns;
  readonly metadata: string | null;
  readonly ignoredColumns: number;
}

function float64At(bytes: Uint8Array, offset: number, length: number): Float64Array {
  if (length === 0) return new Float64Array(0);
  const at = bytes.byteOffset + offset;
  if (at % 8 === 0) return new Float64Array(bytes.buffer, at, length);
  return new Float64Array(bytes.slice(offset, offset + 8 * length).buffer);
}

function uint16At(bytes: Uint8Array, offset: number, length: number): Uint16Array {
  if (length === 0) return new Uint16Array(0);
  const at = bytes.byteOffset + offset;
  if (at % 2 === 0) return new Uint16Array(bytes.buffer, at, length);
  return new Uint16Array(bytes.slice(offset, offset + 2 * length).buffer);
}

function int32At(bytes: Uint8Array, offset: number, length: number): Int32Array {
  if (length === 0) return new Int32Array(0);
  const at = bytes.byteOffset + offset;
  if (at % 4 === 0) return new Int32Array(bytes.buffer, at, length);
  return new Int32Array(bytes.slice(offset, offset + 4 * length).buffer);
}

/** Byte strings as views; an empty one is null. */
function binaryAt(
  bytes: Uint8Array,
  offset: number,
  length: number,
  body: { readonly start: number; readonly bytes: number },
  name: string,
): (Uint8Array | null)[] {
  if (length === 0) return [];
  const ends = int32At(bytes, offset, length + 1);
  const out: (Uint8Array | null)[] = [];
  let from = ends[0]!;
  if (from < 0) throw truncated(`column '${name}'`, from, body.bytes);
  for (let i = 1; i <= length; i++) {
    const to = ends[i]!;
    if (to < from || to > body.bytes) throw truncated(`column '${name}'`, to, body.bytes);
    out.push(to === from ? null : bytes.subarray(body.start + from, body.start + to));
    from = to;
  }
  return out;
}

/** Lists of float64 one after another; `ends[i]` to `ends[i + 1]` are those of row i. */
function floatsAt(
  bytes: Uint8Array,
  offset: number,
  length: number,
  body: { readonly start: number; readonly bytes: number },
  name: string,
): { ends: Int32Array; values: Float64Array } {
  const ends = int32At(bytes, offset, length + 1);
  for (let i = 0; i < length; i++) {
    if (!(ends[i]! <= ends[i + 1]!)) throw truncated(`column '${name}'`, ends[i]!, ends[i + 1]!);
  }
  const [first, last] = [ends[0]!, ends[length]!];
  if (first < 0 || 8 * last > body.bytes) throw truncated(`column '${name}'`, 8 * last, body.bytes);
  return { ends, values: float64At(bytes, body.start, last) };
}

/** 64-bit integers as exact float64, by 32-bit halves. Beyond 2^53 throws `ARROW_RANGE`: no time or count is that large. */
function int64At(
  bytes: Uint8Array,
  offset: number,
  length: number,
  name: string,
  arena: ColumnArena | null,
): Float64Array {
  const out = takeFrom(arena, length);
  readInt64(bytes, offset, name, out);
  return out;
}

function takeFrom(arena: ColumnArena | null, length: number): Float64Array {
  return arena === null ? new Float64Array(length) : arena.take(length);
}

/** Fills `out` with 64-bit integers. Returns whether none is smaller than the one before it. */
function readInt64(bytes: Uint8Array, offset: number, name: string, out: Float64Array): boolean {
  const { length } = out;
  if (length === 0) return true;
  const at = bytes.byteOffset + offset;
  const halves =
    at % 4 === 0
      ? new Int32Array(bytes.buffer, at, 2 * length)
      : new Int32Array(bytes.slice(offset, offset + 8 * length).buffer);
  let outside = 0;
  let isRising = true;
  let highBefore = halves[1]!;
  // Neighbours mostly share their high half: then a row is two comparisons and one sum. With its first bit turned, a low
  // half is compared as a signed number.
  const lastFour = (length - 4) | 0;
  for (let i = 0; i < length; ) {
    const high = halves[2 * i + 1]! | 0;
    if (high < highBefore) isRising = false;
    highBefore = high;
    outside |= (high + 0x200000) & ~0x3fffff;
    const middle = high * 2 ** 32 + 2 ** 31;
    let before = -0x80000000;
    // Indices are below 2^31: `| 0` spares the check for more, a quarter of the time.
    for (let k = (2 * i) | 0; i <= lastFour; i = (i + 4) | 0, k = (k + 8) | 0) {
      const others =
        (halves[(k + 1) | 0]! ^ high) |
        (halves[(k + 3) | 0]! ^ high) |
        (halves[(k + 5) | 0]! ^ high) |
        (halves[(k + 7) | 0]! ^ high);
      if (others !== 0) break;
      const a = halves[k]! ^ 0x80000000;
      const b = halves[(k + 2) | 0]! ^ 0x80000000;
      const c = halves[(k + 4) | 0]! ^ 0x80000000;
      const d = halves[(k + 6) | 0]! ^ 0x80000000;
      if (a < before || b < a || c < b || d < c) isRising = false;
      before = d;
      out[i] = middle + a;
      out[(i + 1) | 0] = middle + b;
      out[(i + 2) | 0] = middle + c;
      out[(i + 3) | 0] = middle + d;
    }
    for (; i < length && halves[2 * i + 1] === high; i++) {
      const low = halves[2 * i]! ^ 0x80000000;
      if (low < before) isRising = false;
      before = low;
      out[i] = middle + low;
    }
  }
  if (outside !== 0) {
    throw new StreamVizError('ARROW_RANGE', `Arrow column '${name}' has a number beyond 2^53.`, { details: { name } });
  }
  return isRising;
}

const asBytes = (part: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(part) ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : new Uint8Array(part);

/**
 * Reads one part of the sample schema.
 *
 * @param arena Where columns of 64-bit integers go; default: columns of their own.
 * @returns Columns; `series` and `value` are views on `part` where it is aligned to 8 bytes, valid as long as it is unchanged.
 * @throws StreamVizError `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_SCHEMA`, `ARROW_COMPRESSED`, `ARROW_ENDIANNESS`, `ARROW_RANGE`
 */
export function readSamplePart(
  part: ArrayBuffer | ArrayBufferView,
  arena: ColumnArena | null = null,
): FixedPart<SampleColumns> {
  const bytes = asBytes(part);
  const { length, offsets, metadata, ignoredColumns } = readFixedBatch(bytes, SAMPLE_SCHEMA);
  const time = takeFrom(arena, length);
  const isRising = readInt64(bytes, offsets[1]!, 'time', time);
  const columns: SampleColumns = {
    length,
    series: uint16At(bytes, offsets[0]!, length),
    time,
    value: float64At(bytes, offsets[2]!, length),
    isRising,
  };
  return { columns, metadata, ignoredColumns };
}

/** Reads one part of the pane schema; otherwise as {@link readSamplePart}. */
export function readPanePart(
  part: ArrayBuffer | ArrayBufferView,
  arena: ColumnArena | null = null,
): FixedPart<PaneColumns> {
  const bytes = asBytes(part);
  const { length, offsets, metadata, ignoredColumns } = readFixedBatch(bytes, PANE_SCHEMA);
  const columns: PaneColumns = {
    length,
    series: uint16At(bytes, offsets[0]!, length),
    start: int64At(bytes, offsets[1]!, length, 'start', arena),
    duration: int64At(bytes, offsets[2]!, length, 'duration', arena),
    count: int64At(bytes, offsets[3]!, length, 'count', arena),
    sum: float64At(bytes, offsets[4]!, length),
    min: float64At(bytes, offsets[5]!, length),
    max: float64At(bytes, offsets[6]!, length),
    first: float64At(bytes, offsets[7]!, length),
    firstTime: int64At(bytes, offsets[8]!, length, 'firstTime', arena),
    last: float64At(bytes, offsets[9]!, length),
    lastTime: int64At(bytes, offsets[10]!, length, 'lastTime', arena),
  };
  return { columns, metadata, ignoredColumns };
}

/** Reads one part of the feature schema; `sketch` are views on `part`, the others as in {@link readSamplePart}. */
export function readFeaturePart(part: ArrayBuffer | ArrayBufferView): FixedPart<FeatureColumns> {
  const bytes = asBytes(part);
  const { length, offsets, bodies, metadata, ignoredColumns } = readFixedBatch(bytes, FEATURE_SCHEMA);
  const columns: FeatureColumns = {
    length,
    row: int32At(bytes, offsets[0]!, length),
    mean: float64At(bytes, offsets[1]!, length),
    m2: float64At(bytes, offsets[2]!, length),
    increase: float64At(bytes, offsets[3]!, length),
    sketch: length === 0 ? [] : binaryAt(bytes, offsets[4]!, length, bodies[4]!, 'sketch'),
  };
  return { columns, metadata, ignoredColumns };
}

/** Reads one part of the result schema; `count` and times as in {@link readSamplePart}, the others are views where they can be. */
export function readResultPart(part: ArrayBuffer | ArrayBufferView): FixedPart<ResultColumns> {
  const bytes = asBytes(part);
  const { length, offsets, bodies, metadata, ignoredColumns } = readFixedBatch(bytes, RESULT_SCHEMA);
  const lists =
    length === 0
      ? { ends: new Int32Array(1), values: new Float64Array(0) }
      : floatsAt(bytes, offsets[8]!, length, bodies[8]!, 'values');
  const columns: ResultColumns = {
    length,
    window: int32At(bytes, offsets[0]!, length),
    start: int64At(bytes, offsets[1]!, length, 'start', null),
    end: int64At(bytes, offsets[2]!, length, 'end', null),
    count: int64At(bytes, offsets[3]!, length, 'count', null),
    state: uint16At(bytes, offsets[4]!, length),
    revision: int32At(bytes, offsets[5]!, length),
    flags: uint16At(bytes, offsets[6]!, length),
    coverage: float64At(bytes, offsets[7]!, length),
    valueEnds: lists.ends,
    values: lists.values,
  };
  return { columns, metadata, ignoredColumns };
}
