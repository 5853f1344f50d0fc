// Queries against a naive recomputation from all samples ever sent.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { APPROXIMATE, SKETCHED } from '../../../src/core/windows/window-results.ts';
import { SeriesState } from '../../../src/session/series-state.ts';
import type { AnswerRow } from '../../../standalone/server/http/query/answer-rows.ts';
import { rawRows } from '../../../standalone/server/http/query/raw-rows.ts';
import { windowRows } from '../../../standalone/server/http/query/window-rows.ts';
import { memoryReading } from '../../../standalone/server/hub/series-reading.ts';

type Sample = readonly [timeUs: number, value: number];

const S = 1e6;
const TIERS = [S, 10 * S, 60 * S, 600 * S];

/** A series that was told these samples in this order and keeps `ring` of them raw, and about `cellLimit` cells of a tier. */
function seriesOf(samples: readonly Sample[], ring: number, cellLimit = 7): SeriesState {
  const entry = {
    key: '["m",[]]',
    gen: 0,
    n: samples.length,
    before: null,
    tiers: TIERS,
    axis: 'time',
    since: null,
  } as const;
  const series = new SeriesState({ entry, ringCapacity: ring, cellLimit, isCurrent: () => true });
  series.n = samples.length;
  for (const [timeUs, value] of samples) series.addSamples(Float64Array.of(timeUs), Float64Array.of(value), 0, 1);
  series.evict();
  return series;
}

const byTime = (samples: readonly Sample[]): readonly Sample[] =>
  samples
    .map((sample, i) => [sample, i] as const)
    .sort(([a, i], [b, j]) => a[0] - b[0] || i - j)
    .map(([sample]) => sample);

/** What an aggregation of samples in time order is. `before` is the last value before them. */
function naive(kind: string, values: readonly number[], before: number | undefined, seconds: number): number {
  const n = values.length;
  const sum = values.reduce((a, b) => a + b, 0);
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sum / n;
  const variance = n < 2 ? Number.NaN : values.reduce((a, x) => a + (x - mean) ** 2, 0) / (n - 1);
  const steps = [...(before === undefined ? [] : [before]), ...values];
  const increase = steps.slice(1).reduce((total, x, i) => total + (x - steps[i]!), 0);
  switch (kind) {
    case 'count':
      return n;
    case 'sum':
      return sum;
    case 'avg':
      return mean;
    case 'min':
      return sorted[0]!;
    case 'max':
      return sorted[n - 1]!;
    case 'range':
      return sorted[n - 1]! - sorted[0]!;
    case 'first':
      return values[0]!;
    case 'last':
      return values[n - 1]!;
    case 'rate':
      return n / seconds;
    case 'increase':
      return increase;
    case 'delta':
      return before === undefined ? Number.NaN : values[n - 1]! - before;
    case 'variance':
      return variance;
    case 'stddev':
      return Math.sqrt(variance);
    case 'distinct':
      return new Set(values.map((x) => x + 0)).size;
    default:
      return sorted[Math.max(0, Math.ceil((Number(kind.slice(1)) / 100) * n) - 1)]!;
  }
}

const KINDS = [
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'range',
  'first',
  'last',
  'rate',
  'increase',
  'delta',
  'variance',
  'stddev',
  'distinct',
  'p0',
  'p50',
  'p95',
  'p100',
];

const samplesOf = (mostSeconds: number, minLength = 1) =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: mostSeconds * 1000 }), fc.integer({ min: -50, max: 50 })), {
      minLength,
      maxLength: 80,
    })
    .map((pairs) => pairs.map(([ms, value]): Sample => [ms * 1000, value]));

function expectClose(kind: string, row: AnswerRow, wanted: number): void {
  if (Number.isNaN(wanted)) expect(row.value, kind).toBeNaN();
  else if ((row.flags & SKETCHED) !== 0)
    expect(Math.abs(row.value - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 0.008);
  else expect(row.value, `${kind} of [${row.startUs}, ${row.endUs})`).toBeCloseTo(wanted, 6);
}

test.each(KINDS)('%s of every step equals that of the samples in it, while all are raw', (kind) => {
  const stepMs = fc.constantFrom(1, 7, 250, 1000, 1500, 10_000, 60_000);
  fc.assert(
    fc.property(
      samplesOf(100),
      stepMs,
      fc.integer({ min: 0, max: 100_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      (samples, step, fromMs, lengthMs) => {
        const series = seriesOf(samples, 1000);
        const stepUs = step * 1000;
        const call = {
          startUs: fromMs * 1000,
          endUs: (fromMs + lengthMs) * 1000,
          stepUs,
          aggregation: parseAggregation(kind),
          counter: false,
        };
        const { rows } = windowRows([memoryReading(series)], call);
        const first = Math.floor(call.startUs / stepUs) * stepUs;
        const until = Math.ceil(call.endUs / stepUs) * stepUs;
        const ordered = byTime(samples);
        const starts = [...new Set(ordered.map(([timeUs]) => Math.floor(timeUs / stepUs) * stepUs))].filter(
          (start) => start >= first && start < until,
        );
        expect(rows.map(({ startUs }) => startUs)).toEqual(starts);
        for (const row of rows) {
          const inside = ordered
            .filter(([timeUs]) => timeUs >= row.startUs && timeUs < row.endUs)
            .map(([, value]) => value);
          const before = ordered.filter(([timeUs]) => timeUs < row.startUs).at(-1)?.[1];
          expect([row.endUs - row.startUs, row.count, row.source]).toEqual([stepUs, inside.length, 'raw']);
          expect(row.final).toBe(row.endUs <= Math.max(...ordered.map(([timeUs]) => timeUs)));
          expectClose(kind, row, naive(kind, inside, before, step / 1000));
        }
      },
    ),
    { numRuns: 80 },
  );
});

const EXACT_IN_CELLS = ['count', 'sum', 'avg', 'min', 'max', 'range', 'first', 'last', 'rate', 'increase', 'delta'];

test.each(EXACT_IN_CELLS)(
  '%s is exact over raw samples and cells; every sample is in exactly one row, whatever left the ring',
  (kind) => {
    fc.assert(
      fc.property(
        samplesOf(300, 40),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1, 5, 10, 30, 60, 120),
        (samples, ring, step) => {
          const series = seriesOf(samples, ring);
          const ordered = byTime(samples);
          const call = {
            startUs: 0,
            endUs: 301 * S,
            stepUs: step * S,
            aggregation: parseAggregation(kind),
            counter: false,
          };
          const { rows, parts } = windowRows([memoryReading(series)], call);
          expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(samples.length);
          expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(samples.length);
          for (const [i, row] of rows.entries()) {
            if (i > 0) expect(row.startUs).toBeGreaterThanOrEqual(rows[i - 1]!.endUs);
            const inside = ordered
              .filter(([timeUs]) => timeUs >= row.startUs && timeUs < row.endUs)
              .map(([, value]) => value);
            const before = ordered.filter(([timeUs]) => timeUs < row.startUs).at(-1)?.[1];
            expect(row.count).toBe(inside.length);
            if ((row.flags & APPROXIMATE) === 0)
              expectClose(kind, row, naive(kind, inside, before, (row.endUs - row.startUs) / S));
          }
        },
      ),
      { numRuns: 80 },
    );
  },
);

test('a step that cells do not fit in is answered by whole cells, and says so', () => {
  const samples = Array.from({ length: 4000 }, (_, i): Sample => [i * S, i]);
  const series = seriesOf(samples, 100, 1200);
  const { rows, parts } = windowRows([memoryReading(series)], {
    startUs: 0,
    endUs: 4000 * S,
    stepUs: S / 2,
    aggregation: parseAggregation('count'),
    counter: false,
  });
  expect(parts.map(({ source }) => source)).toEqual([10 * S, S, 'raw']);
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(4000);
  expect(new Set(rows.map(({ startUs, endUs, source }) => `${source} ${endUs - startUs}`))).toEqual(
    new Set([`${10 * S} ${10 * S}`, `${S} ${S}`, `raw ${S / 2}`]),
  );
});

test('an aggregation without a step is one number for the whole range', () => {
  fc.assert(
    fc.property(
      samplesOf(300, 40),
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom(...EXACT_IN_CELLS.slice(0, 8)),
      (samples, ring, kind) => {
        const series = seriesOf(samples, ring);
        const { rows } = windowRows([memoryReading(series)], {
          startUs: 0,
          endUs: 301 * S,
          stepUs: null,
          aggregation: parseAggregation(kind),
          counter: false,
        });
        const [row] = rows;
        expect([rows.length, row!.count]).toEqual([1, samples.length]);
        expectClose(
          kind,
          row!,
          naive(
            kind,
            byTime(samples).map(([, value]) => value),
            undefined,
            301,
          ),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('series merged by a label equal one series with the samples of all; rates are added up', () => {
  const kinds = ['count', 'sum', 'avg', 'min', 'max', 'rate', 'p50', 'stddev'];
  fc.assert(
    fc.property(samplesOf(100), samplesOf(100), fc.constantFrom(...kinds), (a, b, kind) => {
      const call = { startUs: 0, endUs: 101 * S, stepUs: 10 * S, aggregation: parseAggregation(kind), counter: false };
      const { rows } = windowRows([memoryReading(seriesOf(a, 1000)), memoryReading(seriesOf(b, 1000))], call);
      const all = byTime([...a, ...b]);
      for (const row of rows) {
        const inside = all.filter(([timeUs]) => timeUs >= row.startUs && timeUs < row.endUs).map(([, value]) => value);
        expect(row.count).toBe(inside.length);
        expectClose(kind, row, naive(kind, inside, undefined, 10));
      }
      expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
    }),
    { numRuns: 100 },
  );
});

test('of two series that are coarse at different times every sample counts once', () => {
  fc.assert(
    fc.property(
      samplesOf(300, 40),
      samplesOf(300, 40),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(0.5, 2, 5, 60),
      (a, b, ringA, ringB, step) => {
        const call = {
          startUs: 0,
          endUs: 301 * S,
          stepUs: step * S,
          aggregation: parseAggregation('sum'),
          counter: false,
        };
        const { rows } = windowRows([memoryReading(seriesOf(a, ringA)), memoryReading(seriesOf(b, ringB))], call);
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(a.length + b.length);
        expect(rows.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(
          [...a, ...b].reduce((sum, [, value]) => sum + value, 0),
          6,
        );
      },
    ),
    { numRuns: 100 },
  );
});

test("a counter's increase over cells is that of the samples wherever it is not called approximate, and resets count", () => {
  const totals = fc.array(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 20 })), {
    minLength: 2,
    maxLength: 60,
  });
  fc.assert(
    fc.property(totals, (steps) => {
      let timeUs = 0;
      const samples = steps.map(([ms, value]): Sample => {
        timeUs += ms * 1000;
        return [timeUs, value];
      });
      const call = {
        startUs: 0,
        endUs: timeUs + 1,
        stepUs: 10 * S,
        aggregation: parseAggregation('increase'),
        counter: true,
      };
      const { rows } = windowRows([memoryReading(seriesOf(samples, 1000))], call);
      for (const row of rows) {
        const at = samples.findIndex(([t]) => t >= row.startUs);
        let wanted = 0;
        for (let i = Math.max(1, at); i < samples.length && samples[i]![0] < row.endUs; i += 1) {
          const step = samples[i]![1] - samples[i - 1]![1];
          wanted += step < 0 ? samples[i]![1] : step;
        }
        expect(row.value).toBe(wanted);
      }
    }),
    { numRuns: 100 },
  );
});

test('raw rows are the samples themselves, missing ones included, then the mean of each cell', () => {
  fc.assert(
    fc.property(
      samplesOf(200),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 200 }),
      (samples, ring, from) => {
        const series = seriesOf(samples, ring);
        const { rows } = rawRows(memoryReading(series), from * S, 201 * S, 1e6);
        const ordered = byTime(samples);
        for (const row of rows) {
          if (row.source === 'raw') continue;
          const inside = ordered
            .filter(([timeUs]) => timeUs >= row.startUs && timeUs < row.endUs)
            .map(([, value]) => value);
          expect(row.count).toBe(inside.length);
          expect(row.value).toBeCloseTo(naive('avg', inside, undefined, 1), 9);
        }
        const raw = rows.filter(({ source }) => source === 'raw').map(({ startUs, value }) => [startUs, value]);
        const tail = ordered.filter(([timeUs]) => timeUs >= from * S);
        expect(raw.length).toBeLessThanOrEqual(tail.length);
        // Rows of whole cells: the newest ones, and none twice.
        expect(raw.every(([t, v]) => tail.some(([timeUs, value]) => timeUs === t && value === v))).toBe(true);
        const cells = rows.filter(({ source }) => source !== 'raw');
        const covered = tail.filter(([timeUs]) =>
          cells.some((row) => timeUs >= row.startUs && timeUs < row.endUs),
        ).length;
        expect(raw.length + covered).toBe(tail.length);
      },
    ),
    { numRuns: 100 },
  );
});

test('a missing value is a row without a value and counts nowhere', () => {
  const series = seriesOf(
    [
      [S, 1],
      [2 * S, Number.NaN],
      [3 * S, 3],
    ],
    10,
  );
  expect(rawRows(memoryReading(series), 0, 4 * S, 10).rows.map(({ value, count }) => [value, count])).toEqual([
    [1, 1],
    [Number.NaN, 0],
    [3, 1],
  ]);
  const call = { startUs: 0, endUs: 4 * S, stepUs: 10 * S, aggregation: parseAggregation('avg'), counter: false };
  expect(windowRows([memoryReading(series)], call).rows.map(({ value, count }) => [value, count])).toEqual([[2, 2]]);
});

test('where steps and longer cells do not share their edges, what is not called approximate is exact, and no sample is lost', () => {
  fc.assert(
    fc.property(
      samplesOf(300, 40),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(7, 25, 0.3),
      (samples, ring, step) => {
        const series = seriesOf(samples, ring);
        const call = {
          startUs: 0,
          endUs: 301 * S,
          stepUs: step * S,
          aggregation: parseAggregation('sum'),
          counter: false,
        };
        const { rows } = windowRows([memoryReading(series)], call);
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(samples.length);
        for (const row of rows) {
          if ((row.flags & APPROXIMATE) !== 0) continue;
          const inside = samples
            .filter(([timeUs]) => timeUs >= row.startUs && timeUs < row.endUs)
            .map(([, value]) => value);
          expect([row.count, row.value]).toEqual([inside.length, inside.reduce((a, b) => a + b, 0)]);
        }
      },
    ),
    { numRuns: 80 },
  );
});
