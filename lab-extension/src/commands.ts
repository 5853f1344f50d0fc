/**
 * The extension's commands as data: what the palette, the View menu and the panel's own menu run.
 *
 * Each has a label and a caption, and an entry among the schema's shortcuts, where a user puts keys. A command that has nothing to act on is disabled.
 */
import type { Feed } from './feeds.ts';
import type { HostKernel } from './host.ts';

export const COMMAND_CATEGORY = 'StreamViz';

export const COMMAND_IDS = {
  togglePanel: 'stream-viz:toggle-panel',
  toggleMode: 'stream-viz:toggle-mode',
  pin: 'stream-viz:pin',
  togglePause: 'stream-viz:toggle-pause',
  clear: 'stream-viz:clear',
  exportCsv: 'stream-viz:export-csv',
} as const;

/** What the commands act on. */
export interface CommandTarget {
  /** The panel; null where it could not be made. */
  readonly panel: {
    readonly isVisible: boolean;
    readonly mode: 'compact' | 'full';
    readonly pinned: boolean;
    readonly paused: boolean;
    toggle(): void;
    toggleMode(): void;
    togglePin(): void;
    togglePause(): void;
  } | null;
  /** What is followed; null where there is no notebook or console. */
  readonly followed: { readonly name: string; readonly kernel: HostKernel | null; readonly feed: Feed } | null;
  /** Gives the user a file. */
  readonly download: (name: string, text: string) => void;
}

export interface CommandSpec {
  readonly id: string;
  readonly label: string;
  readonly caption: string;
  readonly isEnabled: () => boolean;
  readonly isToggled?: () => boolean;
  readonly execute: () => void;
}

/** The commands over a target that is read anew each time. */
export function commandSpecs(target: () => CommandTarget): readonly CommandSpec[] {
  const panel = () => target().panel;
  const hasPanel = (): boolean => panel() !== null;
  return [
    {
      id: COMMAND_IDS.togglePanel,
      label: 'Show StreamViz Panel',
      caption: 'Show or hide the live dashboard in the side area',
      isEnabled: hasPanel,
      isToggled: () => panel()?.isVisible === true,
      execute: () => panel()?.toggle(),
    },
    {
      id: COMMAND_IDS.toggleMode,
      label: 'Full Widgets in the Panel',
      caption: 'Show whole widgets in the panel, or one row per line',
      isEnabled: hasPanel,
      isToggled: () => panel()?.mode === 'full',
      execute: () => panel()?.toggleMode(),
    },
    {
      id: COMMAND_IDS.pin,
      label: 'Pin the Panel to This Notebook',
      caption: 'Keep showing this notebook or console, whichever is in front',
      isEnabled: () => hasPanel() && target().followed !== null,
      isToggled: () => panel()?.pinned === true,
      execute: () => panel()?.togglePin(),
    },
    {
      id: COMMAND_IDS.togglePause,
      label: 'Pause All Widgets',
      caption: 'Let panel and outputs stand still; what comes meanwhile is counted and shown afterwards',
      isEnabled: () => hasPanel() && target().followed?.feed.session != null,
      isToggled: () => panel()?.paused === true,
      execute: () => panel()?.togglePause(),
    },
    {
      id: COMMAND_IDS.clear,
      label: 'Clear Data',
      caption: 'Drop the data of every widget of this kernel, there and in every page',
      isEnabled: () => target().followed?.kernel != null,
      execute: () => clearData(target()),
    },
    {
      id: COMMAND_IDS.exportCsv,
      label: 'Export Data as CSV',
      caption: 'Download what this page holds of the kernel’s data',
      isEnabled: () => target().followed?.feed.session != null,
      execute: () => exportCsv(target()),
    },
  ];
}

/** Asks the kernel to drop all data. A busy kernel does it when the running cell ends. */
function clearData({ followed }: CommandTarget): void {
  const code = "__import__('stream_viz').clear()";
  followed?.kernel?.requestExecute({ code, silent: true, store_history: false, stop_on_error: false });
}

function exportCsv({ followed, download }: CommandTarget): void {
  if (followed === null || followed.feed.session === null) return;
  const { session } = followed.feed;
  const stem = followed.name.replace(/\.ipynb$/i, '').replace(/[^\p{L}\p{N}._ -]+/gu, '-') || 'streamviz';
  for (const { name, text } of followed.feed.runtimeOf(session)?.toCsv(session) ?? [])
    download(`${stem}-${name}`, text);
}
