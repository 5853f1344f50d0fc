import { PaneWindows } from './pane-windows.ts';
import { SessionWindows } from './session-windows.ts';
import type { WindowOperator, WindowOptions } from './window-operator.ts';

/** The operator for this shape: {@link PaneWindows} for tumbling and sliding, {@link SessionWindows} for sessions. */
export function createWindows(options: WindowOptions): WindowOperator {
  return options.shape.kind === 'session' ? new SessionWindows(options) : new PaneWindows(options);
}
