import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { APPROXIMATE, REBUILT, SKETCHED } from '../../src/core/windows/window-results.ts';
import { naiveValue, naiveWindows } from './naive-windows.ts';
import { randomOf } from './random-history.ts';
import { metric, type Row, S, WindowPage } from './window-page.ts';

/** `count` samples from `fromS` on, `perS` a second, of scattered values. */
const scattered = (fromS: number, count: number, perS: number): Row[] =>
  Array.from({ length: count }, (_, i) => [fromS * S + Math.floor((i * S) / perS), 1 + ((i * 7919) % 10_007) / 7]);

/** The quantile of the window from `startS` to `endS` by sorting; nearest rank. */
function sortedQuantile(rows: readonly Row[], q: number, startS: number, endS: number): number {
  const values = rows.filter(([time]) => time >= startS * S && time < endS * S).map(([, value]) => value);
  return values.sort((a, b) => a - b)[Math.ceil(q * values.length - 1e-9) - 1]!;
}

const P = { window: '10s', aggregation: ['p50', 'avg', 'p99'] };

describe('quantiles of few raw samples', () => {
  test('are exact in a final result, whatever else the window computes', () => {
    const page = new WindowPage(metric(P));
    const rows = scattered(0, 2500, 100);
    page.send(rows);
    for (const [k, q] of [
      [0, 0.5],
      [2, 0.99],
    ] as const) {
      expect(page.results(k).map(([start, value, , flags]) => [start, value, flags])).toEqual([
        [0, sortedQuantile(rows, q, 0, 10), 0],
        [10, sortedQuantile(rows, q, 10, 20), 0],
      ]);
    }
  });

  test('are sketched above 10,000 samples, and say so', () => {
    const page = new WindowPage(metric({ ...P, maxPoints: 100_000 }));
    const rows = [...scattered(0, 10_000, 1000), ...scattered(10, 10_001, 1000.2), ...scattered(20, 10, 1)];
    page.send(rows);
    expect(page.results().map(([, , count, flags]) => [count, flags])).toEqual([
      [10_000, 0],
      [10_001, SKETCHED],
    ]);
    const [exact, sketched] = page.results(2).map(([, value]) => value!);
    expect(exact).toBe(sortedQuantile(rows, 0.99, 0, 10));
    const wanted = sortedQuantile(rows, 0.99, 10, 20);
    expect(Math.abs(sketched! - wanted)).toBeLessThanOrEqual(0.0079 * wanted);
  });

  test('are sketched above 100,000 samples over the windows that share each', () => {
    const flagsOf = (perS: number) => {
      const page = new WindowPage(metric({ window: '10s', slide: '100ms', aggregation: 'p50' }));
      page.send(scattered(0, 12 * perS, perS));
      return page.results().at(-1)![3];
    };
    expect([flagsOf(100), flagsOf(101)]).toEqual([0, SKETCHED]);
  });

  test('are sketched where the ring no longer holds all samples of the window', () => {
    const flagsOf = (maxPoints: number) => {
      const page = new WindowPage(metric({ ...P, maxPoints }));
      page.send([...scattered(0, 1000, 100), ...scattered(10, 10, 2), ...scattered(20, 1, 1)]);
      return page.results().map(([, , , flags]) => flags);
    };
    expect([flagsOf(1011), flagsOf(1010)]).toEqual([
      [0, 0],
      [SKETCHED, 0],
    ]);
  });

  test('are sketched where as many rows are raw as were counted, but not the same', () => {
    const page = new WindowPage(metric(P));
    // The folded sample is counted and not in the ring; the last one, too late, is in the ring and not counted.
    page.fold([[0.5 * S, 5000]], S, true);
    page.send([...scattered(1, 100, 20), [12 * S, 1], [2 * S, 9000]]);
    expect(page.windows.counters.dropped).toBe(1);
    expect(page.results(2).map(([, , count, flags]) => [count, flags])).toEqual([[101, SKETCHED]]);
  });

  test('stay sketched while samples are missing, and are exact when they have come back', () => {
    const page = new WindowPage(metric(P));
    const rows = scattered(0, 1500, 100);
    page.send(rows.slice(0, 300));
    page.lose(rows.slice(300, 400));
    page.send(rows.slice(400));
    expect(page.results()[0]![3]! & SKETCHED).toBe(SKETCHED);
    expect(page.line.nearest(10 * S)?.window?.flags).toBe(SKETCHED | APPROXIMATE);
    page.keyframe({ history: 1500, features: true });
    expect(page.results(2)).toEqual([[0, sortedQuantile(rows, 0.99, 0, 10), 1000, REBUILT, 1]]);
  });

  test('a late sample revises exactly', () => {
    const page = new WindowPage(metric({ ...P, allowedLateness: '60s' }));
    const rows = scattered(0, 1500, 100);
    page.send(rows);
    const late: Row[] = [
      [3 * S, 1e6],
      [4 * S, 2e6],
    ];
    page.send(late);
    expect(page.results(2)).toEqual([[0, sortedQuantile([...rows, ...late], 0.99, 0, 10), 1002, 0, 2]]);
  });

  test('a session has them, too', () => {
    const page = new WindowPage(metric({ session: '2s', aggregation: 'p95' }));
    const rows = scattered(0, 500, 50);
    page.send(rows);
    page.send(scattered(20, 1, 1));
    expect(page.results()).toEqual([[0, sortedQuantile(rows, 0.95, 0, 20), 500, 0, 0]]);
  });

  test('equal those of sorting or are flagged, for any windows, steps, folds and loss', () => {
    const part = fc.record({
      count: fc.integer({ min: 1, max: 120 }),
      salt: fc.integer({ min: 1, max: 1e6 }),
      how: fc.constantFrom('send', 'send', 'send', 'send', 'fold', 'lose', 'keyframe'),
    });
    const shape = fc.constantFrom({ window: '2s' }, { window: '3s', slide: '1s' }, { session: '20ms' });
    let exact = 0;
    fc.assert(
      fc.property(shape, fc.array(part, { maxLength: 12, size: 'max' }), (options, parts) => {
        const page = new WindowPage(
          metric({ ...options, aggregation: ['p25', 'p95'], lateness: '3s', allowedLateness: '1h' }),
        );
        page.send([[0, 1]]);
        parts.forEach(({ count, salt, how }, i) => {
          const random = randomOf(salt);
          const timed = Array.from({ length: count }, (): Row => {
            return [i * S + Math.floor(random() * 4 * S), 1 + Math.floor(random() * 999)];
          }).sort((x, y) => x[0] - y[0]);
          if (how === 'fold') page.fold(timed, S, true);
          else if (how === 'lose') page.lose(timed);
          else page.send(timed);
          if (how === 'keyframe') page.keyframe({ history: 300, features: true });
        });
        // Until a message tells, nobody knows that something was lost.
        page.send([[(parts.length + 1) * S, 1]]);
        const { history, options: held } = page.windows;
        const log = page.rows.map(([time, value]) => ({ time, value }));
        const truth = new Map(naiveWindows(log, held.shape).map((window) => [`${window.start} ${window.end}`, window]));
        for (let row = history.head; row < history.end; row += 1) {
          const flags = page.windows.flagsNow(history.flags[row]!, history.startUs[row]!);
          if ((flags & APPROXIMATE) !== 0) continue;
          const window = truth.get(`${history.startUs[row]} ${history.endUs[row]}`)!;
          held.aggregations.forEach((aggregation, k) => {
            const wanted = naiveValue(window, aggregation, held);
            const value = history.values[k]![row]!;
            if ((flags & SKETCHED) === 0) expect(value).toBe(wanted);
            else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(0.0079 * wanted);
          });
          if ((flags & SKETCHED) === 0 && window.count > 32) exact += 1;
        }
      }),
      { numRuns: 40 },
    );
    expect(exact).toBeGreaterThan(0);
  });
});

describe('quantiles of an open window', () => {
  const open = (page: WindowPage) => page.line.window?.open;
  const made = () => {
    const page = new WindowPage(metric({ window: '10s', aggregation: 'p50' }));
    page.isClockHeld = true;
    page.sentUs = 100 * S;
    return page;
  };

  test('are exact, and computed anew when the clock has moved on by 250 ms', () => {
    const page = made();
    const rows = scattered(0, 400, 100);
    page.send(rows.slice(0, 100));
    expect(open(page)).toMatchObject({ count: 100, flags: 0, value: sortedQuantile(rows, 0.5, 0, 1) });
    page.sentUs += 249_999;
    page.send(rows.slice(100, 200));
    expect(open(page)).toMatchObject({ count: 100, flags: 0, value: sortedQuantile(rows, 0.5, 0, 1) });
    page.sentUs += 1;
    page.send(rows.slice(200, 300));
    expect(open(page)).toMatchObject({ count: 300, flags: 0, value: sortedQuantile(rows, 0.5, 0, 3) });
  });

  test('of many samples are computed anew 100 us a sample later', () => {
    const page = made();
    const rows = scattered(0, 9000, 1000);
    page.send(rows.slice(0, 5000));
    expect(open(page)?.count).toBe(5000);
    page.sentUs += 499_999;
    page.send(rows.slice(5000, 6000));
    expect(open(page)?.count).toBe(5000);
    page.sentUs += 1;
    page.send(rows.slice(6000));
    expect(open(page)).toMatchObject({ count: 9000, value: sortedQuantile(rows, 0.5, 0, 10) });
  });

  test('take in the last samples of a stream that falls silent, with the next beat', () => {
    const page = made();
    const rows = scattered(0, 200, 100);
    page.send(rows.slice(0, 100));
    expect(open(page)?.count).toBe(100);
    page.sentUs += 100_000;
    page.send(rows.slice(100));
    expect(open(page)?.count).toBe(100);
    const { version } = page.line;
    page.beat(page.sentUs + 1 * S);
    expect(page.line.version).toBeGreaterThan(version);
    expect(open(page)).toMatchObject({ count: 200, value: sortedQuantile(rows, 0.5, 0, 2) });
  });

  test('never show a window that is final', () => {
    const page = made();
    const rows = scattered(0, 1100, 100);
    page.send(rows.slice(0, 900));
    expect(open(page)).toMatchObject({ startUs: 0, count: 900 });
    page.send(rows.slice(900));
    expect(page.line.window?.newest).toMatchObject({ endUs: 10 * S, value: sortedQuantile(rows, 0.5, 0, 10) });
    expect(open(page)).toMatchObject({ startUs: 10 * S, count: 100, value: sortedQuantile(rows, 0.5, 10, 20) });
  });

  test('of windows that wait for late samples are those of sorting, each', () => {
    const page = new WindowPage(metric({ window: '2s', aggregation: 'p50', lateness: '5s' }));
    page.isClockHeld = true;
    const rows = scattered(0, 900, 100);
    for (let from = 0; from < rows.length; from += 100) {
      page.sentUs += 1 * S;
      page.send(rows.slice(from, from + 100));
      const { open: results, openCount } = page.windows;
      for (let row = 0; row < openCount; row += 1) {
        const [start, end] = [results.start[row]! / S, results.end[row]! / S];
        const wanted = sortedQuantile(rows.slice(0, from + 100), 0.5, start, end);
        expect([results.value(row, 0), results.flags[row]]).toEqual([wanted, 0]);
      }
    }
  });
});
