import type { LogIn } from '../../accounts/log-ins.ts';
import type { LiveSession, SessionHub } from '../../hub/session-hub.ts';
import { eventId, parseEventId, type StreamPosition } from './event-id.ts';
import { messageJson } from './message-json.ts';

/** One reader of `/api/stream`. */
export interface StreamCall {
  /** Only this session; null: all of them. */
  readonly session: string | null;
  readonly lastEventId: string | null;
  /** What a snapshot is made for. */
  readonly width: number;
  readonly rangeUs: number | null;
  /** Ends with it. Default: none. */
  readonly logIn?: LogIn | null;
}

export interface StreamEnvironment {
  readonly hub: SessionHub;
  /** Unsent bytes of live messages above which a reader is ended. */
  readonly mostBytes: number;
  readonly schedule: (run: () => void, ms: number) => () => void;
  /** Told with +1 and -1 as readers come and go. */
  readonly onReaders: (change: 1 | -1) => void;
}

/** A comment so often keeps proxies from closing a quiet stream, and tells of readers that are gone. */
const BEAT_MS = 15_000;
const encoder = new TextEncoder();

/**
 * The messages of all sessions as server-sent events.
 *
 * 1. A session begins with `resumed` and either all messages missed since `Last-Event-ID` (`recovered: true`) or one
 *    snapshot (`recovered: false`), never a part; then every message as it comes, once.
 * 2. Every event carries as its id the positions in all sessions, so that a reader that comes back misses nothing.
 * 3. A reader that does not keep up with what is live is ended with `error` `STREAM_SLOW`; its next attempt resumes. Nobody
 *    waits for it. With what a session begins with it may take its time.
 * 4. A message becomes JSON once, however many read it.
 */
export class EventStreams {
  readonly #environment: StreamEnvironment;
  readonly #readers = new Set<StreamReader>();
  readonly #stopObserving: () => void;

  constructor(environment: StreamEnvironment) {
    this.#environment = environment;
    this.#stopObserving = environment.hub.observe({
      applied: (session, seq) => this.#applied(session, seq),
      changed: (session) => {
        for (const reader of this.#readers) reader.changed(session);
      },
      removed: (session) => {
        for (const reader of this.#readers) reader.removed(session);
      },
    });
  }

  get count(): number {
    return this.#readers.size;
  }

  /** Opens a stream; it ends when its reader goes, falls behind, or the streams are closed. */
  open(call: StreamCall): ReadableStream<Uint8Array> {
    let reader: StreamReader | null = null;
    const environment = this.#environment;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          reader = new StreamReader(call, controller, environment, (gone) => {
            if (this.#readers.delete(gone)) environment.onReaders(-1);
          });
          this.#readers.add(reader);
          environment.onReaders(1);
          reader.begin();
        },
        cancel: () => reader?.end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: environment.mostBytes }),
    );
  }

  /** Ends all streams; twice is harmless. */
  close(): void {
    this.#stopObserving();
    for (const reader of [...this.#readers]) reader.end();
  }

  #applied(session: LiveSession, seq: number): void {
    if (this.#readers.size === 0) return;
    const { json } = messageJson(session.frame(seq, null));
    for (const reader of [...this.#readers]) reader.message(session, seq, json);
  }
}

class StreamReader {
  readonly #call: StreamCall;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly #environment: StreamEnvironment;
  readonly #onEnd: (reader: StreamReader) => void;
  readonly #positions = new Map<string, StreamPosition>();
  readonly #stopLogIn: (() => void) | undefined;
  /** Whether a session begins: what it begins with is sent whole. */
  #isOpening = false;
  /** Bytes since a session began last. */
  #liveBytes = 0;
  #isOver = false;
  #cancelBeat: (() => void) | null = null;

  constructor(
    call: StreamCall,
    controller: ReadableStreamDefaultController<Uint8Array>,
    environment: StreamEnvironment,
    onEnd: (reader: StreamReader) => void,
  ) {
    this.#call = call;
    this.#controller = controller;
    this.#environment = environment;
    this.#onEnd = onEnd;
    this.#stopLogIn = call.logIn?.onEnd(() => this.#loggedOut());
  }

  begin(): void {
    const missed = parseEventId(this.#call.lastEventId ?? '');
    // Small at first, so that the answer's head goes out at once.
    this.#send('retry: 1000\n\n');
    for (const session of this.#environment.hub.sessions.values()) {
      if (this.#isWanted(session.session)) this.#resume(session, missed.get(session.session) ?? null);
    }
    this.#beat();
  }

  message(session: LiveSession, seq: number, json: string): void {
    if (!this.#isWanted(session.session)) return;
    const position = this.#positions.get(session.session);
    if (position === undefined || position.epoch !== session.epochId) {
      this.#resume(session, null);
      return;
    }
    this.#positions.set(session.session, { epoch: session.epochId, seq });
    this.#event('batch', json);
  }

  changed(session: LiveSession): void {
    if (!this.#isWanted(session.session)) return;
    const { connected, epochId } = session;
    this.#event('session', JSON.stringify({ session: session.session, connected, epoch: epochId }));
  }

  removed(session: string): void {
    if (!this.#isWanted(session)) return;
    this.#positions.delete(session);
    this.#event('removed', JSON.stringify({ session }));
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelBeat?.();
    this.#stopLogIn?.();
    this.#onEnd(this);
    try {
      this.#controller.close();
    } catch {
      // Its reader has cancelled it already.
    }
  }

  #loggedOut(): void {
    const problem = { code: 'LOGIN_ENDED', message: 'this log-in has ended; log in again' };
    this.#send(`event: error\ndata: ${JSON.stringify(problem)}\n\n`);
    this.end();
  }

  #isWanted(session: string): boolean {
    return this.#call.session === null || this.#call.session === session;
  }

  #resume(session: LiveSession, from: StreamPosition | null): void {
    if (session.seq === 0) return;
    this.#isOpening = true;
    this.#sendOpening(session, from);
    this.#isOpening = false;
    this.#liveBytes = 0;
  }

  #sendOpening(session: LiveSession, from: StreamPosition | null): void {
    const missed = from?.epoch === session.epochId ? session.after(from.seq, null) : null;
    const { epochId: epoch, seq } = session;
    const recovered = missed !== null;
    const first = recovered ? (from?.seq ?? 0) : seq;
    this.#positions.set(session.session, { epoch, seq: first });
    const told = { session: session.session, epoch, recovered, missed: missed?.length ?? 0, toSeq: seq };
    this.#event('resumed', JSON.stringify(told));
    if (missed === null) {
      const { width, rangeUs } = this.#call;
      this.#event('snapshot', messageJson(session.snapshot({ width, rangeUs })).json);
      return;
    }
    // Numbers may leave gaps, so the position is that of each message itself.
    for (const frame of missed) {
      const { seq: own, json } = messageJson(frame);
      this.#positions.set(session.session, { epoch, seq: own });
      this.#event('batch', json);
    }
  }

  #event(name: string, json: string): void {
    this.#send(`event: ${name}\nid: ${eventId(this.#positions)}\ndata: ${json}\n\n`);
  }

  #send(text: string): void {
    if (this.#isOver) return;
    if (!this.#isOpening && this.#unsentLiveBytes() >= this.#environment.mostBytes) {
      const problem = { code: 'STREAM_SLOW', message: 'this stream was not read fast enough; connect again to resume' };
      this.#controller.enqueue(encoder.encode(`event: error\ndata: ${JSON.stringify(problem)}\n\n`));
      this.end();
      return;
    }
    const bytes = encoder.encode(text);
    this.#liveBytes += bytes.byteLength;
    this.#controller.enqueue(bytes);
  }

  /** Bytes come out in the order in which they went in, so what is unsent of an opening goes before anything live. */
  #unsentLiveBytes(): number {
    const unsent = this.#environment.mostBytes - (this.#controller.desiredSize ?? 0);
    return Math.min(unsent, this.#liveBytes);
  }

  #beat(): void {
    if (this.#isOver) return;
    this.#cancelBeat = this.#environment.schedule(() => {
      this.#send(': still here\n\n');
      this.#beat();
    }, BEAT_MS);
  }
}
