import { expect, test } from 'vitest';
import { createPaneFields, mergeRunInto, type PaneFields } from '../../../src/core/pane.ts';
import { SessionWindows } from '../../../src/core/windows/session-windows.ts';
import { finals, rowsOf, run, sessionOptions } from './session-stream.ts';

const at = (...times: number[]) => times.map((time) => ({ time, value: 1 }));

function paneOf(...samples: readonly (readonly [time: number, value: number])[]): PaneFields {
  const panes = createPaneFields(1);
  mergeRunInto(
    panes,
    0,
    Float64Array.from(samples, ([time]) => time),
    Float64Array.from(samples, ([, value]) => value),
    0,
    samples.length,
  );
  return panes;
}

test('samples that follow a fold within the gap are added to its sum, mean and increase', () => {
  const windows = new SessionWindows(sessionOptions(['count', 'sum', 'avg', 'min', 'max', 'increase']));
  windows.addPane(0, 10, paneOf([1, 10], [4, 20]), 0, null);
  run(windows, [
    { time: 6, value: 5 },
    { time: 8, value: 25 },
  ]);
  windows.close();
  const [row] = rowsOf(windows.results);
  expect([row?.start, row?.count]).toEqual([1, 4]);
  expect(row?.values.slice(1, 5)).toEqual([60, 15, 5, 25]);
});

test('a fold behind the newest time is out of order with all its samples, one at it or after it with none', () => {
  const windows = new SessionWindows(sessionOptions(['count']));
  windows.addPane(0, 10, paneOf([1, 1], [4, 1]), 0, null);
  windows.addPane(0, 10, paneOf([4, 1]), 0, null);
  windows.addPane(0, 10, paneOf([3, 1], [6, 1]), 0, null);
  expect(windows.counters.outOfOrder).toBe(0);
  windows.addPane(0, 10, paneOf([2, 1], [5, 1]), 0, null);
  expect(windows.counters.outOfOrder).toBe(2);
  windows.addPane(0, 10, createPaneFields(1), 0, null);
  windows.close();
  expect(rowsOf(windows.results).map(({ count }) => count)).toEqual([7]);
});

test('a session that comes again with its own bounds replaces no other, and says nothing of what it replaces', () => {
  const options = sessionOptions(['max'], { allowedLateness: 50 });
  const windows = new SessionWindows(options);
  run(windows, at(0, 5, 40, 3));
  windows.close();
  expect(rowsOf(windows.results).map(({ revision }) => revision)).toEqual([0, 1, 0]);
  expect(windows.results.supersedes.size).toBe(0);
  expect(finals(options, at(0, 5, 40, 3))[1]).toBe('0-15: 1 r1');
});
