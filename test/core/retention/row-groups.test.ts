import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowGroups } from '../../../src/core/retention/row-groups.ts';

const anyRows = fc.array(fc.tuple(fc.oneof(fc.nat(3), fc.nat(700)), fc.double()), { maxLength: 80 });

it('each series has its rows in arrival order, from batch to batch, ordered or not', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyRows, fc.boolean()), { minLength: 1, maxLength: 4 }), (batches) => {
      const groups = new RowGroups();
      for (const [given, isOrdered] of batches) {
        const rows = isOrdered ? [...given].sort((a, b) => a[0] - b[0]) : given;
        const time = Float64Array.from(rows, (_, i) => i);
        const value = Float64Array.from(rows, (row) => row[1]);
        groups.group({ length: rows.length, series: Uint16Array.from(rows, (row) => row[0]), time, value });
        expect(groups.series).toBe(Math.max(-1, ...rows.map((row) => row[0])) + 1);
        const seen = Array.from({ length: groups.series }, (_, s) =>
          [...groups.time.subarray(groups.starts[s], groups.starts[s + 1])].map((i) => [s, rows[i]?.[1]]),
        ).flat();
        expect(seen).toEqual([...rows].sort((a, b) => a[0] - b[0]));
        expect([...groups.value.subarray(0, rows.length)]).toEqual(seen.map((row) => row[1]));
        if (rows.every((row, i) => i === 0 || row[0] >= rows[i - 1]![0])) expect(groups.time).toBe(time);
      }
    }),
  );
});
