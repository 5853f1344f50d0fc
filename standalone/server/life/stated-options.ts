import type { ServerOptions } from '../options.ts';

/** An option as a runtime file says it: lengths of time in us, sizes in bytes; `off`, `all`, `own` and null are words of their own. */
export type StatedValue = string | number | boolean | null | readonly string[];
export type StatedOptions = Readonly<Record<string, StatedValue>>;

const bounded = (amount: number): number | 'off' => (Number.isFinite(amount) ? amount : 'off');

/**
 * The options that are fixed while a server runs, by the names of `sv.configure`: who joins it learns what it was started with.
 *
 * Address, port, token and accounts are not among them; the runtime file has them anyway. Nothing here is a secret.
 */
export function statedOptions(options: ServerOptions): StatedOptions {
  return {
    theme: options.theme,
    favicon: options.favicon,
    logo: options.logo,
    auto_refresh: options.autoRefreshMs * 1000,
    default_time_range: options.defaultRangeUs ?? 'all',
    buffer_size: bounded(options.bufferBytes),
    retention: bounded(options.retentionUs),
    persistence: options.persistence,
    history_size: bounded(options.historyBytes),
    cors: [...options.cors],
    linger: bounded(options.lingerMs * 1000),
    keep: options.keep,
  };
}

/** Names of the options that are asked for, other than the default, and that a running server has otherwise. */
export function differingOptions(
  asked: StatedOptions,
  usual: StatedOptions,
  running: StatedOptions,
): readonly string[] {
  const text = (value: StatedValue | undefined): string => JSON.stringify(value ?? null);
  return Object.keys(asked).filter(
    (name) => name in running && text(asked[name]) !== text(usual[name]) && text(asked[name]) !== text(running[name]),
  );
}
