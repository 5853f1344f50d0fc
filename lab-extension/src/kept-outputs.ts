/**
 * What a notebook's file gets (pictures) and what comes back into it (outputs that a refresh lost), for every notebook of the page.
 *
 * 1. Once per file, however many views of it are open, until the last one is closed.
 * 2. Each part reads its setting when it matters: pictures at each save, lost outputs when the notebook opens, saving at each output.
 */
import { browserStore } from './browser-store.ts';
import type { Documents } from './documents.ts';
import type { HostContext, HostNotebook, Signal } from './host.ts';
import type { NotebookModel } from './notebook-cells.ts';
import { RestoredOutputs, SeenViews } from './restored-outputs.ts';
import { type FileTimes, saveNewOutputs } from './save-new-outputs.ts';
import type { LiveSettings } from './settings.ts';
import { writeStillsOnSave } from './stills.ts';

/** A notebook whose model holds its cells. */
export interface KeptNotebook extends HostNotebook {
  readonly context: HostContext & {
    readonly model: NotebookModel & { readonly dirty: boolean };
    readonly disposed: Signal<unknown, void>;
    readonly contentsModel: { readonly last_modified: string } | null;
  };
}

export interface KeepOutputsOptions {
  readonly documents: Documents<KeptNotebook>;
  readonly settings: LiveSettings;
  /** When a file was last written; null where the host does not say. */
  readonly files: FileTimes | null;
}

export function keepOutputs({ documents, settings, files }: KeepOutputsOptions): void {
  const seen = new SeenViews(browserStore());
  const kept = new WeakSet<object>();
  documents.eachNotebook(({ context, sessionContext }, feed) => {
    if (kept.has(context)) return;
    kept.add(context);
    const { iopubMessage } = sessionContext;
    let isClosed = false;
    const stops = [
      writeStillsOnSave(context, {
        runtimeOf: (session) => feed.runtimeOf(session),
        isOn: () => settings.current.stillsOnSave,
      }),
      saveNewOutputs({ context, iopubMessage, files, isOn: () => settings.current.saveNewOutputs }),
    ];
    context.disposed.connect(() => {
      isClosed = true;
      for (const stop of stops.splice(0)) stop();
    });
    void context.ready.then(() => {
      if (isClosed || !settings.current.restoreLostOutputs) return;
      const restored = new RestoredOutputs({ model: context.model, feed, seen, iopubMessage });
      stops.push(() => restored.dispose());
    });
  });
}
