import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageText, TimeFormat } from '../../src/view/time-format.ts';
import { MIN_TICK_PX, timeTicks } from '../../src/view/time-ticks.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
const start = fc.integer({ min: 1_500_000_000, max: 1_900_000_000 }).map((s) => s * 1e6);
const range = fc.double({ min: 4, max: 15.5, noNaN: true }).map((power) => 10 ** power);

describe('timeTicks', () => {
  it('ticks ascend inside the range, at least 72 px apart (54 beside a change of clocks)', () => {
    fc.assert(
      fc.property(
        start,
        range,
        fc.constantFrom(...ZONES),
        fc.integer({ min: 80, max: 2000 }),
        (from, length, zone, width) => {
          const ticks = timeTicks(from, from + length, width, new TimeFormat(zone, 'en'));
          for (const [i, { timeUs }] of ticks.entries()) {
            expect(timeUs).toBeGreaterThanOrEqual(from);
            expect(timeUs).toBeLessThanOrEqual(from + length);
            const before = ticks[i - 1];
            if (before) expect(((timeUs - before.timeUs) / length) * width).toBeGreaterThanOrEqual(MIN_TICK_PX * 0.7);
          }
        },
      ),
    );
  });

  it('ticks lie on round local times, across a change of clocks too', () => {
    const format = new TimeFormat('Europe/Berlin', 'en');
    const from = Date.UTC(2025, 9, 25, 12) * 1000;
    const labels = timeTicks(from, from + 36 * 3600e6, 600, format).map(({ label }) => label);
    expect(labels).toEqual(['18:00', 'Sun 26', '06:00', '12:00', '18:00', 'Mon 27'].slice(0, labels.length));
    expect(labels.length).toBeGreaterThan(4);
  });

  it('labels say as much as their step needs', () => {
    const format = new TimeFormat('UTC', 'en');
    const at = Date.UTC(2025, 10, 3, 14, 0) * 1000;
    const first = (length: number) => timeTicks(at + 1, at + length, 300, format)[0]?.label;
    expect(first(2e6)).toMatch(/^14:00:00\.\d{3}$/);
    expect(first(60e6)).toBe('14:00:15');
    expect(first(900e6)).toBe('14:05');
    expect(first(10 * 86_400e6)).toMatch(/^\w{3} \d+$/);
    expect(first(300 * 86_400e6)).toMatch(/^[A-Z][a-z]{2}$|^\d{4}$/);
  });

  it('an empty, reversed or infinite range has none', () => {
    const format = new TimeFormat('UTC');
    expect(timeTicks(5, 5, 100, format)).toEqual([]);
    expect(timeTicks(5, 4, 100, format)).toEqual([]);
    expect(timeTicks(0, 1e6, 0, format)).toEqual([]);
    expect(timeTicks(Number.NaN, 1, 100, format)).toEqual([]);
  });
});

describe('TimeFormat', () => {
  it('local digits equal those of Intl in every zone', () => {
    fc.assert(
      fc.property(start, fc.constantFrom(...ZONES), (timeUs, zone) => {
        const intl = new Intl.DateTimeFormat('en-GB', {
          timeZone: zone,
          hour: '2-digit',
          minute: '2-digit',
          second: '2-digit',
        });
        expect(new TimeFormat(zone, 'en').seconds(timeUs)).toBe(intl.format(timeUs / 1000));
      }),
    );
  });

  it('exact keeps every microsecond, also before 1970', () => {
    const format = new TimeFormat('UTC', 'en');
    expect(format.exact(1_763_728_931_042_000)).toBe('12:42:11.042');
    expect(format.exact(1_763_728_931_042_007)).toBe('12:42:11.042007');
    expect(format.exact(-1)).toBe('23:59:59.999999');
    expect(format.exact(Number.NaN)).toBe('–');
  });

  it('the date stands only where it is not today', () => {
    const format = new TimeFormat('UTC', 'en');
    const now = Date.UTC(2025, 10, 3, 14) * 1000;
    expect(format.dateUnlessToday(now - 3600e6, now)).toBe('');
    expect(format.dateUnlessToday(now - 86_400e6, now)).toBe('Sun 2 Nov');
    expect(format.dateUnlessToday(now - 400 * 86_400e6, now)).toMatch(/2024$/);
  });

  it('ages use their largest unit', () => {
    expect([12e6, 119e6, 300e6, 3 * 3600e6, 3 * 86_400e6, -5].map(ageText)).toEqual([
      '12 s',
      '119 s',
      '5 m',
      '3 h',
      '3 d',
      '0 s',
    ]);
  });
});
