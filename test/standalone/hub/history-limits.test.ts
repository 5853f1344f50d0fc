import { describe, expect, test } from 'vitest';
import { Sessions } from '../../../src/session/sessions.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { Stage } from '../ws/stage.ts';
import { rowsFrom } from './producer.ts';

const HOUR_US = 3.6e9;

/** Whether a new viewer takes what is left for exact, as it is. */
function isExactAtViewer(stage: Stage): boolean {
  const sessions = new Sessions({ now: () => stage.clock.nowUs, schedule: () => () => undefined });
  const { header, buffers } = decodeFrame(stage.session.snapshot({ width: 1000, rangeUs: null }));
  sessions.deliver(header, buffers);
  const held = stage.session.store.data.series;
  const own = sessions.get('app').data.series;
  return [...held].every(([key, { count }]) => own.get(key)!.exact && own.get(key)!.count === count);
}

/** Keeps the connection of a stage's producer while its clock moves. */
function wait(stage: Stage, ms: number): void {
  for (let left = ms; left > 0; left -= 10_000) {
    stage.main.socket.heard();
    stage.clock.advance(Math.min(left, 10_000));
  }
}

describe('history is bounded by age', () => {
  test('samples older than the retention go, raw ones at once, cells by whole cells of the coarsest tier', () => {
    const stage = new Stage({ retentionUs: HOUR_US });
    const beginUs = stage.clock.nowUs;
    for (let i = 0; i < 8; i += 1) {
      stage.send({ a: rowsFrom(stage.clock.nowUs, 900, 1e6) });
      wait(stage, 900_000);
    }
    const series = stage.session.store.data.series.get('["a",[]]')!;
    const edgeUs = stage.clock.nowUs - HOUR_US;
    expect(series.ring.firstTimeUs).toBeGreaterThanOrEqual(edgeUs - 1e6);
    expect(series.firstTimeUs).toBeGreaterThanOrEqual(edgeUs - 6e8 - 1e6);
    expect(series.firstTimeUs).toBeGreaterThan(beginUs);
    expect(series.cells.gone + series.count).toBe(series.n);
    expect(series.exact).toBe(true);
    expect(isExactAtViewer(stage)).toBe(true);
  });

  test('a viewer that comes back with older samples than the server keeps is exact after its snapshot', () => {
    const stage = new Stage({ retentionUs: HOUR_US });
    const sessions = new Sessions({ now: () => stage.clock.nowUs, schedule: () => () => undefined });
    for (let i = 0; i < 8; i += 1) {
      stage.send({ a: rowsFrom(stage.clock.nowUs, 900, 1e6) });
      if (i === 0 || i === 7) {
        const { header, buffers } = decodeFrame(stage.session.snapshot({ width: 1000, rangeUs: null }));
        sessions.deliver(header, buffers);
      }
      wait(stage, 900_000);
    }
    const own = sessions.get('app').data.series.get('["a",[]]')!;
    expect(own.exact).toBe(true);
    expect(own.n - own.count).toBe(own.cells.gone);
  });

  test('a session that nobody sends to goes with its last sample, and viewers hear it', () => {
    const stage = new Stage({ retentionUs: HOUR_US, silenceMs: 1e9 });
    stage.send({ a: rowsFrom(stage.clock.nowUs, 900, 1e6) });
    const { socket } = stage.view();
    stage.main.socket.closed();
    stage.clock.advance(3_500_000);
    expect(stage.hub.sessions.size).toBe(1);
    stage.clock.advance(200_000);
    expect(stage.hub.sessions.size).toBe(0);
    expect(socket.texts('removed')).toMatchObject([{ session: 'app' }]);
  });
});

describe('history is bounded by bytes', () => {
  test('sessions without a producer go first, the one gone longest before the others', () => {
    const stage = new Stage({ bufferBytes: 9e6, silenceMs: 1e9, retentionUs: Number.POSITIVE_INFINITY });
    const others = ['b', 'c'].map((session, i) => stage.producer({ session, epoch: { id: session, startedUs: i } }));
    for (const other of [stage.main, ...others]) other.send({ a: rowsFrom(0, 90_000, 1000) });
    others[1]!.socket.closed();
    stage.clock.advance(10);
    others[0]!.socket.closed();
    stage.clock.advance(2000);
    expect(stage.hub.bytes).toBeLessThanOrEqual(9e6);
    expect([...stage.hub.sessions.keys()]).toEqual(['app', 'b']);
  });

  test('live sessions lose raw samples, largest series first; counts stay exact', () => {
    const stage = new Stage({ bufferBytes: 2.4e6, ringBytes: 1e6, retentionUs: Number.POSITIVE_INFINITY });
    const small = rowsFrom(0, 500, 1000);
    stage.send({ large: rowsFrom(0, 90_000, 1000), other: rowsFrom(0, 60_000, 1000), small });
    stage.clock.advance(2000);
    expect(stage.hub.bytes).toBeLessThanOrEqual(2.4e6);
    const { series } = stage.session.store.data;
    for (const one of series.values()) expect(one.exact).toBe(true);
    expect(series.get('["large",[]]')).toMatchObject({ count: 90_000 });
    expect(series.get('["large",[]]')!.ring.length).toBeLessThan(90_000);
    expect(series.get('["small",[]]')!.ring.length).toBe(500);
    stage.send({ large: rowsFrom(9e7, 10, 1000) });
    expect(series.get('["large",[]]')).toMatchObject({ count: 90_010, exact: true });
  });

  test('a bound below what everything needs is not reached, and nothing hangs', () => {
    const stage = new Stage({ bufferBytes: 1, retentionUs: Number.POSITIVE_INFINITY });
    stage.send({ a: rowsFrom(0, 20_000, 1e6) });
    stage.clock.advance(5000);
    expect(stage.session.store.data.series.get('["a",[]]')!.exact).toBe(true);
    expect(stage.hub.bytes).toBeLessThan(600_000);
    expect(isExactAtViewer(stage)).toBe(true);
  });
});

describe('messages held for viewers that resume', () => {
  test('are bounded over all sessions by bytes, oldest first, those of classes included', () => {
    const stage = new Stage({ ringBytes: 60_000 });
    const other = stage.producer({ session: 'b', epoch: { id: 'b', startedUs: 1 } });
    stage.view({ rangeUs: 6e7 });
    stage.view({ rangeUs: 3e8 });
    for (let i = 0; i < 50; i += 1) {
      stage.send({ a: rowsFrom(stage.clock.nowUs, 100, 100) });
      other.send({ a: rowsFrom(stage.clock.nowUs, 100, 100) });
      stage.clock.advance(10);
      const bytes = [...stage.hub.sessions.values()].reduce((sum, { ring }) => sum + ring.bytes, 0);
      expect(bytes).toBeLessThanOrEqual(60_000);
    }
    const [one, two] = [...stage.hub.sessions.values()].map(({ ring }) => ring.length);
    expect(Math.abs(one! - two!)).toBeLessThan(4);
    expect(one).toBeGreaterThan(1);
  });

  test('bytes held are those of the frames and of their classes, whatever came and went', () => {
    const stage = new Stage({ ringMs: 300 });
    stage.view({ rangeUs: 6e7 });
    for (let i = 0; i < 100; i += 1) {
      stage.send({ a: rowsFrom(stage.clock.nowUs, 1 + i, 100) });
      stage.clock.advance(20);
    }
    const { ring } = stage.session;
    const { frames } = ring.after(stage.session.seq - ring.length)!;
    expect(frames.length).toBe(ring.length);
    const bytes = frames.map((frame) =>
      [frame.bytes, ...frame.forms.values()].reduce((sum, { length }) => sum + length, 0),
    );
    expect(ring.bytes).toBe(bytes.reduce((a, b) => a + b, 0));
  });
});
