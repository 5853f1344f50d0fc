import { parseArgs } from 'node:util';
import { isStreamVizError } from '../core/errors.ts';
import { type Aggregation, parseAggregation } from '../core/windows/aggregation.ts';
import { nearestName } from '../core/windows/nearest-name.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import { windowShape } from '../core/windows/window-shape.ts';
import { parseDurationUs } from '../dashboard/duration.ts';
import { WrongCall } from './wrong-call.ts';

export const WINDOWS_HELP = `streamviz windows [FILE] --window 10s [--slide 1s] | --session 30s [options]

Reads samples in arrival order from FILE (or standard input) and writes each window's result as soon as it is final.

Input, one JSON object per line:
  {"key": "a", "time": 1700000000000.5, "value": 1.25}   time in ms; value null = missing; without key: ""
  {"watermark": 1700000000000}                           nothing before this time (ms) is expected any more
Output, one JSON object per line: key, start, end (ms), count, final, revision, then one value per aggregation (null where
there is none); "approximate" names the values that are not exact (a quantile within 0.79 %, a distinct count that is a
lower bound, an increase of which a step is not known); "supersedes" lists the final sessions [start, end] that a session
replaces. The last line is {"summary": {...}}. Lines that cannot be read are counted as invalid; the first is named on
standard error.

Which samples:
  --window D           length of a window: 500ms, 10s, 1m, 1h, 1d, 1h30m, or a number of seconds
  --slide D            windows of that length end on every multiple of D (default: --window, windows side by side)
  --session D          samples D or less apart join
  --origin D           a time at which one window starts, such as 8h or -8h (default 0: 1970-01-01 UTC)
What of them:
  --aggregation LIST   last first sum avg min max count rate delta increase stddev variance range distinct median pNN;
                       comma-separated, may be repeated (default avg,min,max)
  --counter            values are totals of a counter: a fall is a reset (increase and rate)
  --per D              divides sum by window length / D
  --distinct-limit N   distinct values counted exactly per window (default 10000)
When:
  --lateness D         watermark = largest time seen - D (default 0)
  --allowed-lateness D how far the watermark may have passed a window's end for a sample to revise it (default 0)
  --watermark MODE     per-key (default): every key has its own; shared: one over all keys
  --provisional        after final results of a key also its open windows ("final": false), and all at the end of input
  --max-keys N         keys in memory (default 100000); for one more those go of which nothing is open, then the quietest:
                       their windows become final early, and the summary counts them as "closedEarly"
  --help               this text

Exit codes: 0 done, 1 input cannot be read, 2 wrong call.`;

/** What `streamviz windows` was asked to do. */
export interface WindowsCall {
  readonly help: boolean;
  /** Null: standard input. */
  readonly file: string | null;
  readonly options: WindowOptions;
  readonly sharedWatermark: boolean;
  readonly provisional: boolean;
  readonly maxKeys: number;
}

const MAX_KEYS = 100_000;

const OPTIONS = {
  window: { type: 'string' },
  slide: { type: 'string' },
  session: { type: 'string' },
  origin: { type: 'string' },
  aggregation: { type: 'string', multiple: true },
  counter: { type: 'boolean' },
  per: { type: 'string' },
  'distinct-limit': { type: 'string' },
  lateness: { type: 'string' },
  'allowed-lateness': { type: 'string' },
  watermark: { type: 'string' },
  provisional: { type: 'boolean' },
  'max-keys': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the words after `streamviz windows`.
 *
 * @throws WrongCall An option that is not known (with the nearest that is), a value that does not fit, or no window.
 */
export function readWindowsCall(words: readonly string[]): WindowsCall {
  const { values, positionals } = parsed(words);
  const help = values.help === true;
  if (positionals.length > 1) throw new WrongCall(`one FILE at most; got ${positionals.join(', ')}`);
  const file = positionals[0] ?? '-';
  return {
    help,
    file: file === '-' ? null : file,
    options: help ? HELP_OPTIONS : windowOptions(values),
    sharedWatermark: readMode(values.watermark),
    provisional: values.provisional === true,
    maxKeys: readCount('max-keys', values['max-keys']) ?? MAX_KEYS,
  };
}

const HELP_OPTIONS: WindowOptions = { shape: { kind: 'session', gap: 1 }, aggregations: [] };

function parsed(words: readonly string[]) {
  refuseUnknown(words);
  try {
    return parseArgs({ args: signedValues(words), options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new WrongCall(error instanceof Error ? error.message : String(error));
  }
}

/** `--origin -8h` as `--origin=-8h`: a word that starts with `-` is otherwise taken for an option. */
function signedValues(words: readonly string[]): string[] {
  const args: string[] = [];
  for (const word of words) {
    if (/^-\d/.test(word) && args.at(-1) === '--origin') args[args.length - 1] = `--origin=${word}`;
    else args.push(word);
  }
  return args;
}

type Values = ReturnType<typeof parsed>['values'];

function refuseUnknown(words: readonly string[]): void {
  const known = Object.keys(OPTIONS);
  for (const word of words) {
    if (word === '--') return;
    if (!word.startsWith('--')) continue;
    const name = word.slice(2).split('=', 1)[0]!;
    if (known.includes(name)) continue;
    throw new WrongCall(`unknown option --${name}; did you mean --${nearestName(name, known)}?`);
  }
}

function windowOptions(values: Values): WindowOptions {
  const aggregations = readAggregations(values.aggregation ?? ['avg,min,max']);
  const window = readDuration('window', values.window);
  const slide = readDuration('slide', values.slide);
  const session = readDuration('session', values.session);
  const origin = readSigned('origin', values.origin);
  if (window === undefined && session === undefined) throw new WrongCall('state --window D or --session D');
  const sumPer = readDuration('per', values.per);
  const distinctLimit = readCount('distinct-limit', values['distinct-limit']);
  return {
    shape: named(() =>
      windowShape({
        ...(window === undefined ? {} : { window }),
        ...(slide === undefined ? {} : { slide }),
        ...(session === undefined ? {} : { session }),
        ...(origin === undefined ? {} : { origin }),
      }),
    ),
    aggregations,
    lateness: readLateness('lateness', values.lateness),
    allowedLateness: readLateness('allowed-lateness', values['allowed-lateness']),
    counter: values.counter === true,
    ...(sumPer === undefined ? {} : { sumPer }),
    ...(distinctLimit === undefined ? {} : { distinctLimit }),
  };
}

function readAggregations(lists: readonly string[]): Aggregation[] {
  const texts = lists.flatMap((list) => list.split(',')).map((text) => text.trim());
  if (texts.every((text) => text === '')) throw new WrongCall('--aggregation names no aggregation');
  return [...new Set(texts.filter((text) => text !== ''))].map((text) => named(() => parseAggregation(text)));
}

function readDuration(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : named(() => parseDurationUs(text), name);
}

/** A duration that may be 0. */
function readLateness(name: string, text: string | undefined): number {
  return text === undefined || /^0+(\.0+)?\s*[a-zµ]*$/.test(text.trim()) ? 0 : (readDuration(name, text) ?? 0);
}

function readSigned(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const negative = text.trim().startsWith('-');
  const us = readLateness(name, negative ? text.trim().slice(1) : text);
  return negative ? 0 - us : us;
}

function readCount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new WrongCall(`--${name} is a whole number above 0; got ${text}`);
}

function readMode(text: string | undefined): boolean {
  if (text === undefined || text === 'per-key') return false;
  if (text === 'shared') return true;
  throw new WrongCall(`--watermark is per-key or shared; got ${text}`);
}

/** Runs `read`, its typed error as a wrong call that names the option. */
function named<T>(read: () => T, name?: string): T {
  try {
    return read();
  } catch (error) {
    if (isStreamVizError(error, 'WINDOW_INVALID')) throw new WrongCall(`--${error.message} (microseconds)`);
    if (isStreamVizError(error))
      throw new WrongCall(name === undefined ? error.message : `--${name}: ${error.message}`);
    throw error;
  }
}
