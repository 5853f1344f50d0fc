import { StreamVizError } from '../../../src/core/errors.ts';
import { PROTOCOL_VERSION } from '../../../src/wire/header.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import type { LiveSession } from '../hub/live-session.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import type { ClientSocket } from './client-socket.ts';
import { CLOSE, refuse, textMessage } from './close-codes.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { ViewerFace } from './viewer-face.ts';
import { ViewerSocket } from './viewer-socket.ts';

const notice = (session: LiveSession, atUs: number): string =>
  textMessage('session', {
    ...{ session: session.session, name: session.name, connected: session.connected },
    epoch: session.epochId,
    startedUs: session.startedUs,
    atUs,
  });

/** How viewers keep up, all of them together. */
export interface ViewerLoad {
  readonly slow: number;
  /** Of the one that is furthest behind. */
  readonly lagMs: number;
  readonly queuedBytes: number;
  /** Messages left out since the server began, for viewers that have gone too. */
  readonly conflated: number;
}

/**
 * All viewers: every applied message goes to each of them, encoded once for each class.
 *
 * One timer and one shared text serve the `stats` of all.
 */
export class ViewerHall {
  /** Viewers that look on over other ways, as event streams do; they count. */
  others: () => number = () => 0;
  readonly #hub: SessionHub;
  readonly #environment: HubEnvironment;
  readonly #heartbeats: Heartbeats;
  readonly #face: () => ViewerFace;
  readonly #viewers = new Set<ViewerSocket>();
  readonly #stop: () => void;
  #cancelStats: (() => void) | null = null;
  /** Messages left out for viewers that have gone. */
  #conflatedBefore = 0;

  constructor(options: {
    readonly hub: SessionHub;
    readonly environment: HubEnvironment;
    readonly heartbeats: Heartbeats;
    readonly face: () => ViewerFace;
  }) {
    this.#hub = options.hub;
    this.#environment = options.environment;
    this.#heartbeats = options.heartbeats;
    this.#face = options.face;
    this.#stop = this.#hub.observe({
      applied: (session) => {
        for (const viewer of this.#viewers) if (viewer.isSubscribed) viewer.applied(session);
      },
      changed: (session) => this.#say(notice(session, this.#environment.now())),
      stated: (_session, bytes) => this.#say(bytes),
      removed: (session) => {
        for (const viewer of this.#viewers) viewer.forget(session);
        this.#say(textMessage('removed', { session }));
      },
    });
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** O(viewers). */
  get load(): ViewerLoad {
    const load = { slow: 0, lagMs: 0, queuedBytes: 0, conflated: this.#conflatedBefore };
    for (const { backlog, conflated } of this.#viewers) {
      if (backlog.isSlow) load.slow += 1;
      load.lagMs = Math.max(load.lagMs, backlog.lagMs);
      load.queuedBytes += backlog.bytes;
      load.conflated += conflated;
    }
    return load;
  }

  /**
   * Takes a connection; null, after a refusal, where there are too many.
   *
   * @param user Who is logged in there. Default: nobody.
   */
  enter(socket: ClientSocket, user: string | null = null): ViewerSocket | null {
    const { viewers } = this.#environment.limits;
    if (this.#viewers.size + this.others() >= viewers) {
      refuse(socket, CLOSE.limit, new StreamVizError('LIMIT_VIEWERS', `This server takes ${viewers} viewers.`));
      return null;
    }
    const viewer = new ViewerSocket(
      {
        hub: this.#hub,
        environment: this.#environment,
        heartbeats: this.#heartbeats,
        face: () => ({ ...this.#face(), user }),
        onClosed: (gone) => {
          if (this.#viewers.delete(gone)) this.#conflatedBefore += gone.conflated;
        },
      },
      socket,
    );
    this.#viewers.add(viewer);
    this.#cancelStats ??= this.#scheduleStats();
    return viewer;
  }

  /** Says goodbye to all; twice is harmless. */
  close(): void {
    this.#stop();
    this.#cancelStats?.();
    this.#cancelStats = null;
    for (const viewer of [...this.#viewers]) viewer.end();
  }

  #say(data: string | Uint8Array): void {
    for (const viewer of this.#viewers) if (viewer.isSubscribed) viewer.say(data);
  }

  #scheduleStats(): () => void {
    return this.#environment.schedule(() => {
      this.#cancelStats = null;
      if (this.#viewers.size === 0) return;
      this.#sendStats();
      this.#cancelStats = this.#scheduleStats();
    }, this.#environment.limits.statsMs);
  }

  #sendStats(): void {
    const sessions = [...this.#hub.sessions.values()].map(({ session, connected, rates }) => ({
      ...{ session, connected },
      samplesPerSecond: rates.samplesPerSecond,
      messagesPerSecond: rates.messagesPerSecond,
    }));
    const viewers = this.#viewers.size + this.others();
    const nowUs = this.#environment.now();
    const shared = JSON.stringify({ v: PROTOCOL_VERSION, kind: 'stats', nowUs, viewers, sessions }).slice(1, -1);
    for (const viewer of this.#viewers) if (viewer.isSubscribed) viewer.stats(shared);
  }
}
