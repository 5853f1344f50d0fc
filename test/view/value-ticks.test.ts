import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueTicks } from '../../src/view/value-ticks.ts';
import { ValueRange } from '../../src/view/widgets/metric/value-range.ts';

const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });

describe('valueTicks', () => {
  it('the frame holds every value; its ticks are equal steps from end to end, or from 0 where it crosses 0 slightly', () => {
    fc.assert(
      fc.property(value, value, fc.constantFrom(2, 4), (a, b, intervals) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        fc.pre(high - low === 0 || high - low > Math.max(Math.abs(low), Math.abs(high)) * 1e-6);
        const ticks = valueTicks(low, high, { intervals });
        const room = (ticks.max - ticks.min) * 1e-6;
        expect(ticks.min).toBeLessThanOrEqual(low + room);
        expect(ticks.max).toBeGreaterThanOrEqual(high - room);
        expect([ticks.min, 0]).toContain(ticks.values[0]);
        expect([ticks.max, 0]).toContain(ticks.values.at(-1));
        expect(ticks.values.length).toBeGreaterThanOrEqual(intervals + 1);
        expect(ticks.values.length).toBeLessThanOrEqual(intervals + 2);
        for (let i = 1; i < ticks.values.length; i++) {
          expect(Math.abs(ticks.values[i]! - ticks.values[i - 1]! - ticks.step)).toBeLessThanOrEqual(room);
        }
      }),
    );
  });

  it.each([
    [80, 720, null, [0, 400, 800]],
    [25, 78, 100, [0, 50, 100]],
    [2, 40, 100, [0, 20, 40]],
    [0.2, 0.9, 1, [0, 0.5, 1]],
    [47, 47, 100, [0, 30, 60]],
    [98, 100, 100, [97, 98.5, 100]],
    [0, 0, null, [0, 0.5, 1]],
    [Number.NaN, 1, null, [0, 0.5, 1]],
  ] as const)('%d to %d, whole %s, has the ticks %j', (low, high, full, ticks) => {
    expect(valueTicks(low, high, { full }).values).toEqual(ticks);
  });

  it('a slightly negative value gets room below 0 and no axis down to minus the half', () => {
    expect(valueTicks(-1, 60, { full: 100 })).toMatchObject({ min: -5, max: 100, values: [0, 50, 100] });
    expect(valueTicks(-0.2, 8)).toMatchObject({ min: -0.4, max: 8, values: [0, 4, 8] });
    expect(valueTicks(-8, 0.2)).toMatchObject({ min: -8, max: 0.4, values: [-8, -4, 0] });
    expect(valueTicks(-30, 60).min).toBeLessThanOrEqual(-30);
  });

  it('the frame starts at 0 when 0 is within 30 % of the range, and not when it is far', () => {
    expect(valueTicks(29, 129).min).toBe(0);
    expect(valueTicks(600, 700).min).toBeGreaterThan(0);
    expect(valueTicks(-129, -29).max).toBe(0);
  });
});

describe('ValueRange', () => {
  const options = { intervals: 2, full: null, now: false };

  it('grows at once and shrinks after 5 s of being enough', () => {
    const range = new ValueRange();
    range.update(0, 90, { ...options, nowMs: 0 });
    expect(range.update(0, 150, { ...options, nowMs: 10 })).toBe(true);
    const grown = range.ticks.max;
    expect(grown).toBeGreaterThanOrEqual(150);
    expect(range.update(0, 40, { ...options, nowMs: 1000 })).toBe(false);
    expect(range.update(0, 40, { ...options, nowMs: 5999 })).toBe(false);
    expect(range.ticks.max).toBe(grown);
    expect(range.update(0, 40, { ...options, nowMs: 6000 })).toBe(true);
    expect(range.ticks.max).toBe(40);
  });

  it('a value that comes back within 5 s keeps the axis', () => {
    const range = new ValueRange();
    range.update(0, 150, { ...options, nowMs: 0 });
    range.update(0, 40, { ...options, nowMs: 1000 });
    range.update(0, 150, { ...options, nowMs: 3000 });
    expect(range.update(0, 40, { ...options, nowMs: 7000 })).toBe(false);
  });
});
