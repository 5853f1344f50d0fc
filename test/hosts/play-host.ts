/**
 * A page's side of a widget host that is played, not run: it takes what a real kernel published and hands it to the loader the
 * way Colab or VS Code do by their sources. What it cannot show is anything that those hosts do otherwise than their contract.
 */
import type { WidgetModel } from '../../src/registry.ts';

export interface Published {
  readonly type: 'comm_open' | 'comm_msg' | 'display_data';
  readonly content: Record<string, unknown>;
  readonly buffers: readonly string[];
}

/** How a host gives the bytes of a message: Colab a `Uint8Array` at any offset, VS Code a list of numbers. */
type Bytes = 'uint8' | 'numbers';

interface Loader {
  initialize(props: { model: WidgetModel }): void;
  render(props: { model: WidgetModel; el: HTMLElement }): unknown;
}

interface OpenData {
  readonly state: Record<string, unknown>;
}

/** One realm of a host: a frame of its own for each output (Colab), or one page for all (VS Code). */
class Realm {
  readonly #frame: Window & typeof globalThis;
  readonly #bytes: Bytes;
  readonly #states: ReadonlyMap<string, Record<string, unknown>>;
  readonly #models = new Map<string, Promise<PlayedModel>>();

  constructor(frame: Window & typeof globalThis, bytes: Bytes, states: ReadonlyMap<string, Record<string, unknown>>) {
    this.#frame = frame;
    this.#bytes = bytes;
    this.#states = states;
  }

  /** Makes a model where it is asked for the first time, as managers do, and initializes it. */
  model(id: string): Promise<PlayedModel> {
    let made = this.#models.get(id);
    if (made === undefined) {
      made = this.#make(id);
      this.#models.set(id, made);
    }
    return made;
  }

  async #make(id: string): Promise<PlayedModel> {
    const state = this.#states.get(id);
    if (state === undefined) throw new Error(`no model ${id}`);
    const loader = await this.#load(String(state._esm));
    const model = new PlayedModel(state, loader, (wanted) => this.model(wanted));
    loader.initialize({ model });
    return model;
  }

  async #load(source: string): Promise<Loader> {
    const url = this.#frame.URL.createObjectURL(new this.#frame.Blob([source], { type: 'text/javascript' }));
    const take = this.#frame.Function('url', 'return import(url)') as (url: string) => Promise<{ default: Loader }>;
    return (await take(url)).default;
  }

  /** Delivers a custom message to a model that exists here; others never see it. */
  async deliver(id: string, content: unknown, buffers: readonly Uint8Array[]): Promise<void> {
    const model = await this.#models.get(id);
    model?.receive(
      content,
      buffers.map((bytes) => (this.#bytes === 'numbers' ? [...bytes] : oddOffset(bytes))),
    );
  }
}

/** The same bytes as a view that starts where no column may. */
function oddOffset(bytes: Uint8Array): Uint8Array {
  const wide = new Uint8Array(bytes.length + 3);
  wide.set(bytes, 3);
  return wide.subarray(3);
}

class PlayedModel implements WidgetModel {
  readonly widget_manager: { get_model(id: string): Promise<WidgetModel> };
  readonly sent: unknown[] = [];
  readonly loader: Loader;
  readonly #state: Record<string, unknown>;
  readonly #listeners = new Map<string, Set<(...data: never[]) => void>>();

  constructor(state: Record<string, unknown>, loader: Loader, find: (id: string) => Promise<WidgetModel>) {
    this.#state = state;
    this.loader = loader;
    this.widget_manager = { get_model: find };
  }

  get(name: string): unknown {
    return this.#state[name];
  }

  on(event: string, listener: (...data: never[]) => void): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  }

  off(event: string, listener: (...data: never[]) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  send(content: unknown): void {
    this.sent.push(content);
  }

  receive(content: unknown, buffers: unknown): void {
    for (const listener of this.#listeners.get('msg:custom') ?? [])
      (listener as (content: unknown, buffers: unknown) => void)(content, buffers);
  }
}

export interface Played {
  /** Realms with their cards' texts, and what each holds of the session. */
  read(): Promise<readonly { readonly texts: readonly string[]; readonly report: unknown }[]>;
}

/** Plays all messages: `apart` gives each output a frame of its own; `perTurn` messages go at a time, `pauseMs` apart. */
export async function play(
  published: readonly Published[],
  how: {
    readonly bytes: Bytes;
    readonly apart: boolean;
    readonly textStateOnly: boolean;
    readonly perTurn: number;
    readonly pauseMs: number;
  },
): Promise<Played> {
  const states = new Map<string, Record<string, unknown>>();
  const realms: { readonly realm: Realm; readonly document: Document; readonly scope: typeof globalThis }[] = [];
  const own = (): (typeof realms)[number] => {
    if (!how.apart) {
      const first = realms[0];
      if (first) return first;
      return { realm: new Realm(window, how.bytes, states), document, scope: globalThis };
    }
    const frame = document.createElement('iframe');
    frame.style.cssText = 'width:700px;height:320px;border:0';
    document.body.append(frame);
    const inner = frame.contentWindow as Window & typeof globalThis;
    return { realm: new Realm(inner, how.bytes, states), document: inner.document, scope: inner };
  };
  if (!how.apart) realms.push(own());
  let session = '';
  let turn = 0;
  for (const { type, content, buffers } of published) {
    const bytes = buffers.map((text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
    if (type === 'comm_open') {
      const { state } = content.data as OpenData;
      const kept = how.textStateOnly ? JSON.parse(JSON.stringify(state)) : state;
      states.set(String(content.comm_id), kept);
      if (kept.kind === 'hub') session = String(kept.session);
      // One page for all: models live from their comm's opening on. Frames make what their output asks for.
      if (!how.apart && kept._esm !== undefined) await realms[0]?.realm.model(String(content.comm_id));
    } else if (type === 'display_data') {
      const view = (content.data as Record<string, { readonly model_id: string }>)[
        'application/vnd.jupyter.widget-view+json'
      ];
      if (view === undefined) continue;
      const place = own();
      if (how.apart) realms.push(place);
      const model = await place.realm.model(view.model_id);
      const el = place.document.createElement('div');
      place.document.body.append(el);
      model.loader.render({ model, el });
    } else {
      const data = content.data as { readonly method: string; readonly content: unknown };
      if (data.method !== 'custom') continue;
      for (const { realm } of realms) await realm.deliver(String(content.comm_id), data.content, bytes);
      turn += 1;
      if (turn % how.perTurn === 0) await new Promise((resolve) => setTimeout(resolve, how.pauseMs));
    }
  }
  return {
    read: () =>
      Promise.all(
        realms.map(async ({ document: page, scope }) => {
          const registry = (scope as unknown as Record<symbol, { inspect(session: string): Promise<unknown> }>)[
            Symbol.for('streamviz/1')
          ];
          return {
            texts: [...page.querySelectorAll('.sv-card')].map((card) => card.textContent ?? ''),
            report: (await registry?.inspect(session)) ?? null,
          };
        }),
      ),
  };
}

declare global {
  interface Window {
    play: typeof play;
    played?: Played;
  }
}
window.play = play;
