/** What is known of one producer. */
export interface SessionInfo {
  readonly session: string;
  readonly name: string;
  readonly connected: boolean;
  readonly epoch: string;
  readonly startedUs: number;
  /** When its producer left, us; NaN where that is not known. */
  readonly endedUs: number;
}

type Fields = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const time = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

/**
 * The sessions a server told of, in the order in which they began.
 *
 * What a message lacks or has wrong stays as it was; a message of an unknown kind changes nothing.
 */
export class SessionList {
  readonly #sessions = new Map<string, SessionInfo>();

  get all(): readonly SessionInfo[] {
    const order = (a: SessionInfo, b: SessionInfo): number =>
      (a.startedUs || 0) - (b.startedUs || 0) || (a.session < b.session ? -1 : 1);
    return [...this.#sessions.values()].sort(order);
  }

  get(session: string): SessionInfo | undefined {
    return this.#sessions.get(session);
  }

  /** Takes a server's text message; returns whether anything changed. */
  take(message: Fields): boolean {
    switch (message.kind) {
      case 'hello':
        return this.#greet(message.sessions);
      case 'session':
        return this.#put(message, time(message.atUs));
      case 'removed':
        return this.#sessions.delete(text(message.session));
      default:
        return false;
    }
  }

  /** A session whose message came before anybody told of it. */
  add(session: string): boolean {
    return this.#sessions.has(session) ? false : this.#put({ session, connected: true }, Number.NaN);
  }

  #greet(list: unknown): boolean {
    const entries = Array.isArray(list) ? (list as readonly unknown[]) : [];
    const known = entries.filter((entry): entry is Fields => typeof entry === 'object' && entry !== null);
    const named = new Set(known.map(({ session }) => text(session)));
    for (const session of this.#sessions.keys()) if (!named.has(session)) this.#sessions.delete(session);
    for (const entry of known) this.#put(entry, time(entry.endedUs));
    return true;
  }

  #put(fields: Fields, atUs: number): boolean {
    const session = text(fields.session);
    if (session === '') return false;
    const old = this.#sessions.get(session);
    const connected = fields.connected === true;
    this.#sessions.set(session, {
      session,
      name: text(fields.name) || old?.name || session,
      connected,
      epoch: text(fields.epoch) || old?.epoch || '',
      startedUs: Number.isFinite(time(fields.startedUs)) ? time(fields.startedUs) : (old?.startedUs ?? Number.NaN),
      endedUs: connected ? Number.NaN : Number.isFinite(atUs) ? atUs : (old?.endedUs ?? Number.NaN),
    });
    return true;
  }
}
