const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Cuts a stream of UTF-8 bytes into lines, whatever the sizes of its pieces.
 *
 * 1. Lines end with LF, CR LF or CR; the last one needs no end. A byte order mark at the start is no part of a line.
 * 2. A character split over two pieces stays whole: only whole lines are decoded.
 * 3. It holds one unfinished line, at most `limitBytes` of it; of a longer line only {@link LineSplitter.tooLong} tells.
 */
export class LineSplitter {
  /** Lines that were longer than the limit; each is handed on as an empty line, so that line numbers stay right. */
  tooLong = 0;
  readonly #limitBytes: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #skipping = false;
  #atStart = true;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** @param limitBytes Longest line, default 16 MiB. */
  constructor(limitBytes = 16 * 1024 * 1024) {
    this.#limitBytes = limitBytes;
  }

  /** The lines that `piece` completes, without their ends. The piece is copied where it is kept. */
  push(piece: Uint8Array): string[] {
    const end = lastLineEnd(piece);
    if (end === 0) {
      this.#hold(piece);
      return [];
    }
    const lines = this.#decode(piece.subarray(0, end));
    if (end < piece.length) this.#hold(piece.subarray(end));
    return lines;
  }

  /** The line that has no end, if any; afterwards the splitter is as new. */
  finish(): string[] {
    const lines = this.#heldBytes > 0 || this.#skipping ? this.#decode(new Uint8Array(0)) : [];
    this.#atStart = true;
    return lines;
  }

  #hold(piece: Uint8Array): void {
    if (this.#skipping) return;
    if (this.#heldBytes + piece.length > this.#limitBytes) {
      this.#skipping = true;
      this.#held = [];
      this.#heldBytes = 0;
      return;
    }
    this.#held.push(new Uint8Array(piece));
    this.#heldBytes += piece.length;
  }

  #decode(piece: Uint8Array): string[] {
    let bytes = piece;
    let skipped = false;
    if (this.#skipping) {
      bytes = piece.subarray(firstLineEnd(piece));
      skipped = true;
      this.tooLong += 1;
    } else if (this.#held.length > 0) {
      bytes = joined(this.#held, this.#heldBytes, piece);
    }
    this.#held = [];
    this.#heldBytes = 0;
    this.#skipping = false;
    let text = this.#decoder.decode(bytes);
    if (this.#atStart && !skipped && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    this.#atStart = false;
    const lines = text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n');
    if (lines[lines.length - 1] === '') lines.pop();
    if (skipped) lines.unshift('');
    return lines;
  }
}

/** Where the last line end of `bytes` ends, 0 where there is none. A CR at the very end waits: an LF may follow it. */
function lastLineEnd(bytes: Uint8Array): number {
  const feed = bytes.lastIndexOf(LINE_FEED);
  if (feed >= 0) return feed + 1;
  const last = bytes.length - 1;
  return last > 0 ? bytes.lastIndexOf(CARRIAGE_RETURN, last - 1) + 1 : 0;
}

/** Where the first line end of `bytes` ends; all of them where there is none. */
function firstLineEnd(bytes: Uint8Array): number {
  const feed = bytes.indexOf(LINE_FEED);
  const limit = feed < 0 ? bytes.length : feed;
  const carriage = bytes.subarray(0, limit).indexOf(CARRIAGE_RETURN);
  if (carriage < 0) return feed < 0 ? bytes.length : feed + 1;
  return bytes[carriage + 1] === LINE_FEED ? carriage + 2 : carriage + 1;
}

function joined(held: readonly Uint8Array[], heldBytes: number, piece: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(heldBytes + piece.length);
  let at = 0;
  for (const part of held) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes.set(piece, at);
  return bytes;
}
