import {
  type ResumeMap,
  type SocketState,
  SocketTransport,
  type SocketTransportOptions,
} from '../../src/transport/socket.ts';
import type { SocketHandlers } from '../../src/transport/web-socket.ts';
import { encodeFrame } from '../../src/wire/frame.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A clock with its timers: nothing runs but in `advance`. */
export class FakeTimers {
  nowMs = 0;
  #timers: { readonly dueMs: number; readonly run: () => void }[] = [];

  get count(): number {
    return this.#timers.length;
  }

  readonly schedule = (run: () => void, ms: number): (() => void) => {
    const timer = { dueMs: this.nowMs + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Runs what is due, in order of its time, each at its own moment. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.run();
    }
    this.nowMs = untilMs;
  }

  /** The clock jumps while no timer runs, as when a laptop sleeps. */
  sleep(ms: number): void {
    this.nowMs += ms;
  }
}

/** One connection as the server sees it. */
export class FakeConnection {
  readonly sent: Fields[] = [];
  isClosed = false;
  readonly #handlers: SocketHandlers;

  constructor(handlers: SocketHandlers) {
    this.#handlers = handlers;
  }

  open(): void {
    this.#handlers.opened();
  }
  say(message: Fields): void {
    this.#handlers.text(JSON.stringify({ v: [1, 0], ...message }));
  }
  text(data: string): void {
    this.#handlers.text(data);
  }
  frame(header: Fields, buffers: readonly Uint8Array[] = []): void {
    this.bytes(encodeFrame({ v: [1, 0], ...header }, buffers));
  }
  bytes(bytes: Uint8Array): void {
    this.#handlers.binary(bytes.slice().buffer);
  }
  end(code = 1006): void {
    this.#handlers.closed(code, '');
  }
  lastOf(kind: string): Fields | undefined {
    return this.sent.findLast((message) => message.kind === kind);
  }
}

/** A transport whose clock, timers, tasks and connections are the test's. */
export function setUpSocket(options: Partial<SocketTransportOptions> = {}) {
  const timers = new FakeTimers();
  const tasks: (() => void)[] = [];
  const connections: FakeConnection[] = [];
  const states: SocketState[] = [];
  const heard: Fields[] = [];
  const resume: { map: ResumeMap } = { map: {} };
  const transport = new SocketTransport({
    url: 'ws://server/ws',
    onMessage: (header) => heard.push(header),
    onControl: (message) => heard.push(message),
    onState: (state) => states.push(state),
    resume: () => resume.map,
    detail: () => ({ width: 1024, rangeUs: 900e6 }),
    open: (_url, handlers) => {
      const connection = new FakeConnection(handlers);
      connections.push(connection);
      return {
        send: (text) => connection.sent.push(JSON.parse(text) as Fields),
        close: () => {
          connection.isClosed = true;
        },
      };
    },
    nowMs: () => timers.nowMs,
    schedule: timers.schedule,
    later: (task) => void tasks.push(task),
    random: () => 0.5,
    ...options,
  });
  const run = (): void => {
    for (const task of tasks.splice(0)) task();
  };
  const connection = (): FakeConnection => connections.at(-1)!;
  const greet = (): FakeConnection => {
    connection().open();
    connection().say({ kind: 'hello', sessions: [] });
    run();
    return connection();
  };
  return { transport, timers, tasks, connections, states, heard, resume, run, connection, greet };
}
