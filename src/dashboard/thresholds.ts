import { StreamVizError } from '../core/errors.ts';
import { type Color, parseColor } from './colors.ts';

/** What a value means; `ok` has no sign of its own. */
export type Severity = 'ok' | 'warning' | 'critical';

/** A number from which on a value is bad, in one direction. */
export interface Level {
  readonly severity: 'warning' | 'critical';
  readonly value: number;
  /** `above`: bad at or over `value`; `below`: at or under it. */
  readonly direction: 'above' | 'below';
  /** Whether `value` itself is bad. */
  readonly inclusive: boolean;
}

/** A coloured part of the scale, `[from, to)`; the last one holds its end too. */
export interface Zone {
  readonly from: number;
  readonly to: number;
  readonly color: Color;
  readonly severity: Severity;
}

/** A line drawn across a chart, and the severity of its worse side. */
export interface ThresholdLine {
  readonly value: number;
  readonly color: Color;
  readonly severity: Severity;
}

/** Parsed thresholds: levels (from a dict) or zones (from a list), never both; both empty means none. */
export interface Thresholds {
  readonly levels: readonly Level[];
  readonly zones: readonly Zone[];
}

export const NO_THRESHOLDS: Thresholds = { levels: [], zones: [] };

const RANK: Readonly<Record<Severity, number>> = { ok: 0, warning: 1, critical: 2 };
const LADDER = ['green', 'yellow', 'red'] as const;

/**
 * Thresholds of a dict or a list.
 *
 * - `{warning: 80, critical: 95}`: `warning < critical`, high is bad; `{warning: 20, critical: 10}`: low is bad; both
 *   ends are bad. A level alone is high, or says so: `{critical: "<10"}` (`<`, `<=`, `>`, `>=`).
 * - `{green: 70, yellow: 85, red: 100}`, `[[70, "green"], ...]`, `[{to: 70, color: "green"}, ...]`: zones by their upper
 *   end, ascending. `[70, 85]`: green, yellow, red in this order, and the next of them above the last end.
 *
 * null and undefined are no thresholds.
 *
 * @throws StreamVizError `THRESHOLDS_INVALID`
 */
export function parseThresholds(input: unknown): Thresholds {
  if (input === null || input === undefined) return NO_THRESHOLDS;
  if (Array.isArray(input)) return zonesOf(input);
  if (typeof input !== 'object') return fail('a dict of levels or a list of zones', input);
  const entries = Object.entries(input);
  if (entries.length === 0) return NO_THRESHOLDS;
  if (entries.some(([name]) => name === 'warning' || name === 'critical')) return levelsOf(entries, input);
  return zonesOf(entries.map(([color, to]) => [to, color]));
}

function levelsOf(entries: readonly (readonly [string, unknown])[], input: unknown): Thresholds {
  const low = lowIsBad(input);
  const levels: Level[] = [];
  for (const [name, value] of entries) {
    if (name !== 'warning' && name !== 'critical')
      return fail('only "warning" and "critical" beside each other', input);
    if (value === null || value === undefined) continue;
    levels.push(levelOf(name, value, low, input));
  }
  return { levels, zones: [] };
}

function lowIsBad(input: unknown): boolean {
  const { warning, critical } = input as { warning?: unknown; critical?: unknown };
  if (typeof warning !== 'number' || typeof critical !== 'number') return false;
  if (warning === critical) fail('two different levels', input);
  return warning > critical;
}

function levelOf(severity: 'warning' | 'critical', value: unknown, low: boolean, input: unknown): Level {
  if (typeof value === 'number' && Number.isFinite(value)) {
    return { severity, value, direction: low ? 'below' : 'above', inclusive: true };
  }
  const match = typeof value === 'string' ? /^\s*(<=|>=|<|>)?\s*(\S+)\s*$/.exec(value) : null;
  const number = match === null ? NaN : Number(match[2]);
  if (match === null || !Number.isFinite(number)) return fail('a number or text such as "<10" for a level', input);
  const sign = match[1] ?? '>=';
  return { severity, value: number, direction: sign[0] === '<' ? 'below' : 'above', inclusive: sign.length === 2 };
}

function zonesOf(items: readonly unknown[]): Thresholds {
  const zones: Zone[] = [];
  let from = -Infinity;
  let bare = 0;
  for (const [index, item] of items.entries()) {
    const { to, color } = zoneEnd(item, index, items);
    if (to <= from) return fail('zone ends that rise', items);
    if (typeof item === 'number') bare++;
    zones.push({ from, to, color, severity: severityOf(color) });
    from = to;
  }
  if (bare > 0 && bare < 3) {
    const color = LADDER[bare] ?? 'red';
    zones.push({ from, to: Infinity, color, severity: severityOf(color) });
  }
  return { levels: [], zones };
}

function zoneEnd(item: unknown, index: number, items: readonly unknown[]): { to: number; color: Color } {
  const form = 'each zone as its upper end, [end, colour] or {to, color}';
  let to: unknown = item;
  let color: unknown = LADDER[Math.min(index, 2)];
  if (Array.isArray(item)) {
    [to, color] = typeof item[0] === 'string' ? [item[1], item[0]] : [item[0], item[1]];
  } else if (typeof item === 'object' && item !== null) {
    const zone = item as { to?: unknown; value?: unknown; color?: unknown };
    to = zone.to ?? zone.value;
    color = zone.color ?? color;
  }
  if (typeof to !== 'number' || Number.isNaN(to)) return fail(form, items);
  return { to, color: parseColor(color) };
}

function severityOf(color: Color): Severity {
  return color === 'red' ? 'critical' : color === 'yellow' ? 'warning' : 'ok';
}

function fail(expected: string, given: unknown): never {
  throw new StreamVizError('THRESHOLDS_INVALID', `thresholds: expected ${expected}; got ${JSON.stringify(given)}`, {
    details: { given },
  });
}

/** The worst severity a value reaches; `ok` for NaN and where there are no thresholds. O(levels + zones), no allocation. */
export function stateOf(thresholds: Thresholds, value: number): Severity {
  let worst: Severity = 'ok';
  for (let i = 0; i < thresholds.levels.length; i++) {
    const level = thresholds.levels[i]!;
    if (RANK[level.severity] > RANK[worst] && isBeyond(level, value)) worst = level.severity;
  }
  return thresholds.zones.length === 0 ? worst : (zoneOf(thresholds.zones, value)?.severity ?? 'ok');
}

function isBeyond(level: Level, value: number): boolean {
  if (value === level.value) return level.inclusive;
  return level.direction === 'above' ? value > level.value : value < level.value;
}

/** The zone a value lies in, null for NaN. Values beyond the last end lie in the last zone. */
export function zoneOf(zones: readonly Zone[], value: number): Zone | null {
  if (Number.isNaN(value)) return null;
  for (let i = 0; i < zones.length - 1; i++) if (value < zones[i]!.to) return zones[i]!;
  return zones.at(-1) ?? null;
}

/**
 * The coloured parts of `[min, max]`, adjacent and ascending, for a gauge's ring; empty without thresholds.
 * Levels become green, yellow and red parts.
 */
export function zonesBetween(thresholds: Thresholds, min: number, max: number): readonly Zone[] {
  const cuts = [min, max];
  for (const level of thresholds.levels) cuts.push(level.value);
  for (const zone of thresholds.zones) cuts.push(zone.from, zone.to);
  const edges = [...new Set(cuts)].filter((cut) => cut >= min && cut <= max).sort((a, b) => a - b);
  const parts: Zone[] = [];
  if (thresholds.levels.length + thresholds.zones.length === 0) return parts;
  for (let i = 1; i < edges.length; i++) {
    const from = edges[i - 1]!;
    const to = edges[i]!;
    const middle = (from + to) / 2;
    const severity = stateOf(thresholds, middle);
    const color = zoneOf(thresholds.zones, middle)?.color ?? LADDER[RANK[severity]] ?? 'green';
    const last = parts.at(-1);
    if (last !== undefined && last.color === color) parts[parts.length - 1] = { ...last, to };
    else parts.push({ from, to, color, severity });
  }
  return parts;
}

/** The lines a chart draws: every level, and every inner border of the zones, in the colour of the worse side. */
export function thresholdLines(thresholds: Thresholds): readonly ThresholdLine[] {
  const lines: ThresholdLine[] = thresholds.levels.map((level) => ({
    value: level.value,
    color: LADDER[RANK[level.severity]] ?? 'red',
    severity: level.severity,
  }));
  for (let i = 1; i < thresholds.zones.length; i++) {
    const below = thresholds.zones[i - 1]!;
    const above = thresholds.zones[i]!;
    const worse = RANK[above.severity] >= RANK[below.severity] ? above : below;
    lines.push({ value: above.from, color: worse.color, severity: worse.severity });
  }
  return lines;
}
