const LINE_FEED = 10;

/** One line of a body; null: it was longer than allowed. */
export type BodyLine = string | null;

/**
 * Cuts a body that comes in pieces into lines, without their ends (LF or CR LF).
 *
 * Holds one unfinished line, at most `limitBytes` of it. A character split over two pieces stays whole.
 */
export class BodyLines {
  readonly #limitBytes: number;
  readonly #decoder = new TextDecoder();
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isTooLong = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The lines that this piece completes. */
  *push(piece: Uint8Array): Generator<BodyLine> {
    let from = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, from)) {
      this.#hold(piece.subarray(from, end));
      yield this.#take();
      from = end + 1;
    }
    // A copy: the reader of the body may use its memory again.
    if (from < piece.length) this.#hold(piece.slice(from));
  }

  /** The last line where it has no end. */
  *finish(): Generator<BodyLine> {
    if (this.#heldBytes > 0 || this.#isTooLong) yield this.#take();
  }

  #hold(piece: Uint8Array): void {
    if (this.#isTooLong || piece.length === 0) return;
    this.#heldBytes += piece.length;
    if (this.#heldBytes > this.#limitBytes) {
      this.#isTooLong = true;
      this.#held = [];
    } else this.#held.push(piece);
  }

  #take(): BodyLine {
    const line = this.#isTooLong ? null : this.#decode();
    this.#held = [];
    this.#heldBytes = 0;
    this.#isTooLong = false;
    return line;
  }

  #decode(): string {
    const [first, ...more] = this.#held;
    const text = this.#decoder.decode(more.length === 0 ? first : Buffer.concat(this.#held));
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }
}
