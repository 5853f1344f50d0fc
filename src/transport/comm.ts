import { PROTOCOL_VERSION, sessionOf } from '../wire/header.ts';
import { laterTask } from './later-task.ts';

/** A buffer as some host gives it: tight or not, a view of any kind, or a list of bytes (VS Code). */
export type CommBuffer = ArrayBuffer | ArrayBufferView | readonly number[];

/** A viewer's request; never required, useful as a proof that a page listens. */
export interface Subscribe {
  readonly v: readonly [number, number];
  readonly kind: 'subscribe';
  readonly id: string;
  readonly session: string;
  readonly epoch?: string;
  readonly seq?: number;
}

export interface CommTransportOptions {
  /** Gets every message, in the order received, in a later task. What it throws surfaces there and stops no other message. */
  readonly onMessage: (header: unknown, buffers: readonly Uint8Array[]) => void;
  /** Sends to the kernel. Default: nothing is ever sent. */
  readonly send?: (content: Subscribe) => void;
  /** Runs a function in a later task. Default: a MessageChannel, which hosts do not throttle in hidden pages. */
  readonly schedule?: (task: () => void) => void;
  /** A clock in ms, for repeating requests. Default: performance.now. */
  readonly nowMs?: () => number;
  /** Most bytes waiting; beyond, the oldest messages go. Default 64 MB: over two minutes at the sender's usual most. */
  readonly maxQueueBytes?: number;
  /** A text that no other page uses. Default: random. */
  readonly newId?: () => string;
}

const QUEUE_BYTES = 64 * 1024 * 1024;
/** What a message without buffers weighs in the queue. */
const MESSAGE_BYTES = 512;
const REPEAT_MS = 120_000;

const randomId = (): string =>
  Array.from({ length: 4 }, () =>
    Math.floor(Math.random() * 0x100000000)
      .toString(16)
      .padStart(8, '0'),
  ).join('');

/** The bytes of a buffer, aligned to 8 so that columns can be views; copied only where they were not. */
function toAligned(buffer: CommBuffer): Uint8Array {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  if (!ArrayBuffer.isView(buffer)) return Uint8Array.from(buffer as readonly number[]);
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
}

interface Queued {
  readonly header: unknown;
  readonly buffers: readonly Uint8Array[];
  readonly bytes: number;
}

/**
 * The page's end of a Jupyter comm.
 *
 * 1. `receive` returns at once: the kernel's message chain waits for nothing but an append to a queue.
 * 2. The queue is bounded in bytes; what is dropped is the oldest, and counted. Losses heal like any other.
 * 3. At most one request is outstanding. It is repeated after 120 s, and only when the last was answered: a kernel that
 *    answers nobody is never flooded when it wakes up.
 * 4. `dispose` drops what waits; nothing is delivered or sent afterwards. Twice is harmless.
 */
export class CommTransport {
  /** Messages dropped because too many bytes waited. */
  dropped = 0;
  /** Requests that the host refused to send. */
  sendFailures = 0;

  readonly #options: CommTransportOptions;
  readonly #schedule: (task: () => void) => void;
  readonly #nowMs: () => number;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #scheduled = false;
  #disposed = false;
  #newest: { readonly session: string; readonly epoch?: string; readonly seq?: number } | null = null;
  #request: { readonly id: string; readonly sentMs: number; answered: boolean } | null = null;

  constructor(options: CommTransportOptions) {
    this.#options = options;
    this.#schedule = options.schedule ?? laterTask;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Bytes waiting to be delivered. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Takes one message as the host gave it. Buffers must not be changed afterwards; most are used in place. */
  receive(header: unknown, buffers: readonly CommBuffer[] = []): void {
    if (this.#disposed) return;
    const aligned = buffers.map(toAligned);
    const bytes = aligned.reduce((sum, buffer) => sum + buffer.byteLength, MESSAGE_BYTES);
    this.#queue.push({ header, buffers: aligned, bytes });
    this.#queuedBytes += bytes;
    const most = this.#options.maxQueueBytes ?? QUEUE_BYTES;
    while (this.#queuedBytes > most && this.#queue.length > 1) {
      this.#queuedBytes -= this.#queue.shift()!.bytes;
      this.dropped += 1;
    }
    this.#wake();
  }

  /** Asks for the session once; see guarantee 3. Later repeats follow by themselves while messages come. */
  subscribe(session: string): void {
    if (this.#newest?.session !== session) this.#newest = { session };
    this.#ask();
  }

  dispose(): void {
    this.#disposed = true;
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.#drain());
  }

  /** Delivers what waits now; what comes meanwhile gets its own task, so that the page can breathe. */
  #drain(): void {
    this.#scheduled = false;
    const batch = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (let i = 0; i < batch.length && !this.#disposed; i += 1) {
      const { header, buffers } = batch[i]!;
      this.#note(header);
      try {
        this.#options.onMessage(header, buffers);
      } catch (error) {
        this.#queue = [...batch.slice(i + 1), ...this.#queue];
        this.#queuedBytes = this.#queue.reduce((sum, message) => sum + message.bytes, 0);
        if (this.#queue.length > 0) this.#wake();
        throw error;
      }
    }
  }

  /** Remembers where the stream is and whether our request was answered, and repeats it when it is time. */
  #note(header: unknown): void {
    const session = sessionOf(header);
    if (session === null) return;
    const { epoch, seq, answered } = header as { epoch?: { id?: unknown }; seq?: unknown; answered?: unknown };
    if (this.#request !== null && answered === this.#request.id) this.#request.answered = true;
    if (typeof epoch?.id === 'string' && typeof seq === 'number') this.#newest = { session, epoch: epoch.id, seq };
    if (this.#request !== null) this.#ask();
  }

  #ask(): void {
    const { send, newId = randomId } = this.#options;
    if (send === undefined || this.#newest === null || this.#disposed) return;
    const nowMs = this.#nowMs();
    const last = this.#request;
    if (last !== null && !(last.answered && nowMs - last.sentMs >= REPEAT_MS)) return;
    const id = newId();
    this.#request = { id, sentMs: nowMs, answered: false };
    try {
      send({ v: PROTOCOL_VERSION, kind: 'subscribe', id, ...this.#newest });
    } catch {
      // A comm whose kernel is gone throws; requests are never needed, so it is only counted.
      this.sendFailures += 1;
    }
  }
}
