import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyedEvents } from '../../src/core/events/keyed-events.ts';
import type { TableRow } from '../../src/core/table-store.ts';
import type { EventsOptions } from '../../src/dashboard/events-spec.ts';
import { EventReader, type TableSource } from '../../src/session/event-reader.ts';
import { blockLengthUs, blockStarts, blockTable, isBlockTable } from '../../src/session/event-tables.ts';
import type { TableView } from '../../src/session/session-view.ts';

const OPTIONS: EventsOptions = {
  title: '',
  key: 'tool',
  actor: 'user',
  flags: ['a', 'b'],
  perUs: 10,
  keepUs: 1000,
  windowUs: 100,
  maxActors: 3,
};
const BLOCK_US = blockLengthUs(OPTIONS);
const COLUMNS = [
  { name: 'pane', type: 'text' },
  { name: 'count', type: 'number' },
  { name: 'last', type: 'datetime' },
  { name: 'actors', type: 'text' },
  { name: 'complete', type: 'bool' },
  { name: 'flag:b', type: 'number' },
  { name: 'flag:a', type: 'number' },
] as const;

/** The tables of one widget, whose panes a test changes; a changed row gets the next rowId. */
class Tables {
  life = 1;
  told: Record<string, unknown> = {};
  readonly blocks = new Map<number, { rows: Map<string, TableRow>; version: number }>();
  #top = 0;
  #version = 0;

  put(startUs: number, key: string, cells: readonly unknown[], text = `${startUs}/${key}`): void {
    const block = this.#block(startUs);
    this.#top += 1;
    block.rows.delete(text);
    block.rows.set(text, { id: this.#top, firstId: this.#top, key: text, cells: [text, ...cells], changedAtSeq: 1 });
  }

  remove(startUs: number, key: string): void {
    this.#block(startUs).rows.delete(`${startUs}/${key}`);
  }

  readonly source: TableSource = (id) => {
    if (id === 'events:x') {
      this.#version += 1;
      const counters = JSON.stringify({ life: this.life, ...this.told });
      const row = { id: this.#version, firstId: 1, key: '1', cells: [counters], changedAtSeq: 1 };
      return new FakeView(id, this.#version, [{ name: 'counters', type: 'text' }], [row]);
    }
    for (const [start, { version, rows }] of this.blocks) {
      if (id === blockTable('x', start)) return new FakeView(id, version, COLUMNS, [...rows.values()]);
    }
    return null;
  };

  #block(startUs: number): { rows: Map<string, TableRow>; version: number } {
    const start = Math.floor(startUs / BLOCK_US) * BLOCK_US;
    const block = this.blocks.get(start) ?? { rows: new Map<string, TableRow>(), version: 0 };
    this.blocks.set(start, block);
    block.version += 1;
    return block;
  }
}

/** A view whose methods need their object, as the session's do. */
class FakeView implements TableView {
  readonly keyColumn = null;
  readonly exact = true;
  readonly complete = true;
  readonly id: string;
  readonly version: number;
  readonly columns: TableView['columns'];
  readonly rowCount: number;
  readonly total: number;
  readonly #rows: readonly TableRow[];

  constructor(id: string, version: number, columns: TableView['columns'], rows: readonly TableRow[]) {
    this.id = id;
    this.version = version;
    this.columns = columns;
    this.#rows = rows;
    this.rowCount = rows.length;
    this.total = rows.length;
  }

  rows(): readonly TableRow[] {
    return this.#rows;
  }
}

const event = fc.record({
  key: fc.constantFrom('', 'x', 'a/b', '#'),
  actor: fc.option(fc.constantFrom('ann', 'bob', 'cy', 'dee')),
  flags: fc.integer({ min: 0, max: 3 }),
  timeUs: fc.integer({ min: -200, max: 200 }),
});
/** Events, what the page missed in between (it reads only after some), and removals of keys' panes. */
const history = fc.array(
  fc.record({
    events: fc.array(event, { maxLength: 6 }),
    gone: fc.option(fc.constantFrom('', 'x', 'a/b'), { freq: 4 }),
    read: fc.boolean(),
  }),
  { maxLength: 12 },
);
const WHOLE = { startUs: -300, endUs: 300, columns: 6 };

describe('EventReader', () => {
  test('after a read the events are exactly the rows of the table, whatever was missed between', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const kernel = new KeyedEvents({ ...OPTIONS, maxRecent: 0 });
        const tables = new Tables();
        const reader = new EventReader('x', OPTIONS);
        for (const step of steps) {
          for (const { key, actor, flags, timeUs } of step.events) {
            kernel.add(key, actor, flags, timeUs);
            const start = kernel.paneStart(timeUs);
            const pane = kernel.pane(key, start)!;
            const names = pane.actors.names.length > 0 ? JSON.stringify(pane.actors.names) : null;
            const [a, b] = pane.flags;
            tables.put(start, key, [pane.count, pane.lastUs, names, pane.actors.complete, b, a]);
          }
          if (step.gone !== null) {
            for (let start = -300; start < 300; start += 10) {
              kernel.replacePane(step.gone, start, null);
              tables.remove(start, step.gone);
            }
          }
          if (!step.read) continue;
          tables.told = { edgeUs: kernel.edgeUs };
          reader.read(tables.source, -1000);
          expect(reader.events.window(WHOLE)).toEqual(kernel.window(WHOLE));
          expect(reader.unreadable).toBe(0);
        }
      }),
    );
  });

  test('a version that is known is not read again', () => {
    const tables = new Tables();
    tables.put(0, 'x', [1, 5, null, true, 0, 0]);
    const reader = new EventReader('x', OPTIONS);
    expect(reader.read(tables.source, 5)).toBe(true);
    const first = tables.source('events:x');
    const unread: TableSource = (id) => {
      const table = id === 'events:x' ? first : tables.source(id);
      return table && { ...table, rows: () => (id === 'events:x' ? first!.rows() : expect.unreachable()) };
    };
    reader.read(unread, 5);
    expect(reader.read(unread, 5)).toBe(false);
  });

  test('what the producer counted is read from its own table', () => {
    const tables = new Tables();
    tables.told = { taken: 9, late: 1, overKeys: 2, missing: 3, behindUs: 4e6, edgeUs: 70, horizonUs: -50, new: 'x' };
    const reader = new EventReader('x', OPTIONS);
    reader.read(tables.source, 5);
    const counters = { taken: 9, late: 1, expired: 0, invalid: 0, missing: 3, overKeys: 2 };
    expect(reader.producer).toEqual({ ...counters, life: 1, behindUs: 4e6, edgeUs: 70, horizonUs: -50 });
    expect(reader.edgeUs(5)).toBe(70);
  });

  test('rows that cannot be read are counted and left out', () => {
    const tables = new Tables();
    tables.put(0, 'x', ['many', 5, null, true, 0, 0]);
    tables.put(0, 'y', [1, 5, '{"not": "a list"}', true, 0, 0]);
    tables.put(0, 'z', [1, 5, 'no json', true, 0, 0]);
    tables.put(0, '', [1, 5, null, true, 0, 0], 'no start');
    tables.put(0, 'good', [1, 5, '["ann"]', true, 0, 0]);
    const reader = new EventReader('x', OPTIONS);
    reader.read(tables.source, 5);
    expect(reader.unreadable).toBe(4);
    expect(reader.events.window(WHOLE).rows.map(({ key }) => key)).toEqual(['good']);
  });

  test('tables that go take their panes along, and other panes start anew', () => {
    const tables = new Tables();
    tables.put(0, 'x', [1, 5, null, true, 0, 0]);
    tables.put(0, 'y', [1, 5, null, true, 0, 0]);
    tables.put(-BLOCK_US, 'y', [1, 5 - BLOCK_US, null, true, 0, 0]);
    const reader = new EventReader('x', OPTIONS);
    reader.read(tables.source, 5);
    expect(reader.setOptions({ ...OPTIONS, title: 'other' })).toBe(false);
    expect(reader.events.paneCount).toBe(3);
    tables.blocks.delete(0);
    reader.read(tables.source, 5);
    expect(reader.events.paneCount).toBe(1);
    expect(reader.setOptions({ ...OPTIONS, flags: ['b'] })).toBe(true);
    expect(reader.events.paneCount).toBe(0);
    reader.read(tables.source, 5);
    expect(reader.events.paneCount).toBe(1);
    expect(reader.read(() => null, 5)).toBe(true);
    expect(reader.events.paneCount).toBe(0);
  });

  test('another life begins anew, also with older times', () => {
    const tables = new Tables();
    tables.put(5000, 'x', [1, 5005, null, true, 0, 0]);
    const reader = new EventReader('x', OPTIONS);
    reader.read(tables.source, 0);
    tables.told = { edgeUs: 5005 };
    reader.read(tables.source, 5005);
    expect(reader.events.paneCount).toBe(1);
    tables.blocks.clear();
    tables.life = 2;
    tables.told = { edgeUs: 5 };
    tables.put(0, 'x', [1, 5, null, true, 0, 0]);
    reader.read(tables.source, 5);
    expect(reader.events.window(WHOLE).total.count).toBe(1);
  });

  test('a pane that will not come is told of the windows that reach its block', () => {
    const tables = new Tables();
    tables.put(0, 'x', [1, 5, null, true, 0, 0]);
    const part: TableSource = (id) => {
      const table = tables.source(id);
      return table && (isBlockTable(id) ? { ...table, total: 4, complete: false, rows: () => table.rows() } : table);
    };
    const reader = new EventReader('x', OPTIONS);
    reader.read(part, 5);
    expect([reader.missingPanes(0), reader.missingPanes(BLOCK_US - 1), reader.missingPanes(BLOCK_US)]).toEqual([
      3, 3, 0,
    ]);
  });

  test('blocks are whole panes and cover what is kept without a hole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer(),
        (per, panes, from) => {
          const length = blockLengthUs({ perUs: per, keepUs: per * panes });
          expect(length % per).toBe(0);
          const starts = blockStarts(from, from + per * panes, length);
          expect(starts.length).toBeLessThanOrEqual(8);
          expect(starts[0]! <= from && from < starts[0]! + length).toBe(true);
          expect(starts.at(-1)! + length).toBeGreaterThan(from + per * panes);
          for (const [i, start] of starts.entries()) expect(start).toBe(starts[0]! + i * length);
        },
      ),
    );
  });
});
