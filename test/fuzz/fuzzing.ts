/** Gives parsers inputs that are almost valid, and notes what must not happen. */
import { isStreamVizError } from '../../src/core/errors.ts';
import { SeededRandom, seedOf } from '../faults/seeded-random.ts';
import type { FuzzTarget } from './fuzz-target.ts';

export interface FuzzOptions {
  readonly targets: readonly FuzzTarget[];
  /** Over all targets, by their shares. */
  readonly inputs: number;
  readonly seed: number;
  /** Number of the first input of each target. Default 0. */
  readonly from?: number;
  /** An input that takes longer is a failure. Default 2000 ms: two busy cores, collections of garbage included. */
  readonly mostMs?: number;
  /** What one target may keep when its inputs are over. Default 12 MB. */
  readonly mostGrowthBytes?: number;
  /** Collects garbage; without it nothing is said of memory. */
  readonly collect?: (() => void) | undefined;
  readonly progress?: (line: string) => void;
}

export interface FuzzFailure {
  readonly target: string;
  /** `seed` and this make the input again. */
  readonly index: number;
  readonly what: 'crash' | 'slow' | 'growth';
  readonly message: string;
  /** Further inputs that failed in the same place. */
  more: number;
}

export interface TargetReport {
  readonly target: string;
  inputs: number;
  /** Taken without a complaint. */
  taken: number;
  /** Refused with a code, by code. */
  readonly refused: Map<string, number>;
  slowestMs: number;
  slowestIndex: number;
  totalMs: number;
  /** Heap and array buffers after the last input less those after the first tenth; NaN where nothing was measured. */
  growthBytes: number;
}

export interface FuzzReport {
  readonly seed: number;
  readonly targets: readonly TargetReport[];
  readonly failures: readonly FuzzFailure[];
}

/** Where something was thrown: the first lines of its stack, without words that differ from input to input. */
const placeOf = (stack: string): string => stack.split('\n').slice(1, 4).join(' ') || stack.slice(0, 60);

/** Failures listed of one target, each in another place. */
const MOST_FAILURES = 20;

/** The input of a number: a seed and it decide all of it. */
export function inputOf<Input>(target: FuzzTarget<Input>, seed: number, index: number): Input {
  return target.make(new SeededRandom(seedOf(seed, index)));
}

function heldBytes(collect: () => void): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Fuzzes one target after another. What a target throws that has no code is a failure, as is what is slow or grows. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { targets, inputs, seed } = options;
  const shares = targets.reduce((sum, { share = 1 }) => sum + share, 0);
  const failures: FuzzFailure[] = [];
  const reports: TargetReport[] = [];
  for (const target of targets) {
    const count = Math.max(1, Math.round((inputs * (target.share ?? 1)) / shares));
    const report = await fuzzTarget(target, count, options, failures);
    reports.push(report);
    options.progress?.(targetLine(report));
  }
  return { seed, targets: reports, failures };
}

async function fuzzTarget(
  target: FuzzTarget,
  count: number,
  { seed, from = 0, mostMs: mostOfAllMs = 2000, mostGrowthBytes = 12e6, collect }: FuzzOptions,
  failures: FuzzFailure[],
): Promise<TargetReport> {
  const report: TargetReport = {
    ...{ target: target.name, inputs: count, taken: 0, refused: new Map<string, number>() },
    ...{ slowestMs: 0, slowestIndex: -1, totalMs: 0, growthBytes: Number.NaN },
  };
  const listed = new Map<string, FuzzFailure>();
  const fail = (index: number, what: FuzzFailure['what'], message: string): void => {
    const place = what === 'crash' ? placeOf(message) : what;
    const held = listed.get(place);
    if (held !== undefined) held.more += 1;
    else if (listed.size < MOST_FAILURES) {
      const failure = { target: target.name, index, what, message, more: 0 };
      listed.set(place, failure);
      failures.push(failure);
    }
  };
  const { mostMs = mostOfAllMs } = target;
  const warmUp = Math.max(200, Math.floor(count / 10));
  let before = Number.NaN;
  for (let i = 0; i < count; i += 1) {
    const index = from + i;
    if (i === warmUp && collect !== undefined) {
      target.rest?.();
      before = heldBytes(collect);
    }
    const input = inputOf(target, seed, index);
    const began = performance.now();
    try {
      const outcome = target.take(input);
      if (outcome instanceof Promise) await outcome;
      report.taken += 1;
    } catch (error) {
      if (isStreamVizError(error)) report.refused.set(error.code, (report.refused.get(error.code) ?? 0) + 1);
      else fail(index, 'crash', error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    const ms = performance.now() - began;
    report.totalMs += ms;
    if (ms > report.slowestMs) [report.slowestMs, report.slowestIndex] = [ms, index];
    if (ms > mostMs) fail(index, 'slow', `${ms.toFixed(0)} ms`);
    // Timers and sockets of the process have their turn.
    if (i % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
  }
  if (collect !== undefined && count > warmUp) {
    target.rest?.();
    report.growthBytes = heldBytes(collect) - before;
    if (report.growthBytes > mostGrowthBytes)
      fail(from + count, 'growth', `${(report.growthBytes / 1e6).toFixed(1)} MB`);
  }
  return report;
}

const codes = (refused: ReadonlyMap<string, number>): string =>
  [...refused]
    .sort((a, b) => b[1] - a[1])
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');

/** One line for a person. */
export function targetLine(report: TargetReport): string {
  const { target, inputs, taken, refused, slowestMs, slowestIndex, totalMs, growthBytes } = report;
  const growth = Number.isNaN(growthBytes) ? '' : `, kept ${(growthBytes / 1e6).toFixed(1)} MB`;
  const said = [...refused.values()].reduce((sum, count) => sum + count, 0);
  const times = `${((1000 * totalMs) / inputs).toFixed(0)} us each, slowest ${slowestMs.toFixed(1)} ms (input ${slowestIndex})`;
  return `${target}: ${inputs} inputs, ${taken} taken, ${said} refused; ${times}${growth}; ${codes(refused)}`;
}
