import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBuffer } from '../../../src/core/line-buffer.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import type { DetailQuery } from '../../../src/transport/socket.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { gridOf } from '../../../standalone/viewer/detail-asks.ts';
import { DetailLoader } from '../../../standalone/viewer/detail-loader.ts';
import { FakeTimers } from '../../transport/fake-socket.ts';
import { Stage } from '../ws/stage.ts';
import { Viewer } from '../ws/viewer.ts';

/*
 * A server, a viewer and its loader without a network: the viewer pans and zooms at random while samples come, late ones
 * too, messages are in flight while it asks, and connections break. Whatever happened, once it is quiet the rows that it
 * holds draw what asking the whole view anew would draw, and nothing was asked for that it held.
 */

const NAMES = ['a', 'b'];
const keyOf = (name: string): string => JSON.stringify([name, []]);
const STEP_US = 1000;
const COLUMNS = 64;

type Row = readonly [timeUs: number, value: number];

class Room {
  readonly stage: Stage;
  readonly viewer: Viewer;
  readonly timers = new FakeTimers();
  readonly loader: DetailLoader;
  /** Everything that was measured, in order of arrival. */
  readonly rows = new Map<string, Row[]>(NAMES.map((name) => [name, []]));
  readonly asked: DetailQuery[] = [];
  readonly startUs: number;
  view: { readonly startUs: number; readonly endUs: number } | null = null;
  newestUs: number;
  ids = 0;

  constructor(rangeUs: number, ringMs: number) {
    this.stage = new Stage({ ringMs });
    this.startUs = this.stage.clock.nowUs - (this.stage.clock.nowUs % 1e6);
    this.newestUs = this.startUs;
    this.viewer = new Viewer(() => this.stage.clock.nowUs, { width: 512, rangeUs });
    this.loader = new DetailLoader({
      wishes: () =>
        this.view === null ? [] : [{ session: 'app', series: NAMES.map(keyOf), ...this.view, columns: COLUMNS }],
      query: (query) => this.#query(query),
      series: (session, epoch, key) => {
        const store = this.viewer.store(session);
        if (store === null || (epoch !== null && store.epochId !== epoch)) return undefined;
        return store.data.series.get(key);
      },
      onLoaded: () => undefined,
      schedule: this.timers.schedule,
    });
  }

  get span() {
    return { startUs: this.startUs, endUs: this.newestUs };
  }

  series(name: string): SeriesState | undefined {
    return this.viewer.store('app')?.data.series.get(keyOf(name));
  }

  send(rows: Readonly<Record<string, readonly Row[]>>): void {
    for (const [name, own] of Object.entries(rows)) {
      this.rows.get(name)!.push(...own);
      for (const [time] of own) this.newestUs = Math.max(this.newestUs, time + 1);
    }
    this.stage.send(rows);
  }

  /** The server answers at once; what it had sent before is applied first, what it sends next may be applied before the answer. */
  async #query(query: DetailQuery) {
    this.asked.push(query);
    this.ids += 1;
    this.viewer.tell({ kind: 'query', id: `q${this.ids}`, ...query });
    const frame = decodeFrame(this.viewer.socket.frames().at(-1)!);
    expect(frame.header).toMatchObject({ kind: 'detail', id: `q${this.ids}` });
    return frame;
  }

  async rest(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      this.stage.clock.advance(100);
      this.timers.advance(100);
      await new Promise((done) => setImmediate(done));
    }
  }
}

/** Of each column its first, smallest, largest and last value, and whether the line breaks before it. */
function columnsOf(rows: readonly Row[], startUs: number, columnUs: number, count: number): readonly string[] {
  const found: string[] = [];
  let isBroken = false;
  let hasBegun = false;
  for (let c = 0; c < count; c += 1) {
    const from = startUs + c * columnUs;
    const own = rows.filter(([time]) => time >= from && time < from + columnUs);
    const finite = own.filter(([, value]) => Number.isFinite(value));
    const first = own.findIndex(([, value]) => Number.isFinite(value));
    if (finite.length === 0) {
      isBroken ||= own.length > 0;
      found.push('-');
      continue;
    }
    const values = finite.map(([, value]) => value);
    const breaks = hasBegun && (isBroken || first > 0);
    const ends = [finite[0], finite.at(-1)].map((row) => row!.join(':'));
    found.push(`${breaks ? '|' : ''}${ends.join(' ')} ${Math.min(...values)} ${Math.max(...values)}`);
    isBroken = !Number.isFinite(own.at(-1)![1]);
    hasBegun = true;
  }
  return found;
}

function drawnBy(series: SeriesState, startUs: number, endUs: number): readonly Row[] {
  const out = new LineBuffer();
  const range = { startUs, endUs, columnUs: (endUs - startUs) / COLUMNS, maxPoints: Number.POSITIVE_INFINITY };
  expect(series.readLine(range, out)).toBe('points');
  const rows = Array.from({ length: out.length }, (_, i): Row => [out.time[i]!, out.value[i]!]);
  return rows.filter(([time]) => time >= startUs && time < endUs);
}

const value = fc.oneof({ weight: 15, arbitrary: fc.integer({ min: -99, max: 99 }) }, fc.constant(Number.NaN));
const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      values: fc.array(value, { minLength: 1, maxLength: 40 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('late' as const, 'live' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      value,
      ms: fc.constantFrom(0, 1100),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pan' as const), by: fc.double({ min: -0.6, max: 0.6, noNaN: true }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('zoom' as const), by: fc.double({ min: 0.3, max: 3, noNaN: true }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('rest' as const), ms: fc.constantFrom(100, 300, 1100) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'gone' as const) }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

async function sendLate(room: Room, at: number, value: number, restMs: number): Promise<void> {
  room.send({ a: [[Math.floor(room.startUs + at * (room.newestUs - room.startUs)), value]] });
  room.viewer.read();
  await room.rest(restMs);
}

async function perform(room: Room, one: Act): Promise<void> {
  const view = room.view ?? { startUs: room.startUs, endUs: room.newestUs + 1 };
  const lengthUs = view.endUs - view.startUs;
  switch (one.kind) {
    case 'send':
      room.send({
        a: one.values.map((v, i): Row => [room.newestUs + (i + 1) * STEP_US, v]),
        ...(one.values.length % 3 === 0 ? { b: [[room.newestUs + STEP_US, one.values[0]!]] } : {}),
      });
      break;
    case 'live':
      // The view goes back to live before the late sample comes, and returns after it.
      room.view = null;
      room.loader.changed();
      await room.rest(300);
      room.viewer.read();
      await sendLate(room, one.at, one.value, 300);
      room.view = view;
      room.loader.changed();
      break;
    case 'late':
      await sendLate(room, one.at, one.value, one.ms);
      break;
    case 'pan': {
      const startUs = Math.floor(view.startUs + one.by * lengthUs);
      room.view = { startUs, endUs: startUs + lengthUs };
      room.loader.changed();
      break;
    }
    case 'zoom': {
      const half = Math.max(100, Math.floor((one.by * lengthUs) / 2));
      const middle = Math.floor((view.startUs + view.endUs) / 2);
      room.view = { startUs: middle - half, endUs: middle + half };
      room.loader.changed();
      break;
    }
    case 'rest':
      await room.rest(one.ms);
      break;
    case 'cut':
      room.viewer.cut();
      room.viewer.connect(room.stage.hall);
      break;
    case 'gone':
      // Longer than messages are held: a snapshot follows.
      room.viewer.cut();
      room.send({ a: [[room.newestUs + STEP_US, 1]] });
      room.stage.clock.advance(10_000);
      room.send({ a: [[room.newestUs + STEP_US, 2]] });
      room.viewer.connect(room.stage.hall);
      break;
  }
  // Now and then an answer and messages arrive in one go.
  if (one.kind !== 'send' || one.values.length % 2 === 0) room.viewer.read();
}

/** A room after random acts, once it is quiet. */
async function played(acts: readonly Act[], rangeUs: number): Promise<Room> {
  const room = new Room(rangeUs, 5000);
  const first = (length: number) =>
    Array.from({ length }, (_, i): Row => [room.startUs + (i + 1) * STEP_US, (i * 7) % 31]);
  room.send({ a: first(400), b: first(20) });
  room.viewer.connect(room.stage.hall);
  room.viewer.read();
  for (const one of acts) await perform(room, one);
  room.viewer.read();
  room.view ??= { startUs: room.startUs + 1000, endUs: room.newestUs - 1000 };
  room.loader.changed();
  await room.rest(3000);
  return room;
}

describe('finer rows that are fetched piece by piece', () => {
  it.each([3e8, 2e5])(
    'draw what the whole view asked for anew would, once it is quiet (range %i us)',
    async (rangeUs) => {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
          const room = await played(acts, rangeUs);
          const { startUs, endUs, columnUs } = gridOf({ ...room.view!, columns: COLUMNS });
          const count = (endUs - startUs) / columnUs;
          for (const name of NAMES) {
            const all = [...room.rows.get(name)!.entries()]
              .sort(([i, a], [k, b]) => a[0] - b[0] || i - k)
              .map(([, row]) => row);
            const drawn = drawnBy(room.series(name)!, startUs, endUs);
            expect(columnsOf(drawn, startUs, columnUs, count)).toEqual(columnsOf(all, startUs, columnUs, count));
            // Nothing twice: each row drawn is a sample of its own.
            const left = all.map((row) => row.join(':'));
            for (const row of drawn) {
              const at = left.indexOf(row.join(':'));
              expect(at).toBeGreaterThanOrEqual(0);
              left.splice(at, 1);
            }
          }
          room.loader.dispose();
        }),
        { numRuns: 60 },
      );
    },
  );

  it('no whole column is asked for that is held as finely, nor one that is on its way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const room = await played(acts, 3e8);
        const held: { readonly startUs: number; readonly endUs: number; readonly columnUs: number }[] = [];
        for (const { startUs, endUs, columns, since } of room.asked) {
          if (since !== undefined) continue;
          const columnUs = (endUs - startUs) / columns;
          for (let at = startUs; at < endUs; at += columnUs) {
            const isHeld = held.some(
              (one) => one.columnUs <= columnUs && one.startUs <= at && one.endUs >= at + columnUs,
            );
            expect(isHeld).toBe(false);
          }
          held.push({ startUs, endUs, columnUs });
        }
        room.loader.dispose();
      }),
      { numRuns: 40 },
    );
  });
});
