import { Batch, Column, columnFromArray, float64, int64, TimeUnit, timestamp } from '@uwdata/flechette';

/** A field of CSV (RFC 4180), in quotes where it must be. */
export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A number, or null where JSON and Arrow have none. */
export const numberOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Doubles of an Arrow table; null where one is not finite. */
export const numberColumn = (values: Float64Array | readonly number[]): Column<unknown> =>
  columnFromArray(Array.from(values, numberOrNull), float64());

/**
 * Times of an Arrow table as `timestamp[us, UTC]`, or steps as int64; both rounded to whole ones.
 *
 * Made from its bytes: the library's builder takes times as ms and would round them to those.
 */
export function timeColumn(times: Float64Array | readonly number[], axis: 'time' | 'step'): Column<unknown> {
  const type = axis === 'time' ? timestamp(TimeUnit.MICROSECOND, 'UTC') : int64();
  const { length } = times;
  // As the library makes columns of nothing: all of a table must have equally many batches.
  if (length === 0) return new Column<unknown>([], type);
  const values = BigInt64Array.from(times, (at) => BigInt(Math.round(at)));
  return new Column([new Batch<unknown>({ length, nullCount: 0, validity: new Uint8Array(0), type, values })]);
}
