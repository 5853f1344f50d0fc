import { expect, jest, test } from '@jest/globals';
import type { LabRuntime, Panel, PanelOptions, PanelSource, SessionFacts } from '../../src/registry.ts';
import type { Feed } from '../src/feeds.ts';
import { Followed } from '../src/followed.ts';
import type { HostCell, HostConsole, HostNotebook, HostSessionContext } from '../src/host.ts';
import { PanelController } from '../src/panel-controller.ts';
import { LiveSettings } from '../src/settings.ts';
import { FakeConsole, FakeNotebook, FakeShell, FakeTracker } from './fake-documents.ts';

/** A runtime that records its panels and what it was told. */
class FakeRuntime {
  readonly panels: { options: PanelOptions; disposed: boolean }[] = [];
  readonly paused: [string, boolean][] = [];
  cells: string[] = [];

  get now(): PanelOptions {
    return this.panels.at(-1)!.options;
  }

  /** Loaded at once: the panel is there without a turn of the event loop. */
  get loaded(): Promise<LabRuntime> {
    const runtime = this as unknown as LabRuntime;
    // biome-ignore lint/suspicious/noThenProperty: a promise that is kept at once, so that tests need not wait
    return { then: (use: (it: LabRuntime) => void) => use(runtime) } as unknown as Promise<LabRuntime>;
  }

  mountPanel(options: PanelOptions): Panel {
    const entry = { options, disposed: false };
    this.panels.push(entry);
    return {
      update: (change) => {
        entry.options = { ...entry.options, ...change };
      },
      dispose: () => {
        entry.disposed = true;
      },
    };
  }

  setPaused(session: string, paused: boolean): void {
    this.paused.push([session, paused]);
  }

  facts(): SessionFacts {
    const views = this.cells.map((cell, i) => ({ id: `v${i}`, cell, widgets: ['w'] }));
    return { views } as unknown as SessionFacts;
  }
}

class FakeFeed {
  session: string | null = null;
  serving: FakeRuntime | null = null;
  kernel = 'idle' as const;
  readonly listeners = new Set<() => void>();

  source(name: string): PanelSource {
    return { kind: 'kernel', name, session: this.session, kernel: this.kernel, restartedAt: null, notice: null };
  }

  runtimeOf(): LabRuntime | null {
    return this.serving as unknown as LabRuntime | null;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function setUp(loading?: Promise<LabRuntime>) {
  const runtime = new FakeRuntime();
  const notebooks = new FakeTracker<HostNotebook>();
  const consoles = new FakeTracker<HostConsole>();
  const shell = new FakeShell();
  const followed = new Followed({ notebooks, consoles, shell });
  const feeds = new Map<HostSessionContext, FakeFeed>();
  const open = (context: HostSessionContext): Feed => {
    const feed = feeds.get(context) ?? new FakeFeed();
    feeds.set(context, feed);
    return feed as unknown as Feed;
  };
  const settings = new LiveSettings();
  const element = document.createElement('div');
  const ran: string[] = [];
  const changed = jest.fn();
  const controller = new PanelController({
    ...{ element, feeds: { open }, followed, settings, changed, runtime: loading ?? runtime.loaded },
    activate: (id) => shell.activateById(id),
    run: (command) => ran.push(command),
  });
  const show = (notebook: FakeNotebook): FakeFeed => {
    notebooks.focus(notebook.host);
    shell.front(notebook);
    return feeds.get(notebook.sessionContext)!;
  };
  return { runtime, notebooks, consoles, shell, followed, feeds, settings, element, ran, changed, controller, show };
}

/** A notebook whose kernel has a session. */
function live(t: ReturnType<typeof setUp>, path: string, session: string) {
  const notebook = new FakeNotebook(path);
  const { runtime } = t;
  const feed = t.show(notebook);
  Object.assign(feed, { session, serving: runtime });
  feed.tell();
  return { notebook, runtime, feed };
}

test('before a notebook is in front the panel is empty', () => {
  expect(setUp().runtime.now.source).toEqual({ kind: 'none' });
});

test('a runtime that cannot be loaded is said in words', async () => {
  const failed = Promise.reject(new Error('no'));
  const { element } = setUp(failed);
  await failed.catch(() => undefined);
  await null;
  expect(element.querySelector('[role="alert"]')?.textContent).toMatch(/could not be loaded/);
});

test('a session is named as soon as its notebook is in front; the panel is never mounted again', () => {
  const t = setUp();
  live(t, 'a.ipynb', 's-a');
  expect(t.runtime.now.source).toMatchObject({ name: 'a.ipynb', session: 's-a' });
  live(t, 'b.ipynb', 's-b');
  expect(t.runtime.now.source).toMatchObject({ name: 'b.ipynb', session: 's-b' });
  expect(t.runtime.panels.map(({ disposed }) => disposed)).toEqual([false]);
});

test('the panel follows two notebooks, keeps their choices apart and gives them back, also after closing and a rename', () => {
  const t = setUp();
  const a = live(t, 'a.ipynb', 's-a');
  a.runtime.now.onHidden(['metric:cpu']);
  a.runtime.now.onCollapsed(['c1']);
  const b = live(t, 'b.ipynb', 's-b');
  expect([b.runtime.now.hidden, b.runtime.now.collapsed]).toEqual([[], []]);
  t.show(a.notebook);
  expect([a.runtime.now.hidden, a.runtime.now.collapsed]).toEqual([['metric:cpu'], ['c1']]);
  a.notebook.context.path = 'c.ipynb';
  a.notebook.context.pathChanged.emit('c.ipynb');
  a.notebook.rename('c.ipynb');
  expect([a.runtime.now.source, a.runtime.now.hidden]).toMatchObject([{ name: 'c.ipynb' }, ['metric:cpu']]);
  a.notebook.close();
  const again = live(t, 'c.ipynb', 's-c');
  expect(again.runtime.now.hidden).toEqual(['metric:cpu']);
});

test('mode and pace are settings, in both directions', () => {
  const t = setUp();
  const { runtime } = live(t, 'a.ipynb', 's-a');
  runtime.now.onMode('full');
  expect([t.settings.current.mode, runtime.now.mode, t.controller.mode]).toEqual(['full', 'full', 'full']);
  t.controller.toggleMode();
  t.settings.set('redrawPerSec', 4);
  expect([runtime.now.mode, runtime.now.redrawPerSec]).toEqual(['compact', 4]);
});

test('a pause is the session’s: its runtime is told, another notebook goes on, and coming back it still stands', () => {
  const t = setUp();
  const a = live(t, 'a.ipynb', 's-a');
  a.runtime.now.onPause(true);
  expect([a.runtime.paused, t.controller.paused, a.runtime.now.paused]).toEqual([[['s-a', true]], true, true]);
  const b = live(t, 'b.ipynb', 's-b');
  expect([t.controller.paused, b.runtime.now.paused]).toEqual([false, false]);
  t.show(a.notebook);
  expect(a.runtime.now.paused).toBe(true);
  t.controller.togglePause();
  expect(a.runtime.paused.at(-1)).toEqual(['s-a', false]);
});

test('pinned, the panel stays; commands hear of every change', () => {
  const t = setUp();
  const a = live(t, 'a.ipynb', 's-a');
  t.changed.mockClear();
  a.runtime.now.onPin(true);
  expect(t.changed).toHaveBeenCalled();
  t.show(new FakeNotebook('b.ipynb'));
  expect(a.runtime.now).toMatchObject({ source: { name: 'a.ipynb' }, pinned: true });
  t.controller.togglePin();
  expect(t.controller.pinned).toBe(false);
});

test('by the setting the first notebook that declares something is held on to, until the reader lets go', async () => {
  const t = setUp();
  t.settings.set('follow', 'stay');
  const a = live(t, 'a.ipynb', 's-a');
  expect(t.controller.pinned).toBe(false);
  a.runtime.cells = ['c1'];
  a.runtime.now.cellHeading('c1');
  await null;
  expect(t.controller.pinned).toBe(true);
  t.controller.togglePin();
  a.feed.tell();
  expect(t.controller.pinned).toBe(false);
});

test('headings are those of the notebook now, and an edit reaches the panel within a second', () => {
  jest.useFakeTimers();
  const t = setUp();
  const a = live(t, 'a.ipynb', 's-a');
  const heading = { text: '# System' };
  const markdown = { id: 'm', type: 'markdown', sharedModel: { getSource: () => heading.text } } as HostCell;
  a.notebook.cells.push(markdown, { id: 'c1', type: 'code', executionCount: 3 });
  a.runtime.cells = ['c1'];
  expect(a.runtime.now.cellHeading('c1')).toBe('System');
  expect(a.runtime.now.cellHeading('elsewhere')).toBeNull();
  const before = a.runtime.now.cellHeading;
  heading.text = '# Host';
  a.notebook.contentChanged.emit(undefined);
  jest.advanceTimersByTime(1000);
  expect(a.runtime.now.cellHeading).not.toBe(before);
  expect(a.runtime.now.cellHeading('c1')).toBe('Host');
  jest.useRealTimers();
});

test('revealing a cell brings its notebook to the front and scrolls there; a cell that is gone only the first', () => {
  const t = setUp();
  const a = live(t, 'a.ipynb', 's-a');
  a.notebook.cells.push({ id: 'c0', type: 'code' }, { id: 'c1', type: 'code' });
  a.runtime.now.onReveal('c1');
  expect([a.notebook.content.activeCellIndex, a.notebook.scrolled]).toEqual([1, [1]]);
  a.runtime.now.onReveal('gone');
  expect([t.shell.activated, a.notebook.scrolled]).toEqual([[a.notebook.id, a.notebook.id], [1]]);
});

test('a console has a panel too; export and clear are the commands’', () => {
  const t = setUp();
  const repl = new FakeConsole('Console 1');
  const { runtime } = t;
  t.feeds.set(repl.sessionContext, Object.assign(new FakeFeed(), { session: 's-c', serving: runtime }));
  t.consoles.focus(repl.host);
  t.shell.front(repl);
  expect(runtime.now.source).toMatchObject({ name: 'Console 1', session: 's-c' });
  runtime.now.onExport();
  runtime.now.onClear();
  runtime.now.onReveal('c1');
  expect([t.ran, t.shell.activated]).toEqual([['export-csv', 'clear'], [repl.id]]);
});

test('disposed it listens to nothing and shows nothing', () => {
  const t = setUp();
  const a = live(t, 'a.ipynb', 's-a');
  t.controller.dispose();
  t.controller.dispose();
  expect([a.feed.listeners.size, a.notebook.title.changed.listeners, a.notebook.contentChanged.listeners]).toEqual([
    0, 0, 0,
  ]);
  expect(a.notebook.context.pathChanged.listeners).toBe(0);
  expect(a.runtime.panels[0]?.disposed).toBe(true);
  t.settings.set('mode', 'full');
  expect(a.runtime.panels.length).toBe(1);
});
