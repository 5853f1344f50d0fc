import type { Log } from '../log/log.ts';

/** One part of an end. It should stop by itself within `mostMs`; after that nobody waits for it. */
export interface ShutdownStep {
  readonly name: string;
  readonly mostMs: number;
  readonly run: () => Promise<void> | void;
}

/**
 * Runs the steps one after another: each begins when the one before is done, has failed, or has taken too long.
 *
 * @returns whether every step was done in time; which were not, the log says (`shutdown.failed`, `shutdown.late`).
 */
export async function shutDown(steps: readonly ShutdownStep[], log: Log): Promise<boolean> {
  let isClean = true;
  for (const { name, mostMs, run } of steps) {
    const began = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), mostMs);
    });
    const done = (async () => {
      await run();
      return 'done' as const;
    })();
    try {
      if ((await Promise.race([done, late])) === 'late') {
        isClean = false;
        done.catch(() => undefined); // what becomes of it is of no use to anybody
        log.write('error', 'shutdown.late', { step: name, mostMs });
      } else log.write('debug', 'shutdown.step', { step: name, tookMs: Math.round(performance.now() - began) });
    } catch (error) {
      isClean = false;
      log.write('error', 'shutdown.failed', { step: name, error: error instanceof Error ? error : String(error) });
    } finally {
      clearTimeout(timer);
    }
  }
  return isClean;
}
