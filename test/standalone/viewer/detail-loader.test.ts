import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../../src/core/errors.ts';
import type { DetailOverlay } from '../../../src/session/detail-overlay.ts';
import type { DetailQuery, FrameMessage } from '../../../src/transport/socket.ts';
import { writeSamplePart } from '../../../src/wire/arrow-fixed-writer.ts';
import { decodeDetail } from '../../../standalone/viewer/detail-frame.ts';
import { DetailLoader } from '../../../standalone/viewer/detail-loader.ts';
import { FakeTimers } from '../../transport/fake-socket.ts';

const KEY = '["cpu",[]]';
const entry = (key: string) => ({ key, gen: 0, n: 3, before: null, tiers: [1e6] });
const frame = (rows: readonly (readonly [number, number, number])[], keys = [KEY], extra = {}): FrameMessage => ({
  header: {
    ...{ kind: 'detail', session: 'shop', epoch: 'e1', startUs: 0, endUs: 100, columnUs: 0 },
    parts: [{ role: 'samples', buffer: 0 }],
    ...extra,
  },
  buffers: [
    writeSamplePart(
      {
        length: rows.length,
        series: Uint16Array.from(rows, ([series]) => series),
        time: Float64Array.from(rows, ([, time]) => time),
        value: Float64Array.from(rows, ([, , value]) => value),
      },
      JSON.stringify({ series: keys.map(entry) }),
    ),
  ],
});
const wish = (endUs: number): DetailQuery => ({ session: 'shop', series: [KEY], startUs: 0, endUs, columns: 100 });

describe('detail frame', () => {
  it('gives each series its rows, also one that has none', () => {
    const detail = decodeDetail(
      frame(
        [
          [0, 1, 10],
          [2, 5, 50],
          [0, 2, 20],
        ],
        [KEY, '["b",[]]', '["c",[]]'],
      ),
    );
    expect(detail.series.map(({ overlay }) => overlay.length)).toEqual([2, 0, 1]);
    expect(detail.series[0]?.overlay.nearest(2)).toEqual({ timeUs: 2, value: 20 });
  });

  it.each([
    ['a series that is not listed', frame([[1, 1, 1]])],
    ['a buffer that is not there', frame([], [KEY], { parts: [{ role: 'samples', buffer: 7 }] })],
    ['no session', frame([], [KEY], { session: null })],
    ['a span that is no number', frame([], [KEY], { endUs: '9' })],
  ])('refuses %s with a code', (_, bad) => {
    expect(() => decodeDetail(bad)).toThrow(StreamVizError);
  });
});

/** A loader whose server, series and clock are the test's. */
function setUp() {
  const timers = new FakeTimers();
  const state = { wishes: [] as DetailQuery[], loaded: 0 };
  const asked: { query: DetailQuery; answer: (frame: FrameMessage) => void; fail: (error: Error) => void }[] = [];
  const taken: (DetailOverlay | null)[] = [];
  const series = { generation: 0, takeDetail: (overlay: DetailOverlay | null) => void taken.push(overlay) };
  const loader = new DetailLoader({
    wishes: () => state.wishes,
    query: (query) =>
      new Promise((answer, fail) => {
        asked.push({ query, answer, fail });
      }),
    series: (session, epoch, key) => (session === 'shop' && epoch === 'e1' && key === KEY ? series : undefined),
    onLoaded: () => {
      state.loaded += 1;
    },
    schedule: timers.schedule,
  });
  const settle = () => new Promise((done) => setTimeout(done, 0));
  return { loader, timers, state, asked, taken, settle };
}

describe('detail loader', () => {
  it('asks once, when the view has rested for 0.2 s', () => {
    const { loader, timers, state, asked } = setUp();
    for (let i = 1; i <= 20; i += 1) {
      state.wishes = [wish(i)];
      loader.changed();
      timers.advance(100);
    }
    expect(asked.length).toBe(0);
    timers.advance(200);
    loader.changed();
    timers.advance(200);
    expect(asked.map(({ query }) => query.endUs)).toEqual([20]);
  });

  it('an answer to an older view is dropped, the one to the newest is taken', async () => {
    const { loader, timers, state, asked, taken, settle } = setUp();
    for (const endUs of [50, 100]) {
      state.wishes = [wish(endUs)];
      loader.changed();
      timers.advance(200);
    }
    asked[1]!.answer(frame([[0, 1, 1]]));
    await settle();
    asked[0]!.answer(frame([]));
    await settle();
    expect(taken.map((overlay) => overlay?.length)).toEqual([1]);
    expect(state.loaded).toBe(1);
  });

  it('back to live takes the rows away', async () => {
    const { loader, timers, state, asked, taken, settle } = setUp();
    state.wishes = [wish(100)];
    loader.changed();
    timers.advance(200);
    asked[0]!.answer(frame([[0, 1, 1]]));
    await settle();
    state.wishes = [];
    loader.changed();
    timers.advance(200);
    expect(taken.at(-1)).toBeNull();
  });

  it('a query that fails is counted, and the same view may ask again', async () => {
    const { loader, timers, state, asked, settle } = setUp();
    state.wishes = [wish(100)];
    loader.changed();
    timers.advance(200);
    asked[0]!.fail(new StreamVizError('CONNECTION_LOST', 'gone'));
    await settle();
    expect(loader.failures).toBe(1);
    loader.changed();
    timers.advance(200);
    expect(asked.length).toBe(2);
  });

  it('another epoch, generation or series takes nothing', async () => {
    const { loader, timers, state, asked, taken, settle } = setUp();
    const others = [frame([[0, 1, 1]], ['["other",[]]']), frame([[0, 1, 1]], [KEY], { epoch: 'e2' })];
    for (const [i, other] of others.entries()) {
      state.wishes = [wish(100 + i)];
      loader.changed();
      timers.advance(200);
      asked.at(-1)!.answer(other);
      await settle();
    }
    expect(taken).toEqual([]);
  });

  it('after dispose nothing is asked', () => {
    const { loader, timers, state, asked } = setUp();
    state.wishes = [wish(1)];
    loader.changed();
    loader.dispose();
    timers.advance(1000);
    expect([asked.length, timers.count]).toEqual([0, 0]);
  });
});
