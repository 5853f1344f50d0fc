import type { HeldOnDisk } from '../hub/held-on-disk.ts';
import type { LiveSession } from '../hub/live-session.ts';
import type { HistoryEntry, WriteRequest } from './messages.ts';

/** So long what happened is gathered before it goes to the worker: of a transaction a second message costs next to nothing. */
const GATHER_MS = 5;
/** What one piece of the queue takes beside its bytes. */
const ENTRY_BYTES = 300;
/** So many bytes go to the worker at once, however little time has passed. */
const BATCH_BYTES = 2 ** 20;

/** What a batch holds the newest message of, once it is on disk. */
interface Reached {
  readonly disk: HeldOnDisk;
  readonly epoch: string;
  readonly seq: number;
}

/** A batch on its way. */
interface Sent {
  readonly bytes: number;
  readonly messages: number;
  readonly bodyBytes: number;
  readonly reached: readonly Reached[];
}

/**
 * Hands what happens in a server to the worker that writes it.
 *
 * 1. Nothing here waits: a message costs a copy of its bytes and an entry of a list.
 * 2. At most `mostBytes` are on their way. Above that messages are left out and counted, never in silence: the file then has a
 *    gap where the memory has none.
 * 3. A session is told how far it is on disk as soon as the worker says so, in order.
 */
export class HistoryWriter {
  /** Messages that were left out, and their samples. */
  droppedMessages = 0;
  droppedSamples = 0;
  /** Messages that are on disk since the server began, and their bytes. */
  keptMessages = 0;
  keptBytes = 0;
  readonly #post: (request: WriteRequest, transfer: readonly ArrayBuffer[]) => void;
  readonly #schedule: (run: () => void, ms: number) => () => void;
  readonly #mostBytes: number;
  #entries: HistoryEntry[] = [];
  #bodies: Uint8Array[] = [];
  #bodyBytes = 0;
  #touched = new Map<string, LiveSession>();
  #reached = new Map<string, Reached>();
  #cancel: (() => void) | null = null;
  #sent: Sent[] = [];
  #sentBytes = 0;
  #whenEmpty: (() => void)[] = [];
  #isOver = false;

  constructor(options: {
    readonly post: (request: WriteRequest, transfer: readonly ArrayBuffer[]) => void;
    readonly schedule: (run: () => void, ms: number) => () => void;
    readonly mostBytes: number;
  }) {
    this.#post = options.post;
    this.#schedule = options.schedule;
    this.#mostBytes = options.mostBytes;
  }

  /** Bytes that are not on disk yet. */
  get waitingBytes(): number {
    return this.#sentBytes + this.#bodyBytes + ENTRY_BYTES * this.#entries.length;
  }

  /** A session is new, or its producer came or went. */
  session(live: LiveSession): void {
    const { session, name: shown, startedUs, parent, script, byHttp, ended, goneUs, earlierUs } = live;
    this.#add({
      kind: 'session',
      ...{ session, shown, epoch: live.epochId, startedUs, parent, script, byHttp, ended, earlierUs },
      goneUs: Number.isNaN(goneUs) ? null : goneUs,
    });
    this.#touched.set(session, live);
  }

  /** A message was applied; its bytes must not change until the batch has gone. */
  message(
    live: LiveSession,
    what: { readonly bytes: Uint8Array; readonly cameUs: number; readonly rows: number },
  ): void {
    const { session, epochId: epoch, seq, disk } = live;
    const { bytes, cameUs, rows } = what;
    if (this.waitingBytes + bytes.byteLength > this.#mostBytes || this.#isOver) {
      this.droppedMessages += 1;
      this.droppedSamples += rows;
      live.disk.leftOut = true;
      return;
    }
    const at = this.#bodyBytes;
    this.#bodies.push(bytes);
    this.#bodyBytes += bytes.byteLength;
    this.#add({ kind: 'message', session, epoch, message: seq, cameUs, rows, at, bytes: bytes.byteLength });
    this.#touched.set(session, live);
    // Deleted first, so that they stand in the order of their newest message.
    const key = `${epoch} ${session}`;
    this.#reached.delete(key);
    this.#reached.set(key, { disk, epoch, seq });
    if (this.#bodyBytes >= BATCH_BYTES) this.flush();
  }

  /** A session left memory; none of its samples is later than its end. */
  removed(session: string, endUs: number): void {
    this.#touched.delete(session);
    this.#add({ kind: 'removed', session, endUs });
  }

  /** Hands over what was gathered. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#entries.length === 0 || this.#isOver) return;
    for (const [session, { store }] of this.#touched) {
      this.#entries.push({ kind: 'counts', session, counts: { ...store.messages } });
    }
    const bytes = new Uint8Array(this.#bodyBytes);
    let at = 0;
    for (const body of this.#bodies) {
      bytes.set(body, at);
      at += body.byteLength;
    }
    const batch: Sent = {
      bytes: this.waitingBytes - this.#sentBytes,
      messages: this.#bodies.length,
      bodyBytes: this.#bodyBytes,
      reached: [...this.#reached.values()],
    };
    this.#sent.push(batch);
    this.#sentBytes += batch.bytes;
    const entries = this.#entries;
    this.#entries = [];
    this.#bodies = [];
    this.#bodyBytes = 0;
    this.#touched = new Map();
    this.#reached = new Map();
    this.#post({ kind: 'batch', entries, bytes }, [bytes.buffer]);
  }

  /** The oldest batches on their way are on disk. */
  kept(batches: number): void {
    for (const { bytes, messages, bodyBytes, reached } of this.#sent.splice(0, batches)) {
      this.#sentBytes -= bytes;
      this.keptMessages += messages;
      this.keptBytes += bodyBytes;
      for (const { disk, epoch, seq } of reached) disk.reached(epoch, seq);
    }
    if (this.#sent.length === 0) this.#tellEmpty();
  }

  /** Resolves once everything up to now is on disk, or never will be. */
  settled(): Promise<void> {
    this.flush();
    if (this.#sent.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
    });
  }

  /** Nobody waits any longer for what is on its way: it may take until there is room on the disk. */
  release(): void {
    this.#tellEmpty();
  }

  /** Nothing is written any more. Twice is harmless. */
  end(): void {
    this.#isOver = true;
    this.#cancel?.();
    this.#entries = [];
    this.#bodies = [];
    this.#bodyBytes = 0;
    this.#sent = [];
    this.#sentBytes = 0;
    this.#tellEmpty();
  }

  #add(entry: HistoryEntry): void {
    if (this.#isOver) return;
    this.#entries.push(entry);
    this.#cancel ??= this.#schedule(() => {
      this.#cancel = null;
      this.flush();
    }, GATHER_MS);
  }

  #tellEmpty(): void {
    for (const tell of this.#whenEmpty.splice(0)) tell();
  }
}
