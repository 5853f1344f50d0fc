/** How often a condition is looked at. */
const LOOK_MS = 20;

/**
 * Waits until `look` returns something that is neither null, undefined nor false, and returns it.
 *
 * @param what Ends the sentence "not reached in N ms: ".
 * @param shown Asked when time is over: what is there instead.
 * @throws Error after `mostMs`. Default 20 s.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { mostMs = 20_000, shown }: { readonly mostMs?: number; readonly shown?: () => unknown } = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + mostMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > end) {
      const there = shown === undefined ? '' : `; there is ${JSON.stringify(await shown())?.slice(0, 3000)}`;
      throw new Error(`not reached in ${mostMs} ms: ${what}${there}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
