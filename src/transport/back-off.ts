const LEAST_MS = 500;
const MOST_MS = 20_000;

/**
 * How long to wait before try number `attempt` (0 for the first after a loss), ms: anywhere between 0 and a ceiling
 * that doubles from 0.5 s to 20 s ("full jitter"), so that a thousand viewers of one server do not come back together.
 *
 * @param random In [0, 1), as `Math.random()` gives.
 */
export function backOffMs(attempt: number, random: number): number {
  return random * Math.min(MOST_MS, LEAST_MS * 2 ** Math.max(0, attempt));
}
