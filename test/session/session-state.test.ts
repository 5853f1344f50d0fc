import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { LineBuffer } from '../../src/core/line-buffer.ts';
import { CellFeatures } from '../../src/session/cell-features.ts';
import { EpochStore } from '../../src/session/epoch-store.ts';
import { inspectStore } from '../../src/session/inspection.ts';
import { restoreSession, saveSession } from '../../src/session/session-state.ts';
import { packTables, unpackTables } from '../../src/session/state-pack.ts';
import type { Message } from '../../src/wire/message-types.ts';
import { decodeState, encodeState } from '../../src/wire/state-arrow.ts';
import { messageOf } from './message-builder.ts';
import { messagesOf } from './random-messages.ts';
import { metric, S, seconds, WindowPage } from './window-page.ts';

const now = () => 5e6;
const environment = { now, limits: { cellLimit: 40 } };
const newStore = () => new EpochStore({ session: 'kernel-1', epochId: 'a'.repeat(32), ...environment });

const restored = (store: EpochStore) => restoreSession(saveSession(store), environment);

function lineOf(store: EpochStore, name: string) {
  const out = new LineBuffer();
  return store.series(name).map((series) => {
    const kind = series.readLine({ startUs: -1e6, endUs: 2e6, columnUs: 1000, maxPoints: 100 }, out);
    return [kind, ...[out.time, out.value, out.min, out.max].map((column) => [...column.subarray(0, out.length)])];
  });
}

function expectSame(actual: EpochStore, expected: EpochStore): void {
  expect(unpackTables(decodeState(saveSession(actual)))).toEqual(unpackTables(decodeState(saveSession(expected))));
  expect(inspectStore(actual)).toEqual(inspectStore(expected));
  for (const name of ['s0', 's1', 's2', 'cpu']) expect(lineOf(actual, name)).toEqual(lineOf(expected, name));
}

test('a session that is saved, restored and told the rest holds what one that was never saved holds, bit for bit', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 45 }), fc.nat(), (seed, ticks, cutAt) => {
      const messages = messagesOf(seed, ticks);
      const [never, saved] = [newStore(), newStore()];
      const cut = messages.length === 0 ? 0 : cutAt % (messages.length + 1);
      for (const message of messages) never.apply(message);
      for (const message of messages.slice(0, cut)) saved.apply(message);
      const again = restored(saved);
      expectSame(restored(again), saved);
      for (const message of messages.slice(cut)) {
        again.apply(message);
        saved.apply(message);
      }
      expectSame(again, never);
      expectSame(saved, never);
    }),
    { numRuns: 30 },
  );
}, 60_000);

/** The messages of a page that folds, loses, heals with sketches and turns a session of windows over. */
function pageMessages(): readonly Message[] {
  const messages: Message[] = [];
  const page = new WindowPage(
    metric({ window: '4s', aggregation: ['p50', 'stddev', 'increase'], counter: true, allowedLateness: '1m' }),
    metric({ session: '3s', aggregation: ['p99', 'delta'], allowedLateness: '1m' }, 'metric:sessions'),
  );
  const deliver = page.sessions.deliverMessage.bind(page.sessions);
  page.sessions.deliverMessage = (message, path) => {
    messages.push(message);
    return path === undefined ? deliver(message) : deliver(message, path);
  };
  page.send(seconds(0, 9));
  page.fold(seconds(9, 20, 0.25), S, true);
  page.lose(seconds(20, 26));
  page.send(seconds(28, 31));
  page.fold(seconds(31, 36, 0.5), S, true);
  page.keyframe({ features: true, history: 12 });
  page.send([
    [30.5 * S, 7],
    [2.5 * S, 1],
    [40 * S, Number.NaN],
    [41 * S, 3],
  ]);
  page.beat(60 * S);
  page.send(seconds(70, 75));
  page.isClockHeld = true;
  // Two days ahead: windows refuse them.
  page.fold(seconds(200_000, 200_002, 0.5), S);
  return messages;
}

test('folds, losses, healing with sketches and late rows go on after each message as if nothing had been saved', () => {
  const messages = pageMessages();
  const never = newStore();
  for (const message of messages) never.apply(message);
  expect(inspectStore(never).series[0]?.windows.map(({ results }) => results)).toEqual([11, 11, 11, 2, 2]);
  for (let cut = 0; cut <= messages.length; cut += 1) {
    const saved = newStore();
    for (const message of messages.slice(0, cut)) saved.apply(message);
    const again = restored(saved);
    for (const { windows } of again.data.series.values()) {
      // Whoever hands results on begins anew.
      for (const { history } of windows.computed.values()) expect(history.hasChanges).toBe(history.size > 0);
    }
    for (const message of messages.slice(cut)) again.apply(message);
    expectSame(again, never);
  }
  expect(inspectStore(never).series[0]?.windows[0]?.counters.invalid).toBe(4);
});

test('features are restored with what decides when those of cells that are gone go', () => {
  const features = new CellFeatures();
  const columns = { length: 1, row: Int32Array.of(0), sketch: [Uint8Array.of(1, 2)] };
  const numbers = { mean: Float64Array.of(1.5), m2: Float64Array.of(-0), increase: Float64Array.of(Number.NaN) };
  const cells = new CellTiers({ durations: [1000], limit: 1000 });
  for (let i = 0; i < 300; i += 1) {
    cells.addSamples(Float64Array.of(i * 1000), Float64Array.of(1), 0, 1);
    features.take(1000, i * 1000, 1, { ...columns, ...numbers }, 0);
  }
  features.evict(cells);
  const again = new CellFeatures();
  again.restore(features.save());
  expect(again.save()).toEqual(features.save());
  expect(again.save()[0]?.meta).toEqual({ invalid: 0, size: 300, mostSize: 856 });
});

test('cells that JSON has not, and what became of messages and the producer, are restored', () => {
  const store = newStore();
  const cells = [2n ** 60n, Number.NaN, -0, Number.POSITIVE_INFINITY, null, 'a "b"', true, 1.5, -3];
  const columns = cells.map((_, i) => ({ name: `c${i}`, type: 'number' as const }));
  const block = { columns, rowIds: Float64Array.of(0, 7), firstIds: Float64Array.of(0, 3), gone: new Uint8Array(2) };
  const tables = { t: { floor: 0, keyFloor: 0, whole: '', part: '', total: 2 } };
  store.apply(
    messageOf({ seq: 3, tables, rows: [{ table: 't', slice: null, ...block, cells: [cells, [...cells].reverse()] }] }),
  );
  store.messages.doubled = 4;
  store.markGone();
  const again = restored(store);
  expect(again.table('t')?.rows()).toEqual(store.table('t')?.rows());
  expect(again).toMatchObject({ session: 'kernel-1', epochId: 'a'.repeat(32), status: 'gone', goneAtUs: 5e6, seq: 3 });
  expect(again.messages).toEqual({ received: 0, applied: 1, lost: 2, doubled: 4, stale: 0, invalid: 0, unknown: 0 });
});

test('bytes that lack any of the tables, or are none, are refused as a whole', () => {
  const store = newStore();
  for (const message of messagesOf(3, 9)) store.apply(message);
  const tables = unpackTables(decodeState(saveSession(store)));
  expect(tables.length).toBeGreaterThan(60);
  const refusal = expect.objectContaining({ code: 'STATE_INVALID' });
  for (const [i, { name }] of tables.entries()) {
    const without = encodeState(packTables(tables.filter((_, k) => k !== i)));
    expect(() => restoreSession(without, environment), `without ${name}`).toThrow(refusal);
  }
  expect(() => restoreSession(Uint8Array.of(1, 2, 3), environment)).toThrow(refusal);
});

test('packed tables come back as they were, in their order; rows and parts that do not fit are refused', () => {
  const bytes = fc.uint8Array({ maxLength: 3 });
  const column = fc.oneof(
    fc.array(fc.double(), { maxLength: 4 }).map((values) => Float64Array.from(values)),
    fc.array(fc.nat(255), { maxLength: 4 }).map((values) => Uint8Array.from(values)),
    fc.array(fc.nat(), { maxLength: 4 }).map((values) => Uint32Array.from(values)),
    fc.array(fc.string(), { maxLength: 4 }),
    fc.array(fc.option(bytes), { maxLength: 4 }),
  );
  const name = fc.tuple(fc.constantFrom('series', 'table'), fc.nat(2)).map(([kind, i]) => `${kind}.${i}/rows`);
  const table = fc.record({
    name,
    meta: fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(fc.string(), fc.double())),
    columns: fc.oneof(
      fc.constant({}),
      column.map((a) => ({ a })),
      column.map((a) => ({ a, b: Float64Array.from({ length: a.length }, (_, i) => i) })),
    ),
  });
  fc.assert(
    fc.property(fc.array(table, { maxLength: 8 }), (tables) => {
      const packs = decodeState(encodeState(packTables(tables)));
      expect(unpackTables(packs)).toEqual(tables);
    }),
  );
  const [pack] = packTables([{ name: 'x', meta: {}, columns: { a: Float64Array.of(1, 2) } }]);
  const refusal = expect.objectContaining({ code: 'STATE_INVALID' });
  for (const parts of [
    null,
    [1],
    [[0, 'x', 1, {}]],
    [[0, 'x', 3, {}]],
    [[0, 'x', -1, {}]],
    [[0, 'x', 2, null]],
    [[0, 'x', 2, []]],
  ]) {
    expect(() => unpackTables([{ ...pack!, meta: { parts } }]), JSON.stringify(parts)).toThrow(refusal);
  }
});
