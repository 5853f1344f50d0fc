/** What of a request decides whether it is let in; header names in lower case. */
export interface AccessRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly remoteAddress: string;
  /** A WebSocket upgrade: judged like a request that changes state. */
  readonly isUpgrade: boolean;
}
