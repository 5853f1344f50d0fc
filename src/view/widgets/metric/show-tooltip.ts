import type { Tooltip } from '../../tooltip.ts';
import type { CursorView } from './cursor.ts';
import { type RowOptions, tooltipContent } from './metric-tooltip.ts';

/** Shows what is under the cursor beside it, or hides the tooltip where that is null. */
export function showTooltip(
  tooltip: Tooltip,
  view: CursorView | null,
  options: Omit<RowOptions, 'cursorUs' | 'hot'> & { readonly stage: HTMLElement },
): void {
  if (view === null) {
    tooltip.hide();
    return;
  }
  const content = tooltipContent(view.found, { ...options, cursorUs: view.timeUs, hot: view.hot });
  const box = options.stage.getBoundingClientRect();
  const dot = view.cursor.dots.find(({ line }) => line === view.hot) ?? view.cursor.dots[0];
  const at = { clientX: box.left + view.cursor.x, clientY: box.top + (dot?.y ?? box.height / 2) };
  tooltip.show(content, at, view.byKeys);
}
