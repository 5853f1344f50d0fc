/** Why a server should not be sent work, such as `HISTORY_RESTORING`. */
export interface UnreadyReason {
  readonly code: string;
  /** One sentence for the person who looks; it names no secret. */
  readonly message: string;
}

/** The reason of a server that ends. */
export const CLOSING = 'CLOSING';

/** Whether a server is ready: alive, and nothing says that it should not be sent work. */
export class Readiness {
  readonly #reasons = new Set<UnreadyReason>();
  readonly #watched: (() => UnreadyReason | null)[] = [];

  get isReady(): boolean {
    return this.reasons.length === 0;
  }

  /** Whether the server ends: no connection has a future. */
  get isClosing(): boolean {
    return this.reasons.some(({ code }) => code === CLOSING);
  }

  /** In the order in which they came; those that are watched last. */
  get reasons(): readonly UnreadyReason[] {
    return [...this.#reasons, ...this.#watched.flatMap((find) => find() ?? [])];
  }

  /** Makes the server unready whenever `find` gives a reason. */
  watch(find: () => UnreadyReason | null): void {
    this.#watched.push(find);
  }

  /** Makes the server unready until the returned function is called, which twice is harmless. */
  block(code: string, message: string): () => void {
    const reason = { code, message };
    this.#reasons.add(reason);
    return () => {
      this.#reasons.delete(reason);
    };
  }
}
