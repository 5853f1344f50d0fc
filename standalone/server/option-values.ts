import { resolve } from 'node:path';
import { StreamVizError } from '../../src/core/errors.ts';
import { nearestName } from '../../src/core/windows/nearest-name.ts';
import { durationUs } from '../../src/dashboard/duration.ts';
import { LIMIT_NAMES, LIMITS, type LimitName } from './limits.ts';

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};
const BYTES = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i;
const SWITCHED_OFF: readonly unknown[] = ['off', 'none', null];

/** A wrong value: names the option as it was written, what is expected and what was given. */
export function wrongValue(option: string, expected: string, given: unknown, fix = ''): StreamVizError {
  const shown = JSON.stringify(given) ?? String(given);
  return new StreamVizError('OPTION_INVALID', `${option}: expected ${expected}; got ${shown}${fix}`, {
    details: { option, expected, given },
  });
}

export function textValue(option: string, given: unknown): string {
  if (typeof given === 'string' && given !== '' && given.length <= 4096) return given;
  throw wrongValue(option, 'a text', given);
}

/** `true`, `false`; of a command line also without a value. */
export function flagValue(option: string, given: unknown): boolean {
  if (typeof given === 'boolean') return given;
  throw wrongValue(option, 'true or false', given);
}

export function portValue(option: string, given: unknown): number {
  const port = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  if (Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535) return port as number;
  throw wrongValue(option, 'a whole number from 0 to 65535', given);
}

/** One of a few texts; another is told the nearest. */
export function choiceValue<T extends string>(option: string, given: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === given);
  if (found !== undefined) return found;
  const fix = typeof given === 'string' ? `; did you mean "${nearestName(given, choices)}"?` : '';
  throw wrongValue(option, choices.join(', '), given, fix);
}

/** Whole us of a duration; a number, or digits alone, are seconds. `words` are the texts allowed beside durations. */
export function lengthUs(option: string, given: unknown, words: string, least: 'zero' | 'positive'): number {
  const input = typeof given === 'string' && /^\d+(\.\d+)?$/.test(given.trim()) ? Number(given) : given;
  const us = durationUs(input);
  if (us > 0 || (us === 0 && least === 'zero')) return us;
  throw wrongValue(option, `${words}a duration such as "30s", "5m", "1h30m", or seconds`, given);
}

/** Bytes of a number or a text such as `512MB`, `1.5GiB`; `Infinity` where it is switched off. */
export function bytesValue(option: string, given: unknown): number {
  if (SWITCHED_OFF.includes(given)) return Number.POSITIVE_INFINITY;
  const match = BYTES.exec(typeof given === 'number' ? String(given) : typeof given === 'string' ? given.trim() : '');
  const bytes = Math.round(Number(match?.[1]) * (BYTE_UNITS[(match?.[2] ?? '').toLowerCase()] ?? Number.NaN));
  if (bytes >= 1e6 && Number.isSafeInteger(bytes)) return bytes;
  throw wrongValue(option, '"off" or at least 1MB, such as "512MB" or "2GiB"', given);
}

/** Age in us; `Infinity` where it is switched off. */
export function ageUs(option: string, given: unknown): number {
  return SWITCHED_OFF.includes(given) ? Number.POSITIVE_INFINITY : lengthUs(option, given, '"off", ', 'positive');
}

/** Absolute path of the file of `sqlite:///FILE`; null for `memory`. */
export function persistenceValue(option: string, given: unknown): string | null {
  if (given === 'memory' || given === false || SWITCHED_OFF.includes(given)) return null;
  const file = typeof given === 'string' && given.startsWith('sqlite:///') ? given.slice('sqlite:///'.length) : '';
  if (file !== '' && !file.endsWith('/') && !/[\0?#]/.test(file) && file.length <= 4096) return resolve(file);
  const expected = '"memory", or a file such as "sqlite:///metrics.db" or "sqlite:////var/lib/metrics.db"';
  throw wrongValue(option, expected, given);
}

export function zoneValue(option: string, given: unknown): string {
  const zone = textValue(option, given);
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    const fix = `; did you mean "${nearestName(zone, ['UTC', ...Intl.supportedValuesOf('timeZone')])}"?`;
    throw wrongValue(option, 'an IANA time zone', given, fix);
  }
}

/** Texts of a list or of one text with commas. */
export function listValue(option: string, given: unknown): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(given) ? given : [given];
  return entries
    .flatMap((entry) => textValue(option, entry).split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** An origin as browsers write it, or `*`. */
export function originValue(option: string, given: string): string {
  if (given === '*') return given;
  const origin = URL.canParse(given) ? new URL(given).origin : 'null';
  if (origin !== 'null' && (given === origin || given === `${origin}/`)) return origin;
  const fix = origin === 'null' ? '' : `; did you mean "${origin}"?`;
  throw wrongValue(option, 'an origin such as "https://a.example", or "*"', given, fix);
}

/** Limits of `{name: number | "off"}` or of texts `name=number`. @throws StreamVizError `OPTION_INVALID`, naming the nearest limit */
export function limitValues(option: string, given: unknown): Readonly<Partial<Record<LimitName, number>>> {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const entries: readonly (readonly [string, unknown])[] = isObject
    ? Object.entries(given)
    : listValue(option, given).map((text) => splitAt(text));
  const limits: Partial<Record<LimitName, number>> = {};
  for (const [name, value] of entries)
    limits[limitName(option, name)] = limitValue(`${option} ${name}`, name as LimitName, value);
  return limits;
}

function splitAt(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function limitName(option: string, name: string): LimitName {
  const found = LIMIT_NAMES.find((known) => known === name);
  if (found !== undefined) return found;
  throw wrongValue(option, 'the name of a limit', name, `; did you mean "${nearestName(name, LIMIT_NAMES)}"?`);
}

function limitValue(option: string, name: LimitName, given: unknown): number {
  if (SWITCHED_OFF.includes(given)) {
    if (LIMITS[name].off !== null) return Number.POSITIVE_INFINITY;
    throw wrongValue(option, 'a number: this limit cannot be switched off', given);
  }
  const value = typeof given === 'string' && given !== '' ? Number(given) : given;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw wrongValue(option, 'a number above 0, or "off"', given);
}
