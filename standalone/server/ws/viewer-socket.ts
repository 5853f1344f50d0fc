import { isStreamVizError, StreamVizError } from '../../../src/core/errors.ts';
import { detailPast } from '../history/reading/detail-past.ts';
import type { DetailQuery } from '../hub/detail-query.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import { type LiveClass, liveClassOf } from '../hub/live-class.ts';
import type { LiveSession } from '../hub/live-session.ts';
import type { ViewerPosition } from '../hub/producer-hello.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import { TokenBucket } from '../hub/token-bucket.ts';
import { Backlog } from './backlog.ts';
import type { ClientSocket } from './client-socket.ts';
import { CLOSE, errorText, refuse, textMessage } from './close-codes.ts';
import { idOf, parseViewerText, type ViewerRange, type ViewerText } from './control-text.ts';
import type { Heartbeats, Pulse } from './heartbeats.ts';
import { ViewerCursor, type ViewerSight } from './viewer-cursor.ts';
import type { ViewerFace } from './viewer-face.ts';

/** How often a slow connection is looked at. */
const LOOK_EVERY_MS = 100;
/** Messages that cannot be read before the connection is closed. */
const MOST_INVALID = 20;

/** What every viewer shares. */
export interface ViewerSurroundings {
  readonly hub: SessionHub;
  readonly environment: HubEnvironment;
  readonly heartbeats: Heartbeats;
  readonly face: () => ViewerFace;
  readonly onClosed: (viewer: ViewerSocket) => void;
}

/** Whether a visible range goes further back than another one; null is everything. */
const isLonger = (a: number | null, b: number | null): boolean => b !== null && (a === null || a > b);

/**
 * One viewer's connection: `subscribe`, `hello`, then of each session what it missed or a snapshot, then live messages.
 *
 * 1. Of each session it gets, in order and once, either every message after the position it stated or a snapshot: nothing
 *    is left out and nothing doubled where one goes over into the other.
 * 2. While it does not keep up its messages are left out and counted; once it has caught up it gets a snapshot of each session
 *    that went on. Nobody waits for it.
 */
export class ViewerSocket {
  /** Messages left out because the connection was slow. */
  conflated = 0;
  readonly #surroundings: ViewerSurroundings;
  readonly #socket: ClientSocket;
  readonly #pulse: Pulse;
  readonly #rate: TokenBucket;
  readonly #backlog: Backlog;
  readonly #cursors = new Map<string, ViewerCursor>();
  #cancelHello: (() => void) | null;
  #cancelLook: (() => void) | null = null;
  #range: ViewerRange | null = null;
  #knowsResults = false;
  #knowsDeltas = false;
  #liveClass: LiveClass = null;
  #isOver = false;
  #invalid = 0;

  constructor(surroundings: ViewerSurroundings, socket: ClientSocket) {
    const { environment, heartbeats } = surroundings;
    const { limits, now } = environment;
    this.#surroundings = surroundings;
    this.#socket = socket;
    this.#pulse = heartbeats.watch(socket);
    this.#cancelHello = heartbeats.awaitHello(socket);
    this.#rate = new TokenBucket(limits.viewerMessagesPerSecond, now);
    this.#backlog = new Backlog(socket, limits, now);
  }

  get isSubscribed(): boolean {
    return this.#range !== null && !this.#isOver;
  }

  /** Which panes its live messages have. */
  get liveClass(): LiveClass {
    return this.#liveClass;
  }

  heard(): void {
    this.#pulse.heard();
  }

  text(data: string): void {
    if (this.#isOver) return;
    this.heard();
    const { limits } = this.#surroundings.environment;
    if (!this.#rate.take()) {
      const problem = `More than ${limits.viewerMessagesPerSecond} messages a second came.`;
      this.#refuse(CLOSE.limit, new StreamVizError('LIMIT_MESSAGES', problem));
      return;
    }
    if (data.length > limits.viewerMessageBytes) {
      const problem = `A message has ${data.length} characters, at most ${limits.viewerMessageBytes} are taken.`;
      this.#refuse(CLOSE.tooLarge, new StreamVizError('MESSAGE_TOO_LARGE', problem));
      return;
    }
    try {
      this.#handle(parseViewerText(data));
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      this.#failed(error, data);
    }
  }

  /** Viewers send text alone. */
  binary(): void {
    this.#refuse(CLOSE.invalid, new StreamVizError('MESSAGE_INVALID', 'A viewer sends text, no binary messages.'));
  }

  /** The connection is gone. Twice is harmless. */
  closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pulse.stop();
    this.#cancelHello?.();
    this.#cancelLook?.();
    this.#surroundings.onClosed(this);
  }

  /** How far the connection is behind. */
  get backlog(): Pick<Backlog, 'isSlow' | 'lagMs' | 'bytes'> {
    return this.#backlog;
  }

  /** A message was applied, the newest of its session: goes on to the viewer, unless it is slow. */
  applied(session: LiveSession): void {
    const cursor = this.#cursorOf(session);
    this.#backlog.look();
    if (this.#backlog.isSlow || cursor.isBehind) {
      cursor.isBehind = true;
      this.conflated += 1;
      this.#lookAgain();
      return;
    }
    this.#socket.send(cursor.frame(session, this.#sight));
  }

  /** Hands on what was said to all viewers. */
  say(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** A session is gone for good. */
  forget(session: string): void {
    this.#cursors.delete(session);
  }

  /** The server's state, once a second. @param shared JSON members that are the same for every viewer. */
  stats(shared: string): void {
    this.#backlog.look();
    const { lagMs, bytes } = this.#backlog;
    const own = `"lagMs":${Math.round(lagMs)},"queuedBytes":${bytes},"conflated":${this.conflated}`;
    this.#socket.send(`{${shared},${own}}`);
  }

  /** Says goodbye: the server ends. */
  end(): void {
    this.#socket.close(CLOSE.goingAway, 'the server ends');
    this.closed();
  }

  #handle(said: ViewerText): void {
    switch (said.kind) {
      case 'subscribe':
        this.#subscribe(said);
        return;
      case 'control': {
        const held = this.#subscribed();
        const rangeUs = said.rangeUs === undefined ? held.rangeUs : said.rangeUs;
        const { liveClass } = this;
        this.#show({ width: said.width ?? held.width, rangeUs });
        // Other open results were told to another class.
        const isOther = liveClass !== this.liveClass || isLonger(rangeUs, held.rangeUs);
        if (isOther) for (const cursor of this.#cursors.values()) cursor.wantsAll();
        return;
      }
      case 'query': {
        this.#subscribed();
        this.#answer(said);
        return;
      }
      case 'ping':
        this.#socket.send(textMessage('pong', { id: said.id, nowUs: this.#surroundings.environment.now() }));
    }
  }

  #subscribe({ width, rangeUs, resume, id, isTold, knowsDeltas }: ViewerText & { readonly kind: 'subscribe' }): void {
    if (this.#range !== null) throw new StreamVizError('SUBSCRIBED', 'This connection has subscribed already.');
    this.#cancelHello?.();
    this.#cancelHello = null;
    this.#knowsResults = isTold;
    this.#knowsDeltas = knowsDeltas;
    this.#show({ width, rangeUs });
    const { hub, face, environment } = this.#surroundings;
    const { serverId, version, title, options, user } = face();
    this.#socket.send(
      textMessage('hello', {
        id,
        server: { id: serverId, version },
        title,
        options,
        ...(user ? { user } : {}),
        nowUs: environment.now(),
        sessions: [...hub.sessions.values()].map(({ session, name, connected, epochId, startedUs }) => {
          return { session, name, connected, epoch: epochId, startedUs };
        }),
      }),
    );
    for (const session of hub.sessions.values()) this.#open(session, resume.get(session.session) ?? null);
  }

  /** Sends all that was missed in a session, or a snapshot; from then on live messages follow. */
  #open(session: LiveSession, from: ViewerPosition | null): void {
    const { epochId: epoch, seq } = session;
    const isSameEpoch = from !== null && from.epoch === epoch;
    const cursor = new ViewerCursor({
      ...{ epoch, seq: isSameEpoch ? from.seq : 0, holdsResults: from !== null },
      document: isSameEpoch ? from.document : seq > 0 ? null : 0,
    });
    const missed = isSameEpoch ? session.after(from.seq, this.#liveClass, cursor.isTold(this.#sight)) : null;
    const recovered = missed !== null;
    this.#socket.send(
      textMessage('resumed', {
        ...{ session: session.session, epoch, recovered },
        missed: missed?.length ?? (isSameEpoch ? Math.max(0, seq - from.seq) : 0),
        fromSeq: isSameEpoch ? from.seq : 0,
        toSeq: seq,
      }),
    );
    this.#cursors.set(session.session, cursor);
    if (missed !== null) {
      for (const frame of missed.slice(0, -1)) this.#socket.send(frame);
      // The newest one tells all results as of now: those before it tell none.
      if (missed.length > 0) this.#socket.send(cursor.frame(session, this.#sight));
    } else if (seq > 0) this.#socket.send(cursor.snapshot(session, this.#sight));
  }

  #show(range: ViewerRange): void {
    this.#range = range;
    this.#liveClass = liveClassOf(range.width, range.rangeUs);
  }

  #answer({ session, ...query }: ViewerText & { readonly kind: 'query' }): void {
    const { id, series, columns } = query;
    const { hub, environment } = this.#surroundings;
    const { detailColumns, detailSeries } = environment.limits;
    const held = hub.sessions.get(session);
    let problem: StreamVizError | null = null;
    if (held === undefined) {
      problem = new StreamVizError('SESSION_UNKNOWN', `There is no session '${session}'.`);
    } else if (columns > detailColumns) {
      problem = new StreamVizError('LIMIT_COLUMNS', `columns is ${columns}, at most ${detailColumns} are answered.`);
    } else if (series.length > detailSeries) {
      problem = new StreamVizError('LIMIT_SERIES', `${series.length} series, at most ${detailSeries} are answered.`);
    } else this.#answerDetail(held, query);
    if (problem !== null) this.#socket.send(errorText(problem, id));
  }

  /** From memory at once; where the past on disk has more, once that has come. */
  #answerDetail(held: LiveSession, query: DetailQuery): void {
    const { hub } = this.#surroundings;
    const past = hub.past();
    const read = past === null ? null : detailPast(held, query, past);
    if (read === null) {
      this.#socket.send(held.detail(query));
      return;
    }
    const { epochId: epoch, seq: asOf } = held;
    const send = (found: Awaited<typeof read> | null) => {
      if (this.#isOver || hub.sessions.get(held.session) !== held) return;
      const isSame = held.epochId === epoch;
      this.#socket.send(isSame ? held.detail({ ...query, asOf }, found) : held.detail(query));
    };
    // What cannot be read is not finer: memory answers.
    read.then(send, () => send(null));
  }

  get #sight(): ViewerSight {
    const knows = { knowsResults: this.#knowsResults, knowsDeltas: this.#knowsDeltas };
    return { range: this.#subscribed(), liveClass: this.#liveClass, ...knows };
  }

  #cursorOf(session: LiveSession): ViewerCursor {
    let cursor = this.#cursors.get(session.session);
    if (cursor?.epoch !== session.epochId) {
      const { epochId: epoch } = session;
      cursor = cursor?.next(epoch) ?? new ViewerCursor({ epoch, seq: 0, holdsResults: false, document: 0 });
      this.#cursors.set(session.session, cursor);
    }
    return cursor;
  }

  #lookAgain(): void {
    if (this.#isOver) return;
    this.#cancelLook ??= this.#surroundings.environment.schedule(() => {
      this.#cancelLook = null;
      this.#backlog.look();
      if (this.#backlog.isStuck) {
        this.#refuse(CLOSE.timeout, new StreamVizError('VIEWER_STUCK', 'Nothing was taken for too long.'));
        this.#socket.terminate();
      } else if (this.#backlog.isSlow) this.#lookAgain();
      else this.#catchUp();
    }, LOOK_EVERY_MS);
  }

  /** A snapshot of each session that went on without this viewer. */
  #catchUp(): void {
    for (const [name, cursor] of this.#cursors) {
      const session = this.#surroundings.hub.sessions.get(name);
      if (!cursor.isBehind || session === undefined) continue;
      this.#socket.send(cursor.snapshot(session, this.#sight));
    }
  }

  #subscribed(): ViewerRange {
    if (this.#range === null) throw new StreamVizError('SUBSCRIBE_MISSING', 'A viewer subscribes first.');
    return this.#range;
  }

  #failed(error: StreamVizError, data: string): void {
    this.#invalid += 1;
    const isFatal = error.code === 'PROTOCOL_VERSION' || this.#invalid >= MOST_INVALID;
    if (isFatal) this.#refuse(CLOSE.invalid, error);
    else this.#socket.send(errorText(error, idOf(data)));
  }

  #refuse(closeCode: number, error: StreamVizError): void {
    if (this.#isOver) return;
    refuse(this.#socket, closeCode, error);
    this.closed();
  }
}
