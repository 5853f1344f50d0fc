// A 10k-row batch from Arrow bytes to ring, pyramid and cells of every tier; the same with a row each of 10,000 series, which
// have windows of 1 s, beside 16 of them; and the bytes a million samples take.
import { tableFromIPC } from 'apache-arrow';
import { SampleRing } from '../src/core/sample-ring.ts';
import { Sessions } from '../src/session/sessions.ts';
import { writeSamplePart } from '../src/wire/arrow-fixed-writer.ts';
import { figure, median, report, rotate } from './figures.ts';

const ROWS = 10_000;
const SERIES = 10;
const START_US = 1_763_000_000_000_000;

/** A batch whose rows lie 20 us apart, so that 5,000 batches are 1,000 s: several cells of every tier. */
function batch(index: number): Uint8Array {
  const each = ROWS / SERIES;
  const series = Uint16Array.from({ length: ROWS }, (_, i) => Math.floor(i / each));
  const time = Float64Array.from({ length: ROWS }, (_, i) => START_US + index * 200_000 + (i % each) * 200);
  const value = Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i) * 50 + index);
  const entries = Array.from({ length: SERIES }, (_, i) => ({
    key: JSON.stringify([`m${i}`, []]),
    gen: 0,
    n: (index + 1) * each,
    before: index === 0 ? null : START_US + index * 200_000 - 200,
    tiers: [1e6, 1e7, 6e7, 6e8],
  }));
  return writeSamplePart({ length: ROWS, series, time, value }, JSON.stringify({ series: entries }));
}

const batches = Array.from({ length: 200 }, (_, i) => batch(i));

const copy = new Uint8Array(Math.max(...batches.map((part) => part.byteLength)));
const epoch = { id: '0'.repeat(32), startedUs: START_US };

/** Delivers every batch to a fresh page: 200 x 10k rows. */
function ingest(): void {
  const sessions = new Sessions({ now: () => START_US });
  for (const [index, part] of batches.entries()) {
    const header = {
      v: [1, 0],
      kind: 'batch',
      session: 's',
      epoch,
      seq: index + 1,
      sentUs: START_US + index * 200_000,
      samples: (index + 1) * ROWS,
      document: 0,
      tables: {},
      parts: [{ role: 'samples', buffer: 0 }],
    };
    sessions.deliver(header, [part]);
  }
  const count = sessions.inspect('s')?.series.reduce((sum, series) => sum + series.count, 0);
  if (count !== ROWS * batches.length) throw new Error(`the page holds ${count} samples of ${ROWS * batches.length}`);
  sessions.dispose();
}

function memcpy(): void {
  for (const part of batches) copy.set(part);
}

function decodeOnly(): void {
  for (const part of batches) if (tableFromIPC(part).numRows !== ROWS) throw new Error('apache-arrow lost rows');
}

/** A session whose series share {@link ROWS} samples a second; each has windows of a second. */
class Feed {
  readonly #series: number;
  readonly #sessions = new Sessions({ now: () => START_US });
  readonly taken: number[] = [];
  #second = 0;

  constructor(series: number) {
    this.#series = series;
  }

  /** Delivers the next second, which is encoded before the clock starts. */
  deliver(): void {
    const second = this.#second;
    this.#second += 1;
    const each = ROWS / this.#series;
    const timeOf = (i: number) => START_US + second * 1e6 + Math.floor(((i % each) * 1e6) / each);
    const entries = Array.from({ length: this.#series }, (_, i) => ({
      key: JSON.stringify(['m', [['host', `h${i}`]]]),
      gen: 0,
      n: (second + 1) * each,
      before: second === 0 ? null : timeOf(each - 1) - 1e6,
      tiers: [1e6, 1e7, 6e7, 6e8],
    }));
    const samples = {
      length: ROWS,
      series: Uint16Array.from({ length: ROWS }, (_, i) => Math.floor(i / each)),
      time: Float64Array.from({ length: ROWS }, (_, i) => timeOf(i)),
      value: Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i) * 50 + second),
    };
    const options = { window: 1, aggregation: ['avg', 'p95'] };
    const document = { revision: 1, widgets: [{ id: 'metric:m', kind: 'metric', name: 'm', options }] };
    const parts = [
      writeSamplePart(samples, JSON.stringify({ series: entries })),
      new TextEncoder().encode(JSON.stringify(document)),
    ];
    const header = {
      v: [1, 0],
      kind: 'batch',
      session: 's',
      epoch,
      seq: second + 1,
      sentUs: START_US + (second + 1) * 1e6,
      samples: (second + 1) * ROWS,
      document: 1,
      tables: {},
      parts: [
        { role: 'document', buffer: 1 },
        { role: 'samples', buffer: 0 },
      ].slice(second === 0 ? 0 : 1),
    };
    const began = performance.now();
    this.#sessions.deliver(header, parts);
    this.taken.push(performance.now() - began);
  }

  /** ns a sample of the messages from `from` on. */
  perSample(from: number): number {
    const held = this.#sessions.inspect('s')?.series ?? [];
    const count = held.reduce((sum, series) => sum + (series.windows[0]?.results ?? 0), 0);
    if (count < this.#series * (this.#second - 2)) throw new Error(`${count} results of ${this.#series} series`);
    return (median(this.taken.slice(from)) * 1e6) / ROWS;
  }
}

const times = rotate({ memcpy, ingest, 'apache-arrow': decodeOnly });
const few = new Feed(16);
const many = new Feed(ROWS);
const WARM_SECONDS = 20;
for (let second = 0; second < 2 * WARM_SECONDS; second++) for (const feed of [few, many]) feed.deliver();
const fewNs = few.perSample(WARM_SECONDS);
const manyNs = many.perSample(WARM_SECONDS);
const perBatch = (name: string): number => ((times[name] ?? Number.NaN) / batches.length) * 1000;
const million = new SampleRing(1 << 20);
const time = Float64Array.from({ length: 1 << 20 }, (_, i) => START_US + i);
million.append(time, time, 0, time.length);
report([
  figure(
    '10k rows from Arrow bytes to ring, pyramid and cells',
    perBatch('ingest'),
    'us',
    perBatch('ingest') / perBatch('memcpy'),
    'memcpy of the bytes',
    25,
  ),
  figure(
    'the same beside apache-arrow reading the bytes only',
    perBatch('ingest'),
    'us',
    perBatch('ingest') / perBatch('apache-arrow'),
    'tableFromIPC',
    null,
  ),
  figure(
    'samples per second, one core',
    ROWS / (perBatch('ingest') / 1e6) / 1e6,
    'M/s',
    ROWS / perBatch('ingest') / 50,
    '50 M/s (at least)',
    null,
  ),
  figure(
    '10,000 series with windows, a sample each per message',
    manyNs,
    'ns per sample',
    manyNs / fewNs,
    '16 series',
    null,
  ),
  figure(
    '1M samples with their index',
    million.bytes / (1 << 20),
    'bytes per sample',
    million.bytes / (1 << 20) / 17.5,
    '17.5 bytes',
    1,
  ),
]);
