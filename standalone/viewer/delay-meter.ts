const SLOT_MS = 1000;
const SLOTS = 2;
/** Messages of one slot that are kept. */
const MOST = 256;

/**
 * How late the newest messages came: the median extra wait of the last one to two seconds over the quickest message of
 * the last minute, plus half a round trip. Clocks of producer, server and page need not agree.
 */
export class DelayMeter {
  readonly #slots: { atMs: number; waits: number[] }[] = Array.from({ length: SLOTS }, () => ({
    atMs: Number.NEGATIVE_INFINITY,
    waits: [],
  }));

  /** @param waitUs Receipt by the page's clock less sending by the producer's, less the smallest such difference known. */
  note(nowMs: number, waitUs: number): void {
    const atMs = Math.floor(nowMs / SLOT_MS) * SLOT_MS;
    const slot = this.#slots[(atMs / SLOT_MS) % SLOTS]!;
    if (slot.atMs !== atMs) {
      slot.atMs = atMs;
      slot.waits = [];
    }
    if (slot.waits.length < MOST) slot.waits.push(Math.max(0, waitUs));
  }

  /** The median of what was noted in the last one to two seconds, plus half a round trip, ms; NaN where nothing was. */
  delayMs(nowMs: number, roundTripMs: number): number {
    const recent = this.#slots.filter(({ atMs }) => nowMs - atMs < SLOTS * SLOT_MS).flatMap(({ waits }) => waits);
    if (recent.length === 0) return Number.NaN;
    recent.sort((a, b) => a - b);
    const half = Number.isFinite(roundTripMs) ? roundTripMs / 2 : 0;
    return recent[Math.floor(recent.length / 2)]! / 1000 + half;
  }
}
