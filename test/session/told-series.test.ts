import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { LineBuffer } from '../../src/core/line-buffer.ts';
import { SampleRing } from '../../src/core/sample-ring.ts';
import { parseAggregation } from '../../src/core/windows/aggregation.ts';
import { windowKey } from '../../src/core/windows/window-key.ts';
import type { WindowOptions } from '../../src/core/windows/window-operator.ts';
import { APPROXIMATE } from '../../src/core/windows/window-results.ts';
import { windowShape } from '../../src/core/windows/window-shape.ts';
import { CellFeatures } from '../../src/session/cell-features.ts';
import { ToldSeries } from '../../src/session/told-series.ts';
import { isAnchored, reachOf } from '../../src/session/window-reach.ts';
import { hasSampleBetween } from '../../src/session/window-source.ts';
import { WindowedSeries } from '../../src/session/windowed-series.ts';
import type { Message, ResultsPart, WindowEntry } from '../../src/wire/message-types.ts';
import { type ResultRow, resultColumns } from '../wire/any-results.ts';
import { KEY, metric, S, seconds, WindowPage } from './window-page.ts';

const OPTIONS = { window: '10s', aggregation: ['max', 'count'] };

/** A page with 25 samples, one a second. */
function page(): WindowPage {
  const made = new WindowPage(metric(OPTIONS));
  made.send(seconds(0, 25));
  return made;
}

const entryOf = (held: WindowPage, more: Partial<WindowEntry> = {}): WindowEntry => ({
  ...{ key: KEY, gen: held.series.generation, window: windowKey(held.options), aggregations: ['max', 'count'] },
  ...{ whole: true, watermark: 24 * S, late: 2, dropped: 1, missing: 0, invalid: 0, outOfOrder: 3 },
  ...{ revised: null, doubtedUs: Number.NEGATIVE_INFINITY },
  ...more,
});

const final = (
  start: number,
  values: readonly number[],
  more: { revision?: number; flags?: number } = {},
): ResultRow => [...([start * S, 10 * S, values[1] ?? 0, 1, more.revision ?? 0, more.flags ?? 0, 1] as const), values];
const open = (start: number, values: readonly number[]): ResultRow => [start * S, 10 * S, 1, 0, 0, 0, 1, values];
const gone = (start: number): ResultRow => [start * S, 10 * S, 0, 2, 0, 0, 0, []];

/** Delivers the next message with these results and nothing else. */
function tell(held: WindowPage, rows: readonly ResultRow[], entry = entryOf(held), more: Partial<Message> = {}): void {
  const results: ResultsPart = { windows: [entry], rows: resultColumns([rows]) };
  held.send([], { results, ...more });
}

const values = (held: WindowPage): (readonly [start: number, max: number])[] => {
  const { history } = held.windows;
  return Array.from({ length: history.size }, (_, i) => [
    history.startUs[history.head + i]! / S,
    history.values[0]![history.head + i]!,
  ]);
};

describe('windows that a server tells', () => {
  test('take the place of those computed here: whole, then changes; samples change them no more', () => {
    const held = page();
    expect(values(held)).toEqual([
      [0, 9],
      [10, 19],
    ]);
    tell(held, [final(0, [90, 10]), final(10, [91, 10], { revision: 2 }), open(20, [92, 5])]);
    expect(held.windows).toBeInstanceOf(ToldSeries);
    expect(values(held)).toEqual([
      [0, 90],
      [10, 91],
    ]);
    expect(held.windows.counters).toEqual({ late: 2, dropped: 1, missing: 0, invalid: 0, outOfOrder: 3 });
    expect([held.line.window!.newest!.revision, held.line.window!.open!.value]).toEqual([2, 92]);
    held.send(seconds(25, 45));
    expect(values(held).length).toBe(2);
    tell(held, [final(20, [93, 10])], entryOf(held, { whole: false }));
    expect(values(held)).toEqual([
      [0, 90],
      [10, 91],
      [20, 93],
    ]);
    expect(held.windows.openCount).toBe(0);
  });

  test('lose those that are gone, and on being told whole all that are not told', () => {
    const held = page();
    tell(held, [final(0, [1, 1]), final(10, [2, 1]), final(20, [3, 1])]);
    const before = held.windows.pastVersion;
    tell(held, [gone(10), gone(500)], entryOf(held, { whole: false }));
    expect(values(held).map(([start]) => start)).toEqual([0, 20]);
    expect(held.windows.pastVersion).toBeGreaterThan(before);
    tell(held, [final(20, [4, 1])]);
    expect(values(held)).toEqual([[20, 4]]);
  });

  test('are found by the names of their aggregations, in any order; one that is not told has no value', () => {
    const held = page();
    tell(held, [[0, 10 * S, 7, 1, 0, 0, 1, [7, 5, 3]]], entryOf(held, { aggregations: ['count', 'min', 'max'] }));
    expect([...held.windows.history.values].map((column) => column[0])).toEqual([3, 7]);
    tell(held, [[0, 10 * S, 7, 1, 0, 0, 1, [7]]], entryOf(held, { aggregations: ['count'] }));
    expect([...held.windows.history.values].map((column) => column[0])).toEqual([Number.NaN, 7]);
    held.declare(metric(OPTIONS), metric({ ...OPTIONS, aggregation: 'avg' }, 'other'));
    held.send([]);
    expect(held.windows.history.values.map((column) => column[0])).toEqual([Number.NaN, 7, Number.NaN]);
    tell(held, [[0, 10 * S, 7, 1, 0, 0, 1, [8]]], entryOf(held, { aggregations: ['avg'] }));
    expect(held.windows.history.values[2]![0]).toBe(8);
  });

  test('are not taken from changes alone, of another generation, nor of a series or definition that is not here', () => {
    const held = page();
    for (const more of [{ whole: false }, { gen: 7 }, { key: '["other",[]]' }, { window: 'another' }]) {
      tell(held, [final(0, [90, 10])], entryOf(held, more));
      expect(held.windows).toBeInstanceOf(WindowedSeries);
    }
    expect(values(held)[0]).toEqual([0, 9]);
  });

  test('are computed here again after a snapshot that does not tell them', () => {
    const held = page();
    tell(held, [final(0, [90, 10])]);
    const { version, pastVersion } = held.line;
    tell(held, [], entryOf(held, { key: '["other",[]]' }), { kind: 'snapshot' });
    expect(held.windows).toBeInstanceOf(WindowedSeries);
    expect(values(held)[0]).toEqual([0, 9]);
    expect([held.line.version > version, held.line.pastVersion! > pastVersion!]).toEqual([true, true]);
  });

  test('rise in version where they begin to be told, and with every message that tells or touches them', () => {
    const held = page();
    const seen = [held.line.version];
    const rises = (): void => {
      expect(held.line.version).toBeGreaterThan(seen.at(-1)!);
      seen.push(held.line.version);
    };
    tell(held, [final(0, [90, 10])]);
    rises();
    held.send(seconds(25, 26));
    rises();
    tell(held, [open(20, [1, 1])], entryOf(held, { whole: false }));
    rises();
  });

  test('that are not known to follow each other are joined in a line', () => {
    const held = page();
    const read = (): number[] => {
      const out = new LineBuffer();
      held.line.readLine({ startUs: 0, endUs: 100 * S, columnUs: S, maxPoints: 100 }, out);
      return [...out.breakBefore.subarray(0, out.length)];
    };
    tell(held, [final(0, [1, 1]), final(40, [2, 1])]);
    expect(read()).toEqual([0, 1]);
    tell(held, [final(0, [1, 1]), final(40, [2, 1], { flags: 16 })]);
    expect(read()).toEqual([0, 0]);
    expect(held.line.window!.newest!.flags).toBe(0);
  });

  test('are approximate as far as the server doubts them', () => {
    const held = page();
    tell(held, [final(0, [1, 1]), final(10, [2, 1])], entryOf(held, { doubtedUs: 5 * S }));
    expect([0, 5 * S, 10 * S].map((startUs) => held.windows.flagsNow(0, startUs))).toEqual([
      APPROXIMATE,
      APPROXIMATE,
      0,
    ]);
    tell(held, [], entryOf(held, { whole: false, doubtedUs: Number.POSITIVE_INFINITY }));
    expect(held.windows.flagsNow(0, 1e15)).toBe(APPROXIMATE);
  });
});

const shapes = fc.constantFrom(
  { shape: windowShape({ window: 7 }), aggregations: [parseAggregation('sum')] },
  { shape: windowShape({ window: 7 }), aggregations: [parseAggregation('increase')], counter: true },
  { shape: windowShape({ session: 5 }), aggregations: [parseAggregation('count')] },
  { shape: windowShape({ session: 5 }), aggregations: [parseAggregation('delta')] },
) as fc.Arbitrary<WindowOptions>;

test('one time tells which windows a hole may concern: those that reach it, or whose step before may begin in it', () => {
  fc.assert(
    fc.property(
      shapes,
      fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 12 }),
      fc.integer({ min: -5, max: 205 }),
      fc.array(fc.integer({ min: -10, max: 220 }), { minLength: 1, maxLength: 20 }),
      (options, times, before, starts) => {
        const cells = new CellTiers({ durations: [10, 50], limit: 100 });
        cells.addSamples(Float64Array.from(times), new Float64Array(times.length), 0, times.length);
        cells.hole = { seq: 1, before };
        const source = { cells, ring: new SampleRing(10), pending: [], isCurrent: true };
        const series = new WindowedSeries('w', options, source, new CellFeatures());
        for (const startUs of starts) {
          const isDoubted =
            startUs - reachOf(options) <= before || (isAnchored(options) && !hasSampleBetween(cells, before, startUs));
          expect([startUs, series.flagsNow(0, startUs)]).toEqual([startUs, isDoubted ? APPROXIMATE : 0]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
