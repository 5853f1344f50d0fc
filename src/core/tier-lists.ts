/** Whether two lists of tiers are equal but for the finest of each. */
export function differInFinest(a: readonly number[], b: readonly number[]): boolean {
  const kept = commonCoarser(a, b);
  return kept > 0 && a.length - kept <= 1 && b.length - kept <= 1;
}

/** Number of tiers, from the coarsest on, that two lists have in common. */
export function commonCoarser(a: readonly number[], b: readonly number[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a.at(-1 - count) === b.at(-1 - count)) count += 1;
  return count;
}
