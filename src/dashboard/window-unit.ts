import type { Aggregation } from '../core/windows/aggregation.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import type { Axis } from './window-length.ts';

const PER: readonly (readonly [number, string])[] = [
  [1e3, 'ms'],
  [1e6, 's'],
  [60e6, 'min'],
  [3600e6, 'h'],
  [86_400e6, 'd'],
];

/**
 * The unit of what a window's aggregations give from values in `unit`; null where there is none.
 *
 * `rate` is samples per second (of a counter: `unit` per second), `sum` with `per` is `unit` per that, `count` and
 * `distinct` are plain numbers, `variance` is squared and printed without a unit. Where several aggregations differ,
 * `unit` stands for all of them.
 */
export function windowUnit(unit: string | null, window: WindowOptions | null, axis: Axis): string | null {
  if (window === null) return unit;
  const units = new Set(window.aggregations.map((aggregation) => unitOfAggregation(unit, aggregation, window, axis)));
  const [only] = units;
  return units.size === 1 ? (only ?? null) : unit;
}

function unitOfAggregation(
  unit: string | null,
  { kind }: Aggregation,
  { counter = false, sumPer = null }: WindowOptions,
  axis: Axis,
): string | null {
  if (kind === 'rate') return `${counter ? (unit ?? '') : ''}/${axis === 'step' ? 'step' : 's'}`;
  if (kind === 'sum' && sumPer !== null) return `${unit ?? ''}/${lengthName(sumPer)}`;
  return kind === 'count' || kind === 'distinct' || kind === 'variance' ? null : unit;
}

function lengthName(us: number): string {
  const named = PER.find(([length]) => length === us);
  return named?.[1] ?? `${us / 1e6} s`;
}
