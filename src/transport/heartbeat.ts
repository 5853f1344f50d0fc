const BEAT_MS = 1000;
const PING_MS = 5000;
/** Silence after which a connection counts as lost. */
export const SILENT_MS = 10_000;
/** Wait for a sign of life after the page woke up. */
const PROBE_MS = 3000;
/** A beat that comes so late means that the page slept: what came meanwhile may still wait to be heard. */
const LATE_MS = 3000;

export interface HeartbeatOptions {
  readonly nowMs: () => number;
  readonly schedule: (run: () => void, ms: number) => () => void;
  readonly sendPing: (id: string) => void;
  /** The connection is lost. Called once; the heart stands still then. */
  readonly onDead: () => void;
}

/**
 * Both directions of a connection's life: asks every 5 s, and gives it up after 10 s in which nothing at all was heard.
 *
 * A page that slept asks first and gives the answer 3 s. One timer while started, none while stopped.
 */
export class Heartbeat {
  /** Time from the newest ping to its answer, ms; NaN before. */
  roundTripMs = Number.NaN;
  readonly #options: HeartbeatOptions;
  #cancel: (() => void) | null = null;
  #beatMs = 0;
  #heardMs = 0;
  #pingedMs = 0;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #pings = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.stop();
    const nowMs = this.#options.nowMs();
    this.#heardMs = this.#beatMs = nowMs;
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#ping(nowMs);
    this.#next();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Something came. */
  heard(): void {
    this.#heardMs = this.#options.nowMs();
    this.#deadlineMs = Number.POSITIVE_INFINITY;
  }

  /** The answer to ping `id`. */
  pong(id: string): void {
    if (id === `p${this.#pings}`) this.roundTripMs = this.#options.nowMs() - this.#pingedMs;
  }

  /** Asks now and gives the connection 3 s for a sign of life. */
  probe(): void {
    if (this.#cancel === null) return;
    const nowMs = this.#options.nowMs();
    this.#deadlineMs = Math.min(this.#deadlineMs, nowMs + PROBE_MS);
    this.#ping(nowMs);
  }

  #next(): void {
    this.#cancel = this.#options.schedule(() => this.#beat(), BEAT_MS);
  }

  #beat(): void {
    const nowMs = this.#options.nowMs();
    const isLate = nowMs - this.#beatMs > LATE_MS;
    this.#beatMs = nowMs;
    const isSilent = nowMs - this.#heardMs >= SILENT_MS && this.#deadlineMs === Number.POSITIVE_INFINITY;
    if (isSilent && isLate) {
      this.probe();
    } else if (isSilent || nowMs >= this.#deadlineMs) {
      this.stop();
      this.#options.onDead();
      return;
    } else if (nowMs - this.#pingedMs >= PING_MS) {
      this.#ping(nowMs);
    }
    this.#next();
  }

  #ping(nowMs: number): void {
    this.#pingedMs = nowMs;
    this.#pings += 1;
    this.#options.sendPing(`p${this.#pings}`);
  }
}
