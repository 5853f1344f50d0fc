/** A viewer without a page: the page's own connection and stores, in Node, with a record of all that came. */
import { onTestFinished } from 'vitest';
import type { EpochStore } from '../../../src/session/epoch-store.ts';
import { openWebSocket } from '../../../src/transport/web-socket.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { LiveData } from '../../../standalone/viewer/live-data.ts';
import type { Lifetime } from './place.ts';
import { until } from './until.ts';

/** A frame of a session as it came. */
export interface CameFrame {
  readonly kind: string;
  readonly epoch: string;
  readonly seq: number;
}

/** What one connection said of one session: `resumed`, then frames. */
export interface Opening {
  readonly session: string;
  readonly server: string;
  readonly epoch: string;
  readonly recovered: boolean;
  readonly missed: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Where the viewer stood, as it said. */
  readonly asked: { readonly epoch: string; readonly seq: number } | null;
  readonly frames: CameFrame[];
}

export interface WireViewerOptions {
  /** `http://127.0.0.1:8600` of the server or of a proxy before it. */
  readonly url: string;
  readonly token: string;
  readonly width: number;
  readonly rangeUs: number | null;
}

export class WireViewer {
  readonly live: LiveData;
  readonly openings: Opening[] = [];
  /** Connections that were opened. */
  connections = 0;

  constructor({ url, token, width, rangeUs }: WireViewerOptions, lifetime: Lifetime = onTestFinished) {
    this.live = new LiveData({
      url: `${url.replace('http', 'ws')}/ws?token=${token}`,
      detail: () => ({ width, rangeUs }),
      open: (address, handlers) => {
        this.connections += 1;
        const current = new Map<string, Opening>();
        const position = { server: '', asked: {} as Record<string, { epoch: string; seq: number }> };
        const socket = openWebSocket(address, {
          ...{ opened: () => handlers.opened(), closed: (code, reason) => handlers.closed(code, reason) },
          text: (data) => {
            this.#noteText(JSON.parse(data) as Record<string, unknown>, position, current);
            handlers.text(data);
          },
          binary: (data) => {
            noteFrame(new Uint8Array(data), current);
            handlers.binary(data);
          },
        });
        return {
          close: () => socket.close(),
          send: (text) => {
            const said = JSON.parse(text) as { kind: string; resume?: typeof position.asked };
            if (said.kind === 'subscribe') position.asked = said.resume ?? {};
            socket.send(text);
          },
        };
      },
      random: () => 0.1,
      onSessions: () => undefined,
      onState: () => undefined,
    });
    lifetime(() => this.close());
    this.live.start();
  }

  /** Opens a viewer and waits until it has all that these sessions hold. */
  static async fresh(options: WireViewerOptions, sessions: readonly string[] = []): Promise<WireViewer> {
    const viewer = new WireViewer(options);
    await until('the greeting and every session', () => {
      return viewer.live.greeting !== null && sessions.every((session) => viewer.store(session).seq > 0);
    });
    return viewer;
  }

  store(session: string): EpochStore {
    return this.live.store(session);
  }

  /** Waits until message `seq` of an epoch is applied. */
  async reaches(session: string, epoch: string, seq: number, mostMs?: number): Promise<void> {
    const isThere = () => {
      const store = this.store(session);
      this.live.wake();
      return store.epochId === epoch && store.seq >= seq;
    };
    await until(`message ${seq} of ${session} at a viewer`, isThere, {
      ...(mostMs === undefined ? {} : { mostMs }),
      shown: () => [this.live.state, this.store(session).epochId, epoch, this.store(session).seq],
    });
  }

  close(): void {
    this.live.dispose();
  }

  #noteText(
    message: Record<string, unknown>,
    position: { server: string; readonly asked: Record<string, { epoch: string; seq: number }> },
    current: Map<string, Opening>,
  ): void {
    if (message.kind === 'hello') position.server = (message.server as { id: string }).id;
    if (message.kind !== 'resumed') return;
    const session = String(message.session);
    const { epoch, recovered, missed, fromSeq, toSeq } = message as unknown as Opening;
    const opening: Opening = {
      ...{ session, server: position.server, epoch, recovered, missed, fromSeq, toSeq },
      asked: position.asked[session] ?? null,
      frames: [],
    };
    current.set(session, opening);
    this.openings.push(opening);
  }
}

function noteFrame(bytes: Uint8Array, current: ReadonlyMap<string, Opening>): void {
  let header: Readonly<Record<string, unknown>>;
  try {
    ({ header } = decodeFrame(bytes));
  } catch {
    // A network changed it: what the page's own connection makes of it is what counts.
    return;
  }
  const epoch = header.epoch as { id: string } | undefined;
  if (epoch === undefined) return;
  current
    .get(String(header.session))
    ?.frames.push({ kind: String(header.kind), epoch: epoch.id, seq: Number(header.seq) });
}
