import { doublesIn } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { TimeSpan } from './session-view.ts';

/** Spans as columns of a state. */
export function spanColumns(spans: readonly TimeSpan[]): StateTable['columns'] {
  return {
    start: Float64Array.from(spans, ({ startUs }) => startUs),
    end: Float64Array.from(spans, ({ endUs }) => endUs),
  };
}

/** The spans of a table that has them as columns. @throws StreamVizError `STATE_INVALID` */
export function spansIn(table: StateTable): TimeSpan[] {
  const start = doublesIn(table, 'start');
  const end = doublesIn(table, 'end', start.length);
  return Array.from(start, (startUs, i) => ({ startUs, endUs: end[i]! }));
}
