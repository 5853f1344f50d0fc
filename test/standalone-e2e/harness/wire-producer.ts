/** A producer in Node whose every byte a test decides. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { FakeClock } from '../../standalone/hub/fake-clock.ts';
import { PlainProducer, TIERS } from '../../standalone/hub/producer.ts';
import type { ServerEntry } from './place.ts';
import { until } from './until.ts';

/** One end of a WebSocket with all it heard. */
export class WireEnd {
  readonly socket: WebSocket;
  readonly heard: Record<string, unknown>[] = [];
  /** Close code once it is over. */
  closed: number | null = null;
  /** HTTP status where the upgrade was refused. */
  refused: number | null = null;

  constructor(
    { url, token }: Pick<ServerEntry, 'url'> & { readonly token: string | null },
    path: string,
    options: ClientOptions = {},
  ) {
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    this.socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, {
      ...options,
      headers: { ...authorization, ...options.headers },
    });
    this.socket.on('error', () => undefined);
    this.socket.on('unexpected-response', (_request, response) => {
      this.refused = response.statusCode ?? 0;
    });
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) this.heard.push(JSON.parse(String(data)) as Record<string, unknown>);
    });
    this.socket.on('close', (code) => {
      this.closed = code;
    });
    onTestFinished(() => this.socket.terminate());
  }

  get opened(): Promise<unknown> {
    return until('an open connection', () => this.socket.readyState === WebSocket.OPEN);
  }

  /** The newest text of a kind. */
  newest(kind: string): Record<string, unknown> | undefined {
    return this.heard.findLast((message) => message.kind === kind);
  }

  /** Waits for the refusal: close code and code of the error before it. */
  async refusal(mostMs = 10_000): Promise<readonly [closeCode: number, code: unknown]> {
    await until('a closed connection', () => this.closed !== null, { mostMs, shown: () => this.heard });
    return [this.closed!, this.newest('error')?.code ?? null];
  }
}

/** A producer that has said hello and builds frames. */
export class WireProducer extends WireEnd {
  readonly clock = new FakeClock(Date.now() * 1000);
  readonly plain: PlainProducer;

  constructor(server: Pick<ServerEntry, 'url' | 'token'>, session: string) {
    super(server, '/ingest');
    const epoch = { id: randomBytes(16).toString('hex'), startedUs: Date.now() * 1000 };
    this.plain = new PlainProducer(this.clock, { session, epoch });
  }

  /** Connects and says hello. */
  async join(): Promise<this> {
    await this.opened;
    this.socket.send(JSON.stringify({ v: [1, 0], kind: 'hello', ...this.plain.hello }));
    const welcome = await until('a welcome', () => this.newest('welcome'));
    this.plain.session = String(welcome.session);
    return this;
  }

  /** The newest number that was acknowledged; 0 before. */
  get acknowledged(): number {
    return Number(this.newest('ack')?.seq ?? 0);
  }

  /** Waits until all that was built is acknowledged. */
  settled(mostMs = 20_000): Promise<unknown> {
    return until('an acknowledgement of all', () => this.acknowledged >= this.plain.seq, {
      mostMs,
      shown: () => [this.closed, this.acknowledged, this.plain.seq, this.newest('error')],
    });
  }

  /** The next frame: `count` rows of one series, a sample each 10 us. */
  rows(name: string, count: number): Uint8Array {
    const { plain, clock } = this;
    const fromUs = clock.nowUs;
    clock.nowUs += 10 * count;
    const key = JSON.stringify([name, []]);
    const n = (plain.n.get(key) ?? 0) + count;
    plain.n.set(key, n);
    const before = plain.before.get(key) ?? null;
    plain.before.set(key, clock.nowUs - 10);
    return plain.frame(
      {},
      {
        samplesTotal: plain.total,
        series: [{ key, gen: 0, n, before, tiers: TIERS, axis: 'time', since: null }],
        samples: {
          length: count,
          series: new Uint16Array(count),
          time: new Float64Array(count).map((_, i) => fromUs + 10 * i),
          value: new Float64Array(count).map((_, i) => i % 997),
        },
      },
    );
  }
}
