import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../../src/core/errors.ts';
import type { DetailOverlay } from '../../../src/session/detail-overlay.ts';
import type { DetailQuery, FrameMessage } from '../../../src/transport/socket.ts';
import { writeSamplePart } from '../../../src/wire/arrow-fixed-writer.ts';
import { DetailAsks } from '../../../standalone/viewer/detail-asks.ts';
import { decodeDetail } from '../../../standalone/viewer/detail-frame.ts';
import { DetailLoader } from '../../../standalone/viewer/detail-loader.ts';
import { FakeTimers } from '../../transport/fake-socket.ts';

const KEY = '["cpu",[]]';
const entry = (key: string, gen: number) => ({ key, gen, n: 3, before: null, tiers: [1e6] });
const frame = (
  rows: readonly (readonly [number, number, number])[],
  keys = [KEY],
  extra = {},
  gen = 0,
): FrameMessage => ({
  header: {
    ...{ kind: 'detail', session: 'shop', epoch: 'e1', seq: 1, startUs: 0, endUs: 100, columnUs: 0 },
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
      JSON.stringify({ series: keys.map((key) => entry(key, gen)) }),
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
    expect(detail.series.map(({ parts }) => parts.map(({ length }) => length))).toEqual([[2], [0], [1]]);
    expect([...detail.series[0]!.parts[0]!.value]).toEqual([10, 20]);
  });

  it.each([
    ['a series that is not listed', frame([[1, 1, 1]])],
    ['a buffer that is not there', frame([], [KEY], { parts: [{ role: 'samples', buffer: 7 }] })],
    ['no session', frame([], [KEY], { session: null })],
    ['a span that is no number', frame([], [KEY], { endUs: '9' })],
    [
      'spans that do not rise',
      frame([], [KEY], {
        spans: [
          [5, 9],
          [8, 10],
        ],
      }),
    ],
    ['no message number', frame([], [KEY], { seq: null })],
  ])('refuses %s with a code', (_, bad) => {
    expect(() => decodeDetail(bad)).toThrow(StreamVizError);
  });
});

/** A loader whose server, series and clock are the test's. */
function setUp() {
  const timers = new FakeTimers();
  const state = { wishes: [] as DetailQuery[], loaded: 0, epoch: 'e1', isLost: false };
  const asked: { query: DetailQuery; answer: (frame: FrameMessage) => void; fail: (error: Error) => void }[] = [];
  const taken: (DetailOverlay | null)[] = [];
  const newSeries = () => ({ generation: 0, takeDetail: (overlay: DetailOverlay | null) => void taken.push(overlay) });
  const held = { series: newSeries() };
  const loader = new DetailLoader({
    wishes: () => state.wishes,
    query: (query) =>
      new Promise((answer, fail) => {
        if (state.isLost) fail(new StreamVizError('CONNECTION_LOST', 'gone'));
        asked.push({ query, answer, fail });
      }),
    series: (session, epoch, key) =>
      session === 'shop' && (epoch ?? state.epoch) === state.epoch && key === KEY ? held.series : undefined,
    onLoaded: () => {
      state.loaded += 1;
    },
    schedule: timers.schedule,
  });
  const settle = () => new Promise((done) => setTimeout(done, 0));
  /** Shows a wish, lets it rest, and answers what is asked. Returns what was. */
  const show = async (...wishes: DetailQuery[]): Promise<readonly DetailQuery[]> => {
    const from = asked.length;
    state.wishes = wishes;
    loader.changed();
    timers.advance(200);
    const news = asked.slice(from);
    for (const { query, answer } of news) answer(frame([], [KEY], { ...query, seq: 7 }));
    await settle();
    return news.map(({ query }) => query);
  };
  return { loader, timers, state, asked, taken, settle, show, held, newSeries };
}

describe('detail loader', () => {
  it('asks once, when the view has rested for 0.2 s', () => {
    const { loader, timers, state, asked } = setUp();
    for (let i = 1; i <= 20; i += 1) {
      state.wishes = [wish(100 * i)];
      loader.changed();
      timers.advance(100);
    }
    expect(asked.length).toBe(0);
    timers.advance(200);
    loader.changed();
    timers.advance(200);
    expect(asked.map(({ query }) => query.endUs)).toEqual([2000]);
  });

  it('asks nothing for a view inside what it holds, and of one that moved on the new edge alone', async () => {
    const { show } = setUp();
    const view = (startUs: number, endUs: number, columns = 100): DetailQuery => ({
      ...{ session: 'shop', series: [KEY], startUs, endUs, columns },
    });
    expect(await show(view(0, 6400))).toEqual([view(0, 6400)]);
    expect(await show(view(0, 6400))).toEqual([]);
    expect(await show(view(1000, 5000, 50))).toEqual([]);
    // Raw all over: no zoom needs more.
    expect(await show(view(1000, 1200))).toEqual([]);
    expect(await show(view(3200, 9600))).toEqual([view(6400, 9600, 50)]);
    expect(await show(view(-6400, 12_800, 300))).toEqual([view(-6400, 0, 100), view(9600, 12_800, 50)]);
    expect(await show(view(9000, 9200))).toEqual([]);
  });

  it('asks in columns of a power of two, at their multiples, no wider than a pixel and more than half as wide', async () => {
    for (const [startUs, endUs, columns] of [
      [7, 1_000_003, 512],
      [-50_001, 50_000, 1024],
      [3, 5, 2048],
    ] as const) {
      const { show } = setUp();
      const [query] = await show({ session: 'shop', series: [KEY], startUs, endUs, columns });
      const columnUs = (query!.endUs - query!.startUs) / query!.columns;
      expect(Number.isInteger(Math.log2(columnUs)) && columnUs <= Math.max(1, (endUs - startUs) / columns)).toBe(true);
      expect(2 * columnUs > (endUs - startUs) / columns && Math.abs(query!.startUs % columnUs) === 0).toBe(true);
      expect(query!.startUs <= startUs && query!.endUs >= endUs).toBe(true);
    }
  });

  it('an answer that comes after the view has moved on is kept; what is on its way is not asked for again', async () => {
    const { loader, timers, state, asked, taken, settle, show } = setUp();
    for (const endUs of [1000, 2000]) {
      state.wishes = [{ ...wish(endUs), columns: endUs / 10 }];
      loader.changed();
      timers.advance(200);
    }
    expect(asked.map(({ query }) => [query.startUs, query.endUs])).toEqual([
      [0, 1000],
      [1000, 2000],
    ]);
    asked[1]!.answer(frame([], [KEY], asked[1]!.query));
    asked[0]!.answer(frame([[0, 1, 1]], [KEY], asked[0]!.query));
    await settle();
    expect(taken.map((overlay) => overlay?.length)).toEqual([0, 1]);
    expect(state.loaded).toBe(2);
    expect(await show({ ...wish(2000), columns: 200 })).toEqual([]);
  });

  it('asks what changed since, at most once a second, where samples came into what is seen', async () => {
    const { timers, asked, taken, settle, show } = setUp();
    await show(wish(6400));
    timers.advance(5000);
    expect(asked.length).toBe(1);
    taken.at(-1)!.touch(100, 101);
    timers.advance(900);
    taken.at(-1)!.touch(200, 300);
    timers.advance(100);
    expect(asked.slice(1).map(({ query }) => query)).toEqual([{ ...wish(6400), since: 7 }]);
    asked[1]!.answer(frame([[0, 150, 3]], [KEY], { ...asked[1]!.query, seq: 9, spans: [[64, 320]] }));
    await settle();
    const rest = { startUs: 320, endUs: 6400 };
    expect([taken.at(-1)!.length, taken.at(-1)!.seqIn(wish(6400)), taken.at(-1)!.seqIn(rest)]).toEqual([1, 9, 9]);
    timers.advance(5000);
    expect(asked.length).toBe(2);
  });

  it('a server that does not know since answers all of it, and that is taken', async () => {
    const { timers, asked, taken, settle, show } = setUp();
    await show(wish(6400));
    taken.at(-1)!.touch(100, 101);
    timers.advance(1000);
    asked[1]!.answer(frame([[0, 150, 3]], [KEY], { ...asked[1]!.query, seq: 9 }));
    await settle();
    expect([taken.at(-1)!.length, taken.at(-1)!.parts.length]).toEqual([1, 1]);
  });

  it('back to live takes the rows away; the view that comes back asks what changed meanwhile', async () => {
    const { taken, show, timers, asked } = setUp();
    await show(wish(6400));
    await show();
    expect(taken.at(-1)).toBeNull();
    timers.advance(60_000);
    expect(asked.length).toBe(1);
    expect(await show(wish(6400))).toEqual([{ ...wish(6400), since: 7 }]);
  });

  it('a query that fails is counted; the next look asks again where the connection was lost, the next view else', async () => {
    const { timers, state, asked, settle, loader } = setUp();
    const fail = async (code: string) => {
      asked.at(-1)!.fail(new StreamVizError(code, 'no'));
      await settle();
    };
    state.wishes = [wish(6400)];
    loader.changed();
    timers.advance(200);
    await fail('CONNECTION_LOST');
    timers.advance(1000);
    expect([loader.failures, asked.length]).toEqual([1, 2]);
    await fail('LIMIT_COLUMNS');
    timers.advance(10_000);
    expect([loader.failures, asked.length]).toEqual([2, 2]);
    loader.changed();
    timers.advance(200);
    expect(asked.length).toBe(3);
  });

  it('another epoch, generation or series takes nothing', async () => {
    const { loader, timers, state, asked, taken, settle } = setUp();
    const others = [
      frame([[0, 1, 1]], ['["other",[]]']),
      frame([[0, 1, 1]], [KEY], { epoch: 'e2' }),
      frame([[0, 1, 1]], [KEY], {}, 1),
    ];
    for (const [i, other] of others.entries()) {
      state.wishes = [wish(1000 * (i + 1))];
      loader.changed();
      timers.advance(200);
      asked.at(-1)!.answer(other);
      await settle();
    }
    expect(taken).toEqual([]);
  });

  it('a series that began anew is asked for anew, and what was held of the old one goes', async () => {
    const { show, held, newSeries, state } = setUp();
    await show(wish(6400));
    state.epoch = 'e2';
    held.series = newSeries();
    expect((await show(wish(6400))).map(({ since }) => since)).toEqual([undefined]);
  });

  it('a query never names more series than a server takes, nor more characters', () => {
    const asks = new DetailAsks();
    const keys = Array.from({ length: 1000 }, (_, i) => JSON.stringify([`m${i}${'x'.repeat(i)}`, []]));
    for (const key of keys) asks.add(key, { startUs: 0, endUs: 100, columnUs: 1, since: null });
    const queries = asks.queries('shop');
    expect(queries.flatMap(({ series }) => series)).toEqual(keys);
    for (const query of queries) expect(JSON.stringify(query).length).toBeLessThan(40_000);
    expect(Math.max(...queries.map(({ series }) => series.length))).toBeLessThanOrEqual(256);
  });

  it('after dispose nothing is asked', async () => {
    const { loader, timers, state, asked } = setUp();
    state.wishes = [wish(1)];
    loader.changed();
    loader.dispose();
    timers.advance(1000);
    expect([asked.length, timers.count]).toEqual([0, 0]);
  });
});
