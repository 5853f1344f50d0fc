import { StreamVizError } from '../errors.ts';
import { nearestName } from './nearest-name.ts';

/** How a window's samples become one number; `text` is what a user writes and what results are called. */
export type Aggregation =
  | { readonly kind: PlainAggregation; readonly text: string }
  /** Nearest rank `x[ceil(q n)]`; `median` is `q = 0.5`. */
  | { readonly kind: 'quantile'; readonly q: number; readonly text: string };

export const PLAIN_AGGREGATIONS = [
  'last',
  'first',
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'rate',
  'delta',
  'increase',
  'stddev',
  'variance',
  'range',
  'distinct',
] as const;
export type PlainAggregation = (typeof PLAIN_AGGREGATIONS)[number];

/** What panes must hold beyond {@link import('../pane.ts').PaneFields} so that these aggregations can be computed. */
export interface PaneNeeds {
  readonly spread: boolean;
  readonly increase: boolean;
  readonly sketch: boolean;
  readonly distinct: boolean;
}

const QUANTILE = /^p(0|[1-9]\d?|100)(\.\d+)?$/;

/** What other tools call them; only the error message uses these. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  mean: 'avg',
  average: 'avg',
  std: 'stddev',
  stdev: 'stddev',
  var: 'variance',
  total: 'sum',
  len: 'count',
  size: 'count',
  n: 'count',
  nunique: 'distinct',
  unique: 'distinct',
  minimum: 'min',
  maximum: 'max',
  diff: 'delta',
  per_second: 'rate',
  p100: 'max',
  quantile: 'p95',
  percentile: 'p95',
};

/**
 * Parses an aggregation: one of {@link PLAIN_AGGREGATIONS}, `median`, or `pNN` with `0 <= NN <= 100` (`p50`, `p99.9`).
 *
 * @throws StreamVizError `AGGREGATION_UNKNOWN`, naming the nearest one.
 */
export function parseAggregation(text: string): Aggregation {
  if (text === 'median') return { kind: 'quantile', q: 0.5, text };
  const plain = PLAIN_AGGREGATIONS.find((name) => name === text);
  if (plain !== undefined) return { kind: plain, text };
  // By exponent, not by division: 99.9 / 100 is a little more than 0.999 and would take the next rank.
  const q = QUANTILE.test(text) ? Number(`${text.slice(1)}e-2`) : Number.NaN;
  if (q >= 0 && q <= 1) return { kind: 'quantile', q, text };
  const nearest = OTHER_NAMES[text.toLowerCase()] ?? nearestName(text, [...PLAIN_AGGREGATIONS, 'median', 'p95']);
  throw new StreamVizError(
    'AGGREGATION_UNKNOWN',
    `aggregation "${text}" is not known; did you mean "${nearest}"? ` +
      `Known are ${PLAIN_AGGREGATIONS.join(', ')}, median and pNN such as p50, p99, p99.9`,
    { details: { aggregation: text, nearest } },
  );
}

/** `counter: false` says that the values are not a counter's: then no pane needs `increase`. Default: they may be. */
export function paneNeeds(
  aggregations: readonly Aggregation[],
  options: { readonly counter?: boolean } = {},
): PaneNeeds {
  const uses = (...kinds: readonly Aggregation['kind'][]) => aggregations.some(({ kind }) => kinds.includes(kind));
  return {
    spread: uses('stddev', 'variance'),
    increase: options.counter !== false && uses('increase', 'rate'),
    sketch: uses('quantile'),
    distinct: uses('distinct'),
  };
}
