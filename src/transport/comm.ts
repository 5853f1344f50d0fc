import { PROTOCOL_VERSION, sessionOf } from '../wire/header.ts';
import { numberOf } from '../wire/message-number.ts';
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
  /**
   * Gets every message, in the order received, in a later task; one that came by several paths while it waited once for each,
   * one after the other. What it throws surfaces there and stops no other message.
   */
  readonly onMessage: (header: unknown, buffers: readonly Uint8Array[], path: string) => void;
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
  /** Which message it is; null where it has no number. */
  readonly key: string | null;
  readonly path: string;
  /** Further paths that brought it. */
  doubles: string[] | null;
}

/** Names a numbered message among all of a page. */
function keyOf(header: unknown): string | null {
  const number = numberOf(header);
  return number === null ? null : `${number.session} ${number.epoch} ${number.seq}`;
}

/**
 * The page's end of the comms of one session, by however many paths its messages come.
 *
 * 1. `receive` returns at once: the kernel's message chain waits for nothing but an append to a queue.
 * 2. The queue is bounded in bytes; what is dropped is the oldest, and counted. Losses heal like any other. A message that
 *    waits already takes no bytes when another path brings it again.
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
  /** What waits in the queue, by its number. */
  #waiting = new Map<string, Queued>();
  #queuedBytes = 0;
  #scheduled = false;
  #disposed = false;
  #newest: { readonly session: string; readonly epoch?: string; readonly seq?: number } | null = null;
  #request: { readonly id: string; readonly sentMs: number; answered: boolean } | null = null;
  /** Whom the request was sent to. */
  #target = '';

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
  receive(header: unknown, buffers: readonly CommBuffer[] = [], path = 'comm'): void {
    if (this.#disposed) return;
    const key = keyOf(header);
    const waiting = key === null ? undefined : this.#waiting.get(key);
    if (waiting !== undefined) {
      waiting.doubles ??= [];
      waiting.doubles.push(path);
      return;
    }
    const aligned = buffers.map(toAligned);
    const bytes = aligned.reduce((sum, buffer) => sum + buffer.byteLength, MESSAGE_BYTES);
    const queued: Queued = { header, buffers: aligned, bytes, key, path, doubles: null };
    this.#queue.push(queued);
    if (key !== null) this.#waiting.set(key, queued);
    this.#queuedBytes += bytes;
    const most = this.#options.maxQueueBytes ?? QUEUE_BYTES;
    while (this.#queuedBytes > most && this.#queue.length > 1) {
      const oldest = this.#queue.shift()!;
      this.#queuedBytes -= oldest.bytes;
      if (oldest.key !== null) this.#waiting.delete(oldest.key);
      this.dropped += 1;
    }
    this.#wake();
  }

  /**
   * Asks for the session; see guarantee 3. Later repeats follow by themselves while messages come.
   *
   * @param target Whom the request goes to, such as the hub of an epoch; what another one was asked counts no more.
   */
  subscribe(session: string, target = ''): void {
    if (target !== this.#target) this.#request = null;
    this.#target = target;
    if (this.#request === null || this.#newest?.session !== session) this.#newest = { session };
    this.#ask();
  }

  /** Delivers now what waits. */
  flush(): void {
    if (this.#queue.length > 0) this.#deliver();
  }

  dispose(): void {
    this.#disposed = true;
    this.#queue = [];
    this.#waiting.clear();
    this.#queuedBytes = 0;
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  /** Delivers what waits now; what comes meanwhile gets its own task, so that the page can breathe. */
  #deliver(): void {
    const batch = this.#queue;
    this.#hold([]);
    for (let i = 0; i < batch.length && !this.#disposed; i += 1) {
      const { header, buffers, path, doubles } = batch[i]!;
      this.#note(header);
      try {
        this.#options.onMessage(header, buffers, path);
        for (const other of doubles ?? []) this.#options.onMessage(header, buffers, other);
      } catch (error) {
        this.#hold([...batch.slice(i + 1), ...this.#queue]);
        if (this.#queue.length > 0) this.#wake();
        throw error;
      }
    }
  }

  #hold(queue: Queued[]): void {
    this.#queue = queue;
    this.#queuedBytes = queue.reduce((sum, message) => sum + message.bytes, 0);
    this.#waiting = new Map(queue.flatMap((message) => (message.key === null ? [] : [[message.key, message]])));
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
      // A comm whose kernel is gone throws; requests are never needed, so it is only counted. Nobody will answer this one.
      this.#request = null;
      this.sendFailures += 1;
    }
  }
}
