// What is read from disk equals what a server with unbounded memory answers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAggregation } from '../../../../src/core/windows/aggregation.ts';
import { APPROXIMATE, SKETCHED } from '../../../../src/core/windows/window-results.ts';
import { rawRows } from '../../../../standalone/server/http/query/raw-rows.ts';
import { windowRows } from '../../../../standalone/server/http/query/window-rows.ts';
import { memoryReading } from '../../../../standalone/server/hub/series-reading.ts';
import { groupsOf, isSame, KINDS, rangeOf, sent } from './happened.ts';
import { type Happened, Past, S } from './past.ts';

test.each(KINDS)('%s of every step is that of unbounded memory: late and missing samples, folds, any range', (kind) => {
  fc.assert(
    fc.property(groupsOf({ folds: true }), rangeOf, (groups, [fromMs, lengthMs, stepMs]) => {
      const past = sent(groups);
      const call = {
        startUs: fromMs * 1000,
        endUs: (fromMs + lengthMs) * 1000,
        stepUs: stepMs * 1000,
        aggregation: parseAggregation(kind),
        counter: false,
      };
      const from = Math.floor(call.startUs / call.stepUs) * call.stepUs - 600 * S;
      const to = Math.ceil(call.endUs / call.stepUs) * call.stepUs + 600 * S;
      const wanted = windowRows([memoryReading(past.whole)], call).rows;
      const found = windowRows(
        [past.read(Math.floor(from / (600 * S)) * 600 * S, Math.ceil(to / (600 * S)) * 600 * S)],
        call,
      ).rows;
      expect(found.map(({ startUs, endUs, count, source }) => [startUs, endUs, count, source])).toEqual(
        wanted.map(({ startUs, endUs, count, source }) => [startUs, endUs, count, source]),
      );
      for (const [i, row] of found.entries()) {
        if (((row.flags | wanted[i]!.flags) & APPROXIMATE) !== 0) continue;
        if (!isSame(row.value, wanted[i]!.value)) expect(row, `${kind}`).toEqual(wanted[i]);
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

test('samples as they were sent come back one by one, in time order, equal times in the order they came', () => {
  fc.assert(
    fc.property(groupsOf({ folds: false }), rangeOf, (groups, [fromMs, lengthMs]) => {
      const past = sent(groups);
      const [from, to] = [fromMs * 1000, (fromMs + lengthMs) * 1000];
      const rows = (reading: Parameters<typeof rawRows>[0]) =>
        rawRows(reading, from, to, 1e6).rows.map(({ startUs, value: v }) => [startUs, v]);
      expect(rows(past.read(from, to))).toEqual(rows(memoryReading(past.whole)));
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

const EXACT = ['count', 'sum', 'avg', 'min', 'max', 'first', 'last', 'delta', 'increase', 'variance', 'p95'];

test.each(EXACT)('%s from cells of tiers is that of the samples, sketched within 0.79 percent', (kind) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 300, maxLength: 900 }),
      fc.constantFrom(60, 120, 600, 1200, 3600),
      fc.integer({ min: 0, max: 5 }),
      (gaps, stepS, late) => {
        const past = new Past();
        let at = 0;
        const samples = gaps.map((gap, i): Happened => {
          at += 20_000 + gap * 400_000;
          return { kind: 'sample', timeUs: at, value: ((i * 37) % 101) / 4 + 1 };
        });
        const moved = samples.filter((_, i) => i % 50 === late);
        past.send(samples.filter((_, i) => i % 50 !== late));
        // Time goes on, so that blocks are complete; what is late changes them.
        past.send([{ kind: 'sample', timeUs: at + 4000 * S, value: 1 }]);
        past.flush();
        past.send(moved);
        past.flush();
        const aggregation = parseAggregation(kind);
        const call = { startUs: 0, endUs: 7200 * S, stepUs: stepS * S, aggregation, counter: false };
        const needsSpread = ['variance', 'p95'].includes(kind);
        const reading = past.read(0, 7200 * S, { stepUs: stepS * S, needsSpread, fewRows: 0 });
        const isAllRaw = reading.stretches[0]!.ring.length === samples.length + 1;
        expect(isAllRaw && gaps.length > 600 && at > 700 * S, 'cells are used').toBe(false);
        const wanted = windowRows([memoryReading(past.whole)], call).rows;
        const found = windowRows([reading], call).rows;
        expect(found.map(({ startUs, count }) => [startUs, count])).toEqual(
          wanted.map(({ startUs, count }) => [startUs, count]),
        );
        for (const [i, { value: v, flags }] of found.entries()) {
          const exact = wanted[i]!.value;
          expect(flags & APPROXIMATE).toBe(0);
          const error = (flags & SKETCHED) !== 0 ? 0.0079 * Math.abs(exact) : 1e-9 * Math.max(1, Math.abs(exact));
          expect(Number.isNaN(v) ? Number.isNaN(exact) : Math.abs(v - exact) <= error, `${kind} ${v} ${exact}`).toBe(
            true,
          );
        }
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
});
