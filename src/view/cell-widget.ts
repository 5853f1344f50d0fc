import type { WidgetSpec } from '../dashboard/widget-specs.ts';
import type { SessionStore } from '../session/session-view.ts';
import { Card, type CardOptions } from './card.ts';
import type { FrameScheduler, ScheduledWidget } from './frame-scheduler.ts';
import type { Theme } from './theme.ts';
import { watchSize, watchVisibility } from './visibility.ts';
import type { WidgetCatalogue } from './widget-catalogue.ts';
import type { WidgetView } from './widget-view.ts';

export interface CellWidgetContext {
  readonly store: SessionStore;
  readonly theme: Theme;
  readonly scheduler: FrameScheduler;
  readonly catalogue: WidgetCatalogue;
  readonly timezone: string | null;
  /** Version of this runtime, for the words about a newer kind. */
  readonly version: string;
}

/** One widget of a cell in its card: drawn by the scheduler while it is on screen and has a size. */
export class CellWidget {
  readonly element: HTMLElement;
  readonly kind: WidgetSpec['kind'];
  readonly #card: Card;
  readonly #view: WidgetView | null;
  readonly #scheduled: ScheduledWidget | null = null;
  readonly #stops: (() => void)[] = [];
  #spec: WidgetSpec;
  #onScreen = false;
  #hasSize = false;

  constructor(spec: WidgetSpec, context: CellWidgetContext) {
    this.#spec = spec;
    this.kind = spec.kind;
    this.#card = new Card({ kind: cardKind(spec), title: spec.options.title });
    this.element = this.#card.element;
    this.element.dataset.widget = spec.id;
    let invalidate: () => void = () => {};
    this.#view = this.#build(spec, context, () => invalidate());
    if (!this.#view) return;
    const scheduled = context.scheduler.add(this.#view, () => context.store.nowUs());
    this.#scheduled = scheduled;
    invalidate = () => scheduled.invalidate();
    this.#stops.push(
      watchVisibility(this.element, (onScreen) => {
        this.#onScreen = onScreen;
        this.#showVisible();
      }),
      watchSize(this.#card.content, (width, height) => {
        this.#hasSize = width > 0 && height > 0;
        scheduled.resize(width, height);
        this.#showVisible();
      }),
    );
  }

  /** Takes a new spec of the same kind; an equal one costs nothing. */
  update(spec: WidgetSpec): void {
    if (spec === this.#spec) return;
    this.#spec = spec;
    this.#view?.update(spec);
    this.#scheduled?.invalidate();
  }

  invalidate(): void {
    this.#scheduled?.invalidate();
  }

  toPng(): string | null {
    return this.#view?.toPng?.() ?? null;
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    this.#scheduled?.remove();
    this.#view?.dispose();
    this.#card.dispose();
  }

  #showVisible(): void {
    this.#scheduled?.setVisible(this.#onScreen && this.#hasSize);
  }

  #build(spec: WidgetSpec, context: CellWidgetContext, invalidate: () => void): WidgetView | null {
    if (spec.kind === 'unknown') {
      this.#card.setState({
        kind: 'error',
        message: `A "${spec.wanted}" needs a StreamViz newer than ${context.version}.`,
        code: 'WIDGET_UNKNOWN',
      });
      return null;
    }
    const { store, theme, timezone } = context;
    try {
      return context.catalogue[spec.kind](spec, { store, theme, timezone, card: this.#card, invalidate });
    } catch (error) {
      // One broken widget must not take the others of its cell with it.
      const message = error instanceof Error ? error.message : String(error);
      this.#card.setState({
        kind: 'error',
        message: `This widget could not be drawn: ${message}`,
        code: 'WIDGET_FAILED',
      });
      return null;
    }
  }
}

function cardKind({ kind }: WidgetSpec): CardOptions['kind'] {
  return kind === 'unknown' ? 'note' : kind === 'events' ? 'table' : kind;
}
