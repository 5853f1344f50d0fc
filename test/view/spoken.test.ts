import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBuffer } from '../../src/core/line-buffer.ts';
import { type SpokenInput, spanSpoken, spokenText } from '../../src/view/spoken.ts';
import { trendOf } from '../../src/view/trend.ts';

const BASE: SpokenInput = {
  ...{ name: 'CPU usage', value: '86.4 %', trend: 'rising', rangeUs: 300e6, axis: 'time' },
  ...{ severity: 'warning', state: { kind: 'live' } },
};

describe('text alternative', () => {
  it('says name, value, trend and state', () => {
    expect(spokenText(BASE)).toBe('CPU usage 86.4 %, rising over 5 minutes, warning');
  });

  it('calm goes without saying', () => {
    expect(spokenText({ ...BASE, trend: null, severity: 'ok' })).toBe('CPU usage 86.4 %');
  });

  it('every state but live has a word, and a picture that is no longer moving has no trend', () => {
    const states = [
      [{ kind: 'waiting', call: null }, 'waiting for data'],
      [{ kind: 'gone', text: 'Disconnected 14:02:11' }, 'disconnected 14:02:11'],
      [{ kind: 'error', message: 'Two units.', code: 'X' }, 'error: Two units.'],
    ] as const;
    for (const [state, words] of states) {
      expect(spokenText({ ...BASE, value: '', severity: 'ok', state })).toBe(`CPU usage, ${words}`);
    }
    const stale = { kind: 'stale', text: 'No data for 12 s' } as const;
    expect(spokenText({ ...BASE, severity: 'ok', state: stale })).toBe(
      'CPU usage 86.4 %, rising over 5 minutes, no data for 12 s',
    );
  });

  it('a length is said in the largest unit of which there are two, or exactly one', () => {
    const said = [1e6, 30e6, 60e6, 90e6, 300e6, 3600e6, 5400e6, 86_400e6, 200e6].map((us) => spanSpoken(us));
    expect(said).toEqual([
      ...['1 second', '30 seconds', '1 minute', '2 minutes', '5 minutes', '1 hour', '2 hours', '1 day', '3 minutes'],
    ]);
    expect([spanSpoken(1, 'step'), spanSpoken(200, 'step')]).toEqual(['1 step', '200 steps']);
  });
});

function buffer(values: readonly number[], times = values.map((_, i) => 1.7e15 + i * 1e6)): LineBuffer {
  const line = new LineBuffer();
  line.ensure(values.length);
  line.time.set(times);
  line.value.set(values);
  line.length = values.length;
  return line;
}

describe('trend', () => {
  const noise = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 20, maxLength: 60 });

  it('a slope well above the noise is seen whatever the level, and mirrored values turn it round', () => {
    fc.assert(
      fc.property(noise, fc.double({ min: -1e3, max: 1e3, noNaN: true }), (rest, level) => {
        const rising = rest.map((value, i) => level + value + i);
        expect(trendOf(buffer(rising))).toBe('rising');
        expect(trendOf(buffer(rising.map((value) => -value)))).toBe('falling');
        expect(trendOf(buffer([...rising].reverse()))).toBe('falling');
      }),
    );
  });

  it('a whole number of waves, a constant, and noise on a large value are steady', () => {
    const wave = Array.from({ length: 200 }, (_, i) => Math.cos((i / 50) * 2 * Math.PI));
    expect(trendOf(buffer(wave))).toBe('steady');
    expect(trendOf(buffer([5, 5, 5, 5]))).toBe('steady');
    expect(trendOf(buffer([1e6, 1e6 + 1, 1e6 + 2, 1e6 + 3]))).toBe('steady');
  });

  it('missing values are passed over; below three values, and at one time, there is none', () => {
    expect(trendOf(buffer([1, Number.NaN, 2, 3, Number.NaN, 4]))).toBe('rising');
    expect([trendOf(buffer([1, 2])), trendOf(buffer([])), trendOf(buffer([1, 2, 3], [5, 5, 5]))]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
