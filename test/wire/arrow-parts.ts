import fc from 'fast-check';
import { PANE_SCHEMA } from '../../src/wire/arrow-layout.ts';
import type { PaneColumns, SampleColumns } from '../../src/wire/message-types.ts';

/** Whole microseconds within what a float64 holds exactly. */
export const anyWhole = fc.maxSafeInteger();
export const anyValue = fc.double();

/** Samples of one to five series, in any order of time. */
export const anySamples: fc.Arbitrary<SampleColumns> = fc
  .array(fc.tuple(fc.nat(4), anyWhole, anyValue), { maxLength: 50 })
  .map((rows) => ({
    length: rows.length,
    series: Uint16Array.from(rows, (row) => row[0]),
    time: Float64Array.from(rows, (row) => row[1]),
    value: Float64Array.from(rows, (row) => row[2]),
  }));

/** Panes with columns filled at random: the bytes do not care whether they make sense. */
export const anyPanes: fc.Arbitrary<PaneColumns> = fc.nat(30).chain((length) => {
  const reals = fc.array(anyValue, { minLength: length, maxLength: length }).map((list) => Float64Array.from(list));
  const wholes = fc.array(anyWhole, { minLength: length, maxLength: length }).map((list) => Float64Array.from(list));
  return fc.record({
    length: fc.constant(length),
    series: fc.array(fc.nat(65_535), { minLength: length, maxLength: length }).map((list) => Uint16Array.from(list)),
    start: wholes,
    duration: wholes,
    count: wholes,
    sum: reals,
    min: reals,
    max: reals,
    first: reals,
    firstTime: wholes,
    last: reals,
    lastTime: wholes,
  });
});

/** Columns as plain lists, for comparing; -0 and NaN keep their identity under toEqual. */
export function plain(columns: SampleColumns | PaneColumns): Record<string, number[]> {
  const names = 'value' in columns ? ['series', 'time', 'value'] : PANE_SCHEMA.map((column) => column.name);
  return Object.fromEntries(
    names.map((name) => [name, Array.from((columns as unknown as Record<string, Iterable<number>>)[name]!)]),
  );
}

/** The bytes at an odd offset of a larger buffer, as Node's sockets give them. */
export function misaligned(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  return larger.subarray(3);
}
