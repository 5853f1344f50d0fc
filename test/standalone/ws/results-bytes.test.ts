import { describe, expect, test } from 'vitest';
import { rowsFrom } from '../hub/producer.ts';
import type { FakeSocket } from './fake-socket.ts';
import { Stage } from './stage.ts';

const MESSAGES_PER_SECOND = 20;
const SECONDS = 10;

/** Bytes a second that a viewer gets of one series with windows (null: without), at so many samples a second. */
function bytesPerSecond(samples: number, options: object | null, minor: number, rangeUs = 3e8): number {
  const stage = new Stage();
  const widget = { id: 'w', kind: 'metric', name: 'a', options: options ?? {} };
  stage.main.socket.binary(stage.main.plain.documentFrame([widget]));
  const { socket, tell, server } = stage.enter();
  tell({ v: [1, minor], kind: 'subscribe', id: 's', resume: {}, width: 1000, rangeUs });
  const perMessage = samples / MESSAGES_PER_SECOND;
  const stepUs = 1e6 / samples;
  const sent = (viewer: FakeSocket) => viewer.frames().reduce((sum, { length }) => sum + length, 0);
  const before = sent(socket);
  for (let i = 0; i < SECONDS * MESSAGES_PER_SECOND; i += 1) {
    const rows = rowsFrom(stage.clock.nowUs, perMessage, stepUs).map(([at, value]) => [Math.floor(at), value] as const);
    stage.send({ a: rows });
    stage.main.socket.heard();
    server!.heard();
    stage.clock.advance(1000 / MESSAGES_PER_SECOND);
  }
  return (sent(socket) - before) / SECONDS;
}

const TUMBLING = { window: '1s', aggregation: ['avg', 'p99'] };

describe('a windowed series on its way to a viewer', () => {
  test('costs bytes by pixels and windows: the same at 2,000 and at 100,000 samples a second', () => {
    const [slow, fast] = [2000, 100_000].map((rate) => bytesPerSecond(rate, TUMBLING, 1)) as [number, number];
    expect(fast).toBeLessThan(1.1 * slow);
    expect(fast).toBeLessThan(65_000);
  });

  test('costs little more than one without windows: some 2 kB in each duration of the class', () => {
    const [plain, windowed] = [null, TUMBLING].map((options) => bytesPerSecond(100_000, options, 1)) as [
      number,
      number,
    ];
    expect(windowed - plain).toBeGreaterThan(1000);
    expect(windowed - plain).toBeLessThan(4 * 2500);
  });

  test('costs a viewer that is not told results every sample', () => {
    expect(bytesPerSecond(100_000, TUMBLING, 0)).toBeGreaterThan(18 * 100_000);
    expect(bytesPerSecond(100_000, TUMBLING, 1, 1e5)).toBeGreaterThan(18 * 100_000);
  });

  test('costs more where its windows are more: each result about 70 bytes', () => {
    const [one, ten] = ['1s', '100ms'].map((window) => bytesPerSecond(2000, { ...TUMBLING, window }, 1)) as [
      number,
      number,
    ];
    expect(ten - one).toBeGreaterThan(0);
    expect(ten - one).toBeLessThan(40_000);
  });
});
