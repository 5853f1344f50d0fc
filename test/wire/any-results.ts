import fc from 'fast-check';
import type { ResultColumns, ResultsPart, WindowEntry } from '../../src/wire/message-types.ts';

const whole = fc.maxSafeInteger();
const count = fc.nat();
const bound = fc.oneof(
  fc.double({ noNaN: true }).map((value) => value + 0),
  whole,
);

const anySpec = fc.record({
  window: fc.string(),
  aggregations: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
});

const anyRevised = fc.option(
  fc.oneof(
    fc.record({ atUs: whole, startUs: whole, endUs: whole }),
    whole.map((atUs) => ({ atUs, startUs: Number.NaN, endUs: Number.NaN })),
  ),
);

const anyEntry: fc.Arbitrary<WindowEntry> = anySpec.chain((spec) =>
  fc.record({
    ...{ key: fc.string(), gen: count, whole: fc.boolean(), watermark: bound, doubtedUs: bound, revised: anyRevised },
    ...{ late: count, dropped: count, missing: count, invalid: count, outOfOrder: count },
    window: fc.constant(spec.window),
    aggregations: fc.constant(spec.aggregations),
  }),
);

/** One row: its start, length, count, state, revision, flags, coverage and values. */
export type ResultRow = readonly [number, number, number, number, number, number, number, readonly number[]];

/** Columns of rows, by entry. */
export function resultColumns(byEntry: readonly (readonly ResultRow[])[]): ResultColumns {
  const rows = byEntry.flatMap((own, window) => own.map((row) => ({ window, row })));
  const ends = [0];
  for (const { row } of rows) ends.push(ends.at(-1)! + row[7].length);
  const column = (k: 0 | 2 | 6) => Float64Array.from(rows, ({ row }) => row[k]);
  return {
    length: rows.length,
    window: Int32Array.from(rows, ({ window }) => window),
    start: column(0),
    end: Float64Array.from(rows, ({ row }) => row[0] + row[1]),
    count: column(2),
    state: Uint16Array.from(rows, ({ row }) => row[3]),
    revision: Int32Array.from(rows, ({ row }) => row[4]),
    flags: Uint16Array.from(rows, ({ row }) => row[5]),
    coverage: column(6),
    valueEnds: Int32Array.from(ends),
    values: Float64Array.from(rows.flatMap(({ row }) => row[7])),
  };
}

const rowOf = (width: number): fc.Arbitrary<ResultRow> =>
  fc
    .constantFrom(0, 1, 2)
    .chain((state) =>
      fc.tuple(
        fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        whole,
        fc.constant(state),
        fc.nat(),
        fc.nat(31),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.double(), state === 2 ? { maxLength: 0 } : { minLength: width, maxLength: width }),
      ),
    );

/** Any part that the writer may be given. */
export const anyResults: fc.Arbitrary<ResultsPart> = fc
  .array(anyEntry, { maxLength: 4 })
  .chain((windows) =>
    fc
      .tuple(...windows.map(({ aggregations }) => fc.array(rowOf(aggregations.length), { maxLength: 5 })))
      .map((byEntry) => ({ windows, rows: resultColumns(byEntry) })),
  );
