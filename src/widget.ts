/**
 * The module that notebooks load with every widget: small, because hosts send and evaluate it once per model.
 *
 * 1. `initialize` returns at once and listens synchronously: a host that waits more than 2 s never delivers a custom message again.
 * 2. Messages that come before the runtime are queued, up to 32 MB; beyond it the oldest go and later keyframes replace them.
 * 3. The runtime is loaded once per page through the registry, from the kernel's asset model. A failure is said in words in every view,
 *    and so is a wait of more than 10 s. A hub whose load failed goes on by itself when a later widget's load succeeds.
 * 4. A hub whose messages are overheard for the whole page, as the JupyterLab extension does, is listened to only for views of the host's.
 */
import { pageRegistry, type RawMessage, type Runtime, type WidgetModel } from './registry.ts';

const QUEUE_BYTES = 32 * 1024 * 1024;
const ASSET_TRIES = 12;
const PATIENCE_MS = 10_000;

interface InitializeProps {
  readonly model: WidgetModel;
  /** Aborts with the model; anywidget before 0.11 gives none. */
  readonly signal?: AbortSignal;
}

interface RenderProps extends InitializeProps {
  readonly el: HTMLElement;
}

const text = (model: WidgetModel, name: string): string => String(model.get(name) ?? '');

/** After a page refresh models are restored in any order: the asset may come later than who needs it. */
async function assetModel(model: WidgetModel): Promise<WidgetModel> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await model.widget_manager.get_model(text(model, 'asset_id'));
    } catch (cause) {
      if (attempt === ASSET_TRIES)
        throw new Error('the kernel no longer has the drawing code; run the cell again', { cause });
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
    }
  }
}

async function loadRuntime(model: WidgetModel): Promise<Runtime> {
  const asset = await assetModel(model);
  const url = URL.createObjectURL(new Blob([text(asset, 'text')], { type: 'text/javascript' }));
  try {
    const module: { readonly runtime?: Runtime } = await import(/* @vite-ignore */ url);
    if (!module.runtime) throw new Error('the drawing code that the kernel holds is empty or damaged');
    return module.runtime;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function runtimeFor(model: WidgetModel): Promise<Runtime> {
  const registry = pageRegistry();
  const version = text(model, 'version');
  const session = text(model, 'session');
  const present = registry.get(version, session);
  if (present) return present;
  registry.register(version, loadRuntime(model));
  return registry.get(version, session) as Promise<Runtime>;
}

function listen(model: WidgetModel, life?: AbortSignal): void {
  let sink: ((message: RawMessage) => void) | null = null;
  const queue: RawMessage[] = [];
  let bytes = 0;
  let asked: Promise<Runtime> | undefined;
  const attach = (runtime: Runtime): void => {
    sink ??= runtime.attachHub(model, queue.splice(0), life);
  };
  const ask = (next: Promise<Runtime> | undefined): void => {
    if (!next || next === asked) return;
    asked = next;
    next.then(attach, () => undefined); // every view of this hub says it in words
  };
  const size = ({ buffers }: RawMessage): number => buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  model.on('msg:custom', ((content: unknown, buffers: RawMessage['buffers'] | undefined) => {
    const message = { content, buffers: buffers ?? [] };
    if (sink) {
      sink(message);
      return;
    }
    queue.push(message);
    bytes += size(message);
    while (bytes > QUEUE_BYTES && queue.length > 1) bytes -= size(queue.shift() as RawMessage);
    ask(pageRegistry().get(text(model, 'version'), text(model, 'session'))); // a later widget may have loaded it
  }) as (...data: never[]) => void);
  ask(runtimeFor(model));
}

/** Hubs that some loader of this page listens to, by id: on the registry, because hosts evaluate this module once per model. */
const heard = (): Set<string> => (pageRegistry().hubs ??= new Set());

/** Where the host initialized no hub (marimo without a view of it, Colab in an output's own frame) its first view listens. */
function listenFor(model: WidgetModel): void {
  const id = text(model, 'hub_id');
  if (id === '' || heard().has(id)) return;
  heard().add(id);
  model.widget_manager.get_model(id).then(
    (hub) => listen(hub),
    () => heard().delete(id),
  );
}

/** A card at about its final size, so that the page does not jump when the runtime draws. */
function placeholder(el: HTMLElement, model: WidgetModel): HTMLElement {
  const box = el.ownerDocument.createElement('div');
  const title = el.ownerDocument.createElement('div');
  const state = el.ownerDocument.createElement('div');
  box.style.cssText =
    'box-sizing:border-box;min-height:200px;padding:12px;border:1px solid rgba(127,127,127,.25);border-radius:8px;font:13px/20px system-ui,sans-serif';
  box.style.maxWidth = Number(model.get('count')) > 1 ? '' : '720px';
  title.style.fontWeight = '600';
  title.textContent = text(model, 'title');
  state.setAttribute('role', 'status');
  state.textContent = 'Loading';
  box.append(title, state);
  el.append(box);
  return state;
}

export default {
  initialize({ model, signal }: InitializeProps): void {
    if (model.get('kind') !== 'hub' || pageRegistry().tapped?.has(text(model, 'session'))) return;
    heard().add(text(model, 'hub_id'));
    listen(model, signal);
  },
  render({ model, el, signal }: RenderProps): (() => void) | undefined {
    if (model.get('kind') !== 'view') return undefined;
    const state = placeholder(el, model);
    const life = new AbortController();
    signal?.addEventListener('abort', () => life.abort());
    const patience = setTimeout(() => {
      state.textContent = 'The drawing code has not come yet. A busy kernel sends it when the running cell ends.';
    }, PATIENCE_MS);
    runtimeFor(model)
      .finally(() => clearTimeout(patience))
      .then((runtime) => {
        listenFor(model);
        if (life.signal.aborted) return;
        el.replaceChildren();
        runtime.mountView(model, el, life.signal);
      })
      .catch((error: unknown) => {
        state.setAttribute('role', 'alert');
        state.textContent = `StreamViz could not start here: ${error instanceof Error ? error.message : String(error)}`;
      });
    return () => life.abort();
  },
};
