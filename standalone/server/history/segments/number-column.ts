import type { ByteSink } from './byte-sink.ts';
import type { ByteSource } from './byte-source.ts';
import { segmentInvalid } from './segment-invalid.ts';

/*
 * A column of doubles in few bytes, bit for bit (any NaN comes back as one NaN).
 *
 * | mode | after the mode's byte |
 * |---|---|
 * | 0 | n doubles |
 * | 1 | one double that all are |
 * | 2 | u8 exponent e, u8 width w, double low; n unsigned of w bytes: value = (low + u) / 10^e |
 * | 3 | u8 e, u8 w, double first, double low; n - 1 unsigned: each is the one before + low + u, all / 10^e |
 *
 * A mode of 128 more begins with u32 count and that many rising u32 places: there the value is NaN, whatever is stored.
 * Measurements mostly are short decimals and times steps of nearly one length, so two or three bytes are the rule.
 */
const RAW = 0;
/** The mode of a column of one value. */
export const CONSTANT = 1;
const OFFSETS = 2;
const STEPS = 3;
const WITH_MISSING = 128;
const MOST_EXPONENT = 9;
const POWERS = Array.from({ length: MOST_EXPONENT + 1 }, (_, e) => 10 ** e);
/** Whole numbers up to here and the differences of two of them are exact. */
const MOST_WHOLE = 2 ** 52;
const WIDE = 2 ** 32;

let whole = new Float64Array(4096);
let filled = new Float64Array(4096);

/** Appends `[from, to)` of a column, at least one value. O(n), about 10 ns a value. */
export function writeColumn(out: ByteSink, values: Float64Array, from: number, to: number): void {
  const length = to - from;
  if (whole.length < length) {
    whole = new Float64Array(2 ** Math.ceil(Math.log2(length)));
    filled = new Float64Array(whole.length);
  }
  const missing = fill(values, from, to);
  if (missing > 0) {
    out.u8(WITH_MISSING);
    out.u32(missing);
    for (let i = from; i < to; i += 1) if (Number.isNaN(values[i])) out.u32(i - from);
  }
  if (isConstant(length)) {
    out.u8(CONSTANT);
    out.f64(filled[0]!);
    return;
  }
  const exponent = toWhole(length);
  if (exponent < 0 || !writeWhole(out, length, exponent)) {
    out.u8(RAW);
    const at = out.reserve(8 * length);
    const { view } = out;
    for (let i = 0; i < length; i += 1) view.setFloat64(at + 8 * i, filled[i]!, true);
  }
}

/** Copies a column to `filled` with the value before in the place of each NaN. Returns how many there were. */
function fill(values: Float64Array, from: number, to: number): number {
  let missing = 0;
  let last = 0;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (Number.isNaN(value)) missing += 1;
    else last = value;
    filled[i - from] = last;
  }
  return missing;
}

function isConstant(length: number): boolean {
  const first = filled[0]!;
  for (let i = 1; i < length; i += 1) if (!Object.is(filled[i], first)) return false;
  return true;
}

/** Puts the values x 10^e for the smallest e that makes all of them whole into `whole`; -1 where none does. */
function toWhole(length: number): number {
  let exponent = 0;
  let power = 1;
  let checked = 0;
  for (let i = 0; i < length; i += 1) {
    const value = filled[i]!;
    let scaled = Math.round(value * power);
    while (!(scaled / power === value && Math.abs(scaled) <= MOST_WHOLE && !(value === 0 && 1 / value < 0))) {
      exponent += 1;
      if (exponent > MOST_EXPONENT || !(Math.abs(value) <= MOST_WHOLE) || (value === 0 && 1 / value < 0)) return -1;
      power = POWERS[exponent]!;
      scaled = Math.round(value * power);
      checked = i;
    }
    whole[i] = scaled;
  }
  // Those before the last that wanted a larger exponent were scaled by a smaller one.
  for (let i = 0; i < checked; i += 1) {
    const scaled = Math.round(filled[i]! * power);
    if (scaled / power !== filled[i] || Math.abs(scaled) > MOST_WHOLE) return -1;
    whole[i] = scaled;
  }
  return exponent;
}

/** Writes `whole` by offsets or steps, whichever is narrower; false where neither is narrower than doubles. */
function writeWhole(out: ByteSink, length: number, exponent: number): boolean {
  let low = whole[0]!;
  let high = low;
  let lowStep = Number.POSITIVE_INFINITY;
  let highStep = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < length; i += 1) {
    const value = whole[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
    const step = value - whole[i - 1]!;
    if (step < lowStep) lowStep = step;
    if (step > highStep) highStep = step;
  }
  const span = high - low;
  const stepSpan = highStep - lowStep;
  if (!(Math.min(span, stepSpan) < WIDE)) return false;
  const isSteps = widthOf(stepSpan) < widthOf(span);
  const width = widthOf(isSteps ? stepSpan : span);
  out.u8(isSteps ? STEPS : OFFSETS);
  out.u8(exponent);
  out.u8(width);
  if (isSteps) out.f64(whole[0]!);
  out.f64(isSteps ? lowStep : low);
  const first = isSteps ? 1 : 0;
  const at = out.reserve(width * (length - first));
  const { view } = out;
  for (let i = first; i < length; i += 1) {
    const value = isSteps ? whole[i]! - whole[i - 1]! - lowStep : whole[i]! - low;
    const place = at + width * (i - first);
    if (width === 1) view.setUint8(place, value);
    else if (width === 2) view.setUint16(place, value, true);
    else if (width === 4) view.setUint32(place, value, true);
  }
  return true;
}

/** Bytes of unsigned numbers up to `span`; 8 where four are not enough. */
function widthOf(span: number): number {
  if (span === 0) return 0;
  if (span < 256) return 1;
  if (span < 65_536) return 2;
  return span < WIDE ? 4 : 8;
}

/** Reads a column of `length` values. @throws StreamVizError `SEGMENT_INVALID` */
export function readColumn(source: ByteSource, length: number): Float64Array<ArrayBuffer> {
  let mode = source.u8();
  let missing: number[] = [];
  if (mode === WITH_MISSING) {
    missing = readPlaces(source, length);
    mode = source.u8();
  }
  const values = readMode(source, mode, length);
  for (const place of missing) values[place] = Number.NaN;
  return values;
}

function readPlaces(source: ByteSource, length: number): number[] {
  const count = source.u32();
  if (count > length) throw segmentInvalid('missing values', `at most ${length}`, count);
  const at = source.take(4 * count);
  const places: number[] = [];
  let last = -1;
  for (let i = 0; i < count; i += 1) {
    const place = source.view.getUint32(at + 4 * i, true);
    if (place <= last || place >= length) throw segmentInvalid('place', `above ${last}, below ${length}`, place);
    places.push(place);
    last = place;
  }
  return places;
}

function readMode(source: ByteSource, mode: number, length: number): Float64Array<ArrayBuffer> {
  if (mode === CONSTANT) return new Float64Array(length).fill(source.f64());
  if (mode === RAW) {
    const at = source.take(8 * length);
    const values = new Float64Array(length);
    const { view } = source;
    for (let i = 0; i < length; i += 1) values[i] = view.getFloat64(at + 8 * i, true);
    return values;
  }
  if (mode !== OFFSETS && mode !== STEPS) throw segmentInvalid('column mode', '0 to 3', mode);
  const power = POWERS[source.u8()];
  if (power === undefined) throw segmentInvalid('exponent', `at most ${MOST_EXPONENT}`, 'more');
  const width = source.u8();
  if (width !== 0 && width !== 1 && width !== 2 && width !== 4) throw segmentInvalid('width', '0, 1, 2 or 4', width);
  return mode === STEPS ? readSteps(source, length, power, width) : readOffsets(source, length, power, width);
}

function readOffsets(source: ByteSource, length: number, power: number, width: number): Float64Array<ArrayBuffer> {
  const low = source.f64();
  const at = source.take(width * length);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i += 1) values[i] = (low + unsignedAt(source.view, at, width, i)) / power;
  return values;
}

function readSteps(source: ByteSource, length: number, power: number, width: number): Float64Array<ArrayBuffer> {
  let value = source.f64();
  const low = source.f64();
  const at = source.take(width * (length - 1));
  const values = new Float64Array(length);
  values[0] = value / power;
  for (let i = 1; i < length; i += 1) {
    value += low + unsignedAt(source.view, at, width, i - 1);
    values[i] = value / power;
  }
  return values;
}

function unsignedAt(view: DataView, at: number, width: number, i: number): number {
  if (width === 2) return view.getUint16(at + 2 * i, true);
  if (width === 1) return view.getUint8(at + i);
  return width === 4 ? view.getUint32(at + 4 * i, true) : 0;
}
