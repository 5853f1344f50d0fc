import type { ELDHistogram } from 'node:perf_hooks';
import { counter, type MetricFamily, type MetricSample } from './metric-family.ts';

/** How often the delay is measured, ms. */
const RESOLUTION_MS = 20;
/** What is told is of at least the last minute, and of two at most while somebody asks at least once a minute. */
const TURN_MS = 60_000;
/** Nobody has asked for so long: nothing is measured until somebody does. */
const FORGET_MS = 600_000;
/** Loaded when somebody asks: importing it takes 0.8 MB. */
const hooks = () => process.getBuiltinModule('node:perf_hooks');
const QUANTILES = [0.5, 0.9, 0.99, 1] as const;

/**
 * How late the event loop was: by how much later than due its timers ran.
 *
 * 1. Nothing is measured before the first time somebody asks, nor once nobody has asked for ten minutes: measuring wakes a
 *    process 50 times a second and takes half a megabyte.
 * 2. Reading does not begin anew, so that several readers see the same.
 */
export class EventLoopDelay {
  readonly #schedule: (run: () => void, ms: number) => () => void;
  readonly #now: () => number;
  /** The one that is read, and the one that takes its place. */
  #older: ELDHistogram | null = null;
  #younger: ELDHistogram | null = null;
  #turnedMs = 0;
  #cancel: (() => void) | null = null;

  /** @param options.now Monotonic clock, ms. */
  constructor(options: {
    readonly schedule: (run: () => void, ms: number) => () => void;
    readonly now: () => number;
  }) {
    this.#schedule = options.schedule;
    this.#now = options.now;
  }

  get isMeasuring(): boolean {
    return this.#older !== null;
  }

  /** Seconds by quantile; without samples at the first time. */
  families(): readonly MetricFamily[] {
    this.#cancel?.();
    this.#cancel = this.#schedule(() => this.stop(), FORGET_MS);
    const { idle, active } = hooks().performance.eventLoopUtilization();
    return [
      {
        name: 'streamviz_event_loop_delay_seconds',
        kind: 'summary',
        unit: 'seconds',
        help: 'How late the event loop was, over the last one to two minutes',
        samples: this.#read(),
      },
      counter('streamviz_event_loop_seconds', 'Time the event loop spent', [
        { labels: { state: 'active' }, value: active / 1000 },
        { labels: { state: 'idle' }, value: idle / 1000 },
      ]),
    ];
  }

  /** Ends measuring; twice is harmless. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#older?.disable();
    this.#younger?.disable();
    this.#older = null;
    this.#younger = null;
  }

  #read(): readonly MetricSample[] {
    const nowMs = this.#now();
    if (this.#older === null || this.#younger === null) {
      this.#older = started();
      this.#younger = started();
      this.#turnedMs = nowMs;
      return [];
    }
    const older = this.#older;
    const samples = older.count === 0 ? [] : QUANTILES.map((quantile) => sampleOf(older, quantile));
    if (nowMs - this.#turnedMs >= TURN_MS) {
      older.reset();
      this.#older = this.#younger;
      this.#younger = older;
      this.#turnedMs = nowMs;
    }
    return samples;
  }
}

function started(): ELDHistogram {
  const histogram = hooks().monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return histogram;
}

/** The histogram holds the time between two runs of its timer, ns: that it should wait is no delay. */
function sampleOf(histogram: ELDHistogram, quantile: (typeof QUANTILES)[number]): MetricSample {
  const nanoseconds = histogram.percentile(100 * quantile) - 1e6 * RESOLUTION_MS;
  const labels = { quantile: Number.isInteger(quantile) ? `${quantile}.0` : String(quantile) };
  return { labels, value: Math.max(0, nanoseconds) / 1e9 };
}
