import type { SessionHub } from '../hub/session-hub.ts';
import { EventLoopDelay } from './event-loop.ts';
import type { Metrics } from './metrics.ts';
import { processFamilies } from './process-families.ts';
import { type ServerReadings, serverFamilies } from './server-families.ts';
import { sessionFamilies } from './session-families.ts';
import type { Traffic } from './traffic.ts';

/**
 * Registers what every server tells of itself.
 *
 * @param options.schedule Runs later, and keeps no process alive by that.
 * @returns Ends it; twice is harmless.
 */
export function registerServerMetrics(
  metrics: Metrics,
  options: ServerReadings & {
    readonly hub: SessionHub;
    readonly traffic: Traffic;
    readonly schedule: (run: () => void, ms: number) => () => void;
  },
): () => void {
  const { hub, traffic, schedule } = options;
  const startedMs = Date.now() - 1000 * process.uptime();
  const delay = new EventLoopDelay({ schedule, now: () => performance.now() });
  const ends = [
    metrics.register(() => serverFamilies(options)),
    metrics.register(() => sessionFamilies(hub)),
    metrics.register(() => traffic.families()),
    metrics.register(() => delay.families()),
    metrics.register(() => processFamilies(startedMs)),
  ];
  return () => {
    for (const end of ends) end();
    delay.stop();
  };
}
