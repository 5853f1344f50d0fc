/**
 * What every page loads once: sessions, ways in and cell views, behind the interface that loaders know.
 *
 * 1. Data and views are apart: hubs and taps feed the page's sessions, a view draws a session's store; either may come first.
 * 2. A message is counted once, however many hubs or taps bring it.
 * 3. A kernel that restarted or died is found by its hub's comm, or told by who overhears it, and shown on every view of its epoch.
 * 4. What is newer than this code is drawn as far as it is understood, said in words and once on the console.
 */
import type { OutputSpec, RawMessage, Runtime, WidgetModel } from '../registry.ts';
import { Sessions } from '../session/sessions.ts';
import { CellView } from '../view/cell-view.ts';
import { FrameScheduler } from '../view/frame-scheduler.ts';
import { WIDGET_CATALOGUE } from '../view/widget-catalogue.ts';
import { Inboxes } from './inboxes.ts';
import { sessionFacts } from './session-facts.ts';
import { SessionNotices } from './session-notices.ts';
import { SessionPauses } from './session-pauses.ts';
import { SessionWatches } from './session-watches.ts';
import { versionNotice } from './version-notice.ts';

declare const __STREAMVIZ_VERSION__: string;

export const version = __STREAMVIZ_VERSION__;
/** What the page's runtimes share: its data, its frames, and who lets go of what nobody needs. */
export const sessions = new Sessions();
export const scheduler = new FrameScheduler();
export const pauses = new SessionPauses();
export const watches = new SessionWatches(sessions);
const notices = new SessionNotices((session) => facts(session)?.problem ?? null);
export const inboxes = new Inboxes({
  sessions,
  onDelivered: (session) => notices.check(session, sessions.peek(session)),
  onForgotten: (session) => {
    producers.delete(session);
    notices.forget(session);
  },
});
/** Package versions of producers as their hubs and outputs say, by session. */
const producers = new Map<string, string>();
const text = (model: WidgetModel, name: string): string => String(model.get(name) ?? '');

/** The host's own model behind anywidget's proxy: only it knows whether its comm still lives. */
interface HostModel extends WidgetModel {
  readonly comm_live?: boolean;
}

/** Marks the hub's epoch as gone when its comm dies. Hosts without the event never call back. */
function watchLife(model: WidgetModel): void {
  const check = async (): Promise<void> => {
    const host = (await model.widget_manager.get_model(text(model, 'hub_id')).catch(() => null)) as HostModel | null;
    if (host === null || host.comm_live === false) sessions.markGone(text(model, 'session'), text(model, 'epoch'));
  };
  model.on('comm_live_update', () => void check());
}

function facts(session: string) {
  return sessionFacts(sessions.peek(session), producers.get(session) ?? null, version);
}

function notePackage(session: string, producer: string): void {
  if (producer !== '') producers.set(session, producer);
}

function mountOutput(spec: OutputSpec, el: HTMLElement, signal: AbortSignal): void {
  const { session, epoch, view: viewId } = spec;
  notePackage(session, spec.version);
  const notice = versionNotice(spec.version, version);
  const view = new CellView({ element: el, viewId, scheduler, catalogue: WIDGET_CATALOGUE, version, notice });
  view.setStore(sessions.get(session, epoch));
  const stop = pauses.follow(session, (paused) => view.setPaused(paused));
  const end = (): void => {
    stop();
    view.dispose();
    inboxes.sweepLater();
  };
  signal.addEventListener('abort', end, { once: true });
}

export const pageRuntime: Runtime = {
  version,

  attachHub(model: WidgetModel, early: readonly RawMessage[], life?: AbortSignal) {
    const session = text(model, 'session');
    notePackage(session, text(model, 'version'));
    const way = inboxes.open({
      path: `comm-${text(model, 'hub_id')}`,
      send: (_session, content) => model.send(content),
    });
    for (const { content, buffers } of early) way.receive(content, buffers);
    way.subscribe(session, text(model, 'epoch'));
    watchLife(model);
    if (life?.aborted) way.dispose();
    life?.addEventListener('abort', () => way.dispose(), { once: true });
    return ({ content, buffers }) => way.receive(content, buffers);
  },

  mountView(model: WidgetModel, el: HTMLElement, signal: AbortSignal) {
    const [session, epoch, view] = [text(model, 'session'), text(model, 'epoch'), text(model, 'view_id')];
    mountOutput({ session, epoch, view, version: text(model, 'version') }, el, signal);
  },

  inspect: (session) => sessions.inspect(session),
  observe: (session, listener) => sessions.observe(session, listener),
  openTap: (options) => inboxes.open(options),
  facts,

  watch(session, listener) {
    const stop = watches.add(session, listener);
    return () => {
      stop();
      inboxes.sweepLater();
    };
  },

  mountOutput,
  holds: ({ session, epoch }) => sessions.holds(session, epoch),

  setPaused: (session, paused) => pauses.set(session, paused),

  markGone(session) {
    inboxes.flush(session); // what came before it died must not revive it
    sessions.markGone(session);
  },
};
