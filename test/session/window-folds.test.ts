import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { APPROXIMATE, REBUILT } from '../../src/core/windows/window-results.ts';
import { naiveValue, naiveWindows } from './naive-windows.ts';
import { metric, type Row, S, seconds, WindowPage } from './window-page.ts';

describe('what the kernel folds', () => {
  const aggregation = ['avg', 'count', 'min', 'max', 'first', 'last', 'sum', 'p50', 'stddev', 'increase'];
  const sample = fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: -99, max: 99 }));
  const stream = fc.array(sample, { minLength: 1, maxLength: 80 }).map((draws) => {
    let time = 0;
    return draws.map(([stepMs, value]): Row => {
      time += stepMs * 1000;
      return [time, value];
    });
  });

  test('in cells on which all edges lie gives what raw rows give', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 5 }), (rows, parts) => {
        const options = metric({ window: '4s', slide: '2s', aggregation });
        const [raw, folded] = [new WindowPage(options), new WindowPage(options)];
        raw.sentUs = 100 * S;
        folded.sentUs = 100 * S;
        const size = Math.ceil(rows.length / parts);
        for (let from = 0; from < rows.length; from += size) {
          raw.send(rows.slice(from, from + size));
          folded.fold(rows.slice(from, from + size), S, true);
        }
        aggregation.forEach((_, k) => {
          const plain = (page: WindowPage) =>
            page.results(k).map(([start, value, count]) => [start, value!.toFixed(6), count]);
          expect(plain(folded)).toEqual(plain(raw));
        });
      }),
    );
  });

  test('in cells that cross an edge is said to be approximate wherever it differs', () => {
    fc.assert(
      fc.property(stream, (rows) => {
        const page = new WindowPage(metric({ window: '2s', origin: '0.5s', aggregation: ['sum'] }));
        page.sentUs = 100 * S;
        page.fold(rows, S);
        const truth = new Map(
          naiveWindows(
            rows.map(([time, value]) => ({ time, value })),
            page.options.shape,
          ).map((w) => [w.start, w]),
        );
        const { history, options } = page.windows;
        for (let row = history.head; row < history.end; row += 1) {
          if ((history.flags[row]! & APPROXIMATE) !== 0) continue;
          const window = truth.get(history.startUs[row]!)!;
          expect(history.values[0]![row]).toBe(naiveValue(window, options.aggregations[0]!));
        }
      }),
    );
  });

  test('with sketches that cannot be read is counted and has no quantile', () => {
    const page = new WindowPage(metric({ window: '10s', aggregation: 'p50' }));
    page.lose(seconds(0, 12, 0.5));
    page.keyframe({ features: true, broken: true });
    expect(page.series.windows.features.invalid).toBe(12);
    expect(page.results()).toEqual([[0, Number.NaN, 20, REBUILT | APPROXIMATE, 0]]);
  });
});
