// Three simulated hours of the soak (`scripts/soak.ts` takes a day).
import { expect, test } from 'vitest';
import { soak } from '../faults/soak.ts';
import { soakProblems } from '../faults/soak-problems.ts';

test('three simulated hours with viewers that come and go: memory, counts, files and timers stay', async () => {
  const hours = await soak({ hours: 3, metrics: 5, samplesPerSecond: 2, everySeconds: 15, seed: 1, hasHistory: false });
  expect(soakProblems(hours)).toEqual([]);
  expect(hours.map(({ samples }) => samples)).toEqual([1, 2, 3].map((n) => n * 3600 * 2 * 5));
  expect(hours.at(-1)!.viewers).toBeGreaterThan(60);
  expect(hours.at(-1)!.frames).toBeGreaterThan(1000);
});
