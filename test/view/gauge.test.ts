import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseThresholds, zonesBetween } from '../../src/dashboard/thresholds.ts';
import { beyond, fraction, gaugeLayout, ringParts, SWEEP_DEG } from '../../src/view/widgets/gauge/arc.ts';

describe('gauge geometry', () => {
  it('the arc and its labels fit wherever 24 px of radius do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 1900 }), fc.integer({ min: 60, max: 1100 }), (width, height) => {
        const layout = gaugeLayout(width, height);
        expect(layout.centerX - layout.ringRadius).toBeGreaterThanOrEqual(-1);
        expect(layout.labelTop + 12).toBeLessThanOrEqual(height + 1);
      }),
    );
  });

  it('a card of 200 px holds the gauge of the design: radius 85, arc 80, labels 8 px below the ends', () => {
    expect(gaugeLayout(184, 148)).toMatchObject({ centerX: 92, ringRadius: 85, arcRadius: 80, minX: 20, maxX: 164 });
  });

  it('a larger card holds a larger gauge in its middle: thicker, its value 40 px from radius 112 and 64 px from 160 on', () => {
    const sizes = [85, 111, 112, 159, 160, 273].map((radius) => gaugeLayout(2000, radius * 1.5 + 20.5));
    expect(sizes.map(({ ringRadius }) => ringRadius)).toEqual([85, 111, 112, 159, 160, 273]);
    expect(sizes.map(({ valueFont }) => valueFont)).toEqual([28, 28, 40, 40, 64, 64]);
    expect(sizes.map(({ arcPx }) => arcPx)).toEqual([12, 16, 16, 22, 23, 39]);
    const narrow = gaugeLayout(300, 600);
    expect(narrow.ringRadius).toBe(150);
    expect(Math.abs(narrow.centerY - narrow.ringRadius + narrow.labelTop + 12 - 600)).toBeLessThan(8);
  });

  it('ring parts rise to the end, with 1 degree between zones at their border', () => {
    const zones = zonesBetween(parseThresholds({ green: 70, yellow: 85, red: 100 }), 0, 100);
    const parts = ringParts(zones, 0, 100);
    expect(parts.map(({ zone }) => zone)).toEqual([0, -1, 1, -1, 2]);
    expect(parts.at(-1)!.end).toBe(1);
    expect((parts[1]!.end - parts[0]!.end) * SWEEP_DEG).toBeCloseTo(1, 9);
    expect((parts[1]!.end + parts[0]!.end) / 2).toBeCloseTo(0.7, 9);
  });

  it('no zones give no ring', () => {
    expect(ringParts([], 0, 1)).toEqual([]);
  });
});

describe('gauge value', () => {
  it('fraction is linear within the scale and stays within the arc', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const share = fraction(value, -20, 60);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
        if (beyond(value, -20, 60) === null) expect(-20 + share * 80).toBeCloseTo(value, 9);
      }),
    );
  });

  it('the ends of the scale are within it', () => {
    expect([beyond(0, 0, 100), beyond(100, 0, 100), beyond(100.1, 0, 100), beyond(-1, 0, 100)]).toEqual([
      null,
      null,
      'above',
      'below',
    ]);
    expect(beyond(NaN, 0, 100)).toBeNull();
  });
});
