/**
 * What the extension uses of its host, by shape. JupyterLab's own objects have these members; a test makes them in a few lines.
 * Types only: nothing here is left when it runs.
 */

/** Lumino's signal. */
export interface Signal<Sender, Value> {
  connect(slot: (sender: Sender, value: Value) => void): boolean;
  disconnect(slot: (sender: Sender, value: Value) => void): boolean;
}

/** A kernel message as the host delivers it; buffers are the message's own. */
export interface HostMessage {
  readonly header: { readonly msg_type: string };
  readonly content: unknown;
  readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
}

export interface HostKernel {
  readonly id: string;
  readonly status: string;
  requestExecute(content: {
    readonly code: string;
    readonly silent?: boolean;
    readonly store_history?: boolean;
    readonly stop_on_error?: boolean;
  }): { readonly done: Promise<unknown> };
  requestCommInfo(content: { readonly target_name?: string }): Promise<{ readonly content: unknown }>;
  readonly clientId: string;
  readonly username: string;
  /** Sends a message as it is; throws where the kernel is dead. */
  sendShellMessage(message: HostShellMessage, expectReply?: boolean, disposeOnDone?: boolean): unknown;
}

/** A message to a kernel. */
export interface HostShellMessage {
  readonly header: {
    readonly msg_id: string;
    readonly msg_type: string;
    readonly session: string;
    readonly username: string;
    readonly date: string;
    readonly version: string;
  };
  readonly parent_header: object;
  readonly metadata: object;
  readonly content: object;
  readonly channel: string;
  readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
}

/** One notebook's or console's tie to its kernel; outlives restarts and changes of the kernel. */
export interface HostSessionContext {
  readonly isReady: boolean;
  readonly isDisposed: boolean;
  readonly session: { readonly kernel: HostKernel | null } | null;
  readonly disposed: Signal<unknown, void>;
  readonly iopubMessage: Signal<unknown, HostMessage>;
  readonly statusChanged: Signal<unknown, string>;
  readonly connectionStatusChanged: Signal<unknown, string>;
  readonly kernelChanged: Signal<
    unknown,
    { readonly oldValue: HostKernel | null; readonly newValue: HostKernel | null }
  >;
}

/** A widget of the host's shell. */
export interface HostWidget {
  readonly id: string;
  readonly isDisposed: boolean;
  readonly disposed: Signal<unknown, void>;
  readonly title: { readonly label: string; readonly changed: Signal<unknown, unknown> };
}

/** The registry of renderers that a notebook or a console has for itself: its resolver names its owner. */
export interface HostRendermime {
  readonly resolver: object | null;
}

/** Output of a cell, as the model has it. `data` copies: read it once. */
export interface HostOutput {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  toJSON(): Readonly<Record<string, unknown>>;
}

export interface HostOutputs {
  readonly length: number;
  get(index: number): HostOutput;
  add(output: Readonly<Record<string, unknown>>): number;
}

export interface HostCell {
  readonly id: string;
  readonly type: string;
  /** Of a code cell: null before it ran and while it runs first. */
  readonly executionCount?: number | null;
}

/** A list of cell models. */
export interface HostCells extends Iterable<HostCell> {
  readonly length: number;
  get(index: number): HostCell;
}

/** The tie of a notebook to its file. */
export interface HostContext {
  readonly path: string;
  readonly pathChanged: Signal<unknown, string>;
  readonly ready: Promise<void>;
  /** `started` comes synchronously before the model is written. */
  readonly saveState: Signal<unknown, string>;
  save(): Promise<void>;
}

export interface HostNotebook extends HostWidget {
  readonly context: HostContext;
  readonly sessionContext: HostSessionContext;
  readonly content: {
    readonly rendermime: HostRendermime;
    readonly model: { readonly cells: HostCells; readonly contentChanged?: Signal<unknown, unknown> } | null;
    activeCellIndex: number;
    scrollToItem?(index: number, align?: 'smart'): Promise<void>;
  };
}

export interface HostConsole extends HostWidget {
  readonly sessionContext: HostSessionContext;
  readonly console: { readonly rendermime: HostRendermime };
}

/** A host's list of notebooks or of consoles. */
export interface HostTracker<Panel extends HostWidget> {
  readonly currentWidget: Panel | null;
  readonly currentChanged: Signal<unknown, Panel | null>;
  /** Comes before the panel has its content. */
  readonly widgetAdded: Signal<unknown, Panel>;
  forEach(visit: (panel: Panel) => void): void;
}

/** The host's shell. */
export interface HostShell {
  readonly currentWidget: object | null;
  readonly currentChanged?: Signal<unknown, unknown> | undefined;
  activateById(id: string): void;
}
