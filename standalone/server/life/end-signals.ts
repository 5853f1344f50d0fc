import { constants } from 'node:os';
import { type Log, NO_LOG } from '../log/log.ts';

type EndSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/**
 * What signals do to this process.
 *
 * 1. SIGTERM and SIGINT end it in order, SIGHUP too where its terminal was closed; anywhere else SIGHUP does nothing, as a
 *    server in the background outlives the terminal it came from.
 * 2. Before there is anything to end, and at the second signal, it ends at once, with 128 and the signal's number as its exit code.
 */
export class EndSignals {
  #log: Log = NO_LOG;
  #end: (() => void) | null = null;
  #isEnding = false;

  /** @param options.endsOnHangup A person started it at a terminal. */
  constructor(options: { readonly endsOnHangup: boolean }) {
    process.on('SIGTERM', () => this.#came('SIGTERM'));
    process.on('SIGINT', () => this.#came('SIGINT'));
    process.on('SIGHUP', () => {
      if (options.endsOnHangup) this.#came('SIGHUP');
      else this.#log.write('info', 'signal.ignored', { signal: 'SIGHUP' });
    });
  }

  /** From now on the first signal calls `end`, which must end the process. */
  ends(end: () => void, log: Log): void {
    this.#end = end;
    this.#log = log;
  }

  #came(signal: EndSignal): void {
    const isFirst = this.#end !== null && !this.#isEnding;
    this.#log.write('info', 'signal', { signal, first: isFirst });
    if (this.#end === null || this.#isEnding) process.exit(128 + constants.signals[signal]);
    this.#isEnding = true;
    this.#end();
  }
}
