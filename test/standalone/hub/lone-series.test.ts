// Labels that are seen once, such as request numbers, make thousands of series of one sample.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { seriesBytes } from '../../../standalone/server/hub/store-bytes.ts';
import { DEFAULT_LIMITS } from '../../../standalone/server/limits.ts';
import { Stage } from '../ws/stage.ts';

const SERIES = 2000;
const BATCH = 500;

/** Bytes of this thread's objects and of the buffers they own. */
function memoryUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('a series of one sample takes less than 7 kB, as much as is accounted; a session may have all of its series so', () => {
  const stage = new Stage({ ringBytes: 0 });
  const before = memoryUsed();
  for (let at = 0; at < SERIES; at += BATCH) {
    const { nowUs } = stage.clock;
    stage.send(Object.fromEntries(Array.from({ length: BATCH }, (_, i) => [`s${at + i}`, [[nowUs, at + i] as const]])));
    stage.clock.advance(1000);
  }
  const each = (memoryUsed() - before) / SERIES;
  const { series } = stage.session.store.data;
  const accounted = [...series.values()].reduce((sum, one) => sum + seriesBytes(one), 0) / SERIES;
  expect([series.size, stage.session.store.data.series.get('["s7",[]]')?.lastValue]).toEqual([SERIES, 7]);
  expect(each / accounted).toBeGreaterThan(0.7);
  expect(each / accounted).toBeLessThan(1.3);
  expect(accounted).toBeLessThan(7000);
  expect(DEFAULT_LIMITS.seriesPerSession * accounted).toBeLessThan(DEFAULT_LIMITS.bufferBytes / 2);
});
