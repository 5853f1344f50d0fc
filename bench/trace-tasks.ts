// What a page's main thread did, from Chromium's own trace: by its processor time, so that a busy machine does not look like us.
import type { Browser, Page } from 'playwright-core';

/** One task of a page's main thread that ran a script of ours. */
export interface TracedTask {
  /** Processor time of the whole task, its layout and painting included, ms. */
  readonly cpuMs: number;
  /** The same by the clock: with what the machine gave to others meanwhile, ms. */
  readonly wallMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** us. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly url?: string } };
}

/** Runs `work` and returns the tasks in which a script whose address matches `ours` ran meanwhile. */
export async function tracedTasks(
  browser: Browser,
  page: Page,
  ours: RegExp,
  work: () => Promise<void>,
): Promise<readonly TracedTask[]> {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: readonly TraceEvent[];
  };
  const whole = traceEvents.filter(({ ph }) => ph === 'X');
  const tasks = whole.filter(({ name }) => name === 'RunTask').sort((a, b) => a.ts - b.ts);
  const found = new Set<TraceEvent>();
  for (const call of whole) {
    if (call.name !== 'FunctionCall' || !ours.test(call.args?.data?.url ?? '')) continue;
    const task = tasks.findLast(({ pid, tid, ts }) => pid === call.pid && tid === call.tid && ts <= call.ts);
    if (task) found.add(task);
  }
  if (found.size === 0) throw new Error(`no script of ours ran: ${ours.source}`);
  return [...found].map(({ tdur = 0, dur = 0 }) => ({ cpuMs: tdur / 1000, wallMs: dur / 1000 }));
}
