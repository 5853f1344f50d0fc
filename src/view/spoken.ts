import type { Severity } from '../dashboard/thresholds.ts';
import type { CardState } from './card.ts';
import type { Trend } from './trend.ts';

/** What a text alternative says of one picture. */
export interface SpokenInput {
  readonly name: string;
  /** The value as it is shown, with its unit: `86.4 %`; '' for none. */
  readonly value: string;
  readonly trend: Trend | null;
  /** Over which time the trend is meant, us of event time or steps; NaN: unsaid. */
  readonly rangeUs: number;
  readonly axis: 'time' | 'step';
  readonly severity: Severity;
  readonly state: CardState;
}

/**
 * A picture in one sentence: name, value, trend and state, such as `CPU usage 86.4 %, rising over 5 minutes, warning`.
 *
 * `ok` and `live` go without saying, as they go without a sign.
 */
export function spokenText(input: SpokenInput): string {
  const { name, value, trend, rangeUs, axis, severity, state } = input;
  const parts = [value === '' ? name : `${name} ${value}`];
  const isCalm = state.kind === 'live' || state.kind === 'paused' || state.kind === 'stale';
  if (trend !== null && isCalm) {
    parts.push(Number.isFinite(rangeUs) ? `${trend} over ${spanSpoken(rangeUs, axis)}` : trend);
  }
  if (severity !== 'ok') parts.push(severity);
  const word = stateSpoken(state);
  if (word !== '') parts.push(word);
  return parts.join(', ');
}

/** The word of a state; '' for live. */
export function stateSpoken(state: CardState): string {
  switch (state.kind) {
    case 'live':
      return '';
    case 'loading':
      return 'loading';
    case 'waiting':
      return 'waiting for data';
    case 'error':
      return `error: ${state.message}`;
    case 'paused':
    case 'stale':
    case 'gone':
      return state.text.charAt(0).toLowerCase() + state.text.slice(1);
  }
}

const UNITS = [
  ['day', 86_400e6],
  ['hour', 3600e6],
  ['minute', 60e6],
  ['second', 1e6],
] as const;

/** A length as it is said: `5 minutes`, `90 seconds`, `1 hour`, `200 steps`. Rounded to whole units of which there are at least two, or one exactly. */
export function spanSpoken(length: number, axis: 'time' | 'step' = 'time'): string {
  if (axis === 'step') return counted(Math.round(length), 'step');
  for (const [unit, us] of UNITS) {
    const count = Math.round(length / us);
    if (count >= 2 || (count === 1 && length % us === 0)) return counted(count, unit);
  }
  return counted(Math.max(1, Math.round(length / 1e6)), 'second');
}

function counted(count: number, unit: string): string {
  return `${count.toLocaleString()} ${unit}${count === 1 ? '' : 's'}`;
}
