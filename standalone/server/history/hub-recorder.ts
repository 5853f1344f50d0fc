import type { LiveSession, SessionHub } from '../hub/session-hub.ts';
import type { HistoryWriter } from './history-writer.ts';

/** What was written of a session. */
interface Known {
  readonly live: LiveSession;
  epoch: string;
  /** Samples that its newest message told of. */
  samples: number;
}

/**
 * Writes down what happens in a hub: every message that is applied, and who comes and goes.
 *
 * While `waits`, its sessions acknowledge what is on disk; else what is applied.
 */
export class HubRecorder {
  readonly #writer: HistoryWriter;
  readonly #known = new Map<string, Known>();
  readonly #stop: () => void;
  #waits = true;

  constructor(hub: SessionHub, writer: HistoryWriter) {
    this.#writer = writer;
    for (const live of hub.sessions.values()) this.#know(live);
    this.#stop = hub.observe({
      changed: (live) => {
        this.#know(live);
        writer.session(live);
      },
      applied: (live, seq) => this.#applied(live, seq),
      removed: (session) => {
        const known = this.#known.get(session);
        if (known !== undefined) known.live.disk.waits = false;
        this.#known.delete(session);
        writer.removed(session, hub.endOf(session));
      },
    });
  }

  set waits(waits: boolean) {
    this.#waits = waits;
    for (const { live } of this.#known.values()) live.disk.waits = waits;
  }

  /** Nothing is written down any more, and nobody waits for it. Twice is harmless. */
  stop(): void {
    this.#stop();
    this.waits = false;
  }

  #applied(live: LiveSession, seq: number): void {
    const known = this.#know(live);
    if (known.epoch !== live.epochId) {
      known.epoch = live.epochId;
      known.samples = 0;
      this.#writer.session(live);
    }
    const { samplesTotal } = live.totals;
    const rows = Math.max(0, samplesTotal - known.samples);
    known.samples = samplesTotal;
    this.#writer.message(live, { bytes: live.frame(seq, null), cameUs: live.newestUs, rows });
  }

  #know(live: LiveSession): Known {
    let known = this.#known.get(live.session);
    if (known?.live !== live) {
      known = { live, epoch: live.epochId, samples: live.totals.samplesTotal };
      this.#known.set(live.session, known);
      live.disk.waits = this.#waits;
    }
    return known;
  }
}
