import type { HubEnvironment } from '../../../standalone/server/hub/hub-environment.ts';
import { DEFAULT_LIMITS, type ServerLimits } from '../../../standalone/server/limits.ts';

/** A clock that stands until it is moved, and the timers set on it. */
export class FakeClock {
  nowUs: number;
  #timers: { readonly atUs: number; readonly order: number; readonly run: () => void }[] = [];
  #order = 0;

  constructor(nowUs = 1_763_000_000_000_000) {
    this.nowUs = nowUs;
  }

  get timers(): number {
    return this.#timers.length;
  }

  environment(limits: Partial<ServerLimits> = {}): HubEnvironment {
    return {
      now: () => this.nowUs,
      schedule: (run, ms) => {
        const timer = { atUs: this.nowUs + ms * 1000, order: this.#order++, run };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
      limits: { ...DEFAULT_LIMITS, ...limits },
    };
  }

  /** Moves on and runs what is due, in order of time. */
  advance(ms: number): void {
    const untilUs = this.nowUs + ms * 1000;
    for (;;) {
      const due = this.#timers.filter(({ atUs }) => atUs <= untilUs);
      if (due.length === 0) break;
      due.sort((a, b) => a.atUs - b.atUs || a.order - b.order);
      const next = due[0]!;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.nowUs = Math.max(this.nowUs, next.atUs);
      next.run();
    }
    this.nowUs = untilUs;
  }
}
