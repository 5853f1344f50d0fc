// A hub with its history in the real worker.
import { onTestFinished } from 'vitest';
import { History } from '../../../standalone/server/history/history.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import { DEFAULT_LIMITS, type ServerLimits } from '../../../standalone/server/limits.ts';
import type { Log, LogFields } from '../../../standalone/server/log/log.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { PlainProducer } from '../hub/producer.ts';

export type LogLine = readonly [level: string, event: string, fields: LogFields];

function schedule(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

/** Opens a history as a server does; it is closed with the test. */
export async function historyOn(
  path: string,
  limits: Partial<ServerLimits> = {},
  mostBytes = Number.POSITIVE_INFINITY,
) {
  const environment = { now: () => Date.now() * 1000, schedule, limits: { ...DEFAULT_LIMITS, ...limits } };
  const hub = new SessionHub(environment);
  const log: LogLine[] = [];
  const sink: Log = {
    write: (level, event, fields = {}) => void log.push([level, event, fields]),
    isOn: () => true,
    hide: () => undefined,
  };
  const history = await History.open({ path, mostBytes, hub, environment, log: sink });
  onTestFinished(async () => {
    hub.close();
    await history.close();
  });
  return { history, hub, log, environment };
}

/** A producer with a seat in the hub: each call sends one message with these rows. */
export function sendTo(hub: SessionHub, producer = new PlainProducer(new FakeClock())) {
  const seat = hub.join(producer.hello);
  producer.session = seat.session;
  return Object.assign((rows: Parameters<PlainProducer['message']>[0] = {}) => seat.take(producer.frame(rows)), {
    seat,
  });
}
