import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CounterPanes } from '../../../src/core/windows/counter-panes.ts';
import { CounterSamples } from '../../../src/core/windows/counter-samples.ts';
import { addRun, COUNT, INCREASE, MARKS, ROW } from '../../../src/core/windows/pane-row.ts';
import { APPROXIMATE, REBUILT } from '../../../src/core/windows/window-results.ts';
import type { Samples } from './window-runs.ts';

const run = fc
  .array(fc.tuple(fc.nat({ max: 30 }), fc.oneof(fc.nat({ max: 9 }), fc.constant(Number.NaN))), { maxLength: 12 })
  .map((rows): Samples => rows.sort((a, b) => a[0] - b[0]));

/** By definition: the steps between neighbours in time, of equal times in arrival order; a fall adds the value after it. */
function grown(given: Samples): number {
  const values = given
    .map(([time, value], i) => ({ time, value, i }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.time - b.time || a.i - b.i)
    .map(({ value }) => value);
  return values.slice(1).reduce((sum, value, i) => sum + (value < values[i]! ? value : value - values[i]!), 0);
}

/** With a sample before and one after them that are not theirs. */
const timesOf = (rows: Samples) => Float64Array.of(3, ...rows.map(([time]) => time), 17);
const valuesOf = (rows: Samples) => Float64Array.of(100, ...rows.map(([, value]) => value), 200);

test('samples in any order grow by the steps of their order in time, whenever they are settled', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(run, fc.boolean()), { maxLength: 12 }), (runs) => {
      const samples = new CounterSamples();
      const held: (readonly [number, number])[] = [];
      for (const [rows, settles] of runs) {
        samples.append(timesOf(rows), valuesOf(rows), 1, rows.length + 1);
        held.push(...rows);
        if (settles) expect(samples.settle()).toBe(grown(held));
        if (settles) expect(samples.unsettled).toBe(false);
      }
      expect(samples.settle()).toBe(grown(held));
      expect(samples.length).toBe(held.filter(([, value]) => Number.isFinite(value)).length);
      samples.clear();
      expect([samples.length, samples.settle(), samples.unsettled]).toEqual([0, 0, false]);
    }),
  );
});

test('samples in order need no settling', () => {
  const samples = new CounterSamples();
  samples.append(Float64Array.of(1, 2, 2, 3), Float64Array.of(1, 2, 3, 4), 0, 4);
  expect(samples.unsettled).toBe(false);
  samples.append(Float64Array.of(2.5), Float64Array.of(1), 0, 1);
  expect(samples.unsettled).toBe(true);
});

test('several panes, filled in turns, dropped and settled, each hold the increase of their own samples', () => {
  const step = fc.tuple(fc.nat({ max: 3 }), run, fc.constantFrom('add', 'add', 'add', 'settle', 'drop'));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const panes = new CounterPanes();
      const rows = new Float64Array(4 * ROW);
      const held: (readonly [number, number])[][] = [[], [], [], []];
      const doubtful = [false, false, false, false];
      for (const [place, samples, kind] of steps) {
        const mine = held[place]!;
        if (kind === 'settle') panes.settle(rows, place);
        else if (kind === 'drop') panes.drop(rows, place);
        else {
          rows[place * ROW + MARKS]! |= REBUILT;
          panes.addRun(rows, place, timesOf(samples), valuesOf(samples), 1, samples.length + 1);
          addRun(rows, place * ROW, timesOf(samples), valuesOf(samples), 1, samples.length + 1);
          for (const [time, value] of samples) {
            if (!Number.isFinite(value)) continue;
            const [from, to] = [Math.min(...mine.map(([t]) => t)), Math.max(...mine.map(([t]) => t))];
            if (panes.samples(place) === null && mine.length > 0 && time >= from && time < to) doubtful[place] = true;
            mine.push([time, value]);
          }
        }
      }
      for (let place = 0; place < 4; place += 1) panes.settle(rows, place);
      expect(panes.unsettled).toBe(false);
      for (const [place, mine] of held.entries()) {
        const row = place * ROW;
        expect(rows[row + COUNT]).toBe(mine.length);
        expect(rows[row + MARKS]! & APPROXIMATE).toBe(doubtful[place] ? APPROXIMATE : 0);
        if (mine.length > 0) expect(rows[row + MARKS]! & REBUILT).toBe(REBUILT);
        if (mine.length > 0 && !doubtful[place]) expect(rows[row + INCREASE]).toBe(grown(mine));
      }
    }),
    { numRuns: 300 },
  );
});
