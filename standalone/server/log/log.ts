import { TokenBucket } from '../hub/token-bucket.ts';
import { LOG_LEVELS, type LogFields, type LogFormat, type LogLevel, logLine } from './log-line.ts';
import { Secrets } from './secrets.ts';

export { type LogFields, type LogFormat, type LogLevel, oneLine } from './log-line.ts';

/** Takes one event a line; never throws. */
export interface Log {
  /**
   * Writes one line, unless its level is below the one asked for.
   *
   * @param event What happened, in dotted lower case such as `access.denied`; a fixed name, never made of data.
   * @param fields What belongs to it: texts, numbers, flags, and an error under `error`. Units in the names: `tookMs`, `bytes`.
   */
  write(level: LogLevel, event: string, fields?: LogFields): void;
  /** Whether lines of this level are written at all: where fields cost something to find out. */
  isOn(level: LogLevel): boolean;
  /** From now on this text is hidden wherever it occurs: a token, a key, a password. */
  hide(secret: string): void;
}

export interface LogOptions {
  /** The least important level that is written; `off`: nothing is. */
  readonly level: LogLevel | 'off';
  readonly format: LogFormat;
  /** Takes a line without its end. Default: standard error. */
  readonly put?: (line: string) => void;
  /** Whether too much waits to be read where lines go. Default: that of standard error, above 1 MB. */
  readonly isFull?: () => boolean;
  /** The clock, ms. Default: the system's. */
  readonly now?: () => number;
}

/** Nobody reads the other end of a pipe: what waits there is in memory. */
const MOST_WAITING_BYTES = 1e6;
/** Lines a second that one event may write, on average over ten seconds. */
const MOST_PER_SECOND = 20;

/**
 * The log of a server: one line for each event, as text or as JSON.
 *
 * 1. No secret leaves by it: neither one it was told to {@link hide}, nor what stands behind `token=`, `Bearer` or `Basic`.
 * 2. A line holds no line break and no control character, whatever a client sent.
 * 3. An event that happens too often is written 20 times a second on average, 200 at once; how many lines were left out is
 *    told by `suppressed` in the next one. So a client cannot fill a disk.
 * 4. Where nobody reads the lines the server goes on: they are left out and told in the same way.
 */
export class ServerLog implements Log {
  readonly #level: number;
  readonly #format: LogFormat;
  readonly #put: (line: string) => void;
  readonly #isFull: () => boolean;
  readonly #now: () => number;
  readonly #secrets = new Secrets();
  readonly #events = new Map<string, { readonly bucket: TokenBucket; suppressed: number }>();

  constructor(options: LogOptions) {
    this.#level = options.level === 'off' ? LOG_LEVELS.length : LOG_LEVELS.indexOf(options.level);
    this.#format = options.format;
    this.#put = options.put ?? ((line) => void process.stderr.write(`${line}\n`));
    this.#isFull = options.isFull ?? (() => process.stderr.writableLength > MOST_WAITING_BYTES);
    this.#now = options.now ?? Date.now;
  }

  write(level: LogLevel, event: string, fields: LogFields = {}): void {
    if (!this.isOn(level)) return;
    let rate = this.#events.get(event);
    if (rate === undefined) {
      rate = { bucket: new TokenBucket(MOST_PER_SECOND, () => 1000 * this.#now()), suppressed: 0 };
      this.#events.set(event, rate);
    }
    if (this.#isFull() || !rate.bucket.take()) {
      rate.suppressed += 1;
      return;
    }
    const more = rate.suppressed === 0 ? fields : { ...fields, suppressed: rate.suppressed };
    rate.suppressed = 0;
    this.#put(logLine(this.#format, { timeMs: this.#now(), level, event, fields: more }, this.#secrets));
  }

  isOn(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.#level;
  }

  hide(secret: string): void {
    this.#secrets.add(secret);
  }
}

/** A log that writes nothing. */
export const NO_LOG: Log = { write: () => undefined, isOn: () => false, hide: () => undefined };
