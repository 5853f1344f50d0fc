// A server of little memory with a file answers what a server with unbounded memory answers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAggregation } from '../../../../src/core/windows/aggregation.ts';
import { needOf } from '../../../../standalone/server/history/reading/reading-need.ts';
import { rawRows } from '../../../../standalone/server/http/query/raw-rows.ts';
import { windowRows } from '../../../../standalone/server/http/query/window-rows.ts';
import { memoryReading } from '../../../../standalone/server/hub/series-reading.ts';
import { groupsOf, isSame, KINDS, rangeOf, sent } from './happened.ts';
import { S } from './past.ts';

const memory = fc.record({ ring: fc.integer({ min: 1, max: 60 }), cells: fc.integer({ min: 3, max: 60 }) });

test.each(KINDS)('%s of every step: part in memory, part in segments, part in the log alone', async (kind) => {
  await fc.assert(
    fc.asyncProperty(
      groupsOf({ folds: true }),
      rangeOf,
      memory,
      fc.integer({ min: 0, max: 6 }),
      async (groups, [fromMs, lengthMs, stepMs], small, logged) => {
        const past = sent(groups, Math.min(logged, groups.length), small);
        const aggregation = parseAggregation(kind);
        const range = { startUs: fromMs * 1000, endUs: (fromMs + lengthMs) * 1000, stepUs: stepMs * 1000 };
        const call = { ...range, aggregation, counter: false };
        const wanted = windowRows([memoryReading(past.whole)], call).rows;
        const found = windowRows([await past.stitched(needOf(aggregation, range, 1e6))], call).rows;
        expect(found.map(({ startUs, endUs, count }) => [startUs, endUs, count])).toEqual(
          wanted.map(({ startUs, endUs, count }) => [startUs, endUs, count]),
        );
        for (const [i, row] of found.entries()) {
          if (isSame(row.value, wanted[i]!.value)) continue;
          // Where samples came folded both may only be near.
          expect([kind, row.value, row.flags & wanted[i]!.flags & 2], JSON.stringify([row, wanted[i]])).toEqual([
            kind,
            row.value,
            2,
          ]);
        }
      },
    ),
    { numRuns: 30, endOnFailure: true },
  );
});

test('samples one by one, and one number for a range', async () => {
  await fc.assert(
    fc.asyncProperty(
      groupsOf({ folds: false }),
      rangeOf,
      memory,
      fc.integer({ min: 0, max: 6 }),
      async (groups, [fromMs, lengthMs], small, logged) => {
        const past = sent(groups, Math.min(logged, groups.length), small);
        const range = { startUs: fromMs * 1000, endUs: (fromMs + lengthMs) * 1000, stepUs: null };
        const raw = async (reading: Parameters<typeof rawRows>[0]) =>
          rawRows(reading, range.startUs, range.endUs, 1e6).rows.map(({ startUs, value }) => [startUs, value]);
        const one = (reading: Parameters<typeof rawRows>[0]) => {
          const call = { ...range, aggregation: parseAggregation('p95'), counter: false };
          return windowRows([reading], call).rows.map(({ value, count }) => [value, count]);
        };
        expect(await raw(await past.stitched(needOf(null, range, 1e6)))).toEqual(await raw(memoryReading(past.whole)));
        const found = one(await past.stitched(needOf(parseAggregation('p95'), range, 1e6)));
        expect(found).toEqual(one(memoryReading(past.whole)));
      },
    ),
    { numRuns: 100, endOnFailure: true },
  );
});

test('where memory has every sample of a range nothing is read from disk', async () => {
  const past = sent([
    [
      [
        { kind: 'sample', timeUs: 5 * S, value: 1 },
        { kind: 'sample', timeUs: 9 * S, value: 3 },
      ],
    ],
  ]);
  const need = needOf(parseAggregation('avg'), { startUs: 5 * S, endUs: 10 * S, stepUs: S }, 1e6);
  past.reader.read = () => expect.fail('read');
  expect((await past.stitched(need)).stretches).toHaveLength(1);
});
