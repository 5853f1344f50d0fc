import type { DashboardDocument } from '../../dashboard/document.ts';
import type { WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { SessionStore } from '../../session/session-view.ts';
import { linesOf } from '../widgets/metric/lines.ts';
import { PLAIN_ATTEMPT, type ViewStill, viewStill } from './view-still.ts';

/** A picture that takes less than this part of what it may is tried better the next time. */
const ROOMY_PART = 0.4;

/** Time for sharp pictures in one go, ms; those after it have a pixel for each CSS px. */
const SHARP_MS = 30;
/** Pictures nearer to each other than this are made in one go, ms. */
const BURST_MS = 500;

interface Kept {
  readonly key: string;
  readonly still: ViewStill;
  readonly attempt: number;
}

/**
 * The pictures of a page's views: each is drawn again only where its data moved since the last time.
 *
 * What had to be done to make one small enough is remembered, so the next is drawn once. Where many are made in one go, as
 * a save does, the later ones have fewer pixels. Pictures go with their store.
 */
export class ViewStills {
  readonly #kept = new WeakMap<SessionStore, Map<string, Kept>>();
  readonly #nowMs: () => number;
  #spentMs = 0;
  #endedMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs A clock, ms. Default: `performance.now`. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** The picture of a view; null where the document does not have it, or nothing in it has data. */
  of(store: SessionStore, viewId: string, options: { readonly maxBytes: number }): ViewStill | null {
    const { document } = store;
    const specs = document === null ? [] : widgetsOf(document, viewId);
    if (document === null || specs.length === 0) return null;
    const views = this.#viewsOf(store);
    const last = views.get(viewId);
    const key = `${document.revision}/${store.status}/${options.maxBytes}/${specs.map((spec) => dataKey(spec, store)).join()}`;
    if (last?.key === key) return last.still;
    const isRoomy = last !== undefined && last.still.bytes < options.maxBytes * ROOMY_PART;
    const from = last === undefined ? 0 : Math.max(0, last.attempt - (isRoomy ? 1 : 0));
    const startMs = this.#nowMs();
    if (startMs - this.#endedMs > BURST_MS) this.#spentMs = 0;
    const isHurried = this.#spentMs > SHARP_MS;
    const request = { store, specs, timezone: document.timezone, maxBytes: options.maxBytes };
    const made = viewStill({ ...request, from: isHurried ? Math.max(from, PLAIN_ATTEMPT) : from });
    this.#endedMs = this.#nowMs();
    this.#spentMs += this.#endedMs - startMs;
    if (made === null) return null;
    // Being in a hurry says nothing about how large it would have been.
    const attempt = isHurried && made.attempt === PLAIN_ATTEMPT ? from : made.attempt;
    views.set(viewId, { key, still: made.still, attempt });
    return made.still;
  }

  #viewsOf(store: SessionStore): Map<string, Kept> {
    let views = this.#kept.get(store);
    if (views === undefined) {
      views = new Map();
      this.#kept.set(store, views);
    }
    return views;
  }
}

/** The widgets of a view in their order; ids the document does not have are left out. */
function widgetsOf(document: DashboardDocument, viewId: string): readonly WidgetSpec[] {
  const ids = document.views.find(({ id }) => id === viewId)?.widgets ?? [];
  const byId = new Map(document.widgets.map((widget) => [widget.id, widget]));
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
}

/** Changes with the data of a widget, and with nothing else. */
function dataKey(spec: WidgetSpec, store: SessionStore): string {
  switch (spec.kind) {
    case 'metric':
    case 'gauge':
      return linesOf(spec, store)
        .map(({ key, generation, version }) => `${key}${generation}:${version}`)
        .join();
    case 'table':
      return String(store.table(spec.id)?.version ?? '');
    case 'events':
      // Its panes come in tables by time, and its window moves with the clock.
      return String(store.seq);
    case 'unknown':
      return '';
  }
}
