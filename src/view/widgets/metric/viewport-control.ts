import type { Axis } from '../../../dashboard/widget-specs.ts';
import type { Card } from '../../card.ts';
import type { ViewControls } from '../../dashboard/view-controls.ts';
import type { HeldData } from './held-data.ts';
import { MetricTools } from './metric-tools.ts';
import { type TimeRange, Viewport } from './viewport.ts';

/** What a pause keeps: the values and the count of the moment it began. */
export interface PausedMoment {
  readonly atUs: number;
  readonly count: number;
  readonly values: readonly number[];
}

/**
 * The visible time of one metric as the viewer moves it: range buttons, pause, zoom, pan and the way back to live.
 *
 * `onChange` is called after every change, never by data. With `controls` the visible time is the page's: every move goes
 * to them and comes back with their change; range buttons and pause are theirs.
 */
export class ViewportControl {
  readonly viewport: Viewport;
  /** Null while not paused. */
  paused: PausedMoment | null = null;
  readonly #tools: MetricTools | null;
  readonly #held: HeldData;
  readonly #onChange: () => void;
  readonly #controls: ViewControls | null;
  readonly #stop: () => void;
  /** The range the widget was declared with. */
  #own: TimeRange;
  /** A pause that waits for the first picture. */
  #pauseDue = false;

  constructor(options: {
    readonly range: TimeRange;
    readonly axis: Axis;
    readonly card: Card;
    readonly held: HeldData;
    readonly onChange: () => void;
    /** The visible time a page's charts share. Default: this chart's own. */
    readonly controls?: ViewControls | undefined;
  }) {
    const { range, axis, card, controls } = options;
    this.viewport = new Viewport(range, axis);
    this.#own = range;
    this.#held = options.held;
    this.#onChange = options.onChange;
    this.#controls = controls ?? null;
    this.#tools =
      controls !== undefined
        ? null
        : new MetricTools(card, axis, {
            choose: (chosen) => this.choose(chosen),
            reset: () => this.goLive(),
            togglePause: () => this.togglePause(),
          });
    if (controls !== undefined) this.#show(controls);
    this.#stop =
      controls?.subscribe((change) => {
        if (change === 'view') this.#change(() => this.#show(controls));
      }) ?? (() => {});
  }

  /** Whether the visible time is the page's. */
  get isShared(): boolean {
    return this.#controls !== null;
  }

  /** Another range was declared, or chosen with the widget's own buttons. */
  choose(range: TimeRange): void {
    this.#own = range;
    const controls = this.#controls;
    this.#change(() => (controls === null ? this.viewport.choose(range) : this.#show(controls)));
  }

  zoom(factor: number, aroundUs: number): void {
    this.#move(() => this.viewport.zoom(factor, aroundUs, this.#held));
  }

  pan(us: number): void {
    this.#move(() => this.viewport.pan(us, this.#held));
  }

  /** Shows exactly a span that was drawn over the plot. */
  select(startUs: number, endUs: number): void {
    this.#controls?.hold({ startUs, endUs });
  }

  goLive(): void {
    if (this.#controls === null) this.#change(() => this.viewport.live());
    else this.#controls.goLive();
  }

  togglePause(): void {
    const controls = this.#controls;
    if (controls === null) {
      if (this.viewport.mode === 'paused') this.goLive();
      else this.#change(() => this.#pause());
    } else if (controls.pausedAtUs !== null || controls.held !== null) controls.goLive();
    else controls.pause(this.#held.clockUs);
  }

  /** Pauses an own visible time, once something is shown, or goes live again; what is so already stays as it is. */
  setPaused(paused: boolean): void {
    this.#pauseDue = false;
    if (this.#controls !== null || paused === (this.viewport.mode === 'paused')) return;
    if (!paused) this.goLive();
    else if (this.#isShown) this.#change(() => this.#pause());
    else this.#pauseDue = true;
  }

  get #isShown(): boolean {
    return this.#held.count > 0 && Number.isFinite(this.viewport.edgeUs);
  }

  /** Takes the values of a pause that came from outside, once there are any. Call after data were read. */
  settle(): void {
    if (this.#pauseDue && this.#isShown) this.setPaused(true);
    const atUs = this.#controls?.pausedAtUs ?? null;
    if (atUs === null || this.paused !== null || this.#held.count === 0) return;
    const { lines, count } = this.#held;
    const values = lines.map((line) =>
      line.lastTimeUs <= atUs ? line.lastValue : (line.nearest(atUs)?.value ?? Number.NaN),
    );
    this.paused = { atUs, count, values };
  }

  dispose(): void {
    this.#stop();
  }

  /** The value line `index` shows: that of the pause while there is one. */
  shownValue(index: number): number {
    if (this.paused !== null) return this.paused.values[index] ?? Number.NaN;
    return this.#held.lines[index]?.lastValue ?? Number.NaN;
  }

  showTools(widthPx: number): void {
    const { range, mode } = this.viewport;
    this.#tools?.show({ range, mode, widthPx, any: this.#held.count > 0 });
  }

  #show({ range, held, pausedAtUs }: ViewControls): void {
    this.viewport.show({ range: range === 'own' ? this.#own : range, held, pausedAtUs });
    if (this.paused?.atUs !== pausedAtUs) this.paused = null;
  }

  /** Moves the own viewport, or the page's to where this one would have moved. */
  #move(act: () => void): void {
    const controls = this.#controls;
    if (controls === null) {
      this.#change(act);
      return;
    }
    act();
    const { startUs, edgeUs } = this.viewport;
    if (Number.isFinite(startUs)) controls.hold({ startUs, endUs: edgeUs });
    // The page rounds: what it shows is what all show, also where that changed nothing for it.
    this.#change(() => this.#show(controls));
  }

  #pause(): void {
    const { lines, count, clockUs } = this.#held;
    this.paused = { atUs: clockUs, count, values: lines.map((line) => line.lastValue) };
    this.viewport.pause();
  }

  #change(act: () => void): void {
    act();
    if (this.viewport.mode !== 'paused' && this.#controls === null) this.paused = null;
    this.#onChange();
  }
}
