import fc from 'fast-check';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { SessionWindows } from '../../../src/core/windows/session-windows.ts';
import type { WindowOptions } from '../../../src/core/windows/window-operator.ts';
import type { WindowResults } from '../../../src/core/windows/window-results.ts';
import type { NaiveResult, Step } from './naive-sessions.ts';

/** Sessions of gap 10 with these aggregations. */
export function sessionOptions(aggregations: readonly string[], rest: Partial<WindowOptions> = {}): WindowOptions {
  return { shape: { kind: 'session', gap: 10 }, aggregations: aggregations.map(parseAggregation), ...rest };
}

/** Whole values, so that every sum is exact; times in any order, some of them twice, some negative. */
export const steps = (maxTime: number, maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({
          time: fc.integer({ min: -20, max: maxTime }),
          value: fc.oneof(
            { weight: 12, arbitrary: fc.integer({ min: -9, max: 30 }) },
            fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
          ),
        }),
      },
      { weight: 1, arbitrary: fc.record({ watermark: fc.integer({ min: 0, max: maxTime }) }) },
    ),
    { maxLength },
  );

/** Mostly in order: what a stream looks like. */
export const driftingSteps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc
    .array(
      fc.record({
        ahead: fc.constantFrom(0, 1, 3, 7, 10, 11, 19, 20, 21, 40),
        behind: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 60 })),
        value: fc.integer({ min: -9, max: 30 }),
      }),
      { maxLength },
    )
    .map((moves) => {
      let clock = 0;
      return moves.map(({ ahead, behind, value }) => {
        clock += ahead;
        return { time: clock - behind, value };
      });
    });

/** Gives the steps to the operator in `add` calls of at most these sizes, cycled. */
export function run(windows: SessionWindows, given: readonly Step[], sizes: readonly number[] = [1]): void {
  let pending: { readonly time: number; readonly value: number }[] = [];
  let batch = 0;
  const flush = () => {
    const times = Float64Array.from(pending, ({ time }) => time);
    windows.add(
      times,
      Float64Array.from(pending, ({ value }) => value),
      0,
      times.length,
      Number.NaN,
    );
    pending = [];
    batch += 1;
  };
  for (const step of given) {
    if ('watermark' in step) {
      flush();
      windows.raiseWatermark(step.watermark);
      continue;
    }
    pending.push(step);
    if (pending.length >= sizes[batch % sizes.length]!) flush();
  }
  flush();
}

export const rowsOf = (results: WindowResults): NaiveResult[] =>
  Array.from({ length: results.length }, (_, row) => ({
    start: results.start[row]!,
    end: results.end[row]!,
    count: results.count[row]!,
    revision: results.revision[row]!,
    supersedes: results.supersedes.get(row) ?? [],
    values: Array.from({ length: results.width }, (_, k) => results.value(row, k)),
  }));

/** Final results of all steps and of closing, as `start-end count rN [superseded]` beside the value of the first aggregation. */
export function finals(options: WindowOptions, given: readonly Step[]): string[] {
  const windows = new SessionWindows(options);
  run(windows, given);
  windows.close();
  return rowsOf(windows.results).map(texts);
}

export const texts = ({ start, end, revision, supersedes, values }: NaiveResult): string => {
  const replaced =
    supersedes.length > 0 ? ` replaces ${supersedes.map(([from, to]) => `${from}-${to}`).join(', ')}` : '';
  return `${start}-${end}: ${values.join(' ')} r${revision}${replaced}`;
};
