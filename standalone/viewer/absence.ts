/** A server says something each second, and a connection that is silent for 10 s counts as lost: after more the page slept. */
const SLEPT_MS = 12_000;
/** A loss after a sleep belongs to it for so long. */
const WOKEN_MS = 30_000;
/** A loss is noticed so soon where the connection was closed. */
const NOTICED_MS = 6000;

/** Two clocks in ms: one that never runs backwards, which may stand still while a laptop sleeps, and the wall's. */
export interface Clocks {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** How long a page was away from its server: from when it noticed, or, where it slept, from what it had heard last. */
export class Absence {
  #lostMs = Number.NaN;
  /** The others are times of the wall. */
  #heardMs = Number.NaN;
  #sleptFromMs = Number.NaN;
  #wokeMs = Number.NEGATIVE_INFINITY;
  #silentFromMs = Number.NaN;

  /** The server said something. */
  heard({ wallMs }: Pick<Clocks, 'wallMs'>): void {
    if (wallMs - this.#heardMs > SLEPT_MS) {
      this.#sleptFromMs = this.#heardMs;
      this.#wokeMs = wallMs;
    }
    this.#heardMs = wallMs;
  }

  /** The connection is noticed to be lost. */
  lost({ nowMs, wallMs }: Clocks): void {
    this.#lostMs = nowMs;
    this.#silentFromMs = wallMs - this.#wokeMs < WOKEN_MS ? this.#sleptFromMs : this.#heardMs;
  }

  /** There is a connection again: returns how long there was none, ms; NaN where none was lost before. */
  back({ nowMs, wallMs }: Clocks): number {
    this.#heardMs = wallMs;
    this.#wokeMs = Number.NEGATIVE_INFINITY;
    const noticedMs = nowMs - this.#lostMs;
    const silentMs = wallMs - this.#silentFromMs;
    return silentMs > noticedMs + NOTICED_MS ? silentMs : noticedMs;
  }
}
