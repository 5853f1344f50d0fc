import type { StateTable } from '../state-table.ts';
import { PaneWindows } from './pane-windows.ts';
import { SessionWindows } from './session-windows.ts';
import type { WindowOperator, WindowOptions } from './window-operator.ts';
import type { WindowResults } from './window-results.ts';

/**
 * The operator for this shape: {@link PaneWindows} for tumbling and sliding, {@link SessionWindows} for sessions.
 *
 * @param results Where it appends its results. Default: columns of its own; streams whose results are read one stream at a
 *   time can share one, which stays in the processor's cache.
 */
export function createWindows(options: WindowOptions, results?: WindowResults): WindowOperator {
  return options.shape.kind === 'session' ? new SessionWindows(options, results) : new PaneWindows(options, results);
}

/** The operator whose `save` gave these tables, under the same options. @throws StreamVizError `STATE_INVALID` */
export function restoreWindows(options: WindowOptions, tables: readonly StateTable[]): WindowOperator {
  return options.shape.kind === 'session'
    ? SessionWindows.restore(options, tables)
    : PaneWindows.restore(options, tables);
}
