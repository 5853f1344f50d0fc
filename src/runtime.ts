/**
 * What a notebook page loads once: sessions, transport and drawing, behind the interface that loaders know.
 *
 * 1. Data and views are apart: a hub feeds the page's sessions, a view draws a session's store; either may come first.
 * 2. A message is counted once, however many hubs or paths bring it.
 * 3. A kernel that restarted or died is found by its hub's comm and shown on every view of its epoch.
 */
import type { RawMessage, Runtime, WidgetModel } from './registry.ts';
import { Sessions } from './session/sessions.ts';
import { CommTransport } from './transport/comm.ts';
import { CellView } from './view/cell-view.ts';
import { FrameScheduler } from './view/frame-scheduler.ts';
import { WIDGET_CATALOGUE } from './view/widget-catalogue.ts';

declare const __STREAMVIZ_VERSION__: string;

const sessions = new Sessions();
const scheduler = new FrameScheduler();
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

export const runtime: Runtime = {
  version: __STREAMVIZ_VERSION__,

  attachHub(model: WidgetModel, early: readonly RawMessage[]) {
    const session = text(model, 'session');
    const transport = new CommTransport({
      onMessage: (header, buffers) => sessions.deliver(header, buffers, `comm-${text(model, 'hub_id')}`),
      send: (content) => model.send(content),
    });
    for (const { content, buffers } of early) transport.receive(content, buffers);
    transport.subscribe(session);
    watchLife(model);
    return ({ content, buffers }) => transport.receive(content, buffers);
  },

  mountView(model: WidgetModel, el: HTMLElement, signal: AbortSignal) {
    const view = new CellView({
      element: el,
      viewId: text(model, 'view_id'),
      scheduler,
      catalogue: WIDGET_CATALOGUE,
      version: __STREAMVIZ_VERSION__,
    });
    view.setStore(sessions.get(text(model, 'session'), text(model, 'epoch')));
    signal.addEventListener('abort', () => view.dispose(), { once: true });
  },

  inspect: (session) => sessions.inspect(session),
  observe: (session, listener) => sessions.observe(session, listener),
};
