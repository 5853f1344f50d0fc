import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '../../src/core/events/event-window.ts';
import { type EventsOptions, readEventsOptions, windowChoices } from '../../src/dashboard/events-spec.ts';
import { parseWidgetSpec } from '../../src/dashboard/widget-specs.ts';
import { eventCells, eventColumns, isNarrow } from '../../src/view/widgets/events/event-columns.ts';
import { barsPath, SPARK_WIDTH_PX } from '../../src/view/widgets/events/event-row-element.ts';
import { EventRows, niceCeiling } from '../../src/view/widgets/events/event-rows.ts';
import {
  actorList,
  actorText,
  eventLines,
  eventsCall,
  flagText,
  lengthSpoken,
  lengthText,
} from '../../src/view/widgets/events/event-words.ts';

const OPTIONS: EventsOptions = {
  title: 'Tools',
  key: 'tool',
  actor: 'user',
  flags: ['overage'],
  perUs: 60e6,
  keepUs: 6 * 3600e6,
  windowUs: 900e6,
  maxActors: 100,
};
const eventsOf = (options: object) =>
  parseWidgetSpec({ id: 'events:borrows', kind: 'events', name: 'borrows', options });

describe('options of an events widget', () => {
  it('have their defaults', () => {
    const spec = eventsOf({ key: 'tool', flags: ['overage'] });
    expect(spec.problems).toEqual([]);
    expect(spec.options).toEqual({ ...OPTIONS, title: 'borrows', actor: null });
  });

  it('that do not fit each other become the defaults, and the widget says so', () => {
    for (const options of [{ per: '1h', keep: '1m' }, { per: '1s', keep: '6h' }, { flags: ['a', 'a'] }]) {
      const spec = eventsOf(options);
      expect(spec.problems.map(({ code }) => code)).toEqual(['OPTION_INVALID']);
      expect(spec.options).toMatchObject({ perUs: 60e6, keepUs: 6 * 3600e6, flags: [] });
    }
    expect(eventsOf({ flags: 'overage' }).problems.length).toBe(1);
  });

  it('offer windows from per to keep and always the one shown at first', () => {
    const length = fc.integer({ min: 1, max: 1500 });
    fc.assert(
      fc.property(length, length, length, (per, times, window) => {
        const given: Record<string, number> = { per: per * 1e6, keep: per * times * 1e6, window: window * 1e6 };
        const read = { value: <T>(wire: string, fallback: T) => (given[wire] as T) ?? fallback, refuse: () => {} };
        const options = readEventsOptions('x', read);
        const choices = windowChoices(options);
        expect(choices).toContain(options.windowUs);
        expect([...choices].sort((a, b) => a - b)).toEqual(choices);
        for (const choice of choices) expect(choice >= options.perUs && choice <= options.keepUs).toBe(true);
      }),
    );
    expect(windowChoices(OPTIONS)).toEqual([60e6, 300e6, 900e6, 3600e6, 6 * 3600e6]);
    expect(windowChoices({ ...OPTIONS, keepUs: 1800e6 })).toEqual([60e6, 300e6, 900e6]);
  });
});

const row = (key: string, count: number, more: Partial<EventRow> = {}): EventRow => ({
  key,
  count,
  actors: { names: [], count: 0, exact: true },
  flags: Float64Array.of(0),
  lastUs: 1,
  columns: new Float64Array(0),
  ...more,
});

describe('rows of the events table', () => {
  const state = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 3 })), {
    maxLength: 4,
  });

  it('keep their id while nothing of them changed, their place while their key lives, and ascend by id', () => {
    fc.assert(
      fc.property(fc.array(state, { maxLength: 8 }), (states) => {
        const rows = new EventRows();
        let before = new Map<string, { id: number; firstId: number; count: number }>();
        for (const one of states) {
          const events = [...new Map(one)].map(([key, count]) => row(key, count));
          const shown = rows.update(events, OPTIONS);
          expect(shown.map(({ key }) => key).sort()).toEqual(events.map(({ key }) => key).sort());
          expect(shown.every(({ id }, i) => i === 0 || id > shown[i - 1]!.id)).toBe(true);
          for (const { key, id, firstId, event } of shown) {
            const old = before.get(key);
            if (old === undefined) continue;
            expect(firstId).toBe(old.firstId);
            expect(id === old.id).toBe(event.count === old.count);
          }
          before = new Map(shown.map(({ key, id, firstId, event }) => [key, { id, firstId, count: event.count }]));
        }
      }),
    );
  });

  it('stand in the order they came after arrange', () => {
    const rows = new EventRows();
    rows.update([row('a', 9), row('b', 1)], OPTIONS);
    rows.arrange();
    const shown = rows.update([row('b', 20), row('a', 9)], OPTIONS);
    expect([...shown].sort((x, y) => x.firstId - y.firstId).map(({ key }) => key)).toEqual(['b', 'a']);
  });

  it('have one cell for each column, in its order', () => {
    for (const narrow of [false, true]) {
      const columns = eventColumns(OPTIONS, narrow);
      expect(columns.map(({ title }) => title)).toEqual(
        ['tool', 'events', 'user', 'overage', 'last'].slice(0, narrow ? 4 : 5),
      );
      const cells = eventCells(row('drill', 3, { flags: Float64Array.of(2), lastUs: 77 }), OPTIONS);
      expect(columns.map(({ cell }) => cells[cell])).toEqual(['drill', 3, 0, 2, 77].slice(0, narrow ? 4 : 5));
    }
    expect([isNarrow(320, OPTIONS), isNarrow(480, OPTIONS)]).toEqual([true, false]);
  });
});

describe('sparklines', () => {
  it('a scale is 1, 2 or 5 times a power of ten and never below the largest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (value) => {
        const scale = niceCeiling(value);
        expect(scale).toBeGreaterThanOrEqual(value);
        expect(scale).toBeLessThanOrEqual(Math.max(1, value * 2.5));
        expect(['1', '2', '5']).toContain(String(scale).replace(/0+$/, ''));
      }),
    );
  });

  it('a bar stands for each column with events, within the picture, and the smallest is seen', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 30 }), (counts) => {
        const path = barsPath(Float64Array.from(counts), 1000);
        const bars = [...path.matchAll(/M([\d.]+) 16v-([\d.]+)h([\d.]+)/g)].map((bar) => bar.slice(1).map(Number));
        expect(bars.length).toBe(counts.filter((count) => count > 0).length);
        for (const [x, height, width] of bars) {
          expect(x! + width!).toBeLessThanOrEqual(SPARK_WIDTH_PX + 0.02);
          expect(height).toBeGreaterThanOrEqual(1);
          expect(height).toBeLessThanOrEqual(16);
        }
      }),
    );
  });
});

describe('words of the events widget', () => {
  it('actors are a number, or at least a number', () => {
    expect(actorText({ names: [], count: 1204, exact: true })).toBe('1,204');
    expect(actorText({ names: [], count: 100, exact: false })).toBe('≥ 100');
    expect(actorList({ names: ['alice', 'bob'], count: 2, exact: true })).toBe('alice, bob');
    expect(actorList({ names: ['alice'], count: 2, exact: true })).toBe('alice and more');
    expect(actorList({ names: ['alice'], count: 1, exact: false })).toBe('alice and more');
    expect(actorList({ names: [], count: 0, exact: true })).toBe('');
  });

  it('a flag is a count and its share, and a share is never rounded to none or all', () => {
    expect([flagText(0, 10), flagText(1, 4), flagText(1, 1000), flagText(999, 1000), flagText(7, 7)]).toEqual([
      '0',
      '1 · 25 %',
      '1 · < 1 %',
      '999 · > 99 %',
      '7 · 100 %',
    ]);
  });

  it('lengths are short on buttons and whole in speech', () => {
    const lengths = [10e6, 60e6, 900e6, 3600e6, 5400e6, 21_600e6];
    expect(lengths.map(lengthText)).toEqual(['10s', '1m', '15m', '1h', '1h30m', '6h']);
    expect(lengths.map(lengthSpoken)).toEqual([
      'last 10 seconds',
      'last minute',
      'last 15 minutes',
      'last hour',
      'last 90 minutes',
      'last 6 hours',
    ]);
  });

  it('the call to send the first event names the declared fields', () => {
    expect(eventsCall('borrows', OPTIONS)).toBe('borrows.send(tool="...", user="...", overage=True)');
    expect(eventsCall('my events', { ...OPTIONS, actor: null, flags: [] })).toBe('ev.send(tool="...")');
  });

  it('the status line has every count that is not zero', () => {
    const none = {
      life: 1,
      taken: 5,
      late: 0,
      expired: 0,
      invalid: 0,
      missing: 0,
      overKeys: 0,
      behindUs: 0,
      edgeUs: 0,
      horizonUs: 0,
    };
    expect(eventLines(none, { missingPanes: 0, unreadable: 0 }, 'tool')).toEqual([]);
    const all = { ...none, late: 1, expired: 2, invalid: 3, missing: 4, overKeys: 5 };
    const lines = eventLines(all, { missingPanes: 6, unreadable: 7 }, 'tool');
    expect(lines.map(({ count }) => count)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(lines.every(({ explanation }) => explanation.endsWith('.'))).toBe(true);
  });
});
