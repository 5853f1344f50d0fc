/**
 * The module that the JupyterLab extension brings: what kernels send, and what only JupyterLab shows: the side panel, stills in saved
 * notebooks, data as CSV. Pages of other hosts do not load that.
 */
import type { LabRuntime } from './registry.ts';
import { inboxes, pageRuntime, pauses, scheduler, sessions, version, watches } from './runtime/page-runtime.ts';
import { sessionCsv } from './view/export/session-csv.ts';
import { type PanelEnvironment, PanelView } from './view/panel/panel-view.ts';
import { ViewStills } from './view/still/view-stills.ts';
import { WIDGET_CATALOGUE } from './view/widget-catalogue.ts';

const stills = new ViewStills();

const PANEL: PanelEnvironment = {
  ...{ scheduler, catalogue: WIDGET_CATALOGUE, version },
  store: (session) => sessions.get(session),
  watch: (session, listener) => watches.add(session, listener),
  followPause: (session, listener) => pauses.follow(session, listener),
};

export const runtime: LabRuntime = {
  ...pageRuntime,

  mountPanel(options, el) {
    const panel = new PanelView(options, PANEL, el);
    return {
      update: (change) => panel.update(change),
      dispose: () => {
        panel.dispose();
        inboxes.sweepLater();
      },
    };
  },

  still: ({ session, epoch, view }, options) =>
    sessions.holds(session, epoch) ? stills.of(sessions.get(session, epoch), view, options) : null,

  toCsv(session) {
    const store = sessions.peek(session);
    return store === null ? [] : sessionCsv({ store, series: store.data.series.values() });
  },
};
