import fc from 'fast-check';
import { expect, it } from 'vitest';
import { APPROXIMATE, REBUILT } from '../../src/core/windows/window-results.ts';
import { sampleColumns } from './message-builder.ts';
import { metric, type Row, S, WindowPage } from './window-page.ts';

/** A page that missed the first messages of these rows. */
function latePage(options: object, rows: readonly Row[]): WindowPage {
  const page = new WindowPage(metric(options));
  page.lose(rows);
  return page;
}

/** What a producer sends of its raw rows after the keyframe that counted them. */
function sendHistory(page: WindowPage, newest: number): void {
  const rows = page.rows.slice(-newest);
  page.send([], { history: sampleColumns(rows.map(([time, value]) => ({ series: 0, time, value }))) });
}

const told = (page: WindowPage): number[][] => page.results().map(([start, value, count]) => [start!, value!, count!]);

const anyOptions = fc.constantFrom(
  { window: '200ms' },
  { window: '500ms', slide: '100ms' },
  { window: '3s', slide: '500ms' },
  { window: '2s', aggregation: 'max' },
  { window: '500ms', aggregation: 'increase', counter: true },
  { window: '700ms', aggregation: 'p95' },
  { session: '250ms' },
);
const anyRows = fc
  .array(fc.record({ stepMs: fc.constantFrom(50, 100, 400, 5000), count: fc.integer({ min: 1, max: 30 }) }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((runs) => {
    const rows: Row[] = [];
    let at = 0;
    for (const { stepMs, count } of runs) {
      for (let i = 0; i < count; i += 1) {
        at += stepMs * 1000;
        rows.push([at, (rows.length * 7919) % 101]);
      }
    }
    return rows;
  });

it('raw rows that come after their keyframe give the windows that coming with it gives', () => {
  let withheld = 0;
  fc.assert(
    fc.property(anyOptions, anyRows, fc.integer({ min: 1, max: 150 }), (options, rows, history) => {
      const together = latePage(options, rows);
      together.keyframe({ history });
      const after = latePage(options, rows);
      after.keyframe();
      const before = told(after);
      sendHistory(after, history);
      if (!('session' in options)) expect(told(after)).toEqual(told(together));
      // What was told before still is.
      expect(told(after)).toEqual(expect.arrayContaining(before));
      withheld += told(after).length - before.length;
    }),
    { numRuns: 150 },
  );
  expect(withheld).toBeGreaterThan(30);
});

it('windows that raw rows bring are rebuilt ones, no revision, and live samples go on after them', () => {
  const rows: Row[] = Array.from({ length: 40 }, (_, i) => [i * 0.1 * S, i]);
  const page = latePage({ window: '500ms', aggregation: 'max' }, rows);
  page.keyframe();
  expect(page.results()).toEqual([]);
  const { pastVersion } = page.line;
  sendHistory(page, 40);
  expect(page.results()).toEqual(Array.from({ length: 7 }, (_, i) => [i / 2, 5 * i + 4, 5, REBUILT, 0]));
  expect(page.line.pastVersion).toBeGreaterThan(pastVersion!);
  page.send([[4 * S, 99]]);
  expect(page.results().at(-1)).toEqual([3.5, 39, 5, 0, 0]);
});

it('raw rows that come while samples are missing bring no windows before the hole is closed', () => {
  const rows: Row[] = Array.from({ length: 20 }, (_, i) => [i * 0.1 * S, i]);
  const page = latePage({ window: '500ms', aggregation: 'max' }, rows);
  page.keyframe();
  page.lose([[2 * S, 20]]);
  page.send([]);
  const before = page.results();
  sendHistory(page, 21);
  expect(page.results()).toEqual(before);
  page.keyframe();
  expect(told(page)).toEqual([0, 1, 2, 3].map((i) => [i / 2, 5 * i + 4, 5]));
});

it('raw rows make a result exact that had been approximate, as a revision', () => {
  const rows: Row[] = Array.from({ length: 20 }, (_, i) => [i * 0.1 * S, 50 - i]);
  const page = latePage({ window: '500ms', aggregation: 'max' }, rows);
  page.keyframe();
  page.send([[2 * S, 20]]);
  expect(page.results()).toEqual([[1.5, 31, 1, APPROXIMATE, 0]]);
  sendHistory(page, 21);
  expect(page.results()).toEqual([
    [0, 50, 5, REBUILT, 0],
    [0.5, 45, 5, REBUILT, 0],
    [1, 40, 5, REBUILT, 0],
    [1.5, 35, 5, REBUILT, 1],
  ]);
});
