import { StreamVizError } from '../../../src/core/errors.ts';
import type { HistorySource } from '../history/reading/series-request.ts';
import type { PastSource } from '../history/reading/stitch.ts';
import { evictBytes, expireSessions } from './history-limits.ts';
import type { HubEnvironment } from './hub-environment.ts';
import { LiveSession } from './live-session.ts';
import { PastEnds } from './past-ends.ts';
import type { ProducerHello } from './producer-hello.ts';
import { ProducerSeat } from './producer-seat.ts';

export type { HubEnvironment } from './hub-environment.ts';
export type { LiveSession } from './live-session.ts';
export type { ProducerHello } from './producer-hello.ts';
export type { ProducerSeat } from './producer-seat.ts';

/** What the hub tells; every call is optional. Nobody may call the hub's `join` or a seat's `take` from inside one. */
export interface HubObserver {
  /** A message was applied: `session.frame(seq, class)` is at hand. */
  applied?(session: LiveSession, seq: number): void;
  /** A producer came or went. */
  changed?(session: LiveSession): void;
  /** A producer stated an error of its own; `bytes` is its frame. */
  stated?(session: LiveSession, bytes: Uint8Array): void;
  /** A session and all of its data are gone. */
  removed?(session: string): void;
}

const EXPIRE_EVERY_MS = 1000;
/** So long nobody takes the place of a child process that has ended, while the script that started it does not run anew. */
const CHILD_KEPT_US = 600e6;

/**
 * All sessions of a server: producers take seats, their messages are applied and told to whoever observes.
 *
 * 1. A name belongs to one live producer: another one that asks for it gets `name#2`, `name#3`, ... So does one that began
 *    before the one that had the name last.
 *    The data of a child process that ended stay for ten minutes, unless its script runs anew.
 * 2. A producer that comes back (same epoch) gets its session again, and the connection it had is told to go.
 * 3. Memory is bounded: by age, by bytes, by the number of sessions and of their series. Nothing a producer does concerns
 *    another one's session before its own.
 */
export class SessionHub {
  #source: () => HistorySource | null = () => null;
  readonly #ends = new PastEnds();
  readonly #environment: HubEnvironment;
  readonly #sessions = new Map<string, LiveSession>();
  readonly #seats = new Map<string, ProducerSeat>();
  readonly #observers = new Set<HubObserver>();
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(environment: HubEnvironment) {
    this.#environment = environment;
    this.#scheduleExpiry();
  }

  /** Where the past is that memory no longer has; null: nowhere. It tells of sessions in memory whether they are on disk, too. */
  get past(): () => PastSource | null {
    return this.#past;
  }

  set past(source: () => HistorySource | null) {
    this.#source = source;
  }

  get sessions(): ReadonlyMap<string, LiveSession> {
    return this.#sessions;
  }

  /** Bytes of history and of held messages. O(series). */
  get bytes(): number {
    let total = 0;
    for (const session of this.#sessions.values()) total += session.bytes;
    return total;
  }

  /**
   * Gives a producer the session it may use.
   *
   * @param onReplaced Called when the same producer comes over another connection: this one is to be closed.
   * @throws StreamVizError `LIMIT_SESSIONS`, `LIMIT_PRODUCERS`
   */
  join(hello: ProducerHello, onReplaced: () => void = () => undefined): ProducerSeat {
    const name = this.#nameFor(hello);
    const old = this.#seats.get(name);
    if (old === undefined && this.#seats.size >= this.#environment.limits.producers) {
      throw new StreamVizError('LIMIT_PRODUCERS', `This server takes ${this.#environment.limits.producers} producers.`);
    }
    let session = this.#sessions.get(name);
    if (session === undefined) {
      this.#makeRoom();
      session = new LiveSession({
        session: name,
        name: hello.name,
        epoch: hello.epoch,
        environment: this.#environment,
      });
      session.earlierUs = this.endOf(name);
      this.#sessions.set(name, session);
    }
    session.name = hello.name;
    session.parent = hello.parent ?? null;
    session.script = hello.script ?? null;
    session.byHttp = hello.byHttp ?? false;
    session.connected = true;
    session.ended = false;
    session.goneUs = Number.NaN;
    const seat = new ProducerSeat({
      session,
      hello,
      limits: this.#environment.limits,
      now: this.#environment.now,
      onApplied: (seq) => this.#applied(session, seq),
      onStated: (bytes) => this.#tell((observer) => observer.stated?.(session, bytes)),
      onLeft: () => this.#left(name, seat),
      onReplaced,
    });
    this.#seats.set(name, seat);
    old?.replace();
    this.#tell((observer) => observer.changed?.(session));
    return seat;
  }

  /**
   * Takes in a session of an earlier life of the server: nobody sends to it yet.
   *
   * @returns false, and nothing is done, where there is one of its name or no room for it.
   */
  adopt(session: LiveSession): boolean {
    if (this.#sessions.has(session.session) || this.#sessions.size >= this.#environment.limits.sessions) return false;
    this.#sessions.set(session.session, session);
    return true;
  }

  /** Sessions of this name that are not in memory have samples on disk up to here, us; -Infinity: none. */
  noteEnd(session: string, endUs: number): void {
    this.#ends.note(session, endUs);
  }

  /** No sample of sessions of this name that left memory is later, us; -Infinity: there is none. */
  endOf(session: string): number {
    return this.#ends.of(session);
  }

  /** Calls the observer until the returned function is called, which twice is harmless. */
  observe(observer: HubObserver): () => void {
    const entry = { ...bound(observer) };
    this.#observers.add(entry);
    return () => {
      this.#observers.delete(entry);
    };
  }

  /** Lets go of what is too old or too much. The hub does so by itself once a second. */
  expire(): void {
    const { limits, now } = this.#environment;
    for (const name of expireSessions(this.#sessions, limits.retentionUs, now())) this.#remove(name);
    for (const name of evictBytes(this.#sessions, limits.bufferBytes)) this.#remove(name);
    this.#trimRings();
  }

  /** Cancels what is scheduled; twice is harmless. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #scheduleExpiry(): void {
    this.#cancel = this.#environment.schedule(() => {
      this.expire();
      if (!this.#isClosed) this.#scheduleExpiry();
    }, EXPIRE_EVERY_MS);
  }

  /**
   * The session whose producer, or where it has none whose data, are of this epoch; else the first of `name`, `name#2`, ...
   * that no live producer has and whose data are of an epoch that began earlier: viewers never go back to one.
   */
  #nameFor(hello: ProducerHello): string {
    const { session, epoch } = hello;
    for (let i = 1; ; i += 1) {
      const name = i === 1 ? session : `${session}#${i}`;
      const held = this.#sessions.get(name);
      if (held === undefined) break;
      if ((this.#seats.get(name)?.epochId ?? held.epochId) === epoch.id) return name;
    }
    for (let i = 1; ; i += 1) {
      const name = i === 1 ? session : `${session}#${i}`;
      const held = this.#sessions.get(name);
      if (held === undefined) return name;
      if (held.startedUs < epoch.startedUs && !this.#seats.has(name) && !this.#isKeptChild(held, hello)) return name;
    }
  }

  /** Whether a session is that of a child process which ended a short while ago, in the present run of its script. */
  #isKeptChild(held: LiveSession, { session, parent }: ProducerHello): boolean {
    if (held.parent === null || !(this.#environment.now() - held.goneUs < CHILD_KEPT_US)) return false;
    const run = this.#sessions.get(session);
    return held.parent === parent || (run !== undefined && run !== held && run.startedUs < held.startedUs);
  }

  /** Makes room for one more session: the one gone longest leaves. */
  #makeRoom(): void {
    const { sessions } = this.#environment.limits;
    while (this.#sessions.size >= sessions) {
      let oldest: LiveSession | null = null;
      for (const session of this.#sessions.values()) {
        if (!session.connected && (oldest === null || session.goneUs < oldest.goneUs)) oldest = session;
      }
      if (oldest === null) {
        throw new StreamVizError('LIMIT_SESSIONS', `This server holds ${sessions} sessions, all of them live.`);
      }
      this.#remove(oldest.session);
    }
  }

  readonly #past = (): PastSource | null => {
    const source = this.#source();
    if (source === null) return null;
    return {
      list: (name) => source.list(name),
      read: (requests) => source.read(requests),
      written: async (name) => (await this.#sessions.get(name)?.written()) ?? true,
    };
  };

  #remove(name: string): void {
    const session = this.#sessions.get(name);
    if (session !== undefined) this.noteEnd(name, session.endUs);
    if (this.#sessions.delete(name)) this.#tell((observer) => observer.removed?.(name));
  }

  #applied(session: LiveSession, seq: number): void {
    this.#tell((observer) => observer.applied?.(session, seq));
    this.#trimRings();
  }

  #left(name: string, seat: ProducerSeat): void {
    if (this.#seats.get(name) !== seat) return;
    this.#seats.delete(name);
    const session = this.#sessions.get(name);
    if (session === undefined) return;
    session.connected = false;
    session.goneUs = this.#environment.now();
    session.store.markGone();
    this.#tell((observer) => observer.changed?.(session));
  }

  /** The oldest messages of all sessions leave first. */
  #trimRings(): void {
    const { limits, now } = this.#environment;
    const edgeUs = now() - 1000 * limits.ringMs;
    let total = 0;
    for (const { ring } of this.#sessions.values()) {
      ring.evictBefore(edgeUs);
      total += ring.bytes;
    }
    while (total > limits.ringBytes) {
      let oldest: LiveSession | null = null;
      for (const session of this.#sessions.values()) {
        if (oldest === null || session.ring.oldestUs < oldest.ring.oldestUs) oldest = session;
      }
      if (oldest === null || oldest.ring.length === 0) return;
      total -= oldest.ring.bytes;
      oldest.ring.evictOldest();
      total += oldest.ring.bytes;
    }
  }

  #tell(tell: (observer: HubObserver) => void): void {
    for (const observer of [...this.#observers]) tell(observer);
  }
}

/** The observer's calls as an object of their own, so that one observer may be given twice. */
function bound(observer: HubObserver): HubObserver {
  return {
    applied: (session, seq) => observer.applied?.(session, seq),
    changed: (session) => observer.changed?.(session),
    stated: (session, bytes) => observer.stated?.(session, bytes),
    removed: (session) => observer.removed?.(session),
  };
}
