// A 10k-row batch from Arrow bytes to ring, pyramid and cells of every tier; and the bytes a million samples take.
import { tableFromIPC } from 'apache-arrow';
import { SampleRing } from '/work/main/src/core/sample-ring.ts';
import { Sessions } from '/work/main/src/session/sessions.ts';
import { writeSamplePart } from '/work/main/src/wire/arrow-fixed-writer.ts';
import { figure, report, rotate } from '/work/main/bench/figures.ts';

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

import { ColumnArena } from '../src/wire/column-arena.ts';
import { decodeMessage } from '../src/wire/message.ts';
import { SessionData } from '../src/session/session-data.ts';
import { CellTiers } from '../src/core/cell-tiers.ts';
const arena = new ColumnArena();
const heads = batches.map((_, index) => ({ v: [1, 0], kind: 'batch', session: 's', epoch, seq: index + 1, sentUs: START_US + index * 200_000, samples: (index + 1) * ROWS, document: 0, tables: {}, parts: [{ role: 'samples', buffer: 0 }] }));
let decodeMs = 0, applyMs = 0, cellsMs = 0, ringMs = 0, growMs=0;
for (let round = 0; round < 25; round++) {
  if (round === 5) decodeMs = applyMs = cellsMs = ringMs = growMs=0;
  const data = new SessionData();
  const t9=performance.now();
  const tiers = Array.from({length: SERIES}, () => new CellTiers({ durations: [1e6, 1e7, 6e7, 6e8], limit: 1200 }));
  const rings = Array.from({length: SERIES}, () => { const r = new SampleRing(100_000); return r; });
  growMs+=performance.now()-t9;
  for (const [i, part] of batches.entries()) {
    const a = performance.now();
    const m = decodeMessage(heads[i], [part], arena);
    const b = performance.now();
    data.apply(m);
    const c = performance.now();
    for (let s = 0; s < SERIES; s++) tiers[s]!.addSamples(m.samples!.time, m.samples!.value, s * 1000, s * 1000 + 1000);
    const d = performance.now();
    for (let s = 0; s < SERIES; s++) rings[s]!.append(m.samples!.time, m.samples!.value, s * 1000, s * 1000 + 1000);
    const e = performance.now();
    arena.reset();
    decodeMs += b - a; applyMs += c - b; cellsMs += d - c; ringMs += e - d;
  }
}
const per = (ms: number) => (ms / 20 / 200 * 1000).toFixed(1) + ' us';
console.log({ decode: per(decodeMs), apply: per(applyMs), cells: per(cellsMs), ring: per(ringMs) });
