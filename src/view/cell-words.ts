import type { DashboardDocument } from '../dashboard/document.ts';
import type { SessionStore } from '../session/session-view.ts';

/** What stands in a cell instead of widgets, or above them. */
export interface CellWords {
  readonly text: string;
  /** Stable code of a problem; null for plain news. */
  readonly code: string | null;
}

/** Ms after which a cell without data says more than "Loading". */
export const PATIENCE_MS = 5000;

const WORDS = {
  loading: 'Loading',
  noData: 'No data has come yet. A busy kernel sends it when the running cell ends; otherwise run this cell again.',
  gone: 'The kernel that showed this is gone. Run this cell again to go on.',
  closed: 'These widgets were closed.',
} as const;

/**
 * The words of a cell view; null where its widgets say everything themselves.
 *
 * @param waitedMs Since the view was mounted.
 */
export function cellWords(input: {
  readonly store: SessionStore | null;
  readonly viewId: string;
  readonly waitedMs: number;
}): CellWords | null {
  const { store } = input;
  const document = store?.document ?? null;
  if (document && hasWidgets(document, input.viewId)) return null;
  if (store?.problem) return { text: store.problem.message, code: store.problem.code };
  if (store?.status === 'gone') return { text: WORDS.gone, code: null };
  if (input.waitedMs < PATIENCE_MS) return { text: WORDS.loading, code: null };
  return { text: document ? WORDS.closed : WORDS.noData, code: null };
}

function hasWidgets(document: DashboardDocument, viewId: string): boolean {
  const view = document.views.find(({ id }) => id === viewId);
  return view?.widgets.some((id) => document.widgets.some((widget) => widget.id === id)) ?? false;
}

/** Columns of a grid by its own width: 1 below 560 px, 2 to 1100, 3 to 1700, then 4; never more than widgets. */
export function gridColumns(widthPx: number, widgets: number): number {
  const fit = widthPx < 560 ? 1 : widthPx < 1100 ? 2 : widthPx < 1700 ? 3 : 4;
  return Math.max(1, Math.min(fit, widgets));
}
