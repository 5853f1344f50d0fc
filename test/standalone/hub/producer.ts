import type { Message, SampleColumns } from '../../../src/wire/message-types.ts';
import { writeMessageFrame } from '../../../src/wire/message-writer.ts';
import type { HubEnvironment, ProducerHello } from '../../../standalone/server/hub/session-hub.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import { messageOf } from '../../session/message-builder.ts';
import type { FakeClock } from './fake-clock.ts';

export const TIERS = [1e6, 1e7, 6e7, 6e8];

export function helloOf(fields: Partial<ProducerHello> = {}): ProducerHello {
  return {
    session: 'app',
    epoch: { id: 'a'.repeat(32), startedUs: 1 },
    seq: 0,
    from: 1,
    name: 'app.py',
    pid: 1,
    host: 'here',
    version: '0.1.0',
    ...fields,
  };
}

/** A producer of plain series that counts what it sends. */
export class PlainProducer {
  readonly hello: ProducerHello;
  seq = 0;
  /** Name granted. */
  session: string;
  revision = 0;
  readonly n = new Map<string, number>();
  readonly before = new Map<string, number>();
  readonly #now: () => number;

  constructor(clock: FakeClock, hello: Partial<ProducerHello> = {}) {
    this.hello = helloOf(hello);
    this.session = this.hello.session;
    this.#now = () => clock.nowUs;
  }

  get total(): number {
    return [...this.n.values()].reduce((sum, n) => sum + n, 0);
  }

  /** The next message, with rows of the series of these names. */
  message(
    rows: Readonly<Record<string, readonly (readonly [timeUs: number, value: number])[]>> = {},
    more: Partial<Message> = {},
  ): Message {
    this.seq += 1;
    const series = Object.entries(rows).map(([name, own]) => {
      const key = JSON.stringify([name, []]);
      const finite = own.filter(([, value]) => Number.isFinite(value)).length;
      this.n.set(key, (this.n.get(key) ?? 0) + finite);
      const before = this.before.get(key) ?? null;
      this.before.set(
        key,
        own.reduce((most, [time]) => Math.max(most, time), before ?? Number.NEGATIVE_INFINITY),
      );
      return { key, gen: 0, n: this.n.get(key)!, before, tiers: TIERS, axis: 'time' as const, since: null };
    });
    const all = Object.values(rows).flatMap((own, index) => own.map(([time, value]) => ({ index, time, value })));
    const samples: SampleColumns = {
      length: all.length,
      series: Uint16Array.from(all, ({ index }) => index),
      time: Float64Array.from(all, ({ time }) => time),
      value: Float64Array.from(all, ({ value }) => value),
    };
    return messageOf({
      session: this.session,
      epoch: this.hello.epoch,
      seq: this.seq,
      sentUs: this.#now(),
      samplesTotal: this.total,
      documentRevision: this.revision,
      series,
      samples: series.length === 0 ? null : samples,
      ...more,
    });
  }

  frame(rows: Parameters<PlainProducer['message']>[0] = {}, more: Partial<Message> = {}): Uint8Array {
    return writeMessageFrame(this.message(rows, more));
  }

  /** A message with a document of these widgets. */
  documentFrame(widgets: readonly unknown[]): Uint8Array {
    this.revision += 1;
    const document = { revision: this.revision, title: 't', widgets, views: [], generations: {} };
    return this.frame({}, { document, documentRevision: this.revision });
  }
}

/** Rows at equal distances from `fromUs` on. */
export function rowsFrom(fromUs: number, count: number, stepUs: number): (readonly [number, number])[] {
  return Array.from({ length: count }, (_, i) => [fromUs + i * stepUs, Math.sin(i / 10) * (i % 7)] as const);
}

export function hubOn(clock: FakeClock, limits: Partial<HubEnvironment['limits']> = {}): SessionHub {
  return new SessionHub(clock.environment(limits));
}
