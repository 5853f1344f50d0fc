// A 10k-row batch from Arrow bytes to ring, pyramid and cells of every tier; and the bytes a million samples take.
import { tableFromIPC } from 'apache-arrow';
import { SampleRing } from '../src/core/sample-ring.ts';
import { Sessions } from '../src/session/sessions.ts';
import { writeSamplePart } from '../src/wire/arrow-fixed-writer.ts';
import { figure, report, rotate } from './figures.ts';

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

const times = rotate({ memcpy, ingest, 'apache-arrow': decodeOnly });
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
    '1M samples with their index',
    million.bytes / (1 << 20),
    'bytes per sample',
    million.bytes / (1 << 20) / 17.5,
    '17.5 bytes',
    1,
  ),
]);
