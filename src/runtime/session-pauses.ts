/** Which sessions stand still, and who draws them. */
export class SessionPauses {
  readonly #paused = new Set<string>();
  readonly #listeners = new Map<string, Set<(paused: boolean) => void>>();

  isPaused(session: string): boolean {
    return this.#paused.has(session);
  }

  /** Tells everybody who draws the session; the same again tells nobody. */
  set(session: string, paused: boolean): void {
    if (paused === this.#paused.has(session)) return;
    if (paused) this.#paused.add(session);
    else this.#paused.delete(session);
    for (const listener of [...(this.#listeners.get(session) ?? [])]) listener(paused);
  }

  /** Calls `listener` after each change, and now where the session is paused, until the returned function is called. */
  follow(session: string, listener: (paused: boolean) => void): () => void {
    const listeners = this.#listeners.get(session) ?? new Set();
    this.#listeners.set(session, listeners);
    const entry = (paused: boolean): void => listener(paused);
    listeners.add(entry);
    if (this.#paused.has(session)) entry(true);
    return () => {
      listeners.delete(entry);
      if (listeners.size === 0 && this.#listeners.get(session) === listeners) this.#listeners.delete(session);
    };
  }
}
