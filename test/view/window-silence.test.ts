import fc from 'fast-check';
import { expect, it } from 'vitest';
import { windowKey } from '../../src/core/windows/window-key.ts';
import { type MetricSpec, parseWidgetSpec } from '../../src/dashboard/widget-specs.ts';
import { SeriesState } from '../../src/session/series-state.ts';
import { WindowedLine } from '../../src/session/windowed-line.ts';
import { SilenceWatch, widgetState } from '../../src/view/widget-state.ts';
import { HeldData } from '../../src/view/widgets/metric/held-data.ts';
import { FakeStore } from '../gallery/fake-store.ts';

const START_US = 1_772_546_400e6;
const SHAPES: readonly Record<string, unknown>[] = [
  { window: '1s' },
  { window: '1m' },
  { window: '1h' },
  { window: '1m', slide: '10s', lateness: '5s' },
  { session: '30s' },
  { window: '10s', aggregation: ['avg', 'p95'] },
];

function metricOf(options: Record<string, unknown>): MetricSpec {
  const spec = parseWidgetSpec({ id: 'm', kind: 'metric', name: 'cpu', options });
  if (spec.kind !== 'metric' || spec.problems.length > 0) throw new Error(`refused: ${JSON.stringify(spec.problems)}`);
  return spec;
}

/** A metric's words about silence, as its card says them, of one series seen through `options`. */
class Metric {
  readonly #spec: MetricSpec;
  readonly #store = new FakeStore(() => this.clockUs);
  readonly #held = new HeldData();
  readonly #silence = new SilenceWatch();
  clockUs = START_US;

  constructor(series: SeriesState, options: Record<string, unknown>) {
    this.#spec = metricOf(options);
    const { window } = this.#spec.options;
    if (window === null) {
      this.#store.show('cpu', [series]);
      return;
    }
    const store = series.windows.ensure(windowKey(window), window, START_US);
    const isOneOfSeveral = window.aggregations.length > 1;
    const lines = window.aggregations.map((aggregation) => {
      return new WindowedLine({ series, store, aggregation, isOneOfSeveral });
    });
    this.#store.show('cpu', lines);
  }

  look(clockUs: number) {
    this.clockUs = clockUs;
    const frame = { nowMs: clockUs / 1000, clockUs, width: 300, height: 150, pixelRatio: 1 };
    this.#held.read(this.#spec, this.#store, frame, false);
    const { count, lastSampleUs, intervalUs } = this.#held;
    const silenceUs = this.#silence.silence({ count, lastTimeUs: lastSampleUs, intervalUs }, clockUs);
    const input = { store: this.#store, spec: this.#spec, hasData: count > 0, call: 'cpu.send(1)', silenceUs };
    return widgetState({ ...input, clockText: String });
  }
}

function seriesWith(): { series: SeriesState; send: (timeUs: number, clockUs: number) => void } {
  const key = JSON.stringify(['cpu', []]);
  const entry = { key, gen: 0, n: 0, before: null, tiers: [1e6, 1e7, 6e7, 6e8], axis: 'time', since: null } as const;
  const series = new SeriesState({ entry, ringCapacity: 10_000, cellLimit: 1200, isCurrent: () => true });
  return {
    series,
    send: (timeUs, clockUs) => {
      series.windows.begin(null, clockUs);
      series.addSamples(Float64Array.of(timeUs), Float64Array.of(1), 0, 1);
      series.evict();
      series.version += 1;
    },
  };
}

it('a metric of windows is silent when, and as long as, a metric of the same samples is', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...SHAPES),
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 }),
      (options, everyS, pausesS) => {
        const { series, send } = seriesWith();
        const plain = new Metric(series, {});
        const windowed = new Metric(series, options);
        let clockUs = START_US;
        for (const pauseS of pausesS) {
          for (let i = 0; i < 5; i += 1) {
            clockUs += everyS * 1e6;
            send(clockUs, clockUs);
            expect(windowed.look(clockUs)).toEqual(plain.look(clockUs));
          }
          clockUs += pauseS * 1e6;
          const state = plain.look(clockUs);
          seen.add(state.kind);
          expect(windowed.look(clockUs)).toEqual(state);
        }
      },
    ),
    { numRuns: 60 },
  );
  expect([...seen].sort()).toEqual(['live', 'stale']);
});

it('a window of an hour whose samples stop is stale after seconds, though its open window ends much later', () => {
  const { series, send } = seriesWith();
  const metric = new Metric(series, { window: '1h' });
  for (let s = 1; s <= 60; s += 1) send(START_US + s * 1e6, START_US + s * 1e6);
  expect(metric.look(START_US + 60e6)).toEqual({ kind: 'live' });
  expect(metric.look(START_US + 64e6)).toEqual({ kind: 'live' });
  expect(metric.look(START_US + 66e6)).toEqual({ kind: 'stale', text: 'No data for 6 s' });
  send(START_US + 70e6, START_US + 70e6);
  expect(metric.look(START_US + 70e6)).toEqual({ kind: 'live' });
});
