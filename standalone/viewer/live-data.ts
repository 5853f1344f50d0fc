import type { EpochStore } from '../../src/session/epoch-store.ts';
import { Sessions } from '../../src/session/sessions.ts';
import {
  type DetailQuery,
  type FrameMessage,
  type ResumeMap,
  type SocketState,
  SocketTransport,
  type SocketTransportOptions,
  type ViewerDetail,
} from '../../src/transport/socket.ts';
import { Absence, type Clocks } from './absence.ts';
import type { Resumed } from './connection-words.ts';
import { DelayMeter } from './delay-meter.ts';
import { positionOf } from './resume-position.ts';
import { SessionList } from './session-list.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the server's greeting says of the page. */
export interface Greeting {
  readonly title: string;
  readonly options: Fields;
  readonly version: string;
  /** Who is logged in; null where nobody is. */
  readonly user: string | null;
}

export interface LiveDataOptions
  extends Pick<SocketTransportOptions, 'url' | 'detail' | 'explain' | 'open' | 'schedule' | 'later' | 'random'> {
  /** Sessions came, went, or began a new life; their stores may be others now. */
  readonly onSessions: () => void;
  /** The connection's state, the greeting or the server's figures changed. */
  readonly onState: () => void;
  /** Clocks in ms: one that never runs backwards, and the wall's. */
  readonly nowMs?: () => number;
  readonly wallMs?: () => number;
}

/** After so long without a connection every card says that it shows the past. */
const GONE_MS = 3000;
/** As many as a server keeps: what a snapshot brings for the widest chart is not made coarser on arrival. */
const CELLS_PER_TIER = 4000;

/**
 * The sessions of a server, kept up to date over one connection.
 *
 * 1. A producer that left, or a server that is lost for 3 s, turns its stores `gone`, as of its last message.
 * 2. What a server gave up is let go here too; what a new server lacks is kept, its producer may come back.
 * 3. What was missed while away is applied before what is new; how that went is in {@link resumed}.
 */
export class LiveData {
  readonly list = new SessionList();
  readonly sessions: Sessions;
  greeting: Greeting | null = null;
  resumed: Resumed | null = null;
  /** What the server holds back for this page, ms; frames it skipped because of it. */
  lagMs = 0;
  conflated = 0;
  viewers = 0;
  readonly #options: LiveDataOptions;
  readonly #transport: SocketTransport;
  readonly #delay = new DelayMeter();
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  readonly #schedule: (run: () => void, ms: number) => () => void;
  /** Message numbers up to which a session's messages are old news. */
  readonly #oldUpTo = new Map<string, number>();
  readonly #stores = new Map<string, EpochStore>();
  readonly #absence = new Absence();
  /** When the newest connection began, and how long there was none before it; NaN before. */
  #backMs = Number.NaN;
  #awayMs = Number.NaN;
  #cancelGone: (() => void) | null = null;

  constructor(options: LiveDataOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#wallMs = options.wallMs ?? (() => Date.now());
    this.#schedule =
      options.schedule ??
      ((run, ms) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      });
    this.sessions = new Sessions({
      now: () => this.#wallMs() * 1000,
      schedule: this.#schedule,
      limits: { cellLimit: CELLS_PER_TIER },
    });
    const { url, detail, explain, open, later, random } = options;
    this.#transport = new SocketTransport({
      ...{ url, detail, nowMs: this.#nowMs, schedule: this.#schedule },
      ...(explain === undefined ? {} : { explain }),
      ...(open === undefined ? {} : { open }),
      ...(later === undefined ? {} : { later }),
      ...(random === undefined ? {} : { random }),
      onMessage: (header, buffers) => {
        this.#absence.heard(this.#clocks());
        this.#take(header, buffers);
      },
      onControl: (message) => {
        this.#absence.heard(this.#clocks());
        this.#control(message);
      },
      onState: (state) => this.#stateChanged(state),
      resume: () => this.#resume(),
    });
  }

  get state(): SocketState {
    return this.#transport.state;
  }

  /** The clock of the state's times. */
  get nowMs(): number {
    return this.#nowMs();
  }

  /** How late data come now, ms; NaN while nothing came. */
  get delayMs(): number {
    return this.#delay.delayMs(this.#nowMs(), this.#transport.roundTripMs);
  }

  store(session: string): EpochStore {
    return this.sessions.get(session);
  }

  start(): void {
    this.#transport.start();
  }

  wake(): void {
    this.#transport.wake();
  }

  control(detail: ViewerDetail): void {
    this.#transport.control(detail);
  }

  query(query: DetailQuery): Promise<FrameMessage> {
    return this.#transport.query(query);
  }

  dispose(): void {
    this.#cancelGone?.();
    this.#cancelGone = null;
    this.#transport.dispose();
    this.sessions.dispose();
  }

  #take(header: Fields, buffers: readonly Uint8Array[]): void {
    this.sessions.deliver(header, buffers, 'socket');
    const { session, seq, sentUs } = header;
    if (typeof session !== 'string') return;
    const store = this.sessions.get(session);
    const isNew = this.list.add(session);
    if (isNew || this.#stores.get(session) !== store) {
      this.#stores.set(session, store);
      this.#options.onSessions();
    }
    const isOld = typeof seq !== 'number' || seq <= (this.#oldUpTo.get(session) ?? 0);
    if (!isOld && header.kind === 'batch' && typeof sentUs === 'number') {
      this.#delay.note(this.#nowMs(), this.#wallMs() * 1000 - sentUs - store.clock.offsetUs);
    }
    if (this.list.get(session)?.connected === false) this.#markGone(session);
  }

  #control(message: Fields): void {
    const { kind, session } = message;
    if (kind === 'hello') this.#greet(message);
    if (kind === 'stats') {
      this.lagMs = Number(message.lagMs) || 0;
      this.conflated = Number(message.conflated) || 0;
      this.viewers = Number(message.viewers) || 0;
      this.#options.onState();
    }
    if (kind === 'resumed') this.#noteResumed(message);
    if (!this.list.take(message)) return;
    if (kind === 'removed') this.#forget(String(session));
    for (const { session: name, connected, epoch } of this.list.all) {
      if (kind !== 'hello' && name !== session) continue;
      if (epoch !== '') this.sessions.announce(name, epoch);
      if (!connected) this.#markGone(name);
    }
    this.#options.onSessions();
  }

  /** Lets go of a session that the server gave up, with its data. */
  #forget(session: string): void {
    this.#oldUpTo.delete(session);
    this.#stores.delete(session);
    this.sessions.forget(session);
  }

  #greet({ title, options, server, user }: Fields): void {
    const of = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
    const { version } = of(server);
    this.greeting = {
      title: typeof title === 'string' ? title : '',
      options: of(options),
      version: typeof version === 'string' ? version : '',
      user: typeof user === 'string' && user !== '' ? user : null,
    };
    this.#options.onState();
  }

  #noteResumed({ session, recovered, toSeq }: Fields): void {
    if (typeof session === 'string' && typeof toSeq === 'number') this.#oldUpTo.set(session, toSeq);
    if (!Number.isFinite(this.#awayMs)) return;
    // What each session says of one return is joined.
    const whole = recovered === true && (this.resumed?.atMs === this.#backMs ? this.resumed.recovered : true);
    this.resumed = { awayMs: this.#awayMs, recovered: whole, atMs: this.#backMs };
    this.#options.onState();
  }

  #stateChanged(state: SocketState): void {
    const clocks = this.#clocks();
    if (state.kind === 'live') {
      this.#awayMs = this.#absence.back(clocks);
      this.#backMs = clocks.nowMs;
      this.#cancelGone?.();
      this.#cancelGone = null;
    } else if (state.kind !== 'closed' && this.#cancelGone === null && this.greeting !== null) {
      this.#absence.lost(clocks);
      this.#cancelGone = this.#schedule(() => this.#serverGone(), GONE_MS);
    }
    this.#options.onState();
  }

  #clocks(): Clocks {
    return { nowMs: this.#nowMs(), wallMs: this.#wallMs() };
  }

  #serverGone(): void {
    for (const { session } of this.list.all) this.#markGone(session);
  }

  #markGone(session: string): void {
    const store = this.sessions.get(session);
    if (store.status !== 'live') return;
    this.sessions.markGone(session);
    if (Number.isFinite(store.data.sentUs)) store.goneAtUs = store.data.sentUs;
    store.notify();
  }

  #resume(): ResumeMap {
    const known = this.list.all.map(({ session }) => [session, this.sessions.get(session)] as const);
    const applied = known.filter(([, { epochId, seq }]) => epochId !== '' && seq > 0);
    return Object.fromEntries(applied.map(([session, store]) => [session, positionOf(store)]));
  }
}
