import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isStreamVizError } from '../../../src/core/errors.ts';
import { paneNeeds, parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { windowKey } from '../../../src/core/windows/window-key.ts';
import { paneSize, windowShape } from '../../../src/core/windows/window-shape.ts';

/** What a call throws. */
function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}

describe('aggregations', () => {
  test('pNN is the decimal as written: p99.9 is 0.999 and p7 is 0.07', () => {
    for (const [text, q] of [
      ['p50', 0.5],
      ['p99', 0.99],
      ['p99.9', 0.999],
      ['p7', 0.07],
      ['p0', 0],
      ['p100', 1],
    ] as const) {
      expect(parseAggregation(text)).toEqual({ kind: 'quantile', q, text });
    }
    expect(parseAggregation('median')).toEqual({ kind: 'quantile', q: 0.5, text: 'median' });
  });

  test.each([
    ['mean', 'avg'],
    ['avrg', 'avg'],
    ['Sum', 'sum'],
    ['std', 'stddev'],
    ['p101', 'p95'],
    ['p100.5', 'p95'],
    ['p-1', 'p95'],
    ['p5e1', 'p95'],
    ['', 'last'],
    ['lst', 'last'],
    ['mix', 'min'],
    ['maxx', 'max'],
    ['countr', 'count'],
    ['rat', 'rate'],
    ['distnct', 'distinct'],
  ])('"%s" is unknown, and the nearest named is one that is known', (text, nearest) => {
    const error = errorOf(() => parseAggregation(text));
    expect(isStreamVizError(error, 'AGGREGATION_UNKNOWN')).toBe(true);
    const named = (error as { details: { nearest: string } }).details.nearest;
    expect(parseAggregation(named).text).toBe(named);
    if (text !== '' && !text.startsWith('p')) expect(named).toBe(nearest);
  });

  test('panes hold no more than what is asked for needs', () => {
    const needs = (...texts: string[]) => paneNeeds(texts.map(parseAggregation));
    const none = { spread: false, increase: false, sketch: false, distinct: false };
    expect(needs('last', 'first', 'sum', 'avg', 'min', 'max', 'count', 'range', 'delta')).toEqual(none);
    expect(needs('stddev')).toEqual({ ...none, spread: true });
    expect(needs('p99')).toEqual({ ...none, sketch: true });
    expect(needs('distinct')).toEqual({ ...none, distinct: true });
    expect(needs('rate')).toEqual({ ...none, increase: true });
    expect(paneNeeds([parseAggregation('rate')], { counter: false })).toEqual(none);
  });
});

describe('shapes', () => {
  test.each([
    [{}, 'window'],
    [{ window: 0 }, 'window'],
    [{ window: 1.5 }, 'window'],
    [{ window: Number.NaN }, 'window'],
    [{ window: 2 ** 53 }, 'window'],
    [{ slide: 5 }, 'slide'],
    [{ window: 10, slide: 11 }, 'slide'],
    [{ window: 10, slide: 0 }, 'slide'],
    [{ window: 1001, slide: 1000 }, 'slide'],
    [{ window: 10, origin: 0.5 }, 'origin'],
    [{ session: 0 }, 'session'],
    [{ session: -5 }, 'session'],
    [{ session: 5, window: 10 }, 'session'],
    [{ session: 5, slide: 1 }, 'slide'],
  ])('%j is refused, naming the option', (input, option) => {
    const error = errorOf(() => windowShape(input));
    expect(isStreamVizError(error, 'WINDOW_INVALID')).toBe(true);
    expect(error).toMatchObject({ details: { option }, message: expect.stringContaining(option) });
  });

  test('a window may be 1000 panes, not 1001', () => {
    expect(windowShape({ window: 1000, slide: 1 })).toEqual({ kind: 'sliding', size: 1000, slide: 1, origin: 0 });
    expect(
      isStreamVizError(
        errorOf(() => windowShape({ window: 1001, slide: 1 })),
        'WINDOW_INVALID',
      ),
    ).toBe(true);
  });

  test('an origin of -0 is 0, however the window is stated', () => {
    for (const slide of [null, 5, 10])
      expect(windowShape({ window: 10, slide, origin: -0 })).toMatchObject({ origin: 0 });
  });

  test('every edge of every window lies on an edge of its panes', () => {
    const length = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(length, length, fc.integer({ min: -500, max: 500 }), (window, slide, origin) => {
        const shape = windowShape({ window, slide: Math.min(window, slide), origin });
        const size = paneSize(shape);
        for (const edge of [origin, origin + Math.min(window, slide), origin - window]) {
          expect(Math.abs(edge % size)).toBe(0);
        }
      }),
    );
    expect(paneSize(windowShape({ session: 7 }))).toBe(1);
  });
});

test('a key tells stores apart by everything but the aggregations; stating a default changes nothing', () => {
  const shape = windowShape({ window: 10, slide: 5 });
  const key = windowKey({ shape, aggregations: [parseAggregation('sum')] });
  expect(windowKey({ shape, aggregations: [parseAggregation('p99')], lateness: 0, idle: null, unit: 1e6 })).toBe(key);
  const others = [
    { shape: windowShape({ window: 10 }) },
    { shape: windowShape({ window: 10, slide: 5, origin: 1 }) },
    { lateness: 1 },
    { allowedLateness: 1 },
    { idle: 1 },
    { maxAhead: 1 },
    { counter: true },
    { distinctLimit: 1 },
    { sumPer: 1 },
    { unit: 1 },
  ].map((option) => windowKey({ shape, aggregations: [], ...option }));
  expect(new Set([key, ...others]).size).toBe(others.length + 1);
});
