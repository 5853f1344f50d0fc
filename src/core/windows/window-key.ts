import { DISTINCT_LIMIT } from '../distinct-set.ts';
import type { WindowOptions } from './window-operator.ts';

/**
 * Canonical JSON of everything in the options but the aggregations: operators with equal keys can share one store.
 *
 * Options left out and options stated as their defaults give the same text.
 */
export function windowKey(options: WindowOptions): string {
  const { shape } = options;
  const what =
    shape.kind === 'session'
      ? { kind: shape.kind, gap: shape.gap }
      : shape.kind === 'sliding'
        ? { kind: shape.kind, size: shape.size, slide: shape.slide, origin: shape.origin }
        : { kind: shape.kind, size: shape.size, origin: shape.origin };
  return JSON.stringify({
    ...what,
    lateness: options.lateness ?? 0,
    allowedLateness: options.allowedLateness ?? 0,
    idle: options.idle ?? null,
    maxAhead: options.maxAhead ?? DAY_US,
    counter: options.counter ?? false,
    distinctLimit: options.distinctLimit ?? DISTINCT_LIMIT,
    sumPer: options.sumPer ?? null,
    unit: options.unit ?? SECOND_US,
  });
}

export { DISTINCT_LIMIT };
/** Defaults of {@link WindowOptions}. */
export const SECOND_US = 1e6;
export const DAY_US = 86_400e6;
