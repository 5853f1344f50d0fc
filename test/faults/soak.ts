/** Simulated hours of a server with many metrics and viewers that come and go, hour by hour. */
import { type ChildProcess, fork } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { Sessions } from '../../src/session/sessions.ts';
import { decodeFrame } from '../../src/wire/frame.ts';
import { FakeClock } from '../standalone/hub/fake-clock.ts';
import { PlainProducer, TIERS } from '../standalone/hub/producer.ts';
import { until } from '../standalone-e2e/harness/until.ts';
import { SeededRandom } from './seeded-random.ts';
import type { Held, SoakRequest } from './soak-server.ts';

export interface SoakOptions {
  readonly hours: number;
  readonly metrics: number;
  /** Of each metric. */
  readonly samplesPerSecond: number;
  /** Between messages of the producer. Default 5. */
  readonly everySeconds?: number;
  readonly seed: number;
  readonly hasHistory: boolean;
  /** Simulated time that is retained. Default 30 minutes, so that the first hour fills it. */
  readonly retention?: string;
  readonly onHour?: (hour: SoakHour) => void;
}

/** What was found at the end of an hour, with no viewer connected. */
export interface SoakHour extends Held {
  readonly hour: number;
  readonly samples: number;
  readonly viewers: number;
  readonly frames: number;
  /** Of the history on disk; 0 without. */
  readonly diskBytes: number;
  /** Metrics whose numbers were not what was sent, first ones named. */
  readonly wrong: readonly string[];
  readonly tookSeconds: number;
}

const START_MS = 1_763_000_000_000;
const entry = fileURLToPath(new URL('./soak-server.ts', import.meta.url));

/** The server's process: one request at a time. */
class SoakServer {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(entry, [], {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      stdio: 'inherit',
    });
  }

  ask<T>(request: SoakRequest): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the server ended'));
      this.#child.once('exit', ended);
      this.#child.once('message', ({ said, problem }: { readonly said?: T; readonly problem?: string }) => {
        this.#child.off('exit', ended);
        if (problem === undefined) resolve(said as T);
        else reject(new Error(problem));
      });
      this.#child.send(request);
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** A viewer that only counts, or one that holds everything. */
class SoakViewer {
  frames = 0;
  readonly #socket: WebSocket;
  readonly sessions: Sessions | null;

  constructor(
    url: string,
    sight: { readonly width: number; readonly rangeUs: number | null },
    sessions: Sessions | null,
  ) {
    this.sessions = sessions;
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    this.#socket.on('error', () => undefined);
    this.#socket.on('open', () => {
      this.#socket.send(JSON.stringify({ v: [1, 1], kind: 'subscribe', id: 's', resume: {}, ...sight }));
    });
    this.#socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return;
      this.frames += 1;
      if (sessions === null) return;
      const { header, buffers } = decodeFrame(new Uint8Array(data));
      sessions.deliver(header, buffers, 'socket');
    });
  }

  async close(): Promise<void> {
    this.sessions?.dispose();
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.close();
    });
  }
}

/** What was sent, for exact expectations. */
class Sent extends PlainProducer {
  readonly keys: readonly string[];
  seconds = 0;
  readonly #clock: FakeClock;
  readonly #count: number;
  readonly #stepUs: number;
  readonly #everySeconds: number;

  constructor(
    clock: FakeClock,
    metrics: number,
    { samplesPerSecond, everySeconds }: { readonly samplesPerSecond: number; readonly everySeconds: number },
  ) {
    super(clock, { session: 'soak', epoch: { id: 'soak', startedUs: clock.nowUs }, name: 'soak' });
    this.#clock = clock;
    this.#count = samplesPerSecond * everySeconds;
    this.#stepUs = 1e6 / samplesPerSecond;
    this.#everySeconds = everySeconds;
    this.keys = Array.from({ length: metrics }, (_, i) => JSON.stringify([`m${i}`, []]));
  }

  /** The next message: as many seconds of all metrics as lie between two. */
  next(): Uint8Array {
    const { nowUs } = this.#clock;
    const count = this.#count;
    const stepUs = this.#stepUs;
    const length = count * this.keys.length;
    const n = (this.seconds / this.#everySeconds + 1) * count;
    const before = this.seconds === 0 ? null : nowUs - stepUs;
    const series = this.keys.map((key) => {
      return { key, gen: 0, n, before, tiers: TIERS, axis: 'time' as const, since: null };
    });
    const samples = {
      length,
      series: Uint16Array.from({ length }, (_, i) => Math.floor(i / count)),
      time: Float64Array.from({ length }, (_, i) => nowUs + stepUs * (i % count)),
      value: Float64Array.from({ length }, (_, i) => ((this.seconds * 31 + i) % 997) / 7),
    };
    this.seconds += this.#everySeconds;
    return this.frame({}, { samplesTotal: n * this.keys.length, series, samples });
  }
}

export async function soak(options: SoakOptions): Promise<readonly SoakHour[]> {
  const { hours, metrics, samplesPerSecond, hasHistory, everySeconds = 5, retention = '30m' } = options;
  const random = new SeededRandom(options.seed);
  const clock = new FakeClock(START_MS * 1000);
  const server = new SoakServer();
  const path = join(tmpdir(), `streamviz-soak-${process.pid}.db`);
  const found: SoakHour[] = [];
  try {
    const { port } = await server.ask<{ port: number }>({
      kind: 'start',
      startMs: START_MS,
      options: {
        ...{ port: 0, auth: false, keep: true, retention, limit: { messagesPerSecond: 'off' } },
        ...(hasHistory ? { persistence: `sqlite:///${path}` } : {}),
      },
    });
    const url = `http://127.0.0.1:${port}`;
    const sent = new Sent(clock, metrics, { samplesPerSecond, everySeconds });
    const producer = new WebSocket(`${url.replace('http', 'ws')}/ingest`);
    await new Promise((resolve, reject) => producer.once('open', resolve).once('error', reject));
    producer.send(JSON.stringify({ v: [1, 0], kind: 'hello', ...sent.hello }));
    await new Promise((resolve) => producer.once('message', resolve));
    const widgets = sent.keys.map((_, i) => ({ id: `metric:m${i}`, kind: 'metric', name: `m${i}`, options: {} }));
    producer.send(sent.documentFrame(widgets));
    let viewers: { readonly viewer: SoakViewer; readonly untilMs: number }[] = [];
    let came = 0;
    let frames = 0;
    const close = async (gone: readonly { readonly viewer: SoakViewer }[]) => {
      for (const { viewer } of gone) frames += viewer.frames;
      await Promise.all(gone.map(({ viewer }) => viewer.close()));
    };
    for (let hour = 1; hour <= hours; hour += 1) {
      const began = performance.now();
      for (let second = 0; second < 3600; second += everySeconds) {
        if (second % 60 === 0) {
          const nowMs = clock.nowUs / 1000;
          await close(viewers.filter(({ untilMs }) => untilMs <= nowMs));
          viewers = viewers.filter(({ untilMs }) => untilMs > nowMs);
          for (let n = random.whole(0, 2); n > 0; n -= 1) {
            const sight = { width: random.pick([500, 1000, 2000]), rangeUs: random.pick([1e6, 60e6, 900e6, null]) };
            viewers.push({ viewer: new SoakViewer(url, sight, null), untilMs: nowMs + 60_000 * random.whole(1, 20) });
            came += 1;
          }
        }
        producer.send(sent.next());
        clock.nowUs += 1e6 * everySeconds;
        await server.ask({ kind: 'step', ms: 1000 * everySeconds, seq: sent.seq });
      }
      await close(viewers);
      viewers = [];
      const wrong = await wrongNumbers({ url, clock, sent, samplesPerSecond, server });
      await server.ask({ kind: 'step', ms: 100, seq: 0 });
      const held = await server.ask<Held>({ kind: 'measure' });
      const soaked: SoakHour = {
        ...held,
        ...{ hour, samples: sent.seconds * samplesPerSecond * metrics, viewers: came, frames, wrong },
        diskBytes: hasHistory ? ['', '-wal'].reduce((sum, end) => sum + sizeOf(path + end), 0) : 0,
        tookSeconds: (performance.now() - began) / 1000,
      };
      found.push(soaked);
      options.onHour?.(soaked);
    }
    producer.terminate();
    await server.ask({ kind: 'end' });
  } finally {
    server.kill();
    for (const end of ['', '-wal', '-shm', '.lock']) rmSync(path + end, { force: true });
  }
  return found;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Compares what a new viewer, `/api/metrics` and `/api/query` say with what was sent. */
async function wrongNumbers(asked: {
  readonly url: string;
  readonly clock: FakeClock;
  readonly sent: Sent;
  readonly samplesPerSecond: number;
  readonly server: SoakServer;
}): Promise<readonly string[]> {
  const { url, clock, sent, samplesPerSecond, server } = asked;
  const expected = sent.seconds * samplesPerSecond;
  const wrong: string[] = [];
  const sessions = new Sessions({
    now: () => clock.nowUs,
    schedule: () => () => undefined,
    limits: { cellLimit: 4000 },
  });
  const viewer = new SoakViewer(url, { width: 1000, rangeUs: 60e6 }, sessions);
  await until('a snapshot', async () => {
    await server.ask({ kind: 'step', ms: 1, seq: 0 });
    return sessions.get('soak').seq >= sent.seq;
  });
  const store = sessions.get('soak');
  for (const key of sent.keys) {
    const series = store.data.series.get(key);
    const count = series?.summary()?.count ?? 0;
    const gone = series === undefined ? 0 : series.n - count;
    if (series?.n !== expected || !series.exact || count === 0 || gone < 0) {
      wrong.push(`${key} at a viewer: n ${series?.n}, expected ${expected}, exact ${series?.exact}, held ${count}`);
    }
  }
  await viewer.close();
  const { metrics } = (await (await fetch(`${url}/api/metrics`)).json()) as {
    readonly metrics: readonly { readonly name: string; readonly samples: number }[];
  };
  if (metrics.length !== sent.keys.length) wrong.push(`${metrics.length} metrics`);
  for (const { name, samples } of metrics)
    if (samples !== expected) wrong.push(`${name} has ${samples} of ${expected} samples`);
  const endS = clock.nowUs / 1e6;
  for (const name of ['m0', `m${sent.keys.length - 1}`]) {
    const query = new URLSearchParams({
      metric: name,
      aggregation: 'count',
      start: String(endS - 600),
      end: String(endS),
    });
    const answer = (await (await fetch(`${url}/api/query?${query}`)).json()) as {
      readonly lines?: readonly { readonly value: readonly (number | null)[] }[];
    };
    const value = answer.lines?.[0]?.value[0];
    if (value !== 600 * samplesPerSecond) wrong.push(`${name}: a query counts ${value} of ${600 * samplesPerSecond}`);
  }
  return wrong;
}
