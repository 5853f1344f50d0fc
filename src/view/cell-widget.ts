import type { WidgetSpec } from '../dashboard/widget-specs.ts';
import type { SessionStore } from '../session/session-view.ts';
import { Card, type CardOptions } from './card.ts';
import { HeldStore } from './dashboard/held-store.ts';
import type { ViewControls } from './dashboard/view-controls.ts';
import type { ExportTable } from './export/export-table.ts';
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
  /** The visible time that the charts of a page share. Default: each has its own. */
  readonly controls?: ViewControls;
}

/**
 * One widget of a cell in its card: drawn by the scheduler while it is on screen and has a size.
 *
 * What stands in the card is made when it first comes near the screen: before that a hundred widgets are a hundred frames.
 */
export class CellWidget {
  readonly element: HTMLElement;
  readonly kind: WidgetSpec['kind'];
  readonly card: Card;
  readonly #context: CellWidgetContext;
  #view: WidgetView | null = null;
  #scheduled: ScheduledWidget | null = null;
  #started = false;
  readonly #stops: (() => void)[] = [];
  /** What the widget reads its data through. */
  readonly #held: HeldStore;
  #spec: WidgetSpec;
  #onScreen = false;
  #hasSize = false;

  constructor(spec: WidgetSpec, context: CellWidgetContext) {
    this.#spec = spec;
    this.kind = spec.kind;
    this.card = new Card({ kind: cardKind(spec), title: spec.options.title });
    this.element = this.card.element;
    this.element.dataset.widget = spec.id;
    this.#context = context;
    this.#held = new HeldStore(context.store);
    if (context.controls) this.#follow(this.#held, context.controls);
    if (spec.kind === 'unknown') this.#start();
    else this.#stops.push(watchVisibility(this.element, (onScreen) => this.#setOnScreen(onScreen)));
  }

  /** Takes a new spec of the same kind; an equal one costs nothing. */
  update(spec: WidgetSpec): void {
    if (spec === this.#spec) return;
    this.#spec = spec;
    if (!this.#view) this.card.setTitle(spec.options.title);
    this.#view?.update(spec);
    this.#scheduled?.invalidate();
  }

  invalidate(): void {
    this.#scheduled?.invalidate();
  }

  /** Stands still and counts what comes, or goes on. For widgets of their own: those of a page follow its controls. */
  setPaused(paused: boolean): void {
    this.#start();
    if (this.#view?.setPaused) this.#view.setPaused(paused);
    else if (paused) this.#held.hold();
    else this.#held.release();
    this.invalidate();
  }

  get spec(): WidgetSpec {
    return this.#spec;
  }

  toPng(): string | null {
    return this.#view?.toPng?.() ?? null;
  }

  /** What is shown as rows; null where the widget has none. */
  toRows(): ExportTable | null {
    return this.#view?.toRows?.() ?? null;
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    this.#scheduled?.remove();
    this.#view?.dispose();
    this.card.dispose();
  }

  /** While the page is paused, or between two ticks of its refresh rate, a widget sees its data as they were. */
  #follow(held: HeldStore, controls: ViewControls): void {
    const apply = (isTick: boolean): void => {
      // A paused chart stands by its own viewport and counts what comes.
      const stands = controls.pausedAtUs === null ? controls.refreshMs > 0 : this.kind !== 'metric';
      if (isTick || !stands) held.release();
      if (stands) held.hold();
    };
    apply(false);
    this.#stops.push(
      controls.subscribe((change) => {
        if (change === 'cursor') return;
        apply(change === 'tick');
        this.invalidate();
      }),
    );
  }

  #setOnScreen(onScreen: boolean): void {
    this.#onScreen = onScreen;
    if (onScreen) this.#start();
    this.#showVisible();
  }

  #showVisible(): void {
    this.#scheduled?.setVisible(this.#onScreen && this.#hasSize);
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#view = this.#build(this.#spec);
    if (!this.#view) return;
    const scheduled = this.#context.scheduler.add(this.#view, () => this.#held.nowUs());
    this.#scheduled = scheduled;
    this.#stops.push(
      watchSize(this.card.content, (width, height) => {
        this.#hasSize = width > 0 && height > 0;
        scheduled.resize(width, height);
        this.#showVisible();
      }),
    );
  }

  #build(spec: WidgetSpec): WidgetView | null {
    const { theme, timezone, controls, catalogue, version } = this.#context;
    if (spec.kind === 'unknown') {
      this.card.setState({
        kind: 'error',
        message: `A "${spec.wanted}" needs a StreamViz newer than ${version}.`,
        code: 'WIDGET_UNKNOWN',
      });
      return null;
    }
    const shared = controls === undefined ? {} : { controls };
    const context = { store: this.#held, theme, timezone, card: this.card, invalidate: () => this.invalidate() };
    try {
      return catalogue[spec.kind](spec, { ...context, ...shared });
    } catch (error) {
      // One broken widget must not take the others of its cell with it.
      const message = error instanceof Error ? error.message : String(error);
      this.card.setState({
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
