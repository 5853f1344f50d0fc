import type { Axis } from '../../../dashboard/widget-specs.ts';
import type { Card } from '../../card.ts';
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
 * `onChange` is called after every change, never by data.
 */
export class ViewportControl {
  readonly viewport: Viewport;
  /** Null while not paused. */
  paused: PausedMoment | null = null;
  readonly #tools: MetricTools;
  readonly #held: HeldData;
  readonly #onChange: () => void;

  constructor(options: {
    readonly range: TimeRange;
    readonly axis: Axis;
    readonly card: Card;
    readonly held: HeldData;
    readonly onChange: () => void;
  }) {
    this.viewport = new Viewport(options.range, options.axis);
    this.#held = options.held;
    this.#onChange = options.onChange;
    this.#tools = new MetricTools(options.card, options.axis, {
      choose: (range) => this.choose(range),
      reset: () => this.goLive(),
      togglePause: () => this.togglePause(),
    });
  }

  choose(range: TimeRange): void {
    this.#change(() => this.viewport.choose(range));
  }

  zoom(factor: number, aroundUs: number): void {
    this.#change(() => this.viewport.zoom(factor, aroundUs, this.#held));
  }

  pan(us: number): void {
    this.#change(() => this.viewport.pan(us, this.#held));
  }

  goLive(): void {
    this.#change(() => this.viewport.live());
  }

  togglePause(): void {
    if (this.viewport.mode === 'paused') this.goLive();
    else this.#change(() => this.#pause());
  }

  /** The value line `index` shows: that of the pause while there is one. */
  shownValue(index: number): number {
    if (this.paused !== null) return this.paused.values[index] ?? Number.NaN;
    return this.#held.lines[index]?.lastValue ?? Number.NaN;
  }

  showTools(widthPx: number): void {
    const { range, mode } = this.viewport;
    this.#tools.show({ range, mode, widthPx, any: this.#held.count > 0 });
  }

  #pause(): void {
    const { lines, count, clockUs } = this.#held;
    this.paused = { atUs: clockUs, count, values: lines.map((line) => line.lastValue) };
    this.viewport.pause();
  }

  #change(act: () => void): void {
    act();
    if (this.viewport.mode !== 'paused') this.paused = null;
    this.#onChange();
  }
}
