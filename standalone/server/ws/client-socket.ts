/** The server's end of one WebSocket. No call throws; after `close` sending does nothing. */
export interface ClientSocket {
  /** Bytes taken by `send` that the other end's machine has not taken yet. */
  readonly bufferedAmount: number;
  /** Text, or one binary message; bytes must not change afterwards. */
  send(data: string | Uint8Array): void;
  ping(): void;
  /** Says goodbye with a code. */
  close(code: number, reason: string): void;
  /** Ends the connection at once. */
  terminate(): void;
}
