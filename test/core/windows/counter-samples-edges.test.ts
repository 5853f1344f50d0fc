import { expect, test } from 'vitest';
import { CounterPanes } from '../../../src/core/windows/counter-panes.ts';
import { CounterSamples } from '../../../src/core/windows/counter-samples.ts';
import { INCREASE, ROW } from '../../../src/core/windows/pane-row.ts';

test('samples of one time keep their order of arrival, also when they come late', () => {
  const samples = new CounterSamples();
  samples.append(Float64Array.of(1, 5), Float64Array.of(0, 100), 0, 2);
  // All at 3, between the two: up by 10, down to 4, up to 9.
  samples.append(Float64Array.of(3, 3, 3), Float64Array.of(10, 4, 9), 0, 3);
  expect([samples.unsettled, samples.settle(), samples.unsettled]).toEqual([true, 10 + 4 + 5 + 91, false]);
  samples.append(Float64Array.of(3), Float64Array.of(2), 0, 1);
  expect(samples.settle()).toBe(10 + 4 + 5 + 2 + 98);
  expect([...samples.values.subarray(0, samples.length)]).toEqual([0, 10, 4, 9, 2, 100]);
});

test('a sample at the time of the last one follows it and needs no settling', () => {
  const samples = new CounterSamples();
  for (const value of [5, 3, 8]) samples.append(Float64Array.of(7), Float64Array.of(value), 0, 1);
  expect([samples.unsettled, samples.settle()]).toEqual([false, 3 + 5]);
  const panes = new CounterPanes();
  const rows = new Float64Array(ROW);
  for (const value of [5, 3, 8]) panes.addRun(rows, 0, Float64Array.of(7), Float64Array.of(value), 0, 1);
  panes.settle(rows, 0);
  expect(rows[INCREASE]).toBe(3 + 5);
});

test('room grows with what is held, not with where it stood', () => {
  const samples = new CounterSamples();
  const times = Float64Array.from({ length: 1000 }, (_, i) => i);
  for (let i = 900; i < 1000; i += 1) samples.append(times, times, i, i + 1);
  expect([samples.length, samples.settle()]).toEqual([100, 99]);
  expect(samples.times.length).toBeLessThanOrEqual(256);
  expect(samples.values.length).toBe(samples.times.length);
});
