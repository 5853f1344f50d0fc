import type { SessionStore } from '../../../session/session-view.ts';
import { WORDS_MS } from './metric-words.ts';

/** So long after its newest sample a line still slides. */
const YOUNG_US = 2e6;
const STEP_MS = 1000;
/** A picture that moves within so long asks for frame after frame; one that moves later sleeps until shortly before. */
const FRAMES_MS = 25;
const EARLY_MS = 4;
/** Words that had to wait are said with the next data, or after this. */
const LOOK_MS = WORDS_MS + 30;

/** What decides when a metric is drawn next. */
export interface Moment {
  /** `Frame.nowMs` of the draw that just ended, and the store's clock then. */
  readonly nowMs: number;
  readonly clockUs: number;
  readonly axis: 'time' | 'step';
  readonly isLive: boolean;
  readonly held: { readonly count: number; readonly lastUs: number };
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
}

/**
 * When a metric is drawn next: in the next frame while it slides or waits for its turn, else once a timer ends.
 *
 * Where the next pixel is some frames away, none is asked for until then. `dispose` stops it; twice is harmless.
 */
export class Pace {
  /** Whether a picture waits for its turn. */
  waiting = false;
  #sliding = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** `Frame.nowMs` from which on the words are looked at without anything new. */
  #lookMs = Number.NEGATIVE_INFINITY;
  readonly #onDue: (says: boolean) => void;

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
    const slideMs = slides ? moment.msToNextPixel - EARLY_MS : Number.POSITIVE_INFINITY;
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
