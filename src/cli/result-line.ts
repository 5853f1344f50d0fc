import type { Aggregation } from '../core/windows/aggregation.ts';
import { APPROXIMATE, AT_LEAST, SKETCHED, type WindowResults } from '../core/windows/window-results.ts';

/**
 * Row `row` as one line of JSON, without its line end: key, start, end (ms), count, final, revision, values by aggregation.
 *
 * A value that there is none of is null. `supersedes` and `approximate` stand there only where they say something.
 */
export function resultLine(
  key: string,
  results: WindowResults,
  row: number,
  aggregations: readonly Aggregation[],
): string {
  const fields: Record<string, unknown> = {
    key,
    start: results.start[row]! / 1000,
    end: results.end[row]! / 1000,
    count: results.count[row]!,
    final: results.final[row] === 1,
    revision: results.revision[row]!,
  };
  const supersedes = results.supersedes.get(row);
  if (supersedes !== undefined) fields.supersedes = supersedes.map(([start, end]) => [start / 1000, end / 1000]);
  for (let k = 0; k < aggregations.length; k += 1) {
    const value = results.value(row, k);
    fields[aggregations[k]!.text] = Number.isFinite(value) ? value : null;
  }
  const flags = results.flags[row]!;
  if ((flags & (APPROXIMATE | SKETCHED | AT_LEAST)) !== 0) {
    const names = aggregations.filter((aggregation) => isApproximate(aggregation, flags)).map(({ text }) => text);
    if (names.length > 0) fields.approximate = names;
  }
  return JSON.stringify(fields);
}

function isApproximate({ kind }: Aggregation, flags: number): boolean {
  if (kind === 'quantile') return (flags & SKETCHED) !== 0;
  if (kind === 'distinct') return (flags & AT_LEAST) !== 0;
  return (flags & APPROXIMATE) !== 0 && (kind === 'increase' || kind === 'rate' || kind === 'delta');
}
