import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectStore } from '../../../src/session/inspection.ts';
import { Sessions } from '../../../src/session/sessions.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import { FakeTable, rowsPart } from '../../session/fake-table.ts';
import { Stage } from '../ws/stage.ts';
import { PlainProducer, rowsFrom, TIERS } from './producer.ts';

const RANGES = [null, 1e6, 6e7, 3.6e9, 8.64e10];

function deliver(stage: Stage, frame: Uint8Array, sessions = new Sessions({ now: () => stage.clock.nowUs })): Sessions {
  const { header, buffers } = decodeFrame(frame);
  sessions.deliver(header, buffers, 'ws');
  return sessions;
}

function decoded(frame: Uint8Array) {
  const { header, buffers } = decodeFrame(frame);
  return decodeMessage(header, buffers);
}

describe('a snapshot', () => {
  test('is a partition of all cells, at most three a pixel, whatever the range: counts are exact in an empty store', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.constantFrom(1000, 50_000, 1e6, 7e6)), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.constantFrom(...RANGES),
        fc.constantFrom(512, 1024, 2048),
        (bursts, rangeUs, width) => {
          const stage = new Stage();
          let at = stage.clock.nowUs - 5e9;
          for (const [count, stepUs] of bursts) {
            stage.send({ a: rowsFrom(at, count, stepUs), b: rowsFrom(at, 2, 1) });
            at += count * stepUs + 1e6;
          }
          const frame = stage.session.snapshot({ width, rangeUs });
          const message = decoded(frame);
          const { panes } = message.keyframe!;
          expect(panes.length / 2).toBeLessThanOrEqual(3 * width + 1);
          for (let i = 1; i < panes.length; i += 1) {
            if (panes.series[i] === panes.series[i - 1]) {
              expect(panes.start[i]!).toBeGreaterThanOrEqual(panes.start[i - 1]! + panes.duration[i - 1]!);
            }
          }
          const store = deliver(stage, frame).get('app');
          expect(store.seq).toBe(stage.session.seq);
          for (const [key, held] of stage.session.store.data.series) {
            const own = store.data.series.get(key)!;
            expect(own.exact).toBe(true);
            const { sum, ...rest } = held.summary()!;
            const { sum: ownSum, ...ownRest } = own.summary()!;
            expect(ownRest).toEqual(rest);
            expect(ownSum).toBeCloseTo(sum, 6);
            expect(own.lastTimeUs).toBe(held.lastTimeUs);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('of a series with an open hole is not exact, and becomes so with the same message as the server', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 5, 1e6) });
    stage.main.next({ a: rowsFrom(5e6, 5, 1e6) });
    stage.send({ a: rowsFrom(1e7, 5, 1e6), b: rowsFrom(0, 2, 1) });
    const store = deliver(stage, stage.session.snapshot({ width: 1000, rangeUs: null })).get('app');
    const [a, b] = inspectStore(store).series;
    expect(a).toMatchObject({ n: 15, count: 10, exact: false });
    expect(b).toMatchObject({ n: 2, count: 2, exact: true });
    expect(stage.session.store.series('a')[0]!.exact).toBe(false);
  });

  test('of a session whose first messages never came is not exact, and says what the producer has sent', () => {
    const stage = new Stage();
    stage.main.next({ a: rowsFrom(0, 5, 1e6), b: rowsFrom(0, 5, 1e6) });
    stage.send({ a: rowsFrom(1e7, 5, 1e6) });
    const store = deliver(stage, stage.session.snapshot({ width: 1000, rangeUs: null })).get('app');
    expect(inspectStore(store).series).toMatchObject([{ n: 10, count: 5, exact: false }]);
    expect(store.data.complete).toBe(false);
  });

  test('carries the visible raw rows where they are at most two a pixel, and none where they are more', () => {
    const stage = new Stage();
    const end = stage.clock.nowUs;
    stage.send({ sparse: rowsFrom(end - 1e6, 500, 2000), dense: rowsFrom(end - 1e6, 5000, 200) });
    const { history } = decoded(stage.session.snapshot({ width: 512, rangeUs: 1e6 }));
    expect(history).toMatchObject({ length: 500 });
    expect([...history!.time]).toEqual(rowsFrom(end - 1e6, 500, 2000).map(([time]) => time));
    const narrow = decoded(stage.session.snapshot({ width: 512, rangeUs: 100_000 }));
    expect([...narrow.history!.series].filter((series) => series === 1)).toHaveLength(501);
  });

  test('is the same bytes for viewers of one width and range until the next message', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 5, 1e6) });
    const { session } = stage;
    const first = session.snapshot({ width: 900, rangeUs: 1e7 });
    expect(session.snapshot({ width: 1000, rangeUs: 1e7 })).toBe(first);
    expect(session.snapshot({ width: 1100, rangeUs: 1e7 })).not.toBe(first);
    stage.send({ a: rowsFrom(9e6, 5, 1e6) });
    expect(session.snapshot({ width: 1000, rangeUs: 1e7 })).not.toBe(first);
  });

  test('carries the document as the producer sent it, and what it counted', () => {
    const stage = new Stage();
    const widget = { id: 'metric:a', kind: 'metric', name: 'a', options: { unit: '%' }, later: 1 };
    stage.main.socket.binary(stage.main.plain.documentFrame([widget]));
    stage.send({ a: rowsFrom(0, 5, 1e6) });
    const counted = { folded: 1, late: 2, invalid: 0, missing: 0, expired: 0 };
    stage.main.socket.binary(stage.main.plain.frame({}, { stats: { ...counted, roundMs: 5, series: {} } }));
    stage.send();
    const message = decoded(stage.session.snapshot({ width: 900, rangeUs: 1e7 }));
    expect(message.stats).toMatchObject(counted);
    expect(message.series).toMatchObject([{ before: 4e6, n: 5 }]);
    expect(message).toMatchObject({ kind: 'snapshot', documentRevision: 1, document: { widgets: [widget] } });
  });

  test('of a series with an open hole tells what is missing: a viewer that joins later draws the same gap', () => {
    const stage = new Stage();
    const now = stage.clock.nowUs;
    stage.send({ a: rowsFrom(now, 5, 1e6) });
    stage.main.next({ a: rowsFrom(now + 5e6, 5, 1e6) });
    stage.send({ a: rowsFrom(now + 10e6, 5, 1e6) });
    const held = stage.session.store.data.series.get('["a",[]]')!;
    expect(held.pending).toEqual([{ startUs: now + 4e6, endUs: now + 9e6 }]);
    const later = deliver(stage, stage.session.snapshot({ width: 512, rangeUs: 60e6 }));
    const own = later.get('app').data.series.get('["a",[]]')!;
    expect(own.pending).toEqual(held.pending);
  });

  test('of a table that lacks rows brings all that are there: no viewer gives up what the server has', () => {
    const stage = new Stage();
    const table = new FakeTable(100, 2);
    for (let i = 0; i < 8; i += 1) {
      const rows = [rowsPart('log', [table.change(null, i)], null)];
      const frame = stage.main.plain.frame({}, { rows, tables: { log: table.proof() } });
      if (i !== 6) stage.main.socket.binary(frame);
    }
    const held = stage.session.store.table('log')!;
    expect(held).toMatchObject({ rowCount: 7, total: 8, complete: false });
    const own = deliver(stage, stage.session.snapshot({ width: 900, rangeUs: null }))
      .get('app')
      .table('log')!;
    expect(own).toMatchObject({ rowCount: 7, total: 8, complete: false, exact: held.exact });
    expect(own.rows().map(({ id, cells }) => [id, cells])).toEqual(held.rows().map(({ id, cells }) => [id, cells]));
  });

  test('of a table takes away what was removed meanwhile, were it the newest row that a viewer has', () => {
    const stage = new Stage();
    const table = new FakeTable(100, 2);
    const send = (key: string, value: number | null) => {
      const rows = [rowsPart('keyed', [table.change(key, value)], null)];
      return stage.main.plain.frame({}, { rows, tables: { keyed: table.proof() } });
    };
    const widget = { id: 'keyed', kind: 'table', name: 'keyed', options: { key: 'key' } };
    const sent = [stage.main.plain.documentFrame([widget]), send('a', 1), send('b', 2), send('b', null)];
    for (const frame of sent) stage.main.socket.binary(frame);
    const later = new Sessions({ now: () => stage.clock.nowUs, schedule: () => () => undefined });
    for (const frame of [...sent.slice(0, 3), stage.session.snapshot({ width: 900, rangeUs: null })]) {
      const { header, buffers } = decodeFrame(frame);
      later.deliver(header, buffers, 'ws');
    }
    const { rowCount, complete } = later.get('app').table('keyed')!;
    expect([rowCount, complete]).toEqual([1, true]);
  });

  test('does not change the tiers that the live messages of its viewer have', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 5, 1e6) });
    for (const rangeUs of [null, 100_000, 6e7, 3e8]) {
      const { socket } = stage.view({ rangeUs });
      stage.send({ a: rowsFrom(stage.clock.nowUs, 500, 10) });
      const [snapshot, live] = socket.frames().map((frame) => decoded(frame).series[0]!.tiers);
      expect(live).toEqual(snapshot);
    }
  });

  test('of very many series shares its cells among them', () => {
    const stage = new Stage();
    const names = Array.from({ length: 1000 }, (_, i) => `s${i}`);
    const rows = rowsFrom(stage.clock.nowUs - 3e8, 300, 1e6);
    stage.send(Object.fromEntries(names.map((name) => [name, rows])));
    const { keyframe, history } = decoded(stage.session.snapshot({ width: 2048, rangeUs: 3e8 }));
    expect(keyframe!.panes.length).toBeLessThanOrEqual(100_000);
    expect(keyframe!.panes.length).toBeGreaterThan(10_000);
    expect(history).toBeNull();
    expect(keyframe!.panes.count.reduce((sum, count) => sum + count, 0)).toBe(300_000);
  });

  test('of a million points takes less than 100 kB at 1,024 pixels', () => {
    const stage = new Stage();
    const plain = new PlainProducer(stage.clock, { session: 'big', epoch: { id: 'big', startedUs: 1 } });
    const seat = stage.hub.join(plain.hello);
    for (let i = 0; i < 10; i += 1) seat.take(plain.frame({ a: rowsFrom(i * 1e8, 100_000, 1000) }));
    const session = stage.hub.sessions.get('big')!;
    expect(session.store.series('a')[0]!.count).toBe(1e6);
    const bytes = (rangeUs: number | null) => session.snapshot({ width: 1024, rangeUs }).length;
    for (const rangeUs of [null, 3.6e9, 8.64e10]) expect(bytes(rangeUs)).toBeLessThan(100_000);
    for (const rangeUs of [1e6, 6e7, 3e8]) expect(bytes(rangeUs)).toBeLessThan(250_000);
  });

  test('of a dense series has cells of the viewer class where longer ones would be wide, equal to those of its rows', () => {
    const stage = new Stage();
    const end = stage.clock.nowUs - (stage.clock.nowUs % 1e6);
    const sent = rowsFrom(end - 2e8, 200_000, 1000);
    stage.send({ a: sent.slice(0, 100_000) });
    stage.send({ a: sent.slice(100_000) });
    const { series, keyframe } = decoded(stage.session.snapshot({ width: 1024, rangeUs: 6e7 }));
    expect(series[0]!.tiers).toEqual([5e4, ...TIERS]);
    const { panes } = keyframe!;
    const seen = [...panes.start.keys()].filter((row) => panes.start[row]! > end - 5.9e7);
    expect(seen.length).toBeGreaterThan(1000);
    for (const row of seen) {
      const start = panes.start[row]!;
      const own = sent.filter(([time]) => time >= start && time < start + 5e4).map(([, value]) => value);
      expect(panes.duration[row]).toBe(5e4);
      expect([panes.count[row], panes.min[row], panes.max[row], panes.first[row], panes.last[row]]).toEqual([
        own.length,
        Math.min(...own),
        Math.max(...own),
        own[0],
        own.at(-1),
      ]);
    }
  });
});
