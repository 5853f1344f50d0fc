import type { HubEnvironment } from './hub-environment.ts';

/** The epoch and number of a message. */
interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** Longer than a disk that is well ever takes. */
const MOST_WRITTEN_MS = 1000;

/**
 * How far one session is on disk, for those who promise that nothing is lost.
 *
 * 1. While `waits`, a message is acknowledged once it is on disk; else once it is applied: without a history file, and while its
 *    disk is full.
 * 2. Whoever waits is told as soon as that is so, and never left waiting: not by a new epoch, not by the end of the history.
 */
export class HeldOnDisk {
  /** Messages of it were left out of the history file: that lacks some for good. */
  leftOut = false;
  #waits = false;
  #held: Position = { epoch: '', seq: 0 };
  #waiting: (Position & { readonly tell: () => void })[] = [];

  get waits(): boolean {
    return this.#waits;
  }

  set waits(waits: boolean) {
    this.#waits = waits;
    this.#tell();
  }

  /** Everything of this epoch up to `seq` is on disk. */
  reached(epoch: string, seq: number): void {
    this.#held = { epoch, seq };
    this.#tell();
  }

  /** Number of the newest message of an epoch that is acknowledged, where `seq` is applied. */
  acknowledged(epoch: string, seq: number): number {
    if (!this.#waits) return seq;
    return this.#held.epoch === epoch ? Math.min(seq, this.#held.seq) : 0;
  }

  /** Resolves once message `seq` of an epoch is acknowledged, or its epoch is over. */
  reaches(epoch: string, seq: number): Promise<void> {
    if (this.acknowledged(epoch, seq) >= seq) return Promise.resolve();
    return new Promise((tell) => {
      this.#waiting.push({ epoch, seq, tell });
    });
  }

  /** Resolves as soon as message `seq` of an epoch is on disk, with all before it, at most a second later: whether it is. */
  async written(epoch: string, seq: number, schedule: HubEnvironment['schedule']): Promise<boolean> {
    let isThere = false;
    await new Promise<void>((resolve) => {
      const cancel = schedule(resolve, MOST_WRITTEN_MS);
      const reached = () => {
        isThere = true;
        cancel();
        resolve();
      };
      void this.reaches(epoch, seq).then(reached);
    });
    // While nothing can be written, nobody waits.
    return isThere && this.#waits && !this.leftOut;
  }

  #tell(): void {
    if (this.#waiting.length === 0) return;
    const { epoch, seq } = this.#held;
    const isDone = (wanted: Position) => !this.#waits || (wanted.epoch === epoch && wanted.seq <= seq);
    const done = this.#waiting.filter(isDone);
    this.#waiting = this.#waiting.filter((wanted) => !isDone(wanted));
    for (const { tell } of done) tell();
  }
}
