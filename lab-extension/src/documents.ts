/**
 * The notebooks and consoles of the page, and whose renderers are whose.
 *
 * 1. Each one's feed is opened when it is added: after a page refresh the first message of a busy kernel comes before the first output.
 * 2. A renderer belongs to the notebook or console whose resolver it was given: known before it is attached, right after a rename, and
 *    the same for every view of one notebook.
 */
import type { Feed, Feeds } from './feeds.ts';
import type { HostConsole, HostNotebook, HostSessionContext, HostTracker } from './host.ts';

export interface DocumentsOptions<Notebook extends HostNotebook> {
  readonly notebooks: HostTracker<Notebook> | null;
  readonly consoles: HostTracker<HostConsole> | null;
  readonly feeds: Feeds;
}

/** @template Notebook What the host's tracker of notebooks holds: visitors get it as it is. */
export class Documents<Notebook extends HostNotebook = HostNotebook> {
  readonly #options: DocumentsOptions<Notebook>;

  constructor(options: DocumentsOptions<Notebook>) {
    this.#options = options;
    for (const tracker of [options.notebooks, options.consoles]) {
      tracker?.forEach((panel: HostNotebook | HostConsole) => {
        options.feeds.open(panel.sessionContext);
      });
      tracker?.widgetAdded.connect((_, { sessionContext }) => {
        options.feeds.open(sessionContext);
      });
    }
  }

  /** The feed of the notebook or console whose registry of renderers has this resolver; null where there is none. */
  feedOf(resolver: object | null): Feed | null {
    const context = resolver === null ? null : this.#contextOf(resolver);
    return context === null ? null : this.#options.feeds.open(context);
  }

  /** Calls back for each notebook there is and each that comes, with its feed. */
  eachNotebook(visit: (notebook: Notebook, feed: Feed) => void): void {
    const { notebooks, feeds } = this.#options;
    const meet = (notebook: Notebook): void => visit(notebook, feeds.open(notebook.sessionContext));
    notebooks?.forEach((notebook) => {
      meet(notebook);
    });
    notebooks?.widgetAdded.connect((_, notebook) => meet(notebook));
  }

  #contextOf(resolver: object): HostSessionContext | null {
    let found: HostSessionContext | null = null;
    this.#options.notebooks?.forEach((panel) => {
      if (panel.content.rendermime.resolver === resolver) found = panel.sessionContext;
    });
    this.#options.consoles?.forEach((panel) => {
      if (panel.console.rendermime.resolver === resolver) found = panel.sessionContext;
    });
    return found;
  }
}
