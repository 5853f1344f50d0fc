// A series of two runs, the second of them in memory: what is answered from memory and from a file that may lack some of it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAggregation } from '../../../../src/core/windows/aggregation.ts';
import { needOf, type ReadingNeed } from '../../../../standalone/server/history/reading/reading-need.ts';
import type { SeriesRequest } from '../../../../standalone/server/history/reading/series-request.ts';
import { type PastSource, stitch } from '../../../../standalone/server/history/reading/stitch.ts';
import { sampleBefore } from '../../../../standalone/server/http/query/walk-series.ts';
import { windowRows } from '../../../../standalone/server/http/query/window-rows.ts';
import type { SeriesReading } from '../../../../standalone/server/hub/series-reading.ts';
import { rangeOf } from './happened.ts';
import { Past, S, STORED } from './past.ts';

interface Runs {
  readonly old: readonly number[];
  readonly own: readonly number[];
  /** So many samples of the second run's are on disk. */
  readonly written: number;
  readonly memory: { readonly ring: number; readonly cells: number };
}

const times = (most: number) =>
  fc
    .array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: most })
    .map((list) => list.sort((a, b) => a - b));
const memory = fc.record({ ring: fc.integer({ min: 1, max: 30 }), cells: fc.integer({ min: 3, max: 60 }) });
const runsOf = (written: fc.Arbitrary<number>): fc.Arbitrary<Runs> =>
  fc
    .record({ old: times(60), own: times(60), gapS: fc.integer({ min: -2000, max: 900 }), written, memory })
    .map(({ old, own, gapS, ...rest }) => {
      // Half a second apart from those of the first run, so that none has the time of another one.
      const beginsS = Math.max(0, old.at(-1)! + gapS) + 0.5;
      return { old: old.map((at) => at * S), own: own.map((at) => (beginsS + at - own[0]!) * S), ...rest };
    });

/** The series as the file and a server of little memory have it. */
async function read({ old, own, written, memory: small }: Runs, need: ReadingNeed): Promise<SeriesReading> {
  const first = new Past(small);
  first.send(old.map((timeUs) => ({ kind: 'sample', timeUs, value: 1 })));
  first.flush();
  const past = new Past(small, first.db);
  past.epoch = { id: 'b'.repeat(32), startedUs: 2 };
  for (const [i, timeUs] of own.entries()) {
    if (i < written) past.send([{ kind: 'sample', timeUs, value: 1 }]);
    else past.small.addSamples(Float64Array.of(timeUs), Float64Array.of(1), 0, 1);
    past.small.evict();
  }
  past.flush();
  const source: PastSource = {
    list: () => Promise.resolve([]),
    read: (requests: readonly SeriesRequest[]) => Promise.resolve(requests.map((one) => past.reader.read(one))),
    written: () => Promise.resolve(written >= own.length),
  };
  const earlierUs = old.at(-1)!;
  const wanted = { ...STORED, axis: 'time' as const, epoch: past.epoch.id, earlierUs, held: past.small };
  const [reading] = await stitch([wanted], need, source);
  return reading!;
}

const all = ({ old, own }: Runs): readonly number[] => [...old, ...own];

test('of two runs that are on disk every sample is counted once, whatever the step', async () => {
  await fc.assert(
    fc.asyncProperty(
      runsOf(fc.constant(60)),
      rangeOf,
      fc.boolean(),
      async (runs, [fromMs, lengthMs, stepMs], isOne) => {
        const range = {
          startUs: fromMs * 1000,
          endUs: (fromMs + lengthMs) * 1000,
          stepUs: isOne ? null : stepMs * 1000,
        };
        const aggregation = parseAggregation('count');
        const need = needOf(aggregation, range, 1e6);
        const { rows } = windowRows([await read(runs, need)], { ...range, aggregation, counter: false });
        const inside = all(runs).filter((at) => at >= need.startUs && at < need.endUs);
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(inside.length);
        for (const { startUs, endUs, count } of rows)
          expect([startUs, count]).toEqual([startUs, inside.filter((at) => at >= startUs && at < endUs).length]);
      },
    ),
    { numRuns: 300 },
  );
});

test('of a run that is not on disk nothing is left out that memory has, or rows from there on are in doubt', async () => {
  await fc.assert(
    fc.asyncProperty(
      runsOf(fc.integer({ min: 0, max: 20 })),
      fc.constantFrom(1000, 60_000, 600_000, null),
      async (runs, stepMs) => {
        const whole = 600 * S;
        const range = { startUs: 0, endUs: 20 * whole, stepUs: stepMs === null ? null : stepMs * 1000 };
        const aggregation = parseAggregation('count');
        const reading = await read(runs, needOf(aggregation, range, 1e6));
        const { rows } = windowRows([reading], { ...range, aggregation, counter: false });
        const isWritten = runs.written >= runs.own.length;
        const earlierUs = runs.old.at(-1)!;
        const isMixed = runs.own[0]! <= earlierUs;
        if (!isWritten) expect(reading.doubtedUs).toBeGreaterThanOrEqual(earlierUs);
        if (!isMixed || isWritten) expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(all(runs).length);
        const sureUs = Math.ceil((reading.doubtedUs + 1) / whole) * whole;
        const counted = rows.reduce((sum, { startUs, count }) => sum + (startUs >= sureUs ? count : 0), 0);
        const later = all(runs).filter((at) => at >= sureUs).length;
        if (stepMs !== null) expect(counted, 'after what is in doubt').toBe(later);
      },
    ),
    { numRuns: 300 },
  );
});

test('of a run that is not on disk nothing is left out after the one before, and the step from that is known', async () => {
  const seconds = (from: number, count: number) => Array.from({ length: count }, (_, i) => (from + i) * S);
  const runs = { old: seconds(0, 300), own: seconds(400, 50), written: 0, memory: { ring: 100, cells: 100 } };
  const range = { startUs: 350 * S, endUs: 600 * S, stepUs: 50 * S };
  const aggregation = parseAggregation('increase');
  const reading = await read(runs, needOf(aggregation, range, 1e6));
  const { rows } = windowRows([reading], { ...range, aggregation, counter: false });
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(50);
  expect(sampleBefore(reading, 350 * S)).toEqual({ timeUs: 299 * S, value: 1 });
});
