/**
 * How a unit's numbers are written: `si` takes prefixes, `bytes` and `ibytes` step by 1000 and 1024, `seconds` changes
 * into minutes and hours, `ratio` is shown as %, `currency` stands before the number, `attached` has no space before it,
 * `plain` is printed as given.
 */
export type UnitKind =
  | 'none'
  | 'si'
  | 'bytes'
  | 'ibytes'
  | 'seconds'
  | 'percent'
  | 'ratio'
  | 'currency'
  | 'attached'
  | 'plain';

/** A unit as the number formats read it. */
export interface Unit {
  readonly kind: UnitKind;
  /** What is printed, without a prefix: `B`, `%`, `$`; empty for `none`. */
  readonly symbol: string;
  /** One of the unit in its base (`ms` = 0.001 of `s`); 1 where there is no other base. */
  readonly scale: number;
  /** Printed after the unit, such as `/s`. */
  readonly suffix: string;
}

interface KnownUnit {
  readonly kind: UnitKind;
  readonly symbol: string;
  readonly scale: number;
}

const KNOWN: Readonly<Record<string, KnownUnit>> = {
  s: { kind: 'seconds', symbol: 's', scale: 1 },
  ms: { kind: 'seconds', symbol: 's', scale: 1e-3 },
  us: { kind: 'seconds', symbol: 's', scale: 1e-6 },
  ns: { kind: 'seconds', symbol: 's', scale: 1e-9 },
  B: { kind: 'bytes', symbol: 'B', scale: 1 },
  iB: { kind: 'ibytes', symbol: 'B', scale: 1 },
  bit: { kind: 'si', symbol: 'bit', scale: 1 },
  Hz: { kind: 'si', symbol: 'Hz', scale: 1 },
  W: { kind: 'si', symbol: 'W', scale: 1 },
  V: { kind: 'si', symbol: 'V', scale: 1 },
  A: { kind: 'si', symbol: 'A', scale: 1 },
  '%': { kind: 'percent', symbol: '%', scale: 1 },
  ratio: { kind: 'ratio', symbol: '%', scale: 1 },
  $: { kind: 'currency', symbol: '$', scale: 1 },
  '€': { kind: 'currency', symbol: '€', scale: 1 },
  '£': { kind: 'currency', symbol: '£', scale: 1 },
  '¥': { kind: 'currency', symbol: '¥', scale: 1 },
};

/** Units with rules of their own, as a user writes them; every other text is printed as given. */
export const KNOWN_UNITS: readonly string[] = Object.keys(KNOWN);

/**
 * The rules for a unit's text. Never fails: an unknown unit is `plain`, null and empty text are `none`.
 *
 * A known unit may carry `/s` or another `/...`, which is printed behind it: `B/s` steps like `B`, `ms/op` like `ms`.
 */
export function unitOf(text: string | null): Unit {
  const name = text?.trim() ?? '';
  if (name === '') return { kind: 'none', symbol: '', scale: 1, suffix: '' };
  const slash = name.indexOf('/');
  const base = slash > 0 ? name.slice(0, slash) : name;
  const suffix = slash > 0 ? name.slice(slash) : '';
  const known = Object.hasOwn(KNOWN, base === 'µs' ? 'us' : base) ? KNOWN[base === 'µs' ? 'us' : base] : undefined;
  if (known !== undefined) return { ...known, suffix };
  return { kind: name.startsWith('°') ? 'attached' : 'plain', symbol: name, scale: 1, suffix: '' };
}
