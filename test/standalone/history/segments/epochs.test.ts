// What a producer says again, begins anew or clears, on disk.
import { expect, test } from 'vitest';
import { paneColumns, sampleColumns } from '../../../session/message-builder.ts';
import type { Happened } from './past.ts';
import { KEY, Past, S, STORED, TIERS } from './past.ts';

const samples = (fromS: number, count: number, value = 1): Happened[] =>
  Array.from({ length: count }, (_, i) => ({ kind: 'sample', timeUs: (fromS + i) * S, value: value + i }));

const WHOLE = { ...STORED, startUs: 0, endUs: 1e12, stepUs: 0, needsSpread: false, needsAnchor: true };

function stored(past: Past): { readonly rows: number; readonly folded: number } {
  const found = past.reader.read({ ...WHOLE, withLog: false, epoch: null });
  const folds = [...(found?.folds.values() ?? [])];
  const folded = folds.reduce((sum, { count }) => sum + count.reduce((a, b) => a + b, 0), 0);
  return { rows: found?.rows.time.length ?? 0, folded };
}

test('another epoch adds to the same series; its count begins anew', () => {
  const past = new Past();
  past.send(samples(0, 10));
  past.flush();
  Object.assign(past, { epoch: { id: 'b'.repeat(32), startedUs: 2 }, n: 0, seq: 0 });
  past.send(samples(5, 10));
  past.flush();
  expect(stored(past)).toEqual({ rows: 20, folded: 0 });
});

test('a series that was cleared takes its past with it, also that which was not written yet', () => {
  const past = new Past();
  past.send(samples(0, 5000));
  past.flush();
  past.send(samples(6000, 10));
  Object.assign(past, { gen: 1, n: 0 });
  past.send(samples(7000, 3));
  past.flush();
  expect(stored(past)).toEqual({ rows: 3, folded: 0 });
  expect(past.db.prepare('select distinct tier from seg').all()).toEqual([{ tier: 0 }]);
});

test('a document that says so clears a series before its next sample', () => {
  const past = new Past();
  past.send(samples(0, 50));
  past.flush();
  past.writer.add(STORED.session, past.send([], { document: { revision: 2, generations: { [KEY]: 1 } }, series: [] }));
  past.flush();
  expect(stored(past)).toEqual({ rows: 0, folded: 0 });
});

/** The first message of a producer that sent 100 samples before anybody listened. */
function joinLate(past: Past, more: Parameters<Past['send']>[1]) {
  past.n = 100;
  past.send(samples(100, 10, 100), more);
  past.flush();
}

const rowsOf = (fromS: number, count: number) =>
  sampleColumns(Array.from({ length: count }, (_, i) => ({ series: 0, time: (fromS + i) * S, value: i })));

const cellsOf = (starts: readonly number[]) => ({
  panes: paneColumns(
    starts.map((start) => {
      const pane = {
        count: 10,
        sum: 45,
        min: 0,
        max: 9,
        first: 0,
        firstTime: start * S,
        last: 9,
        lastTime: (start + 9) * S,
      };
      return { series: 0, start: start * S, duration: 10 * S, pane };
    }),
  ),
  ranges: [{ series: 0, from: null, gone: 0 }],
});

test('what was sent before anybody listened comes as samples where they are retained, else as cells, each once', () => {
  const past = new Past();
  joinLate(past, { history: rowsOf(60, 40), keyframe: cellsOf([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]) });
  // 40 of the 100 came one by one; the cell at 100 is the message's own rows.
  expect(stored(past)).toEqual({ rows: 50, folded: 60 });
  expect(past.db.prepare('select hole, n from written').get()).toEqual({ hole: null, n: 110 });
});

test('a keyframe changes nothing while nothing is missing', () => {
  const past = new Past();
  past.send(samples(0, 100));
  past.flush();
  past.send([], { keyframe: cellsOf([0, 10, 20]), history: rowsOf(0, 100) });
  past.flush();
  expect(stored(past)).toEqual({ rows: 100, folded: 0 });
});

test('segments that end before a time go; those of steps stay', () => {
  const past = new Past();
  past.send(samples(0, 1000));
  past.send(samples(50_000, 1000));
  past.flush();
  past.writer.add(STORED.session, {
    ...past.send([]),
    series: [
      { key: '["s",[]]', gen: 0, n: 1, before: null, tiers: [100, 1000, 10_000, 100_000], axis: 'step', since: null },
    ],
    samples: sampleColumns([{ series: 0, time: 5, value: 1 }]),
  });
  past.flush();
  const before = past.reader.list('s').length;
  expect(past.writer.expire(20_000 * S)).toBeGreaterThan(0);
  expect(stored(past).rows).toBe(1000);
  expect([before, past.reader.list('s').length]).toEqual([1, 1]);
  past.send(samples(51_000, 5));
  past.flush();
  expect(stored(past).rows).toBe(1005);
});

test('tiers of a producer whose finest are shorter than a second are kept from a second on', () => {
  const past = new Past();
  past.writer.add(
    STORED.session,
    past.send([], { series: [{ ...past.entry(), key: '["fine",[]]', tiers: [100_000, ...TIERS] }] }),
  );
  past.flush();
  const { tiers } = past.db.prepare("select tiers from written join series on id = series where name = 'fine'").get()!;
  expect(JSON.parse(String(tiers))).toEqual(TIERS);
});

test('what was cleared is not read any more, even before segments know of it', () => {
  const past = new Past();
  past.send(samples(0, 50));
  past.flush();
  past.isLogged = true;
  past.send(samples(50, 50));
  Object.assign(past, { gen: 1, n: 0 });
  past.send(samples(200, 3));
  const request = { ...WHOLE, withLog: true };
  const read = (more: object) => past.reader.read({ ...request, epoch: past.epoch.id, ...more })!.rows.time.length;
  expect([read({}), read({ gen: 1 })]).toEqual([103, 3]);
});
