/** `Date` and the timers of this process, moved by hand: a day passes in minutes. Sockets and files keep their own pace. */

interface Timer {
  atMs: number;
  readonly order: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}

const real = {
  Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};

/**
 * Takes the place of `Date`, `setTimeout` and `setInterval` of everything that is loaded.
 *
 * 1. Time stands until `advance`; then what is due runs in order of time, each at its own moment.
 * 2. `Date` with arguments is the real one. Timers inside Node, those of HTTP among them, are real.
 */
export class SimulatedTime {
  nowMs: number;
  readonly #timers = new Map<object, Timer>();
  #order = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  install(): void {
    const now = () => this.nowMs;
    globalThis.Date = class extends real.Date {
      constructor(...given: unknown[]) {
        if (given.length === 0) super(now());
        else super(...(given as [number]));
      }
      static override now(): number {
        return now();
      }
    } as DateConstructor;
    const set =
      (everyMs: (ms: number) => number | null) =>
      (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => {
        const handle = {
          ref: () => handle,
          unref: () => handle,
          hasRef: () => false,
          refresh: () => handle,
          close: () => handle,
        };
        const waitMs = Math.max(1, Number(ms) || 0);
        this.#timers.set(handle, {
          atMs: this.nowMs + waitMs,
          order: this.#order++,
          everyMs: everyMs(waitMs),
          run: () => run(...given),
        });
        return handle;
      };
    const clear = (handle: unknown) => void this.#timers.delete(handle as object);
    const replaced = {
      setTimeout: set(() => null),
      setInterval: set((ms) => ms),
      clearTimeout: clear,
      clearInterval: clear,
    };
    Object.assign(globalThis, replaced);
  }

  /** The process has its own time again. */
  remove(): void {
    Object.assign(globalThis, real);
  }

  /** Moves on and runs what is due. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      let next: readonly [object, Timer] | null = null;
      for (const [handle, timer] of this.#timers) {
        if (timer.atMs > untilMs) continue;
        if (
          next === null ||
          timer.atMs < next[1].atMs ||
          (timer.atMs === next[1].atMs && timer.order < next[1].order)
        ) {
          next = [handle, timer];
        }
      }
      if (next === null) break;
      const [handle, timer] = next;
      this.nowMs = Math.max(this.nowMs, timer.atMs);
      if (timer.everyMs === null) this.#timers.delete(handle);
      else timer.atMs += timer.everyMs;
      timer.run();
    }
    this.nowMs = untilMs;
  }
}
