import { describe, expect, test, vi } from 'vitest';
import { inspectStore } from '../../../src/session/inspection.ts';
import { Sessions } from '../../../src/session/sessions.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { SnapshotFeatures } from '../../../standalone/server/hub/snapshot-features.ts';
import type { FakeSocket } from '../ws/fake-socket.ts';
import { Stage } from '../ws/stage.ts';
import { rowsFrom } from './producer.ts';

const WINDOWS = [
  { window: '10s', aggregation: ['avg', 'max', 'stddev', 'count'] },
  { window: '20s', slide: '5s', aggregation: ['p50', 'p99'] },
  { window: '5s', aggregation: ['increase'], counter: true },
].map((options, i) => ({ id: `w${i}`, kind: 'metric', name: 'a', options }));

/** A stage with windows on `a`, and so many seconds of it. */
function staged(seconds: number, perSecond: number): Stage {
  const stage = new Stage();
  stage.main.socket.binary(stage.main.plain.documentFrame(WINDOWS));
  for (let i = 0; i < seconds; i += 1) {
    const rows = rowsFrom(stage.clock.nowUs, perSecond, 1e6 / perSecond);
    stage.send({ a: rows, plain: rows });
    stage.main.socket.heard();
    stage.clock.advance(1000);
  }
  return stage;
}

function sessionsOf(stage: Stage, socket: FakeSocket): Sessions {
  const sessions = new Sessions({ now: () => stage.clock.nowUs, schedule: () => () => undefined });
  for (const frame of socket.frames()) {
    const { header, buffers } = decodeFrame(frame);
    sessions.deliver(header, buffers, 'ws');
  }
  return sessions;
}

/** Results of each window and aggregation at their newest final end. */
const results = (store: Parameters<typeof inspectStore>[0]) =>
  inspectStore(store)
    .series.find(({ name }) => name === 'a')!
    .windows.map(({ window, aggregation, newest }) => ({ window, aggregation, newest }));

describe('windows at a viewer', () => {
  test.each([null, 1e5, 6e7, 6e8])(
    'are the server’s in live messages of every class: their rows stay raw (range %s)',
    (rangeUs) => {
      const stage = new Stage();
      stage.main.socket.binary(stage.main.plain.documentFrame(WINDOWS));
      const { socket, server } = stage.view({ rangeUs });
      for (let i = 0; i < 60; i += 1) {
        stage.send({ a: rowsFrom(stage.clock.nowUs, 200, 5000), plain: rowsFrom(stage.clock.nowUs, 200, 5000) });
        stage.main.socket.heard();
        server!.heard();
        stage.clock.advance(1000);
      }
      const store = sessionsOf(stage, socket).get('app');
      expect(results(store)).toEqual(results(stage.session.store));
      const { folds } = store.data.series.get('["plain",[]]')!;
      expect(folds.length > 0).toBe(rangeUs === null || rangeUs > 1e7);
      expect(store.data.series.get('["a",[]]')!.folds.length).toBe(0);
    },
  );

  /** What is wrong with the values after a snapshot, in words. */
  function wrongAfterSnapshot(rangeUs: number, seconds = 100, perSecond = 50): string[] {
    const stage = staged(seconds, perSecond);
    const { socket } = stage.view({ rangeUs, width: 512 });
    stage.send({ a: rowsFrom(stage.clock.nowUs, 10, 20_000) });
    const own = results(sessionsOf(stage, socket).get('app'));
    const held = results(stage.session.store);
    expect(own.map(({ window, aggregation }) => [window, aggregation])).toEqual(
      held.map(({ window, aggregation }) => [window, aggregation]),
    );
    return held.flatMap(({ aggregation, newest }, i) => {
      const mine = own[i]!.newest;
      const tolerance = (aggregation.startsWith('p') ? 0.01 : 1e-9) * Math.abs(newest!.value!) + 1e-9;
      const isSame =
        mine?.startUs === newest!.startUs &&
        mine.count === newest!.count &&
        Math.abs(mine.value! - newest!.value!) <= tolerance;
      return isSame ? [] : [`${aggregation}: ${JSON.stringify(mine)}, not ${JSON.stringify(newest)}`];
    });
  }

  test.each([1e6, 3e7, 1.2e8, 3e8])(
    'after a snapshot have the server’s values, however few raw rows it has (range %s)',
    (rangeUs) => {
      expect(wrongAfterSnapshot(rangeUs)).toEqual([]);
    },
  );

  test('after a snapshot of a range whose pixels are longer than the windows have them too', () => {
    expect(wrongAfterSnapshot(3e9, 1500, 2)).toEqual([]);
  });

  test('would not have them without the features of cells', () => {
    vi.spyOn(SnapshotFeatures.prototype, 'add').mockReturnValue();
    expect(wrongAfterSnapshot(1.2e8)).not.toEqual([]);
    vi.restoreAllMocks();
  });
});
