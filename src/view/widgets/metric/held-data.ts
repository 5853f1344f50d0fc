import type { SeriesCounters, SeriesView, SessionStore } from '../../../session/session-view.ts';
import type { Frame } from '../../widget-view.ts';
import { type LineChoice, linesOf } from './lines.ts';
import type { HeldTime } from './viewport.ts';

/** Counts and oldest times come from cells and cost more than a glance. */
const TALLY_MS = 100;
/** Intervals are medians over many samples: they change slowly. */
const INTERVAL_MS = 1000;
/** A silence of more than these breaks the line: a closed laptop is not a straight line. */
const LEAST_BREAK_US = 5e6;
const BREAK_INTERVALS = 20;
const NO_LINES: readonly SeriesView[] = [];

/**
 * What a metric's lines hold, as one frame sees it.
 *
 * 1. `read` costs O(lines) and allocates nothing; what must be asked of cells is asked at most 10 times a second.
 * 2. `version` changes with any change of any line.
 */
export class HeldData implements HeldTime {
  lines: readonly SeriesView[] = NO_LINES;
  version = -1;
  /** Finite samples of all lines. */
  count = 0;
  firstUs = Number.NaN;
  lastUs = Number.NaN;
  clockUs = Number.NaN;
  /** The shortest median interval of the lines' samples, us; NaN while there is none. */
  intervalUs = Number.NaN;
  /** Time of the newest sample of all lines, where entries are not samples, too. */
  lastSampleUs = Number.NaN;
  /** For each line the silence that breaks it, us. */
  breakUs = new Float64Array(0);
  readonly #counters: SeriesCounters = { folded: 0, late: 0, invalid: 0, missing: 0, expired: 0 };
  #talliedMs = Number.NEGATIVE_INFINITY;
  #talliedVersion = -1;
  #intervalMs = Number.NEGATIVE_INFINITY;
  readonly #pick: (lines: readonly SeriesView[]) => readonly SeriesView[];

  /** @param pick Which of the lines are meant; equal lines give the same array. Default: all. */
  constructor(pick: (lines: readonly SeriesView[]) => readonly SeriesView[] = (lines) => lines) {
    this.#pick = pick;
  }

  /** Takes the lines as they are now; returns whether any of them changed. */
  read(spec: LineChoice, store: SessionStore, frame: Frame, steps: boolean): boolean {
    this.lines = this.#pick(linesOf(spec, store));
    const clockUs = store.status === 'gone' && store.goneAtUs < frame.clockUs ? store.goneAtUs : frame.clockUs;
    let lastUs = Number.NEGATIVE_INFINITY;
    let lastSampleUs = Number.NEGATIVE_INFINITY;
    let version = this.lines.length;
    for (let i = 0; i < this.lines.length; i++) {
      const line = this.lines[i]!;
      version += line.version + line.generation * 1e9;
      const { lastTimeUs, lastSampleUs: sampleUs = lastTimeUs } = line;
      if (lastTimeUs > lastUs) lastUs = lastTimeUs;
      if (sampleUs > lastSampleUs) lastSampleUs = sampleUs;
    }
    this.lastUs = lastUs;
    this.lastSampleUs = lastSampleUs;
    // On a step axis the newest step is now.
    if (spec.options.axis === 'step') this.clockUs = lastUs > Number.NEGATIVE_INFINITY ? lastUs : Number.NaN;
    else this.clockUs = steps ? Math.floor(clockUs / 1e6) * 1e6 : clockUs;
    const isDue = this.count === 0 || frame.nowMs - this.#talliedMs >= TALLY_MS;
    if (isDue && version !== this.#talliedVersion) this.#tally(frame.nowMs, version);
    const isNew = version !== this.version;
    this.version = version;
    return isNew;
  }

  /** The sums of the lines' counters; the same object every time. */
  counters(): Readonly<SeriesCounters> {
    const sum = this.#counters;
    sum.folded = sum.late = sum.invalid = sum.missing = sum.expired = 0;
    for (let i = 0; i < this.lines.length; i++) {
      const { counters } = this.lines[i]!;
      sum.folded += counters.folded;
      sum.late += counters.late;
      sum.invalid += counters.invalid;
      sum.missing += counters.missing;
      sum.expired += counters.expired;
    }
    return sum;
  }

  #tally(nowMs: number, version: number): void {
    this.#talliedMs = nowMs;
    this.#talliedVersion = version;
    this.count = 0;
    this.firstUs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.lines.length; i++) {
      const line = this.lines[i]!;
      this.count += line.count;
      if (line.firstTimeUs < this.firstUs) this.firstUs = line.firstTimeUs;
    }
    if (nowMs - this.#intervalMs < INTERVAL_MS && this.breakUs.length === this.lines.length) return;
    this.#intervalMs = nowMs;
    if (this.breakUs.length !== this.lines.length) this.breakUs = new Float64Array(this.lines.length);
    this.intervalUs = Number.NaN;
    for (let i = 0; i < this.lines.length; i++) {
      const { intervalUs, sampleIntervalUs = intervalUs } = this.lines[i]!;
      if (!(sampleIntervalUs >= this.intervalUs)) this.intervalUs = sampleIntervalUs;
      this.breakUs[i] = Math.max(LEAST_BREAK_US, Number.isFinite(intervalUs) ? BREAK_INTERVALS * intervalUs : 0);
    }
  }
}
