import { writePanePart, writeSamplePart } from '../../../src/wire/arrow-fixed-writer.ts';
import { encodeFrame } from '../../../src/wire/frame.ts';
import { PROTOCOL_VERSION } from '../../../src/wire/header.ts';
import type { Message, PaneColumns, SampleColumns } from '../../../src/wire/message-types.ts';
import { seriesEntryJson } from '../../../src/wire/message-writer.ts';
import { classPaneUs, type WindowSide } from './class-panes.ts';
import { PaneBuilder } from './pane-builder.ts';

/*
 * A message as viewers of one class get it.
 *
 * 1. Header, `seq`, `n`, `before` and every part but `samples` and `folds` are the producer's.
 * 2. Rows of a series that are dense at the class's panes become folds of that duration; counts, min, max, first and last
 *    of every cell stay exactly what they were, sums within 1e-12 of the sum of absolute values.
 * 3. Which series have panes, and how long, says class-panes.ts; the others keep their rows.
 * 4. The tiers of a series are the same in every message of a class, whether or not it is dense in it: a viewer's cells
 *    never change their tiers back and forth.
 */

/** Rows a pane must stand for: it takes 82 bytes, a row 18. */
const LEAST_PER_PANE = 4;

const builder = new PaneBuilder();

/**
 * Folds rows `[from, to)` of one series into the builder; rows without a finite value are left out.
 *
 * @returns how many rows were folded; -1, nothing folded, where a pane would stand for too few rows.
 */
function foldRun(series: number, durationUs: number, samples: SampleColumns, from: number, to: number): number {
  const { time, value } = samples;
  const first = builder.length;
  const most = first + (to - from) / LEAST_PER_PANE;
  let end = Number.NaN;
  let start = Number.NaN;
  let row = -1;
  let i = from;
  while (i < to) {
    const timeUs = time[i]!;
    if (!(timeUs >= start && timeUs < end)) {
      start = Math.floor(timeUs / durationUs) * durationUs;
      end = start + durationUs;
      if (builder.length + 1 > most) {
        builder.length = first;
        return -1;
      }
      row = builder.begin(series, start, durationUs);
    }
    const next = risingUntil(time, i, to, end);
    builder.mergeRun(row, time, value, i, next);
    i = next;
  }
  let folded = 0;
  for (row = first; row < builder.length; row += 1) folded += builder.countAt(row);
  return folded;
}

/** End of the run from `from` on whose times do not fall and lie before `endUs`; at least `from + 1`. */
function risingUntil(time: Float64Array, from: number, to: number, endUs: number): number {
  let last = time[from]!;
  let i = from + 1;
  for (; i < to; i += 1) {
    const timeUs = time[i]!;
    if (!(timeUs >= last && timeUs < endUs)) break;
    last = timeUs;
  }
  return i;
}

/** Rows that stay rows, by their numbers. */
class RowList {
  length = 0;
  #rows = new Int32Array(1024);

  addRun(from: number, to: number): void {
    this.#ensure(to - from);
    for (let i = from; i < to; i += 1) this.#rows[this.length++] = i;
  }

  /** Of a folded run the last missing value of each pane. */
  addMissing({ time, value }: SampleColumns, durationUs: number, from: number, to: number): void {
    this.#ensure(to - from);
    let last = Number.NaN;
    for (let i = from; i < to; i += 1) {
      if (value[i]! - value[i]! === 0) continue;
      const pane = Math.floor(time[i]! / durationUs);
      if (pane !== last) this.length += 1;
      last = pane;
      this.#rows[this.length - 1] = i;
    }
  }

  columns({ series, time, value }: SampleColumns): SampleColumns {
    const rows = this.#rows.subarray(0, this.length);
    return {
      length: rows.length,
      series: Uint16Array.from(rows, (i) => series[i]!),
      time: Float64Array.from(rows, (i) => time[i]!),
      value: Float64Array.from(rows, (i) => value[i]!),
    };
  }

  #ensure(more: number): void {
    if (this.length + more <= this.#rows.length) return;
    const grown = new Int32Array(2 ** Math.ceil(Math.log2(this.length + more)));
    grown.set(this.#rows.subarray(0, this.length));
    this.#rows = grown;
  }
}

const left = new RowList();

const NO_ROWS: SampleColumns = {
  length: 0,
  series: new Uint16Array(0),
  time: new Float64Array(0),
  value: new Float64Array(0),
};

/** Puts the dense runs of the series that have panes into the builder. Returns the rows that stay rows. */
function foldDense(samples: SampleColumns, paneUs: readonly (number | null)[]): SampleColumns {
  builder.length = 0;
  left.length = 0;
  let hasFolds = false;
  for (let from = 0; from < samples.length; ) {
    const series = samples.series[from]!;
    const to = runEnd(samples.series, from, samples.length);
    const durationUs = paneUs[series]!;
    const folded = durationUs === null ? -1 : foldRun(series, durationUs, samples, from, to);
    if (folded < 0) left.addRun(from, to);
    else {
      hasFolds = true;
      if (folded < to - from) left.addMissing(samples, durationUs!, from, to);
    }
    from = to;
  }
  return hasFolds ? left.columns(samples) : samples;
}

function runEnd(series: Uint16Array, from: number, to: number): number {
  const first = series[from]!;
  let i = from + 1;
  while (i < to && series[i] === first) i += 1;
  return i;
}

function joined(a: PaneColumns | null, b: PaneColumns): PaneColumns | null {
  if (a === null) return b.length === 0 ? null : b;
  if (b.length === 0) return a;
  const out: Record<string, unknown> = { length: a.length + b.length };
  for (const name of Object.keys(b) as (keyof PaneColumns)[]) {
    if (name === 'length') continue;
    const column = name === 'series' ? new Uint16Array(a.length + b.length) : new Float64Array(a.length + b.length);
    column.set(a[name].subarray(0, a.length));
    column.set(b[name].subarray(0, b.length), a.length);
    out[name] = column;
  }
  return out as unknown as PaneColumns;
}

/** What {@link classFrame} needs of a message: its frame taken apart, and decoded. */
export interface ReadFrame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
  readonly message: Message;
}

interface PartJson {
  readonly role: string;
  readonly buffer: number;
}

/**
 * The frame of a message for viewers of the class of `durationUs`; null where it is the producer's own.
 *
 * O(rows), about 2 ns each. The header's unknown fields and the parts of unknown roles travel on.
 */
export function classFrame(read: ReadFrame, durationUs: number, side: WindowSide): Uint8Array | null {
  const { message } = read;
  const paneUs = message.series.map((entry) => classPaneUs(entry, durationUs, side));
  if (message.slow || paneUs.every((duration) => duration === null)) return null;
  builder.length = 0;
  const rows = message.samples === null ? NO_ROWS : foldDense(message.samples, paneUs);
  const folds = joined(message.folds, builder.columns());
  const series = message.series.map((entry, i) => {
    const isFiner = paneUs[i]! !== null && paneUs[i] !== entry.tiers[0];
    return seriesEntryJson(isFiner ? { ...entry, tiers: [paneUs[i]!, ...entry.tiers] } : entry);
  });
  // The first part that lists series is the one that counts, so those that follow keep their bytes.
  const parts: Record<string, unknown>[] = [{ role: 'samples', buffer: 0 }];
  const buffers: Uint8Array[] = [writeSamplePart(rows, JSON.stringify({ series }))];
  const add = (part: Readonly<Record<string, unknown>>, bytes: Uint8Array): void => {
    parts.push({ ...part, buffer: buffers.length });
    buffers.push(bytes);
  };
  if (folds !== null) add({ role: 'folds' }, writePanePart(folds));
  for (const part of read.header.parts as readonly (PartJson & Record<string, unknown>)[]) {
    if (part.role !== 'samples' && part.role !== 'folds') add(part, read.buffers[part.buffer]!);
  }
  return encodeFrame({ ...read.header, parts }, buffers);
}

/** A frame with a `results` part in place of any that it has. O(bytes). */
export function withResults(
  { header, buffers }: Pick<ReadFrame, 'header' | 'buffers'>,
  results: Uint8Array,
): Uint8Array {
  const own = (header.parts as readonly PartJson[]).filter(({ role }) => role !== 'results');
  const parts = [...own, { role: 'results', buffer: buffers.length }];
  return encodeFrame({ ...header, v: PROTOCOL_VERSION, parts }, [...buffers, results]);
}
