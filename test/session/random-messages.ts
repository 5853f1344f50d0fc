import type { Message } from '../../src/wire/message-types.ts';
import { FakeSender } from './fake-sender.ts';
import { randomOf } from './random-history.ts';

const WINDOWS = [
  { window: '2ms', aggregation: ['avg', 'last', 'delta', 'p95'], allowedLateness: '1h' },
  { window: '3ms', slide: '1ms', aggregation: ['sum', 'count', 'increase', 'distinct'], lateness: '1ms' },
  { window: '5ms', slide: '2ms', aggregation: ['p50', 'stddev'], counter: true, allowedLateness: '10ms' },
  { session: '1ms', aggregation: ['min', 'rate', 'p90'], allowedLateness: '1h' },
].map((options, i) => ({ id: `windows ${i}`, kind: 'metric', name: `s${i % 2}`, options }));

/** What a producer says in so many ticks: rows, folds, keyframes, tables, cleared series; some of it never comes. */
export function messagesOf(seed: number, ticks: number): readonly Message[] {
  const random = randomOf(seed);
  const chance = (p: number) => random() < p;
  const whole = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const sender = new FakeSender(
    { id: 'first', startedUs: 0 },
    {
      ...{
        rate: 4,
        roundMs: 2000,
        keyCells: 12,
        limit: 30,
        ring: 200,
        foldAt: whole(2, 12),
        keyBytes: 1500,
        rowCap: 60,
      },
      ...{ tableCap: 8, keyRows: 6, sliceRows: 4, pauseMaxMs: 4000, widgets: WINDOWS },
    },
  );
  const messages: Message[] = [];
  const stretch = whole(1, 20);
  for (let tick = 0; tick < ticks; tick += 1) {
    const nowMs = tick * 250;
    for (let i = 0; i < 3; i += 1) {
      for (let n = whole(0, 5); n > 0; n -= 1) {
        const time = nowMs * stretch + whole(0, 400) - (chance(0.1) ? whole(0, 9000) : 0);
        sender.send(`["s${i}",[]]`, time, chance(0.5) ? whole(-9, 9) : random() * 1e3, [1000, 10_000, 60_000]);
      }
    }
    if (chance(0.4)) sender.change('keyed', `k${whole(0, 5)}`, chance(0.3) ? null : whole(0, 99));
    if (chance(0.4)) sender.change('log', null, whole(0, 99));
    if (chance(0.05)) sender.publish(`title ${tick}`);
    if (chance(0.03)) sender.clear(`["s${whole(0, 2)}",[]]`);
    const message = sender.tick(nowMs);
    if (message !== null && !chance(0.15)) messages.push(message);
  }
  return messages;
}
