/** Above the rounding of a decimal `q` (two steps where it came from a percentage) and of one product; below any rank. */
const ROUNDING = 2 ** -51;

/**
 * The nearest rank `ceil(q n)`, from 1 to `n`: the quantile is the value at that place in ascending order.
 *
 * A product that is a whole number but for rounding counts as that number: p55 of 100 values is the 55th, although
 * `0.55 * 100` is 55.00000000000001. `q` outside [0, 1] gives the first or the last; `n` is at least 1.
 */
export function nearestRank(q: number, n: number): number {
  const product = q * n;
  return Math.min(n, Math.max(1, Math.ceil(product - product * ROUNDING)));
}
