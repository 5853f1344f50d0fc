import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createPaneFields,
  mergePaneInto,
  mergePanes,
  mergeRunInto,
  type Pane,
  paneAt,
  paneOf,
} from '../../src/core/pane.ts';

/** Whole values, so that sums are exact however they are grouped. */
const sample = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -1e6, max: 1e6 }));
const samples = fc.array(sample, { maxLength: 40 });

type Samples = readonly (readonly [number, number])[];

/** The definition: first and last by event time, of equals the first and the last to arrive. */
function naivePane(rows: Samples): Pane | null {
  if (rows.length === 0) return null;
  const sorted = rows.map(([time, value], i) => ({ time, value, i })).sort((a, b) => a.time - b.time || a.i - b.i);
  const values = rows.map(([, value]) => value);
  return {
    count: rows.length,
    sum: values.reduce((a, b) => a + b, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    first: sorted[0]!.value,
    firstTime: sorted[0]!.time,
    last: sorted.at(-1)!.value,
    lastTime: sorted.at(-1)!.time,
  };
}

const fold = (rows: Samples): Pane | null =>
  rows.reduce<Pane | null>((pane, [time, value]) => mergePanes(pane, paneOf(time, value)), null);

test('merging samples one by one equals the definition', () => {
  fc.assert(
    fc.property(samples, (rows) => {
      expect(fold(rows)).toEqual(naivePane(rows));
    }),
  );
});

test('merge(a, b) equals adding both inputs to one', () => {
  fc.assert(
    fc.property(samples, samples, (a, b) => {
      expect(mergePanes(fold(a), fold(b))).toEqual(fold([...a, ...b]));
    }),
  );
});

test('merge is associative, and null is its neutral element', () => {
  fc.assert(
    fc.property(samples, samples, samples, (x, y, z) => {
      const [a, b, c] = [fold(x), fold(y), fold(z)];
      expect(mergePanes(mergePanes(a, b), c)).toEqual(mergePanes(a, mergePanes(b, c)));
      expect(mergePanes(a, null)).toEqual(a);
      expect(mergePanes(null, a)).toEqual(a);
    }),
  );
});

test('sums of doubles agree within 1e-12 x sum|x| however they are grouped', () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
  fc.assert(
    fc.property(fc.array(double, { minLength: 2 }), fc.nat(), (values, at) => {
      const rows = values.map((value, i) => [i, value] as const);
      const cut = at % values.length;
      const grouped = mergePanes(fold(rows.slice(0, cut)), fold(rows.slice(cut)));
      const scale = values.reduce((sum, value) => sum + Math.abs(value), 0);
      expect(Math.abs(grouped!.sum - fold(rows)!.sum)).toBeLessThanOrEqual(1e-12 * scale);
    }),
  );
});

test('columns merge like objects, sample by sample and pane by pane', () => {
  fc.assert(
    fc.property(samples, samples, (a, b) => {
      const fields = createPaneFields(3);
      for (const [time, value] of a) mergeRunInto(fields, 0, Float64Array.of(time), Float64Array.of(value), 0, 1);
      for (const [time, value] of b) mergeRunInto(fields, 2, Float64Array.of(time), Float64Array.of(value), 0, 1);
      expect(paneAt(fields, 0)).toEqual(fold(a));
      mergePaneInto(fields, 0, fields, 2);
      expect(paneAt(fields, 0)).toEqual(fold([...a, ...b]));
      expect(paneAt(fields, 1)).toBeNull();
    }),
  );
});

test('merging a run whose times do not fall equals merging its samples one by one; what is not finite is skipped', () => {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -1e6, max: 1e6 }) },
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
  );
  const rows = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), value), { maxLength: 40 });
  fc.assert(
    fc.property(samples, rows, (held, given) => {
      const run = [...given].sort((a, b) => a[0] - b[0]);
      const times = Float64Array.from(run, ([time]) => time);
      const values = Float64Array.from(run, ([, x]) => x);
      const fields = createPaneFields(1);
      for (const [time, x] of held) mergeRunInto(fields, 0, Float64Array.of(time), Float64Array.of(x), 0, 1);
      mergeRunInto(fields, 0, times, values, 0, run.length);
      expect(paneAt(fields, 0)).toEqual(fold([...held, ...run.filter(([, x]) => Number.isFinite(x))]));
    }),
  );
});
