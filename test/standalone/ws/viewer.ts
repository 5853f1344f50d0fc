import type { EpochStore } from '../../../src/session/epoch-store.ts';
import { Sessions } from '../../../src/session/sessions.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import type { ViewerHall } from '../../../standalone/server/ws/viewer-hall.ts';
import type { ViewerSocket } from '../../../standalone/server/ws/viewer-socket.ts';
import { positionOf } from '../../../standalone/viewer/resume-position.ts';
import { FakeSocket } from './fake-socket.ts';

/** A `resumed` and the frames that came after it, of the same session. */
export interface Resumption {
  readonly said: Record<string, unknown>;
  readonly frames: { readonly kind: string; readonly seq: number; readonly epoch: string }[];
}

/** A viewer's end: what a page does with what arrives, without a page. */
export class Viewer {
  readonly sessions: Sessions;
  readonly resumptions: Resumption[] = [];
  socket = new FakeSocket();
  server: ViewerSocket | null = null;
  width: number;
  rangeUs: number | null;
  /** Minor version of the protocol that it speaks: from 1 on it is told results of windows, from 2 on only what it lacks. */
  readonly minor: number;
  readonly #names = new Set<string>();
  #read = 0;

  constructor(now: () => number, range: { readonly width: number; readonly rangeUs: number | null }, minor = 1) {
    this.sessions = new Sessions({ now, schedule: () => () => undefined, limits: { cellLimit: 4000 } });
    this.width = range.width;
    this.rangeUs = range.rangeUs;
    this.minor = minor;
  }

  get isConnected(): boolean {
    return this.server !== null && this.socket.closed === null;
  }

  /** The newest epoch's store of a session this viewer has seen a frame of. */
  store(session: string): EpochStore | null {
    return this.#names.has(session) ? this.sessions.get(session) : null;
  }

  /** Opens a new connection and subscribes, from where it stands. */
  connect(hall: ViewerHall, isFast = true): void {
    this.socket = new FakeSocket(isFast);
    this.#read = 0;
    this.server = hall.enter(this.socket);
    const resume = Object.fromEntries(
      [...this.#names].map((session) => {
        const store = this.sessions.get(session);
        const { epochId: epoch, seq } = store;
        return [session, this.minor < 2 ? { epoch, seq } : positionOf(store)];
      }),
    );
    const { width, rangeUs } = this;
    this.tell({ kind: 'subscribe', id: 's', resume, width, rangeUs });
  }

  tell(message: Readonly<Record<string, unknown>>): void {
    this.server?.text(JSON.stringify({ v: [1, this.minor], ...message }));
  }

  /** Loses the connection and what had not arrived. */
  cut(): void {
    this.read();
    this.server?.closed();
    this.server = null;
  }

  /** Takes what has arrived. */
  read(): void {
    const { arrived } = this.socket;
    for (; this.#read < arrived.length; this.#read += 1) {
      const data = arrived[this.#read]!;
      if (typeof data === 'string') this.#text(JSON.parse(data));
      else this.#frame(data);
    }
  }

  #text(message: Record<string, unknown>): void {
    if (message.kind === 'resumed') this.resumptions.push({ said: message, frames: [] });
  }

  #frame(bytes: Uint8Array): void {
    const { header, buffers } = decodeFrame(bytes);
    if (header.kind === 'detail') return;
    const session = String(header.session);
    this.#names.add(session);
    const { id } = header.epoch as { readonly id: string };
    const resumption = this.resumptions.findLast(({ said }) => said.session === session);
    resumption?.frames.push({ kind: String(header.kind), seq: Number(header.seq), epoch: id });
    this.sessions.deliver(header, buffers, 'ws');
  }
}
