import type { HostCell, HostConsole, HostNotebook, HostSessionContext, HostShell, HostTracker } from '../src/host.ts';
import { FakeSignal } from './fake-signal.ts';

let made = 0;

class FakeWidget {
  readonly id = `w${made++}`;
  isDisposed = false;
  readonly disposed = new FakeSignal<void>();
  readonly title = { label: '', changed: new FakeSignal<unknown>() };

  constructor(label: string) {
    this.title.label = label;
  }

  /** Closes it, as the host does: flag first, then the signal. */
  close(): void {
    this.isDisposed = true;
    this.disposed.emit();
  }

  rename(label: string): void {
    this.title.label = label;
    this.title.changed.emit(undefined);
  }
}

export class FakeNotebook extends FakeWidget {
  readonly sessionContext: HostSessionContext;
  readonly context = { path: '', pathChanged: new FakeSignal<string>() };
  readonly cells: HostCell[] = [];
  readonly contentChanged = new FakeSignal<unknown>();
  readonly scrolled: number[] = [];
  readonly content = {
    rendermime: { resolver: {} },
    model: { cells: this.cells, contentChanged: this.contentChanged },
    activeCellIndex: 0,
    scrollToItem: (index: number) => {
      this.scrolled.push(index);
      return Promise.resolve();
    },
  };

  constructor(path: string, sessionContext = {} as HostSessionContext) {
    super(path);
    this.context.path = path;
    this.sessionContext = sessionContext;
  }

  get host(): HostNotebook {
    return this as unknown as HostNotebook;
  }
}

export class FakeConsole extends FakeWidget {
  readonly sessionContext = {} as HostSessionContext;
  readonly console = { rendermime: { resolver: {} } };

  get host(): HostConsole {
    return this as unknown as HostConsole;
  }
}

export class FakeTracker<Panel extends HostNotebook | HostConsole> implements HostTracker<Panel> {
  readonly panels: Panel[] = [];
  currentWidget: Panel | null = null;
  readonly currentChanged = new FakeSignal<Panel | null>();
  readonly widgetAdded = new FakeSignal<Panel>();

  forEach(visit: (panel: Panel) => void): void {
    for (const panel of this.panels) visit(panel);
  }

  /** As the host's: the signal comes only where the tracker's own current one changes. */
  focus(panel: Panel): void {
    if (!this.panels.includes(panel)) this.panels.push(panel);
    if (panel === this.currentWidget) return;
    this.currentWidget = panel;
    this.currentChanged.emit(panel);
  }
}

/** JupyterLab's shell, or with `hasSignal` false one that says nothing of what is in front. */
export class FakeShell implements HostShell {
  currentWidget: object | null = null;
  readonly currentChanged: FakeSignal<unknown> | undefined;
  readonly activated: string[] = [];

  constructor(hasSignal = true) {
    this.currentChanged = hasSignal ? new FakeSignal<unknown>() : undefined;
  }

  activateById(id: string): void {
    this.activated.push(id);
  }

  front(widget: object | null): void {
    this.currentWidget = widget;
    this.currentChanged?.emit(undefined);
  }
}
