import type { Secrets } from './secrets.ts';

/** From the least to the most important. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What belongs to an event. Of an error its code, message and stack are told; undefined is left out. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | null | undefined | readonly string[] | Error>
>;

export interface LogEntry {
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

/** Longer texts are cut: a client's may be anything. A stack is allowed more. */
const MOST_TEXT = 1000;
const MOST_STACK = 8000;
const PLAIN = /^[\w.:/@%+,[\]-]+$/;

/**
 * One event as one line without its end.
 *
 * `json`: an object with `time` (ISO 8601, UTC, ms), `level`, `event`, then the fields. `text`: the same as
 * `2026-03-03T14:00:00.000Z warn  access.denied code=TOKEN_WRONG address=10.0.0.7`; a text that is no plain word stands as a
 * JSON string. A field named like one of the three gets `_` behind its name.
 */
export function logLine(format: LogFormat, { timeMs, level, event, fields }: LogEntry, secrets: Secrets): string {
  const time = new Date(timeMs).toISOString();
  const shown: [string, string | number | boolean | null | readonly string[]][] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const own = name === 'time' || name === 'level' || name === 'event' ? `${name}_` : name;
    shown.push([own, shownValue(value, secrets)]);
  }
  if (format === 'json') return escaped(JSON.stringify({ time, level, event, ...Object.fromEntries(shown) }));
  const words = shown.map(([name, value]) => ` ${name}=${textOf(value)}`);
  return escaped(`${time} ${level.padEnd(5)} ${event}${words.join('')}`);
}

function shownValue(
  value: Exclude<LogFields[string], undefined>,
  secrets: Secrets,
): string | number | boolean | null | readonly string[] {
  if (typeof value === 'string') return cut(secrets.hidden(value), MOST_TEXT);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value === 'boolean') return value;
  if (value instanceof Error) return cut(secrets.hidden(oneLine(value)), MOST_STACK);
  return value.map((text) => cut(secrets.hidden(text), MOST_TEXT));
}

const textOf = (value: ReturnType<typeof shownValue>): string =>
  typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value);

/** Control characters and the breaks of lines that JSON leaves as they are. */
const escaped = (line: string): string =>
  line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 3)}...` : text);

/** An error with its code, where it came about, and what caused it, in one line. */
export function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error).replaceAll(/\s*\n\s*/g, ' | ');
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code} ` : '';
  const cause = error.cause === undefined ? '' : ` | caused by ${oneLine(error.cause)}`;
  return `${code}${(error.stack ?? String(error)).replaceAll(/\s*\n\s*/g, ' | ')}${cause}`;
}
