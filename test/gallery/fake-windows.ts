import { type Aggregation, parseAggregation } from '../../src/core/windows/aggregation.ts';
import type { WindowOptions } from '../../src/core/windows/window-operator.ts';
import type { NearestSample, WindowPoint, WindowReading } from '../../src/session/session-view.ts';
import { FakeSeries } from './fake-store.ts';

/** A windowed line over results that a picture states, in the order of their ends. */
export class FakeWindowed extends FakeSeries {
  readonly window: WindowReading & {
    newest: WindowPoint | null;
    open: WindowPoint | null;
    revised: WindowPoint | null;
    counters: { late: number; dropped: number; missing: number; invalid: number; outOfOrder: number };
  };
  readonly #points: WindowPoint[] = [];

  constructor(name: string, aggregation: string, options: Omit<WindowOptions, 'aggregations'>, several = false) {
    super(name, several ? [['aggregation', aggregation]] : []);
    const parsed: Aggregation = parseAggregation(aggregation);
    this.window = {
      options: { ...options, aggregations: [parsed] },
      aggregation: parsed,
      newest: null,
      open: null,
      counters: { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 },
      revisedAtUs: Number.NaN,
      revised: null,
    };
  }

  /** A result; an open one stands at `atUs`, a final one at its end. */
  result(point: Partial<WindowPoint> & Pick<WindowPoint, 'startUs' | 'endUs' | 'value'>, atUs = point.endUs): void {
    const whole: WindowPoint = { count: 1000, final: true, revision: 0, flags: 0, coverage: 1, ...point };
    this.#points.push(whole);
    this.push(atUs, whole.value);
    if (whole.final) this.window.newest = whole;
    else this.window.open = whole;
  }

  override get lastValue(): number {
    return (this.window.newest ?? this.window.open)?.value ?? Number.NaN;
  }

  override nearest(timeUs: number): NearestSample | null {
    const sample = super.nearest(timeUs);
    if (sample === null) return null;
    const window = this.#points[this.times.indexOf(sample.timeUs)];
    return window === undefined ? sample : { ...sample, window };
  }
}
