/** So few are not worth looking through. */
const FEW = 16;

/**
 * How often each window was changed after it was final, as long as it can be.
 *
 * Amortised O(1): what was forgotten is let go when the rest has doubled.
 */
export class Revisions {
  #held: Map<number, number> | null = null;
  #from = Number.NEGATIVE_INFINITY;
  #room = FEW;

  /** Windows held, some of which may be forgotten already. */
  get held(): number {
    return this.#held?.size ?? 0;
  }

  /** Counts one more for `window` and returns it. */
  next(window: number): number {
    this.#held ??= new Map();
    if (this.#held.size >= this.#room) this.#sweep(this.#held);
    const revision = (this.#held.get(window) ?? 0) + 1;
    this.#held.set(window, revision);
    return revision;
  }

  /** Forgets windows before `window`, which never change again. */
  forget(window: number): void {
    this.#from = window;
  }

  /** Windows that can still change, ascending, each with its revision; a copy. */
  save(): readonly (readonly [window: number, revision: number])[] {
    return [...(this.#held ?? [])].filter(([window]) => window >= this.#from).sort((a, b) => a[0] - b[0]);
  }

  restore(saved: readonly (readonly [window: number, revision: number])[]): void {
    this.#held = new Map(saved);
  }

  #sweep(held: Map<number, number>): void {
    for (const window of held.keys()) if (window < this.#from) held.delete(window);
    this.#room = Math.max(FEW, held.size * 2);
  }
}
