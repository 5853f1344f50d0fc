// What kill.test.ts runs and kills: a producer that sends as fast as 2000 messages a second into a history.
import { writeSync } from 'node:fs';
import { History } from '../../../standalone/server/history/history.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import { DEFAULT_LIMITS } from '../../../standalone/server/limits.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { PlainProducer } from '../hub/producer.ts';

const environment = {
  now: () => Date.now() * 1000,
  schedule: (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  // Of the clock of the producer nothing is too old.
  limits: { ...DEFAULT_LIMITS, retentionUs: Number.POSITIVE_INFINITY },
};
const hub = new SessionHub(environment);
const path = process.argv[2]!;
const log = { write: () => undefined, isOn: () => false, hide: () => undefined };
await History.open({ path, mostBytes: Number.POSITIVE_INFINITY, hub, environment, log });
const clock = new FakeClock();
const producer = new PlainProducer(clock);
const seat = hub.join(producer.hello);
// It goes on where the one before was: what was not acknowledged it no longer has, as after a loss of its own.
const live = hub.sessions.get('app')!;
producer.seq = live.seq;
producer.n.set('["a",[]]', live.totals.samplesTotal);
let before = live.store.series('a')[0]?.lastTimeUs ?? clock.nowUs;
producer.before.set('["a",[]]', before);
if (live.seq === 0) producer.before.clear();
for (;;) {
  for (let i = 0; i < 10; i += 1) {
    const from = before + 1000;
    seat.take(producer.frame({ a: Array.from({ length: 10 }, (_, k) => [from + 1000 * k, k] as const) }));
    before = from + 9000;
    writeSync(1, `S ${producer.seq} ${Math.round(performance.now())}\n`);
  }
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (seat.position.seq > 0) writeSync(1, `A ${seat.position.seq}\n`);
}
