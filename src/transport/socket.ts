import { isStreamVizError, StreamVizError } from '../core/errors.ts';
import { decodeFrame } from '../wire/frame.ts';
import { PROTOCOL_VERSION } from '../wire/header.ts';
import { backOffMs } from './back-off.ts';
import { Heartbeat } from './heartbeat.ts';
import { type Inbound, InboundQueue } from './inbound-queue.ts';
import { laterTask } from './later-task.ts';
import { PendingQueries } from './pending-queries.ts';
import type { DetailQuery, FrameMessage, SocketTransportOptions, ViewerDetail } from './socket-options.ts';
import { type LastError, type Refusal, refusalOf, type SocketState, VERSION } from './socket-state.ts';
import { openWebSocket, type SocketHandle } from './web-socket.ts';

export type * from './socket-options.ts';
export type { Refusal, SocketState } from './socket-state.ts';

/** A server that does not greet within this time is tried again. */
const GREETING_MS = 10_000;
/** A connection that lived so long was a good one: the next loss is tried again at once. */
const GOOD_MS = 5000;
/** More waiting than this and the page is too slow: it starts anew with a snapshot. */
const MOST_QUEUED_BYTES = 128 * 1024 * 1024;

/**
 * The browser's end of a server's `WS /ws`: one connection, kept up.
 *
 * 1. There is at most one socket; what an older one still says is not heard.
 * 2. Frames and texts are given on in order, in a later task. A frame that cannot be read ends the connection, and the
 *    next one begins with a snapshot: nothing after it is applied without it.
 * 3. A lost connection is tried again after 0.5 to 20 s (full jitter), at once on `wake`; a refused one only on `wake`.
 * 4. `dispose` ends it all: no timer, no socket, no call afterwards. Twice is harmless.
 */
export class SocketTransport {
  /** Frames that could not be read. */
  invalid = 0;
  readonly #options: SocketTransportOptions;
  readonly #nowMs: () => number;
  readonly #schedule: (run: () => void, ms: number) => () => void;
  readonly #queue: InboundQueue;
  readonly #heart: Heartbeat;
  readonly #queries: PendingQueries<FrameMessage>;
  #state: SocketState = { kind: 'idle' };
  #socket: SocketHandle | null = null;
  #cancelTimer: (() => void) | null = null;
  #attempt = 0;
  #opened = false;
  #wantsSnapshot = false;
  #error: LastError | null = null;
  #ids = 0;

  constructor(options: SocketTransportOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#schedule = options.schedule ?? scheduleTimer;
    this.#queue = new InboundQueue((message) => this.#take(message), options.later ?? laterTask);
    this.#queries = new PendingQueries(this.#schedule);
    this.#heart = new Heartbeat({
      nowMs: this.#nowMs,
      schedule: this.#schedule,
      sendPing: (id) => this.#send({ kind: 'ping', id }),
      onDead: () => this.#lose(),
    });
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Time of the newest ping and its answer, ms; NaN before. */
  get roundTripMs(): number {
    return this.#heart.roundTripMs;
  }

  /** Connects; only the first call does anything. */
  start(): void {
    if (this.#state.kind === 'idle') this.#connect();
  }

  /** The page has reason to hope (it shows again, the network is back): tries at once, or asks whether the server lives. */
  wake(): void {
    const { kind } = this.#state;
    if (kind === 'waiting' || kind === 'refused') this.#connect();
    else if (kind === 'live') this.#heart.probe();
  }

  /** Tells the server what detail is wanted from the next message on. */
  control(detail: Partial<ViewerDetail>): void {
    if (this.#state.kind === 'live') this.#send({ kind: 'control', id: this.#newId('c'), ...detail });
  }

  /** Asks for finer rows. Rejects with the server's code, `QUERY_TIMEOUT`, or `CONNECTION_LOST`. */
  query(query: DetailQuery): Promise<FrameMessage> {
    if (this.#state.kind !== 'live') return Promise.reject(connectionLost());
    const id = this.#newId('q');
    const answer = this.#queries.wait(id);
    this.#send({ kind: 'query', id, ...query });
    return answer;
  }

  dispose(): void {
    if (this.#state.kind === 'closed') return;
    this.#drop();
    this.#queue.clear();
    this.#queries.fail(connectionLost());
    this.#state = { kind: 'closed' };
  }

  #connect(): void {
    this.#drop();
    this.#opened = false;
    this.#error = null;
    this.#become({ kind: 'connecting', attempt: this.#attempt });
    this.#cancelTimer = this.#schedule(() => this.#lose(), GREETING_MS);
    const { url, open = openWebSocket } = this.#options;
    let socket: SocketHandle | null = null;
    const mine = (act: () => void) => {
      if (socket !== null && socket === this.#socket) act();
    };
    socket = open(url, {
      opened: () => mine(() => this.#subscribe()),
      text: (data) => mine(() => this.#hear(data)),
      binary: (data) => mine(() => this.#hear(data)),
      closed: (code) => mine(() => this.#closed(code)),
    });
    this.#socket = socket;
  }

  #subscribe(): void {
    this.#opened = true;
    this.#queue.drain();
    const resume = this.#wantsSnapshot ? {} : this.#options.resume();
    this.#wantsSnapshot = false;
    this.#send({ kind: 'subscribe', id: this.#newId('s'), resume, ...this.#options.detail() });
  }

  #hear(data: Inbound): void {
    this.#heart.heard();
    this.#queue.push(data);
    if (this.#queue.bytes <= MOST_QUEUED_BYTES) return;
    this.#queue.clear();
    this.#wantsSnapshot = true;
    this.#lose();
  }

  /** The server said no, or goodbye: what it said just before still counts. */
  #closed(code: number): void {
    const socket = this.#socket;
    this.#queue.drain();
    if (socket !== this.#socket) return;
    const refusal = refusalOf(code, this.#error);
    if (refusal === null) this.#lose();
    else this.#refuse(refusal);
  }

  #refuse(refusal: Refusal): void {
    this.#drop();
    this.#queries.fail(connectionLost());
    this.#become({ ...refusal, kind: 'refused' });
  }

  #lose(): void {
    const nowMs = this.#nowMs();
    if (this.#state.kind === 'live' && nowMs - this.#state.sinceMs >= GOOD_MS) this.#attempt = 0;
    const opened = this.#opened;
    this.#drop();
    this.#queries.fail(connectionLost());
    const waitMs = backOffMs(this.#attempt, (this.#options.random ?? Math.random)());
    const waiting = { kind: 'waiting', attempt: this.#attempt, nextTryMs: nowMs + waitMs, error: this.#error } as const;
    this.#attempt += 1;
    this.#cancelTimer = this.#schedule(() => this.#connect(), waitMs);
    this.#become(waiting);
    if (!opened) void this.#explain(waiting);
  }

  async #explain(waiting: SocketState): Promise<void> {
    const refusal = await this.#options.explain?.().catch(() => null);
    if (refusal && this.#state === waiting) this.#refuse(refusal);
  }

  /** Lets go of socket and timers. */
  #drop(): void {
    this.#heart.stop();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #take(message: Inbound): void {
    try {
      if (typeof message === 'string') this.#takeText(message);
      else this.#takeFrame(message);
    } catch (error) {
      if (!isStreamVizError(error, 'FRAME_INVALID')) throw error;
      this.invalid += 1;
      this.#queue.clear();
      this.#wantsSnapshot = true;
      this.#error = error;
      if (this.#socket !== null) this.#lose();
    }
  }

  #takeFrame(data: ArrayBuffer): void {
    const { header, buffers } = decodeFrame(new Uint8Array(data));
    if (header.kind === 'detail') this.#queries.resolve(String(header.id), { header, buffers });
    else this.#options.onMessage(header, buffers);
  }

  #takeText(text: string): void {
    const message = parseText(text);
    const { kind, id } = message;
    if (kind === 'pong') {
      this.#heart.pong(String(id));
      return;
    }
    if (kind === 'hello') this.#greeted(message);
    if (kind === 'error') {
      const error = new StreamVizError(String(message.code), String(message.message));
      if (typeof id === 'string' && this.#queries.reject(id, error)) return;
      this.#error = error;
    }
    if (this.#state.kind !== 'refused') this.#options.onControl(message);
  }

  #greeted({ v }: Readonly<Record<string, unknown>>): void {
    if (this.#socket === null) return;
    if (!Array.isArray(v) || v[0] !== PROTOCOL_VERSION[0]) {
      this.#refuse(VERSION);
      return;
    }
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#heart.start();
    this.#become({ kind: 'live', sinceMs: this.#nowMs() });
  }

  #become(state: SocketState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.#socket?.send(JSON.stringify({ v: PROTOCOL_VERSION, ...message }));
  }

  #newId(prefix: string): string {
    this.#ids += 1;
    return `${prefix}${this.#ids}`;
  }
}

function scheduleTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

const connectionLost = (): StreamVizError =>
  new StreamVizError('CONNECTION_LOST', 'The connection to the server was lost.');

/** @throws StreamVizError `FRAME_INVALID` */
function parseText(text: string): Readonly<Record<string, unknown>> {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Below it is no object, which is told.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StreamVizError('FRAME_INVALID', 'A text message of the server is not a JSON object.');
  }
  return value as Readonly<Record<string, unknown>>;
}
