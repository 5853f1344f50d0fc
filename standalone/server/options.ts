import { StreamVizError } from '../../src/core/errors.ts';
import { nearestName } from '../../src/core/windows/nearest-name.ts';
import { type AccountsOption, authValue, joinedAccounts, keyWords, userWords } from './accounts/accounts-option.ts';
import { basePathValue } from './accounts/base-path.ts';
import { BelievedProxies } from './accounts/forwarded.ts';
import { DEFAULT_LIMITS, type ServerLimits } from './limits.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from './log/log-line.ts';
import { OPTION_NAMES, optionNamed, type ServerOptionName } from './option-definitions.ts';
import {
  ageUs,
  bytesValue,
  choiceValue,
  flagValue,
  lengthUs,
  limitValues,
  listValue,
  originValue,
  persistenceValue,
  portValue,
  textValue,
  wrongValue,
  zoneValue,
} from './option-values.ts';

export type ServerTheme = 'auto' | 'light' | 'dark';

/** How a server listens, what its page looks like and what it keeps; every option at its value or default. */
export interface ServerOptions {
  /** Address to listen on. */
  readonly host: string;
  /** The port asked for, 0: any free one; null: the script's previous one, 8600 or the next free one. */
  readonly port: number | null;
  /** null: the one kept for this user. */
  readonly token: string | null;
  readonly auth: boolean;
  readonly accounts: AccountsOption;
  /** Before every path; empty: none. */
  readonly basePath: string;
  /** Addresses and networks of proxies that are believed. */
  readonly trustProxy: readonly string[];
  readonly newToken: boolean;
  readonly title: string | null;
  readonly theme: ServerTheme;
  /** Path of a file. */
  readonly favicon: string | null;
  readonly logo: string | null;
  /** 0: live. */
  readonly autoRefreshMs: number;
  /** null: all; 'own': what each widget declares. */
  readonly defaultRangeUs: number | null | 'own';
  readonly timezone: string | null;
  /** Infinity: no bound. */
  readonly bufferBytes: number;
  readonly retentionUs: number;
  /** Path of the file that history is kept in; null: in memory alone. */
  readonly persistence: string | null;
  /** Bytes that file may have. Infinity: no bound. */
  readonly historyBytes: number;
  /** Origins, or `*`. */
  readonly cors: readonly string[];
  readonly allowHosts: readonly string[];
  /** Infinity: never. */
  readonly lingerMs: number;
  readonly keep: boolean;
  /** null: where a person sits before a desktop. */
  readonly open: boolean | null;
  readonly logLevel: LogLevel | 'off';
  readonly logFormat: LogFormat;
  readonly script: string | null;
  readonly limits: ServerLimits;
}

/** What was given, by option; values as of a command line (texts, lists of texts, booleans) or of JSON. */
export type GivenOptions = Partial<Readonly<Record<ServerOptionName, unknown>>>;

const THEMES = ['auto', 'light', 'dark'] as const;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/** Whether only programs on this machine reach this address. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/**
 * The options of a command line without `node` and the script.
 *
 * @throws StreamVizError `OPTION_UNKNOWN` with the nearest one, `OPTION_INVALID`, `AUTH_REQUIRED` (see {@link resolveOptions})
 */
export function parseArguments(words: readonly string[]): ServerOptions {
  const given: Record<string, unknown> = {};
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    if (!word.startsWith('--')) throw unknownOption(word, (name) => `--${name}`);
    const equals = word.indexOf('=');
    const written = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const negated = written.startsWith('no-') && optionNamed(written.slice(3))?.kind === 'flag';
    const name = negated ? written.slice(3) : written;
    const definition = optionNamed(name);
    if (definition === undefined || definition.jsonOnly)
      throw unknownOption(word.slice(0, equals < 0 ? undefined : equals), (known) => `--${known}`);
    if (definition.kind === 'flag') {
      if (equals >= 0) throw wrongValue(`--${name}`, `no value: --${name} or --no-${name}`, word.slice(equals + 1));
      given[name] = !negated;
      continue;
    }
    let value = equals < 0 ? words[i + 1] : word.slice(equals + 1);
    if (equals < 0) i += 1;
    if (value === undefined || (equals < 0 && value.startsWith('--')))
      throw wrongValue(`--${name}`, definition.value, undefined);
    value = value.trim();
    const isRepeatable = definition.kind === 'list' || definition.kind === 'limits';
    given[name] = isRepeatable ? [...((given[name] as string[] | undefined) ?? []), value] : value;
  }
  return resolveOptions(given, (name) => `--${name}`);
}

/**
 * The options of a JSON object; names as `buffer_size`, `bufferSize` or `buffer-size`, null: the default.
 *
 * @throws StreamVizError as {@link parseArguments}
 */
export function parseOptionsObject(input: unknown): ServerOptions {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw wrongValue('options', 'a JSON object', input);
  const written = (name: string) => name.replaceAll('-', '_');
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) {
    const name = kebab(key);
    if (optionNamed(name) === undefined) throw unknownOption(key, written);
    if (value !== null) given[name] = value;
  }
  return resolveOptions(given, written);
}

const kebab = (key: string): string =>
  key.replaceAll('_', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function unknownOption(word: string, written: (name: string) => string): StreamVizError {
  const known = OPTION_NAMES.map(written);
  const nearest = nearestName(word, known);
  return new StreamVizError('OPTION_UNKNOWN', `unknown option ${word}; did you mean ${nearest}?`, {
    details: { option: word, nearest },
  });
}

/**
 * Every option at its value or default.
 *
 * @param written How an option is called where it was given, for error messages.
 * @throws StreamVizError `OPTION_INVALID`, `AUTH_REQUIRED` (no token on an address that other machines reach)
 */
export function resolveOptions(given: GivenOptions, written: (name: string) => string = (name) => name): ServerOptions {
  const read = <T>(name: ServerOptionName, parse: (option: string, value: unknown) => T, fallback: T): T =>
    given[name] === undefined ? fallback : parse(written(name), given[name]);
  const keep = read('keep', flagValue, false);
  const host = read('host', hostValue, '127.0.0.1');
  const { isAsked: auth, accounts: ofAuth } = read('auth', authValue, authValue('auth', true));
  const accounts = joinedAccounts(written('auth'), [
    ofAuth,
    { users: read('user', userWords, []), keys: read('key', keyWords, []) },
  ]);
  if (!auth && accounts.users.length + accounts.keys.length > 0)
    throw wrongValue(written('auth'), 'no accounts where nothing is asked for', false);
  if (!auth && !isLoopback(host)) {
    const message =
      `${written('host')} ${host} can be reached from other machines, so a token is asked for there: ` +
      `leave ${written('auth') === '--auth' ? '--no-auth' : 'auth=False'} out, or listen on 127.0.0.1`;
    throw new StreamVizError('AUTH_REQUIRED', message, { details: { host } });
  }
  const bufferBytes = read('buffer-size', bytesValue, DEFAULT_LIMITS.bufferBytes);
  const retentionUs = read('retention', ageUs, DEFAULT_LIMITS.retentionUs);
  return {
    host,
    port: read<number | null>('port', portValue, null),
    token: read<string | null>('token', tokenValue, null),
    auth,
    accounts,
    basePath: read('base-path', basePathValue, ''),
    trustProxy: read<readonly string[]>('trust-proxy', proxiesValue, []),
    newToken: read('new-token', flagValue, false),
    title: read<string | null>('title', textValue, null),
    theme: read<ServerTheme>('theme', (option, value) => choiceValue(option, value, THEMES), 'auto'),
    favicon: read<string | null>('favicon', textValue, null),
    logo: read<string | null>('logo', textValue, null),
    autoRefreshMs: read('auto-refresh', refreshMs, 0),
    defaultRangeUs: read<number | null | 'own'>('default-time-range', rangeUs, 'own'),
    timezone: read<string | null>('timezone', zoneValue, null),
    bufferBytes,
    retentionUs,
    persistence: read<string | null>('persistence', persistenceValue, null),
    historyBytes: read('history-size', bytesValue, 10e9),
    cors: read<readonly string[]>('cors', corsValue, []),
    allowHosts: read<readonly string[]>('allow-host', listValue, []).map((name) => name.toLowerCase()),
    lingerMs: keep ? Number.POSITIVE_INFINITY : read('linger', lingerMs, 600_000),
    keep,
    open: read<boolean | null>('open', flagValue, null),
    logLevel: read('log-level', (option, value) => choiceValue(option, value, [...LOG_LEVELS, 'off']), 'warn'),
    logFormat: read('log-format', (option, value) => choiceValue(option, value, LOG_FORMATS), 'text'),
    script: read<string | null>('script', textValue, null),
    limits: { ...DEFAULT_LIMITS, bufferBytes, retentionUs, ...read('limit', limitValues, {}) },
  };
}

function hostValue(option: string, given: unknown): string {
  const host = textValue(option, given);
  const hasPort = /^[^:]+:\d*$/.test(host);
  if (!hasPort && !/[/\s?#@]/.test(host)) return host.replace(/^\[(.*)\]$/, '$1');
  throw wrongValue(option, 'an address without scheme and port, such as 127.0.0.1 or 0.0.0.0', given);
}

function tokenValue(option: string, given: unknown): string {
  if (typeof given === 'string' && /^[\w-]{16,256}$/.test(given)) return given;
  throw new StreamVizError('OPTION_INVALID', `${option}: expected 16 to 256 letters, digits, - and _`, {
    details: { option },
  });
}

function proxiesValue(option: string, given: unknown): readonly string[] {
  const addresses = listValue(option, given);
  new BelievedProxies(addresses, option);
  return addresses;
}

function refreshMs(option: string, given: unknown): number {
  return given === 'live' ? 0 : Math.max(1, Math.round(lengthUs(option, given, '"live", ', 'positive') / 1000));
}

function rangeUs(option: string, given: unknown): number | null {
  return given === 'all' ? null : lengthUs(option, given, '"all", ', 'positive');
}

function lingerMs(option: string, given: unknown): number {
  return lengthUs(option, given, '', 'zero') / 1000;
}

function corsValue(option: string, given: unknown): readonly string[] {
  return given === false ? [] : listValue(option, given).map((origin) => originValue(option, origin));
}
