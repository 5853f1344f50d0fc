import { expect, test } from 'vitest';
import { actorNames, byCodeUnit, insertName } from '../../../src/core/events/actor-names.ts';
import { KeyedEvents } from '../../../src/core/events/keyed-events.ts';
import type { EventPane } from '../../../src/core/events/pane-rows.ts';
import { RecentEvents } from '../../../src/core/events/recent-events.ts';

const pane = (count: number, lastUs: number, ...names: string[]): EventPane => ({
  count,
  actors: { names, complete: true },
  flags: [count],
  lastUs,
});

test('the newest time held is that of the newest event, also after newer ones were taken out', () => {
  const store = new KeyedEvents({ perUs: 10, keepUs: 1000 });
  expect([store.newestUs(), store.newestStartUs]).toEqual([-Infinity, -Infinity]);
  store.add('x', null, 0, 0);
  expect(store.newestUs()).toBe(0);
  store.add('y', null, 0, 25);
  store.add('x', null, 0, 14);
  expect([store.newestUs(), store.newestStartUs]).toEqual([25, 20]);
  store.replacePane('y', 20, null);
  expect([store.newestUs(), store.newestStartUs, store.edgeUs]).toEqual([14, 20, 25]);
  store.clear();
  expect([store.newestUs(), store.keyCount, store.paneCount, store.edgeUs]).toEqual([-Infinity, 0, 0, 25]);
});

test('the version rises with every change, and with nothing else', () => {
  const store = new KeyedEvents({ perUs: 10, keepUs: 30, flags: ['f'], maxKeys: 2 });
  let { version } = store;
  const rises = (change: () => unknown): boolean => {
    change();
    const before = version;
    version = store.version;
    return version > before;
  };
  expect(rises(() => store.add('x', null, 0, 5))).toBe(true);
  expect(rises(() => store.add('x', null, 0, 5))).toBe(true);
  expect(rises(() => store.addPane('x', 10, pane(2, 12)))).toBe(true);
  expect(rises(() => store.replacePane('x', 10, pane(3, 12)))).toBe(true);
  expect(rises(() => store.replacePane('x', 10, null))).toBe(true);
  expect(rises(() => store.add('x', null, 0, Number.NaN))).toBe(false);
  expect(rises(() => store.replacePane('x', 10, null))).toBe(false);
  expect(rises(() => store.advance(21))).toBe(false);
  expect(rises(() => store.advance(1000))).toBe(true);
  expect(rises(() => store.clear())).toBe(true);
});

test('a merged pane that is too old or of one key too many counts with all its events, and enters nothing', () => {
  const store = new KeyedEvents({ perUs: 10, keepUs: 20, maxKeys: 1, flags: ['f'] });
  store.addPane('x', 100, pane(3, 105, 'ann'));
  store.addPane('x', 80, pane(4, 85));
  store.addPane('x', 80, pane(1, 85));
  store.addPane('y', 100, pane(5, 103));
  store.addPane('y', 100, pane(1, 103));
  expect(store.counters).toEqual({ late: 0, expired: 5, invalid: 0, missing: 0, overKeys: 6 });
  expect(store.window({ startUs: 0, endUs: 200 }).total).toMatchObject({ count: 3, actors: { count: 1, exact: true } });
  // The pane just within what is kept enters.
  store.addPane('x', 90, pane(7, 95));
  expect(store.window({ startUs: 90, endUs: 100 }).total.count).toBe(7);
});

test('a pane moves the edge to its newest event, but never beyond its own end', () => {
  const store = new KeyedEvents({ perUs: 10, keepUs: 20, flags: ['f'] });
  store.addPane('x', 100, pane(1, 104));
  expect(store.edgeUs).toBe(104);
  store.addPane('x', 100, pane(1, 1e9));
  expect(store.edgeUs).toBe(109);
  expect(store.replacePane('x', 110, pane(1, 1e9))).toBe(true);
  expect([store.edgeUs, store.horizonUs]).toEqual([119, 100]);
  expect(store.replacePane('x', 90, pane(1, 95))).toBe(false);
  expect(store.replacePane('x', 100, pane(9, 105))).toBe(true);
  expect(store.pane('x', 100)).toMatchObject({ count: 9, lastUs: 105, flags: Float64Array.of(9) });
});

test('with too many panes the oldest go by time, whatever order they came in; as many as allowed stay', () => {
  const store = new KeyedEvents({ perUs: 10, keepUs: 1000, maxPanes: 10 });
  for (const start of [90, 30, 70, 0, 60, 40, 80, 20, 50, 10]) store.add('x', null, 0, start);
  expect([store.paneCount, store.horizonUs < 0]).toEqual([10, true]);
  store.add('y', null, 0, 95);
  // 9 of the 11 stay: the panes at 0 and 10 go.
  expect([store.paneCount, store.horizonUs]).toEqual([9, 20]);
  expect(store.window({ startUs: 20, endUs: 100 })).toMatchObject({ complete: true, total: { count: 9 } });
  expect(store.window({ startUs: 10, endUs: 100 }).complete).toBe(false);
});

test('more panes than room was made for are all held, with their flags and names', () => {
  const store = new KeyedEvents({ perUs: 10, keepUs: 1e5, flags: ['a', 'b'] });
  for (let i = 0; i < 300; i += 1) store.add(`k${i % 2}`, `u${i}`, i % 4, i * 10);
  for (const i of [0, 1, 2, 3, 255, 256, 299]) {
    expect(store.pane(`k${i % 2}`, i * 10)).toEqual({
      count: 1,
      actors: { names: [`u${i}`], complete: true },
      flags: Float64Array.of(i & 1, (i >> 1) & 1),
      lastUs: i * 10,
    });
  }
  expect(store.window({ startUs: 0, endUs: 3000 }).total.flags).toEqual(Float64Array.of(150, 150));
});

test('a pane may be kept no longer than itself, and 100,000 panes of a key are the most', () => {
  const store = new KeyedEvents({ perUs: 10, keepUs: 10 });
  store.add('x', null, 0, 19);
  store.add('x', null, 0, 20);
  expect([store.paneCount, store.horizonUs]).toEqual([1, 20]);
  expect(new KeyedEvents({ perUs: 1, keepUs: 100_000 }).options.keepUs).toBe(100_000);
  expect(() => new KeyedEvents({ perUs: 1, keepUs: 100_001 })).toThrow('keepUs');
  const names = Array.from({ length: 32 }, (_, i) => `f${i}`);
  expect(new KeyedEvents({ flags: names.slice(1) }).options.flags).toHaveLength(31);
  expect(() => new KeyedEvents({ flags: names })).toThrow('flags');
  expect(new KeyedEvents({ maxKeys: 1, maxActors: 1, maxPanes: 1, maxRecent: 0 }).options.maxPanes).toBe(1);
  for (const bad of [{ maxKeys: 0 }, { maxActors: 0.5 }, { maxPanes: 0 }, { maxRecent: 0.5 }]) {
    expect(() => new KeyedEvents(bad)).toThrow(Object.keys(bad)[0] ?? '');
  }
});

test('without a clock a time far ahead is taken; the clock never goes back', () => {
  const store = new KeyedEvents();
  store.add('x', null, 0, 1e15);
  expect(store.counters.invalid).toBe(0);
  const told = new KeyedEvents();
  told.advance(1000);
  for (const now of [500, Number.NaN, Infinity]) told.advance(now);
  expect([told.clockUs, told.edgeUs]).toEqual([1000, 1000]);
});

test('the newest raw events are as many as asked for and held, oldest first, also after many rounds', () => {
  const recent = new RecentEvents(3);
  expect(recent.newest()).toEqual([]);
  for (let i = 0; i < 8; i += 1) {
    recent.add(`k${i}`, i % 2 === 0 ? null : 'u', i, i * 10);
    expect(recent.length).toBe(Math.min(i + 1, 3));
  }
  expect(recent.newest(2)).toEqual([
    { timeUs: 60, key: 'k6', actor: null, flags: 6 },
    { timeUs: 70, key: 'k7', actor: 'u', flags: 7 },
  ]);
  expect([recent.newest(0), recent.newest(99).map(({ timeUs }) => timeUs)]).toEqual([[], [50, 60, 70]]);
  const none = new RecentEvents(0);
  none.add('x', null, 0, 1);
  expect([none.added, none.length, none.newest()]).toEqual([1, 0, []]);
});

test('a full list of names keeps the first ones by code unit, and says that one was left out', () => {
  const names = ['b', 'd'];
  expect([insertName(names, 'd', 2), names]).toEqual([true, ['b', 'd']]);
  expect([insertName(names, 'e', 2), names]).toEqual([false, ['b', 'd']]);
  expect([insertName(names, 'c', 2), names]).toEqual([false, ['b', 'c']]);
  expect([insertName(names, 'a', 3), names]).toEqual([true, ['a', 'b', 'c']]);
  expect(actorNames(['b', 'a', 'b'], true, 2)).toEqual({ names: ['a', 'b'], complete: true });
  expect(actorNames(['b', 'a'], false, 2)).toEqual({ names: ['a', 'b'], complete: false });
  expect(actorNames(['b', 'a', 'c'], true, 2)).toEqual({ names: ['a', 'b'], complete: false });
  expect([byCodeUnit('a', 'b'), byCodeUnit('b', 'a'), byCodeUnit('a', 'a')]).toEqual([-1, 1, 0]);
});

test('a window of no length is empty, and a key that is idle is listed only when asked for', () => {
  const store = new KeyedEvents({ perUs: 10, keepUs: 100 });
  store.add('x', 'ann', 0, 5);
  store.add('x', 'bob', 0, 15);
  store.add('y', 'ann', 0, 15);
  const empty = store.window({ startUs: 20, endUs: 20 });
  expect([empty.startUs, empty.endUs, empty.rows, empty.total.count]).toEqual([20, 20, [], 0]);
  expect(store.window({ startUs: 20, endUs: 30, columns: 2, idle: true }).rows).toEqual(
    ['x', 'y'].map((key) => ({
      key,
      count: 0,
      actors: { names: [], count: 0, exact: true },
      flags: new Float64Array(0),
      lastUs: 15,
      columns: new Float64Array(1),
    })),
  );
  // Ends before it begins: nothing, at its start.
  expect(store.window({ startUs: 10, endUs: -50 })).toMatchObject({ startUs: 10, endUs: 10, rows: [] });
  // Equal counts are in the order of names; one more event comes first.
  store.add('y', 'cy', 0, 5);
  expect(store.window({ startUs: 0, endUs: 20 }).rows.map(({ key }) => key)).toEqual(['x', 'y']);
  store.add('y', null, 0, 5);
  const [first] = store.window({ startUs: 0, endUs: 20, columns: 2, names: 1 }).rows;
  expect(first).toMatchObject({ key: 'y', count: 3, actors: { names: ['ann'], count: 2, exact: true } });
  expect(first?.columns).toEqual(Float64Array.of(2, 1));
});
