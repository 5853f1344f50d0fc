import type { SessionStore } from '../../../session/session-view.ts';
import type { HeldData } from './held-data.ts';
import { WORDS_MS } from './metric-words.ts';

/** So long after its newest sample a line still slides. */
const YOUNG_US = 2e6;
const STEP_MS = 1000;
/** A picture that moves within so long asks for frame after frame; one that moves later sleeps until shortly before. */
const FRAMES_MS = 25;
const EARLY_MS = 4;
/** A picture whose data come at least so often, pixels it moves between two of them, moves when they come. */
const MOST_JUMP_PX = 1.5;
/** Data that are so much later than those before, times their distance, are waited for no longer. */
const PATIENCE = 1.5;
/** What the newest distance counts for in the mean. */
const NEWEST = 0.25;
/** Words that had to wait are said with the next data, or after this. */
const LOOK_MS = WORDS_MS + 30;

/** What decides when a metric is drawn next. */
export interface Moment {
  /** `Frame.nowMs` of the draw that just ended, and the store's clock then. */
  readonly nowMs: number;
  readonly clockUs: number;
  readonly axis: 'time' | 'step';
  readonly isLive: boolean;
  readonly held: Pick<HeldData, 'count' | 'lastUs' | 'lastSampleUs'>;
  readonly status: SessionStore['status'];
  /** 0: in every frame. */
  readonly refreshMs: number;
  readonly reducedMotion: boolean;
  /** Words were said in that draw; what is unsaid is due. */
  readonly hasSpoken: boolean;
  readonly areWordsDue: boolean;
  readonly areAxesStale: boolean;
  /** Until the edge, which lies on whole device pixels, moves on. */
  readonly msToNextPixel: number;
  /** How long it takes for one. */
  readonly msPerPixel: number;
}

/**
 * When a metric is drawn next: in the next frame while it slides or waits for its turn, else once a timer ends.
 *
 * Where the next pixel is some frames away, none is asked for until then; where data come about as often as pixels, the
 * picture moves with the data, for each draw is a picture that the browser has to put together anew.
 * `dispose` stops it; twice is harmless.
 */
export class Pace {
  /** Whether a picture waits for its turn. */
  waiting = false;
  #sliding = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** `Frame.nowMs` from which on the words are looked at without anything new. */
  #lookMs = Number.NEGATIVE_INFINITY;
  readonly #onDue: (says: boolean) => void;
  #newestUs = Number.NaN;
  /** When data came last, and the mean distance of such moments. */
  #dataMs = Number.NaN;
  #everyMs = Number.POSITIVE_INFINITY;

  /** @param onDue The timer ended; `says`: the words are to be looked at, too. */
  constructor(onDue: (says: boolean) => void) {
    this.#onDue = onDue;
  }

  /** Whether the next frame is to draw. */
  get isEveryFrame(): boolean {
    return this.#sliding || this.waiting;
  }

  /** Decides after a draw. A metric that is gone and complete is drawn no more by itself. */
  settle({ nowMs, clockUs, axis, isLive, held, status, ...moment }: Moment): void {
    const isFed = isLive && status !== 'gone' && held.count > 0;
    const isYoung = axis === 'time' && clockUs - held.lastUs < YOUNG_US;
    const slides = isFed && isYoung && moment.refreshMs === 0 && !moment.reducedMotion;
    // Counts are looked up less often than data come.
    if (held.lastSampleUs !== this.#newestUs) this.#arrived(nowMs, held.lastSampleUs);
    const slideMs = slides ? this.#slideMs(nowMs, moment) : Number.POSITIVE_INFINITY;
    this.#sliding = slideMs < FRAMES_MS;
    if (moment.areWordsDue) this.#lookMs = nowMs + LOOK_MS;
    else if (status === 'gone' && !moment.areAxesStale) this.#lookMs = Number.POSITIVE_INFINITY;
    else if (moment.hasSpoken || !(this.#lookMs > nowMs)) this.#lookMs = nowMs + STEP_MS;
    if (this.isEveryFrame) this.#stop();
    else this.#wakeIn(Math.min(slideMs, this.#lookMs - nowMs), this.#lookMs - nowMs <= slideMs);
  }

  dispose(): void {
    this.#stop();
    this.#sliding = this.waiting = false;
  }

  #arrived(nowMs: number, newestUs: number): void {
    const distanceMs = nowMs - this.#dataMs;
    this.#newestUs = newestUs;
    this.#dataMs = nowMs;
    if (!(distanceMs < STEP_MS)) this.#everyMs = Number.POSITIVE_INFINITY;
    else if (this.#everyMs === Number.POSITIVE_INFINITY) this.#everyMs = distanceMs;
    else this.#everyMs += NEWEST * (distanceMs - this.#everyMs);
  }

  /** In how long the picture is to move on by itself. */
  #slideMs(nowMs: number, { msToNextPixel, msPerPixel }: Pick<Moment, 'msToNextPixel' | 'msPerPixel'>): number {
    const pixelMs = msToNextPixel - EARLY_MS;
    if (this.#everyMs > MOST_JUMP_PX * msPerPixel) return pixelMs;
    return Math.max(pixelMs, this.#dataMs + PATIENCE * this.#everyMs - nowMs);
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Brings a draw in `ms`; one that comes before decides anew. */
  #wakeIn(ms: number, says: boolean): void {
    this.#stop();
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#onDue(says);
    }, ms);
  }
}
