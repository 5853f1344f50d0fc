/** Frames that a producer may send: rows, folds, keyframes, tables, documents with windows; made once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/setup.mjs';
import type { Message } from '../../../src/wire/message-types.ts';
import { writeMessageFrame } from '../../../src/wire/message-writer.ts';
import { SeededRandom } from '../../faults/seeded-random.ts';
import { FakeSender } from '../../session/fake-sender.ts';

const WINDOWS = [
  { window: '2ms', aggregation: ['avg', 'last', 'p95'], allowedLateness: '1h' },
  { window: '3ms', slide: '1ms', aggregation: ['sum', 'count', 'distinct'], lateness: '1ms' },
  { session: '1ms', aggregation: ['min', 'rate', 'p90'] },
].map((options, i) => ({ id: `windows ${i}`, kind: 'metric', name: `s${i % 2}`, options }));

/** Messages of one producer, in order: the first is number 1. */
export interface ValidHistory {
  readonly epoch: { readonly id: string; readonly startedUs: number };
  readonly messages: readonly Message[];
  readonly frames: readonly Uint8Array[];
}

function historyOf(seed: number, ticks: number): ValidHistory {
  const random = new SeededRandom(seed);
  const epoch = { id: `epoch-${seed}`, startedUs: 0 };
  const sender = new FakeSender(epoch, {
    ...{ rate: 4, roundMs: 2000, keyCells: 12, limit: 30, ring: 200, foldAt: 2 + seed, keyBytes: 1500, rowCap: 60 },
    ...{ tableCap: 8, keyRows: 6, sliceRows: 4, pauseMaxMs: 4000, widgets: WINDOWS },
  });
  const messages: Message[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    for (let i = 0; i < 3; i += 1) {
      for (let n = random.whole(0, 5); n > 0; n -= 1) {
        sender.send(
          `["s${i}",[]]`,
          tick * 1500 + random.whole(-2000, 400),
          random.next() * 100,
          [1000, 10_000, 60_000],
        );
      }
    }
    if (random.chance(0.4)) sender.change('keyed', `k${random.whole(0, 5)}`, random.chance(0.3) ? null : 5);
    if (random.chance(0.4)) sender.change('log', null, random.whole(0, 99));
    if (tick === 1 || random.chance(0.05)) sender.publish(`title ${tick}`);
    const message = sender.tick(tick * 250);
    if (message !== null) messages.push(message);
  }
  return { epoch, messages, frames: messages.map((message) => writeMessageFrame(message)) };
}

export const HISTORIES: readonly ValidHistory[] = [1, 2, 3].map((seed) => historyOf(seed, 40));

/** Frames of the fixtures, which other versions wrote too. */
export const FIXTURE_FRAMES: readonly Uint8Array[] = fixtureFrames();

function fixtureFrames(): readonly Uint8Array[] {
  const file = join(root, 'test', 'fixtures', 'wire', 'v1', 'frames.json');
  const found: Uint8Array[] = [];
  const look = (value: unknown): void => {
    if (typeof value === 'string' && value.length > 32 && /^[0-9a-f]+$/.test(value)) {
      found.push(new Uint8Array(Buffer.from(value, 'hex')));
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look(JSON.parse(readFileSync(file, 'utf8')));
  return found;
}
