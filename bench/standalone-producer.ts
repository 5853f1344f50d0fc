// A producer of plain series for benchmarks: builds messages from columns and speaks the producer's protocol.
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { writeMessageFrame } from '../src/wire/message-writer.ts';

const TIERS = [1e6, 10e6, 60e6, 600e6];

/** Rows of one series, in time order, all finite. */
export interface Run {
  readonly name: string;
  readonly time: Float64Array;
  readonly value: Float64Array;
}

/** Builds the messages of one epoch; sends nothing. */
export class MessageMaker {
  readonly epoch = { id: randomBytes(16).toString('hex'), startedUs: Date.now() * 1000 };
  seq = 0;
  total = 0;
  #document: Record<string, unknown> | null = null;
  #revision = 0;
  readonly #session: string;
  readonly #held = new Map<string, { n: number; before: number | null }>();

  constructor(session: string) {
    this.#session = session;
  }

  /** The next message tells of these metrics. */
  declare(names: readonly string[], options: Readonly<Record<string, unknown>> = {}): void {
    this.#revision += 1;
    const widgets = names.map((name) => ({ id: `metric:${name}`, kind: 'metric', name, options }));
    const common = { timezone: null, language: 'en', generations: {} };
    const views = [{ id: 'v1', cell: null, widgets: widgets.map(({ id }) => id) }];
    this.#document = { revision: this.#revision, title: 'bench', widgets, views, ...common };
  }

  frame(runs: readonly Run[]): Uint8Array {
    this.seq += 1;
    const length = runs.reduce((sum, { time }) => sum + time.length, 0);
    const samples = {
      length,
      series: new Uint16Array(length),
      time: new Float64Array(length),
      value: new Float64Array(length),
    };
    let at = 0;
    const series = runs.map(({ name, time, value }, index) => {
      samples.series.fill(index, at, at + time.length);
      samples.time.set(time, at);
      samples.value.set(value, at);
      at += time.length;
      const held = this.#held.get(name) ?? { n: 0, before: null };
      const { before } = held;
      this.#held.set(name, { n: held.n + time.length, before: time[time.length - 1] ?? before });
      const key = JSON.stringify([name, []]);
      return { key, gen: 0, n: held.n + time.length, before, tiers: TIERS, axis: 'time' as const, since: null };
    });
    this.total += length;
    const document = this.#document;
    this.#document = null;
    return writeMessageFrame({
      ...{ kind: 'batch', session: this.#session, epoch: this.epoch, seq: this.seq, sentUs: wallUs() },
      ...{ samplesTotal: this.total, documentRevision: this.#revision, tables: {}, stats: null, answered: null },
      ...{ slow: false, document, series, samples: length === 0 ? null : samples, folds: null, history: null },
      ...{
        keyframe: null,
        foldFeatures: null,
        keyframeFeatures: null,
        latest: null,
        results: null,
        rows: [],
        unknown: 0,
      },
    });
  }
}

/** The wall clock with fractions of a ms, as pages have it, us. */
export function wallUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

export interface ServerAddress {
  readonly port: number;
  readonly token: string;
}

/** A connected producer. */
export class BenchProducer extends MessageMaker {
  acked = 0;
  readonly #socket: WebSocket;
  readonly #waiting: { readonly seq: number; readonly done: () => void }[] = [];

  private constructor(session: string, socket: WebSocket) {
    super(session);
    this.#socket = socket;
  }

  static async connect({ port, token }: ServerAddress, session: string): Promise<BenchProducer> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ingest`, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    const producer = new BenchProducer(session, socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        const said = JSON.parse(data.toString()) as Record<string, unknown>;
        if (said.kind === 'welcome') resolve();
        else if (said.kind === 'ack') producer.#acked(Number(said.seq));
        else if (said.kind === 'error') console.error(`  the server refuses: ${String(said.message)}`);
      });
      socket.on('error', reject);
      socket.on('open', () => {
        const { epoch } = producer;
        const who = { session, epoch, seq: 0, from: 1, name: session, pid: process.pid, host: 'bench', version: '0' };
        socket.send(JSON.stringify({ v: [1, 0], kind: 'hello', ...who }));
      });
    });
    return producer;
  }

  get queuedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  /** Resolves once everything sent is applied. */
  settled(): Promise<void> {
    if (this.acked >= this.seq) return Promise.resolve();
    return new Promise((done) => this.#waiting.push({ seq: this.seq, done }));
  }

  close(): void {
    this.#socket.send(JSON.stringify({ v: [1, 0], kind: 'bye' }));
    this.#socket.close();
  }

  #acked(seq: number): void {
    this.acked = seq;
    for (let i = this.#waiting.length - 1; i >= 0; i -= 1) {
      const waiting = this.#waiting[i]!;
      if (waiting.seq > seq) continue;
      this.#waiting.splice(i, 1);
      waiting.done();
    }
  }
}

/** Calls `tick` `hz` times a second for `ms`, without catching up more than one; resolves afterwards. */
export function paced(hz: number, ms: number, tick: (count: number) => void): Promise<void> {
  return new Promise((resolve) => {
    const began = performance.now();
    let count = 0;
    const timer = setInterval(() => {
      const now = performance.now();
      if (now - began >= ms) {
        clearInterval(timer);
        resolve();
      } else if (now - began >= (count * 1000) / hz) {
        tick(count);
        count += 1;
      }
    }, 2);
  });
}
