import type { TapOptions } from '../registry.ts';
import type { Sessions } from '../session/sessions.ts';
import { CommTransport, type Subscribe } from '../transport/comm.ts';
import { sessionOf } from '../wire/header.ts';

/** How long a session without ways is kept: a notebook that is closed and opened again finds its data. */
const KEEP_MS = 5000;

/** A way in: a hub's comm, or somebody who overhears it. */
export interface WayIn {
  /** Takes a message as the host delivered it; returns at once, decodes in a later task. */
  receive(content: unknown, buffers: readonly (ArrayBuffer | ArrayBufferView)[]): void;
  /** Asks for a session's snapshot; see {@link CommTransport}. `hub`: the epoch whose hub is asked. */
  subscribe(session: string, hub?: string): void;
  /** Twice is harmless. */
  dispose(): void;
}

interface Inbox {
  readonly transport: CommTransport;
  /** Newest last. */
  readonly ways: TapOptions[];
}

/**
 * One queue for each session of the page, whatever ways its messages come by.
 *
 * 1. A message that comes by two ways waits once, is decoded once and counts once.
 * 2. A session has at most one request outstanding, sent by the newest way that can send.
 * 3. A session that nobody brings and nobody watches is forgotten after 5 s.
 */
export class Inboxes {
  readonly #sessions: Sessions;
  readonly #onDelivered: (session: string) => void;
  readonly #onForgotten: (session: string) => void;
  readonly #inboxes = new Map<string, Inbox>();
  #sweepTimer: ReturnType<typeof setTimeout> | null = null;

  /** @param options.onDelivered Called after each message of a session, applied or not. */
  constructor(options: {
    readonly sessions: Sessions;
    readonly onDelivered: (session: string) => void;
    readonly onForgotten: (session: string) => void;
  }) {
    this.#sessions = options.sessions;
    this.#onDelivered = options.onDelivered;
    this.#onForgotten = options.onForgotten;
  }

  /** Sessions that have a queue. */
  get size(): number {
    return this.#inboxes.size;
  }

  open(way: TapOptions): WayIn {
    let isOpen = true;
    const joined = new Map<string, Inbox>();
    const inboxOf = (session: string): Inbox => {
      const inbox = this.#inboxOf(session);
      if (joined.get(session) !== inbox) {
        joined.set(session, inbox);
        inbox.ways.push(way);
      }
      return inbox;
    };
    return {
      receive: (content, buffers) => {
        if (!isOpen) return;
        const session = sessionOf(content);
        if (session === null) this.#sessions.deliver(content, buffers, way.path);
        else inboxOf(session).transport.receive(content, buffers, way.path);
      },
      subscribe: (session, hub) => {
        if (isOpen) inboxOf(session).transport.subscribe(session, hub);
      },
      dispose: () => {
        if (!isOpen) return;
        isOpen = false;
        for (const { ways } of joined.values()) ways.splice(ways.indexOf(way), 1);
        joined.clear();
        this.sweepLater();
      },
    };
  }

  /** Delivers now what waits for a session. */
  flush(session: string): void {
    this.#inboxes.get(session)?.transport.flush();
  }

  /** Looks, some seconds from now, for sessions that nobody needs any longer. Call it when somebody has left. */
  sweepLater(): void {
    this.#sweepTimer ??= setTimeout(() => {
      this.#sweepTimer = null;
      this.#sweep();
    }, KEEP_MS);
  }

  #sweep(): void {
    for (const [session, { transport, ways }] of this.#inboxes) {
      if (ways.length > 0 || this.#sessions.isWatched(session)) continue;
      transport.dispose();
      this.#inboxes.delete(session);
      this.#sessions.forget(session);
      this.#onForgotten(session);
    }
  }

  #inboxOf(session: string): Inbox {
    const present = this.#inboxes.get(session);
    if (present !== undefined) return present;
    const ways: TapOptions[] = [];
    const transport = new CommTransport({
      onMessage: (header, buffers, path) => {
        this.#sessions.deliver(header, buffers, path);
        this.#onDelivered(session);
      },
      send: (content) => sendBy(ways, session, content),
    });
    const inbox = { transport, ways };
    this.#inboxes.set(session, inbox);
    return inbox;
  }
}

/** Sends by the newest way that can; throws what the last of them threw, or where there is none. */
function sendBy(ways: readonly TapOptions[], session: string, content: Subscribe): void {
  let problem: unknown = new Error(`nobody can ask for ${session}`);
  for (let i = ways.length - 1; i >= 0; i -= 1) {
    const send = ways[i]!.send;
    if (send === undefined) continue;
    try {
      send(session, content);
      return;
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}
