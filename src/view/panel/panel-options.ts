/** What a panel shows: nothing in front, or a kernel. */
export type PanelSource =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'kernel';
      /** `Untitled.ipynb`. */
      readonly name: string;
      /** Null: nothing was heard yet. */
      readonly session: string | null;
      readonly kernel: 'starting' | 'idle' | 'busy' | 'dead' | 'none';
      /** When the kernel restarted, ms of the page's clock, until it declares something again. */
      readonly restartedAt: number | null;
      /** What the host has to say about this kernel, such as a version that does not fit. */
      readonly notice: { readonly code: string; readonly message: string } | null;
    };

/** Everything a panel is told by its host, and whom it tells what its reader wants. It keeps none of it. */
export interface PanelOptions {
  readonly source: PanelSource;
  readonly mode: 'compact' | 'full';
  readonly pinned: boolean;
  readonly paused: boolean;
  /** Draws a second at most; 0: every frame. */
  readonly redrawPerSec: number;
  /** Ids of the widgets that are hidden in this session. */
  readonly hidden: readonly string[];
  /** Keys of collapsed groups. */
  readonly collapsed: readonly string[];
  /** Heading of a cell's group; null: the cell is unknown here. */
  readonly cellHeading: (cell: string) => string | null;
  readonly onMode: (mode: 'compact' | 'full') => void;
  readonly onPin: (pinned: boolean) => void;
  readonly onPause: (paused: boolean) => void;
  readonly onHidden: (ids: readonly string[]) => void;
  readonly onCollapsed: (keys: readonly string[]) => void;
  readonly onExport: () => void;
  readonly onClear: () => void;
  /** Brings the cell into sight. */
  readonly onReveal: (cell: string) => void;
}
