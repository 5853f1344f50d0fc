import { WindowedNames } from './windowed-names.ts';

/** In which form a frame goes to viewers: names what was made of it. */
export type FrameForm = string;

/** One applied message as it came, and what it became for the viewers that asked. */
export interface HeldFrame {
  readonly seq: number;
  /** The producer's very bytes. */
  readonly bytes: Uint8Array;
  readonly cameUs: number;
  /** What was windowed when it came. */
  readonly windowed: WindowedNames;
  readonly forms: Map<FrameForm, Uint8Array>;
}

/** Stands where a frame was, so that its bytes are free at once. */
const GONE: HeldFrame = {
  seq: 0,
  bytes: new Uint8Array(0),
  cameUs: 0,
  windowed: WindowedNames.none,
  forms: new Map(),
};

/**
 * The newest applied messages of one session's epoch, oldest first, for viewers that resume.
 *
 * 1. `after(seq)` is every message applied after `seq`, or null where one of them has left: never a part.
 * 2. Memory is what `bytes` says: the producer's bytes and what classes were made of them.
 */
export class FrameRing {
  /** Bytes of all frames held, in all their forms. */
  bytes = 0;
  /** Number of the newest message that is not held any more, or never was. */
  #beforeSeq = 0;
  #frames: HeldFrame[] = [];
  #head = 0;

  get length(): number {
    return this.#frames.length - this.#head;
  }

  /** When the oldest frame came, us; infinity where there is none. */
  get oldestUs(): number {
    return this.#frames[this.#head]?.cameUs ?? Number.POSITIVE_INFINITY;
  }

  get newest(): HeldFrame | null {
    return this.length === 0 ? null : this.#frames[this.#frames.length - 1]!;
  }

  /** Forgets all; what comes next follows message `seq`. */
  clear(seq: number): void {
    this.bytes = 0;
    this.#frames = [];
    this.#head = 0;
    this.#beforeSeq = seq;
  }

  push(frame: HeldFrame): void {
    this.#frames.push(frame);
    this.bytes += frame.bytes.byteLength;
  }

  /** Keeps a form of a frame; counts its bytes while the frame is held, where they are not the frame's own. */
  keep(frame: HeldFrame, form: FrameForm, bytes: Uint8Array): void {
    frame.forms.set(form, bytes);
    if (bytes !== frame.bytes && this.#isHeld(frame)) this.bytes += bytes.byteLength;
  }

  /** The frame of this number, null where it is not held. O(log n). */
  find(seq: number): HeldFrame | null {
    const frame = this.#frames[this.#firstAfter(seq - 1)];
    return frame?.seq === seq ? frame : null;
  }

  /** Every frame after `seq`, in order, and their bytes as they came; null where some are not held. O(result). */
  after(seq: number): { readonly frames: readonly HeldFrame[]; readonly bytes: number } | null {
    if (seq < this.#beforeSeq) return null;
    const frames = this.#frames.slice(this.#firstAfter(seq));
    return { frames, bytes: frames.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) };
  }

  /** Drops the oldest frame. */
  evictOldest(): void {
    const frame = this.#frames[this.#head];
    if (frame === undefined) return;
    this.bytes -= frame.bytes.byteLength;
    for (const bytes of frame.forms.values()) if (bytes !== frame.bytes) this.bytes -= bytes.byteLength;
    this.#beforeSeq = frame.seq;
    this.#frames[this.#head] = GONE;
    this.#head += 1;
    if (this.#head > 64 && 2 * this.#head > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Drops the frames that came before `edgeUs`. */
  evictBefore(edgeUs: number): void {
    while (this.oldestUs < edgeUs) this.evictOldest();
  }

  #isHeld(frame: HeldFrame): boolean {
    return this.length > 0 && frame.seq >= this.#frames[this.#head]!.seq;
  }

  #firstAfter(seq: number): number {
    let low = this.#head;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#frames[middle]!.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
