import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseThresholds, stateOf, thresholdLines, zonesBetween } from '../../src/dashboard/thresholds.ts';

const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 });

describe('levels', () => {
  it('warning below critical: a value is as bad as the highest level it reaches', () => {
    fc.assert(
      fc.property(number, number, number, (a, b, value) => {
        fc.pre(a < b);
        const expected = value >= b ? 'critical' : value >= a ? 'warning' : 'ok';
        expect(stateOf(parseThresholds({ warning: a, critical: b }), value)).toBe(expected);
      }),
    );
  });

  it('warning above critical: low is bad', () => {
    fc.assert(
      fc.property(number, number, number, (a, b, value) => {
        fc.pre(a > b);
        const expected = value <= b ? 'critical' : value <= a ? 'warning' : 'ok';
        expect(stateOf(parseThresholds({ warning: a, critical: b }), value)).toBe(expected);
      }),
    );
  });

  it('a level alone says its direction and whether it holds its own number', () => {
    const below = parseThresholds({ critical: '<10' });
    expect([9, 10, 11].map((value) => stateOf(below, value))).toEqual(['critical', 'ok', 'ok']);
    expect(stateOf(parseThresholds({ critical: '<=10' }), 10)).toBe('critical');
    expect(stateOf(parseThresholds({ warning: 10 }), 10)).toBe('warning');
  });
});

describe('zones', () => {
  it('are [previous, end), the last one closed', () => {
    const zones = parseThresholds([70, 85, 100]);
    expect([69.9, 70, 84.9, 85, 100, 120].map((value) => stateOf(zones, value))).toEqual([
      'ok',
      'warning',
      'warning',
      'critical',
      'critical',
      'critical',
    ]);
  });

  it('bare numbers, pairs, dicts by colour and objects say the same', () => {
    const bare = parseThresholds([70, 85, 100]);
    expect(
      parseThresholds([
        [70, 'green'],
        [85, 'yellow'],
        [100, 'red'],
      ]),
    ).toEqual(bare);
    expect(parseThresholds({ green: 70, yellow: 85, red: 100 })).toEqual(bare);
    expect(parseThresholds([70, 85, 100].map((to, i) => ({ to, color: ['green', 'yellow', 'red'][i] })))).toEqual(bare);
  });

  it('zonesBetween covers the scale without holes, in the severity of every value', () => {
    const input = fc.oneof(
      fc
        .uniqueArray(fc.integer({ min: -50, max: 150 }), { minLength: 1, maxLength: 3 })
        .map((list) => list.sort((a, b) => a - b)),
      fc.constant({ warning: 80, critical: 95 }),
      fc.constant({ warning: 20, critical: 10 }),
    );
    fc.assert(
      fc.property(input, fc.double({ noNaN: true, min: 0.001, max: 99.999 }), (given, value) => {
        const thresholds = parseThresholds(given);
        const parts = zonesBetween(thresholds, 0, 100);
        expect(parts[0]?.from).toBe(0);
        expect(parts.at(-1)?.to).toBe(100);
        for (let i = 1; i < parts.length; i++) expect(parts[i]?.from).toBe(parts[i - 1]?.to);
        const part = parts.find(({ from, to }) => value > from && value < to);
        if (part !== undefined) expect(part.severity).toBe(stateOf(thresholds, value));
      }),
    );
  });

  it('a list of one number draws one line in the colour of its worse side', () => {
    expect(thresholdLines(parseThresholds([500]))).toEqual([{ value: 500, color: 'yellow', severity: 'warning' }]);
  });
});

describe('refused', () => {
  it.each([
    [[85, 70]],
    [{ warning: 80, critical: 80 }],
    [{ warning: 'x' }],
    ['80'],
    [{ warning: 1, red: 2 }],
    [[[1, 'no colour']]],
  ])('%j', (input) => {
    expect(() => parseThresholds(input)).toThrow();
  });

  it('NaN is never bad', () => {
    expect(stateOf(parseThresholds({ warning: 1 }), Number.NaN)).toBe('ok');
    expect(stateOf(parseThresholds([1, 2, 3]), Number.NaN)).toBe('ok');
  });
});
