import { StreamVizError } from '../errors.ts';

export const DEFAULT_PER_US = 60e6;
export const DEFAULT_KEEP_US = 6 * 3600e6;
export const DEFAULT_MAX_KEYS = 10_000;
export const DEFAULT_MAX_ACTORS = 100;
export const DEFAULT_MAX_PANES = 100_000;
export const DEFAULT_MAX_RECENT = 1000;
/** Flags are bits of one word. */
export const MOST_FLAGS = 31;
/** Panes of one key within `keepUs`. */
export const MOST_PANES_OF_A_KEY = 100_000;

/** What a store of keyed events keeps. Each limit's breach is counted, never silent. */
export interface KeyedEventsOptions {
  /** Names of the flags, bit 0 first; at most 31. Default: none. */
  readonly flags?: readonly string[];
  /** Length of a pane, whole us. Default: 1 min. */
  readonly perUs?: number;
  /** How long panes are kept, us; rounded up to whole panes. A key without an event for as long is forgotten. Default: 6 h. */
  readonly keepUs?: number;
  /** Live keys; events of further keys are counted as `overKeys` and nowhere else. Default: 10,000. */
  readonly maxKeys?: number;
  /** Actor names kept per pane: the first in code unit order. Default: 100. */
  readonly maxActors?: number;
  /** Panes of all keys; above, the oldest minutes of all keys go and the horizon moves. Default: 100,000. */
  readonly maxPanes?: number;
  /** Newest raw events kept. Default: 1000. */
  readonly maxRecent?: number;
}

/**
 * The options with their defaults.
 *
 * @throws StreamVizError `EVENTS_INVALID`, naming the option.
 */
export function eventsOptions(given: KeyedEventsOptions): Required<KeyedEventsOptions> {
  const flags = given.flags ?? [];
  const options = {
    flags: [...flags],
    perUs: given.perUs ?? DEFAULT_PER_US,
    keepUs: given.keepUs ?? DEFAULT_KEEP_US,
    maxKeys: given.maxKeys ?? DEFAULT_MAX_KEYS,
    maxActors: given.maxActors ?? DEFAULT_MAX_ACTORS,
    maxPanes: given.maxPanes ?? DEFAULT_MAX_PANES,
    maxRecent: given.maxRecent ?? DEFAULT_MAX_RECENT,
  };
  if (flags.length > MOST_FLAGS || new Set(flags).size !== flags.length) {
    refuse('flags', `at most ${MOST_FLAGS} different names`, flags);
  }
  for (const name of ['perUs', 'keepUs', 'maxKeys', 'maxActors', 'maxPanes'] as const) {
    if (!(options[name] >= 1)) refuse(name, 'a number of at least 1', options[name]);
  }
  if (!Number.isSafeInteger(options.perUs)) refuse('perUs', 'whole microseconds', options.perUs);
  if (!Number.isSafeInteger(options.maxRecent) || options.maxRecent < 0) {
    refuse('maxRecent', 'a whole number, 0 for none', options.maxRecent);
  }
  if (!(options.keepUs >= options.perUs) || options.keepUs / options.perUs > MOST_PANES_OF_A_KEY) {
    refuse('keepUs', `1 to ${MOST_PANES_OF_A_KEY} times perUs`, options.keepUs);
  }
  return options;
}

function refuse(option: string, expected: string, given: unknown): never {
  throw new StreamVizError('EVENTS_INVALID', `keyed events: ${option} expected ${expected}, got ${String(given)}`, {
    details: { option },
  });
}
