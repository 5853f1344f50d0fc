import type { PageRange } from '../../src/view/dashboard/view-controls.ts';

export interface RangeChoice {
  readonly range: PageRange;
  /** How a link says it. */
  readonly code: string;
  readonly label: string;
}

const MINUTE_US = 60e6;
const HOUR_US = 3600e6;

/** The ranges a page offers, in order. */
export const RANGES: readonly RangeChoice[] = [
  { range: 5 * MINUTE_US, code: '5m', label: 'Last 5 min' },
  { range: 15 * MINUTE_US, code: '15m', label: 'Last 15 min' },
  { range: HOUR_US, code: '1h', label: 'Last hour' },
  { range: 6 * HOUR_US, code: '6h', label: 'Last 6 hours' },
  { range: 24 * HOUR_US, code: '24h', label: 'Last 24 hours' },
  { range: 'all', code: 'all', label: 'All' },
  { range: 'own', code: 'own', label: 'As declared' },
];

export interface RefreshChoice {
  readonly ms: number;
  readonly code: string;
  readonly label: string;
}

export const REFRESHES: readonly RefreshChoice[] = [
  { ms: 0, code: 'live', label: 'Every frame' },
  { ms: 1000, code: '1s', label: 'Every 1 s' },
  { ms: 5000, code: '5s', label: 'Every 5 s' },
  { ms: 10_000, code: '10s', label: 'Every 10 s' },
  { ms: 30_000, code: '30s', label: 'Every 30 s' },
  { ms: 60_000, code: '1m', label: 'Every 1 min' },
];

const UNITS: readonly (readonly [us: number, unit: string])[] = [
  [24 * HOUR_US, 'd'],
  [HOUR_US, 'h'],
  [MINUTE_US, 'min'],
  [1e6, 's'],
  [1e3, 'ms'],
];

/** A length of time in its largest whole unit: `90 min`, `2 h`, `30 s`. */
export function lengthText(us: number): string {
  for (const [unitUs, unit] of UNITS) {
    if (us >= unitUs && us % unitUs === 0) return `${us / unitUs} ${unit}`;
  }
  const [unitUs, unit] = UNITS.find(([each]) => us >= each) ?? [1e3, 'ms'];
  return `${Number((us / unitUs).toPrecision(2))} ${unit}`;
}

/** What the range button says. `ownUs`: the one range all charts were declared with, null where they differ. */
export function rangeLabel(range: PageRange, ownUs: number | 'all' | null): string {
  if (range === 'own') {
    if (ownUs === null) return 'As declared';
    return ownUs === 'all' ? 'All' : `Last ${lengthText(ownUs)}`;
  }
  return RANGES.find((choice) => choice.range === range)?.label ?? `Last ${lengthText(Number(range))}`;
}

export function refreshLabel(ms: number): string {
  return REFRESHES.find((choice) => choice.ms === ms)?.label ?? `Every ${lengthText(ms * 1000)}`;
}

const LENGTH = /^(\d{1,6})(s|m|h|d)$/;
const UNIT_US: Readonly<Record<string, number>> = { s: 1e6, m: MINUTE_US, h: HOUR_US, d: 24 * HOUR_US };
const LONGEST_US = 366 * 24 * HOUR_US;

/** A length as a link says it, `90m`; null for what is none, 0 or longer than a year. */
export function parseLength(text: string): number | null {
  const match = LENGTH.exec(text);
  if (match === null) return null;
  const us = Number(match[1]) * (UNIT_US[match[2] ?? ''] ?? 0);
  return us > 0 && us <= LONGEST_US ? us : null;
}

/** The shortest code of a length: `90m`, `2h`. Whole seconds only; others are rounded up. */
export function lengthCode(us: number): string {
  for (const unit of ['d', 'h', 'm'] as const) if (us % UNIT_US[unit]! === 0) return `${us / UNIT_US[unit]!}${unit}`;
  return `${Math.ceil(us / 1e6)}s`;
}
