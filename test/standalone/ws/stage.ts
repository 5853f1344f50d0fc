import type { ProducerHello } from '../../../standalone/server/hub/producer-hello.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import type { ServerLimits } from '../../../standalone/server/limits.ts';
import { Heartbeats } from '../../../standalone/server/ws/heartbeats.ts';
import { ProducerSocket } from '../../../standalone/server/ws/producer-socket.ts';
import { ViewerHall } from '../../../standalone/server/ws/viewer-hall.ts';
import type { ViewerSocket } from '../../../standalone/server/ws/viewer-socket.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { PlainProducer } from '../hub/producer.ts';
import { FakeSocket } from './fake-socket.ts';

type Rows = Parameters<PlainProducer['message']>[0];

/** A connected producer: what it builds, and both ends of its connection. */
export class StagedProducer {
  readonly plain: PlainProducer;
  readonly wire = new FakeSocket();
  readonly socket: ProducerSocket;

  constructor(stage: Stage, hello: Partial<ProducerHello>) {
    this.plain = new PlainProducer(stage.clock, hello);
    this.socket = new ProducerSocket(
      { hub: stage.hub, environment: stage.environment, heartbeats: stage.heartbeats, serverId: 's1' },
      this.wire,
    );
  }

  /** Says hello; takes the name it is given. */
  join(): this {
    this.socket.text(JSON.stringify({ v: [1, 0], kind: 'hello', ...this.plain.hello }));
    const welcome = this.wire.texts('welcome')[0];
    if (welcome !== undefined) this.plain.session = String(welcome.session);
    return this;
  }

  next(rows: Rows = {}): Uint8Array {
    return this.plain.frame(rows);
  }

  send(rows: Rows = {}): void {
    this.socket.binary(this.next(rows));
  }
}

/** A viewer's connection, both ends. */
export interface StagedViewer {
  readonly socket: FakeSocket;
  readonly server: ViewerSocket | null;
  tell(message: Readonly<Record<string, unknown>>): void;
}

/** A server without a network: a clock that is moved by hand, one producer `app`, and viewers on demand. */
export class Stage {
  readonly clock = new FakeClock();
  readonly environment;
  readonly hub: SessionHub;
  readonly heartbeats: Heartbeats;
  readonly hall: ViewerHall;
  readonly main: StagedProducer;

  constructor(limits: Partial<ServerLimits> = {}) {
    this.environment = this.clock.environment(limits);
    this.hub = new SessionHub(this.environment);
    this.heartbeats = new Heartbeats(this.environment);
    this.hall = new ViewerHall({
      hub: this.hub,
      environment: this.environment,
      heartbeats: this.heartbeats,
      face: () => ({ serverId: 's1', version: '0.1.0', title: 'Title', options: { theme: 'auto' } }),
    });
    this.main = this.producer();
  }

  get epoch(): string {
    return this.main.plain.hello.epoch.id;
  }

  get session() {
    return this.hub.sessions.get(this.main.plain.session)!;
  }

  producer(hello: Partial<ProducerHello> = {}): StagedProducer {
    return new StagedProducer(this, hello).join();
  }

  send(rows: Rows = {}): void {
    this.main.send(rows);
  }

  /** A new viewer that has subscribed. */
  view(fields: Readonly<Record<string, unknown>> = {}, isFast = true): StagedViewer {
    const viewer = this.enter(isFast);
    viewer.tell({ kind: 'subscribe', id: 's', resume: {}, width: 1000, rangeUs: 3e8, ...fields });
    return viewer;
  }

  /** A new connection that has said nothing. */
  enter(isFast = true): StagedViewer {
    const socket = new FakeSocket(isFast);
    const server = this.hall.enter(socket);
    return { socket, server, tell: (message) => server?.text(JSON.stringify({ v: [1, 0], ...message })) };
  }
}
