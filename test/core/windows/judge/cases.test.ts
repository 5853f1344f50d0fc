import { describe, expect, test } from 'vitest';
import { parseAggregation } from '../../../../src/core/windows/aggregation.ts';
import { createWindows } from '../../../../src/core/windows/create-windows.ts';
import type { WindowOperator } from '../../../../src/core/windows/window-operator.ts';
import { windowShape } from '../../../../src/core/windows/window-shape.ts';
import { type Arrival, BEAM_CASES, type Case, FLINK_CASES } from './cases.ts';

const us = (seconds: number): number => Math.round(seconds * 1e6);

function operatorOf({ shape, lateness, allowedLateness, idle }: Case): WindowOperator {
  const lengths = Object.entries(shape).map(([name, seconds]) => [name, us(seconds ?? 0)]);
  return createWindows({
    shape: windowShape(Object.fromEntries(lengths)),
    aggregations: [parseAggregation('count')],
    lateness: us(lateness ?? 0),
    allowedLateness: us(allowedLateness ?? 0),
    idle: idle === undefined ? null : us(idle),
    maxAhead: Number.MAX_SAFE_INTEGER,
  });
}

/** Hands it to the operator; `now` is the clock that was told last. */
function arrive(windows: WindowOperator, what: Arrival, now: number): number {
  if (what === 'end of input') windows.close();
  else if ('watermark' in what) windows.raiseWatermark(us(what.watermark));
  else if ('clock' in what) {
    windows.advance(us(what.clock));
    return us(what.clock);
  } else windows.add(Float64Array.from(what.at, us), new Float64Array(what.at.length).fill(1), 0, what.at.length, now);
  return now;
}

function taken(windows: WindowOperator): string[] {
  const { results } = windows;
  const lines = Array.from({ length: results.length }, (_, row) => {
    const bounds = ([from, to]: readonly [number, number]) => `${from / 1e6}-${to / 1e6}`;
    const revision = results.revision[row]! > 0 ? ` r${results.revision[row]}` : '';
    const replaced = results.supersedes.get(row)?.map(bounds).join(', ');
    expect(results.final[row]).toBe(1);
    expect(results.value(row, 0)).toBe(results.count[row]);
    return `${bounds([results.start[row]!, results.end[row]!])}: ${results.count[row]}${revision}${replaced === undefined ? '' : ` replaces ${replaced}`}`;
  });
  results.clear();
  return lines;
}

describe.each([
  ['Flink', FLINK_CASES],
  ['Beam', BEAM_CASES],
] as const)('as %s documents it', (_, cases) => {
  test.each(cases)('$rule', (given) => {
    const windows = operatorOf(given);
    let now = Number.NaN;
    for (const [what, ...results] of given.steps) {
      now = arrive(windows, what, now);
      expect(taken(windows), JSON.stringify(what)).toEqual(results);
    }
    expect(windows.counters.dropped).toBe(given.dropped ?? 0);
  });
});
