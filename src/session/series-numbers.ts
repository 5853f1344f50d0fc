import { metaNumber, numberIn, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { SeriesCounters } from './session-view.ts';

const NAMES = ['version', 'pastVersion', 'lastTimeUs', 'lastValue', 'n', 'verifiedSeq', 'maxTimeUs'] as const;
const COUNTERS = ['folded', 'late', 'invalid', 'missing', 'expired'] as const;

/** The single numbers that one series keeps. */
export type SeriesNumbers = { [name in (typeof NAMES)[number]]: number } & { counters: SeriesCounters };

export function saveNumbers(series: Readonly<SeriesNumbers>): StateTable {
  const meta = {
    ...Object.fromEntries(NAMES.map((name) => [name, metaNumber(series[name])])),
    ...Object.fromEntries(COUNTERS.map((name) => [name, metaNumber(series.counters[name])])),
  };
  return { name: 'numbers', meta, columns: {} };
}

/** Takes the place of the numbers there are. @throws StreamVizError `STATE_INVALID` */
export function restoreNumbers(series: SeriesNumbers, tables: readonly StateTable[]): void {
  const table = tableNamed(tables, 'numbers');
  for (const name of NAMES) series[name] = numberIn(table, name);
  const counters = { ...series.counters };
  for (const name of COUNTERS) counters[name] = numberIn(table, name);
  series.counters = counters;
}

export const sameCounters = (a: Readonly<SeriesCounters>, b: Readonly<SeriesCounters>): boolean =>
  COUNTERS.every((name) => a[name] === b[name]);

/** Those that are known, and no other field. */
export function copyCounters({ folded, late, invalid, missing, expired }: Readonly<SeriesCounters>): SeriesCounters {
  return { folded, late, invalid, missing, expired };
}
