import type { SessionStore } from '../../session/session-view.ts';
import type { IconName } from '../icons.ts';
import type { PanelSource } from './panel-options.ts';

/** A line above the rows. */
export interface PanelNote {
  readonly kind: 'neutral' | 'warn' | 'crit';
  readonly icon: IconName;
  readonly text: string;
  readonly code: string | null;
}

/** What stands in the panel's place where there is nothing to show. */
export interface PanelEmpty {
  readonly text: string;
  /** What to run; null where running does not help. */
  readonly call: string | null;
}

export interface PanelWordsInput {
  readonly source: PanelSource;
  readonly store: Pick<SessionStore, 'status' | 'goneAtUs' | 'problem'> | null;
  /** Widgets declared, hidden ones too. */
  readonly widgetCount: number;
  /** When the panel was paused and how many samples came since; null while it is not. */
  readonly paused: { readonly atUs: number; readonly fresh: number } | null;
  readonly clockText: (us: number) => string;
}

const CALL = 'cpu = sv.metric("cpu")';

/** The notes of a panel, the gravest first. */
export function panelNotes({ source, store, widgetCount, paused, clockText }: PanelWordsInput): readonly PanelNote[] {
  if (source.kind === 'none') return [];
  const notes: PanelNote[] = [];
  const { notice, kernel, restartedAt, name } = source;
  if (notice !== null) notes.push({ kind: 'warn', icon: 'warning', text: notice.message, code: notice.code });
  const end = endOf();
  if (end !== null) notes.push({ kind: 'neutral', icon: 'disconnected', text: end, code: null });
  else if (store?.problem) {
    notes.push({ kind: 'crit', icon: 'critical', text: store.problem.message, code: store.problem.code });
  }
  if (paused !== null && widgetCount > 0) {
    const fresh = paused.fresh.toLocaleString();
    notes.push({
      kind: 'neutral',
      icon: 'pause',
      text: `Paused ${clockText(paused.atUs)} · ${fresh} new`,
      code: null,
    });
  }
  return notes;

  function endOf(): string | null {
    if (restartedAt !== null) return `Kernel restarted ${clockText(restartedAt * 1000)}`;
    if (kernel === 'dead') return widgetCount > 0 ? `The kernel of ${name} died` : null;
    if (kernel === 'none') return widgetCount > 0 ? `${name} has no kernel now` : null;
    if (store?.status !== 'gone') return null;
    return Number.isFinite(store.goneAtUs) ? `Disconnected ${clockText(store.goneAtUs)}` : 'Disconnected';
  }
}

/** What is said where nothing is shown; null while there are widgets. */
export function panelEmpty({ source, widgetCount }: PanelWordsInput): PanelEmpty | null {
  if (widgetCount > 0) return null;
  if (source.kind === 'none') {
    return {
      text: 'No notebook or console is open here. The panel shows the widgets of the one in front.',
      call: null,
    };
  }
  switch (source.kernel) {
    case 'none':
      return { text: `${source.name} has no kernel.`, call: null };
    case 'starting':
      return { text: 'The kernel is starting.', call: null };
    case 'dead':
      return { text: 'The kernel died. Restart it to go on.', call: null };
    case 'idle':
    case 'busy':
      return { text: 'Nothing is declared yet. Run in a cell:', call: CALL };
  }
}
