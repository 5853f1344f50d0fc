/** Options of an `events` widget, every one at its value or its default. */
export interface EventsOptions {
  readonly title: string;
  /** Field that events are counted by. */
  readonly key: string;
  /** Field that says who did it; null: nobody is told. */
  readonly actor: string | null;
  /** Fields that are true or false, bit 0 first. */
  readonly flags: readonly string[];
  /** Length of a pane, us. */
  readonly perUs: number;
  /** How long panes are kept, us. */
  readonly keepUs: number;
  /** Window shown at first, us: from `perUs` to `keepUs`. */
  readonly windowUs: number;
  /** Actor names kept per key and pane. */
  readonly maxActors: number;
}

/** What reads single options: their value or a fallback, and what was refused. */
export interface OptionSource {
  value<T>(wire: string, fallback: T): T;
  refuse(code: string, message: string): void;
}

const MINUTE_US = 60e6;
const HOUR_US = 3600e6;
/** Windows that a reader is offered; those from `perUs` to `keepUs`. */
const WINDOWS_US = [MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US, HOUR_US, 6 * HOUR_US] as const;
const DEFAULT_WINDOW_US = 15 * MINUTE_US;
const MOST_FLAGS = 31;
const MOST_PANES_OF_A_KEY = 2000;

/** Reads the options; lengths or flags that do not fit each other are refused and become the defaults. */
export function readEventsOptions(name: string, read: OptionSource): EventsOptions {
  let perUs = read.value('per', MINUTE_US);
  let keepUs = read.value('keep', Math.max(6 * HOUR_US, perUs));
  if (!(perUs <= keepUs && keepUs <= MOST_PANES_OF_A_KEY * perUs)) {
    read.refuse('OPTION_INVALID', `keep: expected 1 to ${MOST_PANES_OF_A_KEY} times per; got ${keepUs / perUs}`);
    [perUs, keepUs] = [MINUTE_US, 6 * HOUR_US];
  }
  let flags = read.value<readonly string[]>('flags', []);
  if (flags.length > MOST_FLAGS || new Set(flags).size !== flags.length) {
    read.refuse('OPTION_INVALID', `flags: expected at most ${MOST_FLAGS} different names; got ${flags.join(', ')}`);
    flags = [];
  }
  const windowUs = read.value('window', DEFAULT_WINDOW_US);
  return {
    title: read.value('title', name),
    key: read.value('key', 'key'),
    actor: read.value<string | null>('actor', null),
    flags,
    perUs,
    keepUs,
    windowUs: Math.min(keepUs, Math.max(perUs, windowUs)),
    maxActors: read.value('maxActors', 100),
  };
}

/** The windows a reader may choose, ascending, us: 1 min to 6 h as far as kept, and the one shown at first. */
export function windowChoices({ perUs, keepUs, windowUs }: EventsOptions): readonly number[] {
  const choices = WINDOWS_US.filter((window) => window >= perUs && window <= keepUs);
  return [...new Set([...choices, windowUs])].sort((a, b) => a - b);
}
