import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowOptions } from '../../../src/core/windows/window-operator.ts';
import type { SeriesView, WindowPoint, WindowReading } from '../../../src/session/session-view.ts';
import { HeldStore } from '../../../src/view/dashboard/held-store.ts';
import { PageControls } from '../../../src/view/dashboard/page-controls.ts';
import type { ViewChange } from '../../../src/view/dashboard/view-controls.ts';
import { FakeStore } from '../../gallery-cards/fake-store.ts';
import { FakeTimers } from '../../transport/fake-socket.ts';

function setUp() {
  const timers = new FakeTimers();
  const changes: ViewChange[] = [];
  const controls = new PageControls((run, ms) => {
    let cancel = (): void => {};
    const again = (): void => {
      cancel = timers.schedule(() => {
        again();
        run();
      }, ms);
    };
    again();
    return () => cancel();
  });
  controls.subscribe((change) => changes.push(change));
  return { controls, timers, changes };
}

describe('shared view of a page', () => {
  it('tells every change once, and nothing that changes nothing', () => {
    const { controls, changes } = setUp();
    controls.choose(900e6);
    controls.choose(900e6);
    controls.hold({ startUs: 1e6, endUs: 2e6 });
    controls.hold({ startUs: 1e6, endUs: 2e6 });
    controls.pause(5e6);
    controls.pause(5e6);
    controls.point(7);
    controls.point(7);
    controls.point(Number.NaN);
    controls.point(Number.NaN);
    expect(changes).toEqual(['view', 'view', 'view', 'cursor', 'cursor']);
  });

  it('back to live ends a zoom and a pause in one change, and keeps the range', () => {
    const { controls, changes } = setUp();
    controls.set({ range: 300e6, held: { startUs: 0, endUs: 1e6 }, pausedAtUs: 9 });
    changes.length = 0;
    controls.goLive();
    expect(changes).toEqual(['view']);
    expect(controls.shared).toEqual({ range: 300e6, held: null, pausedAtUs: null, refreshMs: 0 });
  });

  it('choosing a range ends a zoom and keeps a pause', () => {
    const { controls } = setUp();
    controls.set({ held: { startUs: 0, endUs: 1e6 }, pausedAtUs: 9 });
    controls.choose('all');
    expect(controls.shared).toMatchObject({ range: 'all', held: null, pausedAtUs: 9 });
  });

  it('a held span is never shorter than 10 ms, never infinite, and keeps its middle', () => {
    const time = fc.double({ min: 0, max: 4e15, noNaN: true });
    fc.assert(
      fc.property(time, fc.double({ min: -1e6, max: 1e12, noNaN: true }), (startUs, lengthUs) => {
        const { controls } = setUp();
        controls.hold({ startUs, endUs: startUs + lengthUs });
        const { held } = controls;
        expect(held!.endUs - held!.startUs).toBeGreaterThanOrEqual(9_999);
        expect(Math.abs((held!.startUs + held!.endUs) / 2 - (startUs + lengthUs / 2))).toBeLessThanOrEqual(2);
      }),
    );
    const { controls } = setUp();
    for (const endUs of [Number.NaN, Number.POSITIVE_INFINITY]) controls.hold({ startUs: 0, endUs });
    expect(controls.held).toBeNull();
  });

  it('ticks at the refresh rate, not while paused, and not after dispose', () => {
    const { controls, timers, changes } = setUp();
    controls.set({ refreshMs: 5000 });
    timers.advance(15_000);
    expect(changes).toEqual(['refresh', 'tick', 'tick', 'tick']);
    controls.pause(1);
    timers.advance(60_000);
    expect(changes.filter((change) => change === 'tick').length).toBe(3);
    controls.goLive();
    timers.advance(5000);
    expect(changes.filter((change) => change === 'tick').length).toBe(4);
    controls.set({ refreshMs: 0 });
    expect(timers.count).toBe(0);
    controls.set({ refreshMs: 1000 });
    controls.dispose();
    controls.dispose();
    expect(timers.count).toBe(0);
  });
});

describe('held store', () => {
  const columns = [{ name: 'n', type: 'number' }] as const;

  it('held, lines, tables and clock stay as they were at the first look; status does not', () => {
    const store = new FakeStore();
    const held = new HeldStore(store);
    store.setGauge('cpu', { value: 1 });
    store.setTable('t', { columns, rows: [[1]] });
    const clockUs = held.nowUs();
    held.hold();
    expect(held.series('cpu')[0]?.lastValue).toBe(1);
    expect(held.table('t')?.rows().length).toBe(1);
    store.setGauge('cpu', { value: 2 });
    store.setTable('t', { columns, rows: [[1], [2]] });
    store.clockUs += 9e6;
    store.status = 'gone';
    expect(held.series('cpu')[0]?.lastValue).toBe(1);
    expect(held.table('t')?.rowCount).toBe(1);
    expect(held.table('t')?.rows().length).toBe(1);
    expect(held.nowUs()).toBe(clockUs);
    expect(held.status).toBe('gone');
    held.release();
    expect(held.series('cpu')[0]?.lastValue).toBe(2);
    expect(held.table('t')?.rowCount).toBe(2);
    expect(held.nowUs()).toBe(clockUs + 9e6);
  });

  it('held, a line of windows keeps the results of the first look, though its store makes them anew at each', () => {
    const result = (value: number): WindowPoint => ({
      ...{ startUs: 0, endUs: 1e6, value, count: 1, final: true, revision: 0, flags: 0, coverage: 1 },
    });
    let value = 1;
    const reading = Object.create({
      get newest() {
        return result(value);
      },
      get open() {
        return result(value + 0.5);
      },
    }) as WindowReading;
    const store = new FakeStore();
    store.setGauge('cpu', { value: 1 });
    const lines: readonly SeriesView[] = store.series('cpu').map((line) => ({ ...line, window: reading }));
    store.windowed = () => lines;
    const held = new HeldStore(store);
    held.hold();
    const options: WindowOptions = { shape: { kind: 'tumbling', size: 1e6, origin: 0 }, aggregations: [] };
    const results = () => {
      const window = held.windowed('cpu', options)[0]?.window;
      return [window?.newest?.value, window?.open?.value];
    };
    expect(results()).toEqual([1, 1.5]);
    value = 2;
    expect(results()).toEqual([1, 1.5]);
    held.release();
    expect(results()).toEqual([2, 2.5]);
  });

  it('not held, it gives the very objects of its store', () => {
    const store = new FakeStore();
    store.setGauge('cpu', { value: 1 });
    expect(new HeldStore(store).series('cpu')).toEqual(store.series('cpu'));
    expect(new HeldStore(store).series('cpu')[0]).toBe(store.series('cpu')[0]);
  });

  it('listeners go to the store and leave it', () => {
    const store = new FakeStore();
    const stop = new HeldStore(store).subscribe(() => undefined);
    expect(store.listeners).toBe(1);
    stop();
    expect(store.listeners).toBe(0);
  });
});
