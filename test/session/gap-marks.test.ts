import { expect, test } from 'vitest';
import { GapMarks } from '../../src/session/gap-marks.ts';

test('marks that touch are one; healing moves them to restored', () => {
  const marks = new GapMarks();
  marks.open(10, 20);
  marks.open(40, 50);
  marks.open(20, 30);
  expect(marks.pending).toEqual([
    { startUs: 10, endUs: 30 },
    { startUs: 40, endUs: 50 },
  ]);
  marks.heal();
  expect([marks.pending, marks.restored.length]).toEqual([[], 2]);
});

test('a span that is empty or endless is no mark', () => {
  const marks = new GapMarks();
  marks.open(20, 20);
  marks.open(20, 10);
  marks.open(Number.NEGATIVE_INFINITY, 10);
  expect(marks.pending).toEqual([]);
});

test('at most 64 spans are kept of each, the newest', () => {
  const marks = new GapMarks();
  for (let i = 0; i < 100; i += 1) marks.open(10 * i, 10 * i + 5);
  expect([marks.pending.length, marks.pending.at(-1)]).toEqual([64, { startUs: 990, endUs: 995 }]);
  marks.heal();
  expect(marks.restored.length).toBe(64);
  marks.forget(991);
  expect(marks.restored).toEqual([{ startUs: 990, endUs: 995 }]);
});
