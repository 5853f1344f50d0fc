import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventWindow } from '../../../src/core/events/event-window.ts';
import { KeyedEvents } from '../../../src/core/events/keyed-events.ts';
import { type Event, type Limits, NaiveEvents } from './naive-events.ts';

const LIMITS: Limits = { perUs: 10, keepUs: 55, maxKeys: 4, maxActors: 3, flags: ['a', 'b'] };
/** Nothing is cut, refused or expired. */
const WIDE: Limits = { perUs: 10, keepUs: 10_000, maxKeys: 99, maxActors: 99, flags: ['a', 'b'] };
const KEYS = ['', 'x', 'y', 'z', 'é', '__proto__'];
const ACTORS = ['ann', 'bob', 'cy', 'dee', '', 'constructor'];

const event: fc.Arbitrary<Event> = fc.record({
  key: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: fc.constant(null) }),
  actor: fc.option(fc.constantFrom(...ACTORS), { freq: 4 }),
  flags: fc.integer({ min: 0, max: 3 }),
  timeUs: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: -70, max: 70 }) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 10.5) },
  ),
});
const events = fc.array(event, { maxLength: 60 });
/** Mostly forward, as real streams are. */
const stream = fc.array(fc.tuple(event, fc.integer({ min: -3, max: 8 })), { maxLength: 60 }).map((steps) => {
  let now = -100;
  return steps.map(([one, step]) => {
    now += step;
    return Number.isFinite(one.timeUs) ? { ...one, timeUs: now } : one;
  });
});
const span = fc.tuple(fc.integer({ min: -130, max: 130 }), fc.integer({ min: 0, max: 120 }));

function both(input: readonly Event[], limits: Limits): [KeyedEvents, NaiveEvents] {
  const store = new KeyedEvents(limits);
  const naive = new NaiveEvents(limits);
  for (const e of input) {
    store.add(e.key, e.actor, e.flags, e.timeUs);
    naive.add(e);
  }
  return [store, naive];
}

/** Everything a store can be asked, as plain data. */
function everything(store: KeyedEvents) {
  return {
    window: store.window({ startUs: -200, endUs: 300, columns: 7, names: 1000 }),
    counters: store.counters,
    edges: [store.edgeUs, store.horizonUs, store.newestStartUs, store.keyCount, store.paneCount],
    newest: store.newest(),
  };
}

/** A window whose actors are all known says so and equals the naive one; else it says "at least". */
function expectWindow(got: EventWindow, want: ReturnType<NaiveEvents['window']>, limits: Limits): void {
  expect([got.startUs, got.endUs]).toEqual([want.startUs, want.endUs]);
  expect(got.rows.map(({ key }) => key)).toEqual(want.rows.map(({ key }) => key));
  for (const [i, row] of [...got.rows, got.total].entries()) {
    const wanted = want.rows[i] ?? want.total;
    expect(row.count).toBe(wanted.count);
    expect([...row.flags]).toEqual(wanted.flags);
    if (row.actors.exact) expect(row.actors.names).toEqual(wanted.names);
    else expect(wanted.names.length).toBeGreaterThan(limits.maxActors);
    expect(row.actors.count).toBeLessThanOrEqual(wanted.names.length);
    expect(row.actors.count).toBeGreaterThanOrEqual(Math.min(limits.maxActors, wanted.names.length));
  }
  for (const [i, row] of got.rows.entries()) {
    expect({ ...row, columns: [...row.columns] }).toMatchObject({
      columns: want.rows[i]?.columns,
      lastUs: want.rows[i]?.lastUs,
    });
  }
}

describe('KeyedEvents', () => {
  test.each([
    ['few keys, few names, short keep', LIMITS],
    ['wide limits', WIDE],
  ])('every window equals the one counted anew from the events taken: %s', (_, limits) => {
    fc.assert(
      fc.property(fc.oneof(events, stream), span, fc.integer({ min: 0, max: 9 }), (input, [from, length], columns) => {
        const [store, naive] = both(input, limits);
        const window = store.window({ startUs: from, endUs: from + length, columns, names: 1000 });
        expectWindow(window, naive.window(from, from + length, columns), limits);
        expect(window.complete).toBe(window.startUs >= naive.horizonUs);
      }),
    );
  });

  test('every event enters one pane or one counter', () => {
    fc.assert(
      fc.property(fc.oneof(events, stream), (input) => {
        const [store, naive] = both(input, LIMITS);
        expect(store.counters).toEqual(naive.counters);
        const { expired, invalid, missing, overKeys } = store.counters;
        expect(naive.arrived.length + expired + invalid + missing + overKeys).toBe(input.length);
        expect(store.newest()).toEqual(naive.arrived);
      }),
    );
  });

  test('keys without a pane in what is kept are forgotten, also when only the clock moves', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: -100, max: 400 }), (input, clock) => {
        const [store, naive] = both(input, LIMITS);
        store.advance(clock);
        naive.advance(clock);
        const alive = store.window({ startUs: 0, endUs: 0, idle: true }).rows.map(({ key }) => key);
        expect(alive).toEqual(naive.keys());
        expect(store.keyCount).toBe(alive.length);
      }),
    );
  });

  test('the order of events changes nothing in the panes', () => {
    fc.assert(
      fc.property(
        events.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const limits = { ...WIDE, maxActors: 2 };
          const query = { startUs: -100, endUs: 100, columns: 5 };
          expect(both(shuffled, limits)[0].window(query)).toEqual(both(list, limits)[0].window(query));
        },
      ),
    );
  });

  test('merging the panes of two halves equals adding both halves to one', () => {
    fc.assert(
      fc.property(events, events, (a, b) => {
        const limits = { ...WIDE, maxActors: 2 };
        const whole = both([...a, ...b], limits)[0];
        const merged = both(a, limits)[0];
        const [half, naive] = both(b, limits);
        for (const key of naive.keys()) {
          for (let start = -100; start < 100; start += 10) {
            const pane = half.pane(key, start);
            if (pane !== null) merged.addPane(key, start, pane);
          }
        }
        const query = { startUs: -100, endUs: 100, columns: 5 };
        expect(merged.window(query)).toEqual(whole.window(query));
      }),
    );
  });

  test('replacing panes in any order, some twice, gives the store they came from and touches no counter', () => {
    fc.assert(
      fc.property(stream, stream, fc.infiniteStream(fc.nat()), (input, before, dice) => {
        const [source, naive] = both(input, LIMITS);
        const copy = new KeyedEvents(LIMITS);
        for (const e of before) copy.add(e.key, e.actor, e.flags, e.timeUs);
        const counters = { ...copy.counters };
        const starts = Array.from({ length: 60 }, (_, i) => i * 10 - 110);
        const panes = [...KEYS].flatMap((key) => starts.map((start) => ({ key, start })));
        const twice = [...panes, ...panes].map((pane) => ({ pane, at: dice.next().value ?? 0 }));
        for (const { pane } of [...twice].sort((x, y) => x.at - y.at)) {
          copy.replacePane(pane.key, pane.start, source.pane(pane.key, pane.start));
        }
        expect(copy.counters).toEqual(counters);
        for (const { key, start } of panes) {
          if (start >= copy.horizonUs) expect(copy.pane(key, start)).toEqual(naive.pane(key, start));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a restored store goes on as if it had never stopped', () => {
    fc.assert(
      fc.property(stream, stream, fc.boolean(), (before, after, small) => {
        const limits = { ...LIMITS, maxPanes: small ? 5 : 1000, maxRecent: small ? 3 : 50 };
        const store = new KeyedEvents(limits);
        for (const e of before) store.add(e.key, e.actor, e.flags, e.timeUs);
        const restored = KeyedEvents.restore(store.save());
        expect(everything(restored)).toEqual(everything(store));
        for (const e of after) {
          store.add(e.key, e.actor, e.flags, e.timeUs);
          restored.add(e.key, e.actor, e.flags, e.timeUs);
        }
        store.advance(200);
        restored.advance(200);
        expect(everything(restored)).toEqual(everything(store));
      }),
    );
  });

  test('the saved state is plain columns of one length', () => {
    const [store] = both(
      [
        { key: 'x', actor: null, flags: 1, timeUs: 5 },
        { key: 'y', actor: 'ann', flags: 2, timeUs: 7 },
      ],
      WIDE,
    );
    for (const table of store.save()) {
      expect(Object.values(table.columns).map((column) => column.length)).toEqual(
        Object.values(table.columns).map(() => 2),
      );
      expect(JSON.parse(JSON.stringify(table.meta))).toEqual(table.meta);
    }
  });

  test('too many panes: the oldest minutes go, the newest stays whole, and a window over what went says so', () => {
    const store = new KeyedEvents({ perUs: 10, keepUs: 100_000, maxPanes: 20, maxKeys: 50 });
    for (let i = 0; i < 30; i += 1) {
      store.add('a', null, 0, i * 10);
      store.add('b', null, 0, i * 10);
    }
    expect(store.paneCount).toBeLessThanOrEqual(20);
    expect(store.paneCount).toBeGreaterThan(14);
    expect(store.window({ startUs: 0, endUs: 300 }).complete).toBe(false);
    const held = store.window({ startUs: store.horizonUs, endUs: 300 });
    expect(held.complete).toBe(true);
    expect(held.total.count).toBe((2 * (300 - store.horizonUs)) / 10);
    for (let key = 0; key < 40; key += 1) store.add(`k${key}`, null, 0, 299);
    expect(store.window({ startUs: 290, endUs: 300 }).rows.length).toBe(42);
  });

  test('more actors than the limit are at least the limit, also over several panes', () => {
    const store = new KeyedEvents({ perUs: 10, keepUs: 100, maxActors: 100 });
    for (let i = 0; i < 250; i += 1) store.add('x', `user${i}`, 0, i % 20);
    const [row] = store.window({ startUs: 0, endUs: 20, names: 7 }).rows;
    expect(row?.actors).toMatchObject({ exact: false, count: 200 });
    expect(row?.actors.names.length).toBe(7);
    expect(store.window({ startUs: 10, endUs: 20 }).rows[0]?.actors).toMatchObject({ exact: false, count: 100 });
  });

  test('a time more than a day ahead of the clock is invalid and moves nothing', () => {
    const store = new KeyedEvents();
    store.advance(1e15);
    store.add('x', null, 0, 1e15);
    store.add('x', null, 0, 1e15 + 86_400e6 + 1);
    store.add('x', null, 0, 1e15 + 86_400e6);
    expect(store.counters.invalid).toBe(1);
    expect(store.edgeUs).toBe(1e15 + 86_400e6);
  });

  test.each([
    [{ perUs: 0 }, 'perUs'],
    [{ perUs: 1.5 }, 'perUs'],
    [{ keepUs: 1 }, 'keepUs'],
    [{ perUs: 1, keepUs: 1e9 }, 'keepUs'],
    [{ maxKeys: NaN }, 'maxKeys'],
    [{ flags: ['a', 'a'] }, 'flags'],
    [{ maxRecent: -1 }, 'maxRecent'],
  ])('%j is refused, naming the option', (options, name) => {
    expect(() => new KeyedEvents(options)).toThrow(
      expect.objectContaining({ code: 'EVENTS_INVALID', details: { option: name } }),
    );
  });

  test('a state that lacks a part is refused', () => {
    const tables = new KeyedEvents().save();
    expect(() => KeyedEvents.restore(tables.slice(1))).toThrow(expect.objectContaining({ code: 'STATE_INVALID' }));
    expect(() => KeyedEvents.restore([{ ...tables[0]!, columns: {} }, tables[1]!])).toThrow(
      expect.objectContaining({ code: 'STATE_INVALID' }),
    );
  });
});
