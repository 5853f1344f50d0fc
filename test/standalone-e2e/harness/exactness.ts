/** What viewers hold, compared with what a script wrote down. */
import type { EpochStore } from '../../../src/session/epoch-store.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import { cellPane } from '../../core/cell-pane.ts';
import { type RecordedEpoch, type RecordedSample, SERIES } from './recording-script.ts';
import type { Opening } from './wire-viewer.ts';

/** A viewer holds something else than what was sent. */
export class Differs extends Error {}

function need(holds: boolean, what: string, ...detail: readonly unknown[]): asserts holds {
  if (!holds) throw new Differs(`${what} ${JSON.stringify(detail)}`);
}

/** Count, sum of absolute values, extremes and ends of some samples in the order they were sent. */
export interface Fold {
  count: number;
  sum: number;
  abs: number;
  min: number;
  max: number;
  first: number;
  firstTime: number;
  last: number;
  lastTime: number;
}

export function foldOf(samples: Iterable<RecordedSample>): Fold {
  const fold: Fold = {
    ...{ count: 0, sum: 0, abs: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY },
    ...{ first: Number.NaN, firstTime: Number.NaN, last: Number.NaN, lastTime: Number.NaN },
  };
  for (const { timeUs, value } of samples) {
    // By time, and by arrival where times are equal.
    if (!(timeUs >= fold.firstTime)) Object.assign(fold, { first: value, firstTime: timeUs });
    if (!(timeUs < fold.lastTime)) Object.assign(fold, { last: value, lastTime: timeUs });
    fold.count += 1;
    fold.sum += value;
    fold.abs += Math.abs(value);
    fold.min = Math.min(fold.min, value);
    fold.max = Math.max(fold.max, value);
  }
  return fold;
}

type Held = Readonly<
  Record<'count' | 'sum' | 'min' | 'max' | 'first' | 'firstTime' | 'last' | 'lastTime', number | null>
>;

/** Everything but the sum is equal; sums agree within 1e-12 of the sum of absolute values. @throws Differs */
export function assertFold(held: Held, truth: Fold, where: string): void {
  for (const field of ['count', 'min', 'max', 'first', 'firstTime', 'last', 'lastTime'] as const) {
    need(held[field] === truth[field], `${where}: ${field}`, held[field], truth[field]);
  }
  need(Math.abs(held.sum! - truth.sum) <= 1e-12 * truth.abs, `${where}: sum`, held.sum, truth.sum);
}

function assertCells(series: SeriesState, samples: readonly RecordedSample[], where: string): number {
  const { cells } = series;
  const byDuration = cells.durations.map((durationUs) => {
    const of = new Map<number, RecordedSample[]>();
    for (const sample of samples) {
      const start = Math.floor(sample.timeUs / durationUs) * durationUs;
      const list = of.get(start);
      if (list === undefined) of.set(start, [sample]);
      else list.push(sample);
    }
    return of;
  });
  let shown = 0;
  let count = 0;
  cells.eachShown(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, (durationUs, startUs, index, row) => {
    const truth = byDuration[cells.durations.indexOf(durationUs)]?.get(startUs) ?? [];
    const held = cellPane(cells.tiers[index]!, row)!;
    assertFold(held, foldOf(truth), `${where} cell ${durationUs}/${startUs}`);
    shown += 1;
    count += held.count;
  });
  need(count === samples.length, `${where}: cells hold`, count, samples.length);
  return shown;
}

/**
 * The store holds exactly what the script had sent up to the store's own last message, cell by cell, and says so.
 *
 * @returns how many cells were compared.
 * @throws Differs
 */
export function assertExact(store: EpochStore, record: RecordedEpoch, where: string): number {
  need(store.epochId === record.id, `${where}: epoch`, store.epochId, record.id);
  let shown = 0;
  for (const name of SERIES) {
    const samples = record.upTo(store.seq, name);
    if (samples.length === 0) continue;
    const series = store.data.series.get(JSON.stringify([name, []]));
    need(series !== undefined, `${where}: no series`, name);
    need(series.n === samples.length, `${where} ${name}: n`, series.n, samples.length);
    need(series.exact, `${where} ${name}: not exact`, series.cells.hole, store.seq, series.pending);
    need(series.pending.length === 0, `${where} ${name}: a hole is open`, series.pending);
    assertFold(series.summary() ?? { ...foldOf([]) }, foldOf(samples), `${where} ${name}`);
    shown += assertCells(series, samples, `${where} ${name}`);
    assertRows(series, samples, `${where} ${name}`);
  }
  return shown;
}

/** Raw rows are samples that were sent, each once, in the order of their times. */
function assertRows({ ring }: SeriesState, samples: readonly RecordedSample[], where: string): void {
  const ordered = [...samples].sort((a, b) => a.timeUs - b.timeUs);
  let at = 0;
  for (let i = 0; i < ring.length; i += 1) {
    const timeUs = ring.timeAt(i);
    while (at < ordered.length && ordered[at]!.timeUs !== timeUs) at += 1;
    need(ordered[at]?.value === ring.valueAt(i), `${where}: a raw row that was never sent, or twice`, timeUs);
    at += 1;
  }
}

/**
 * What a raw viewer cannot draw sample by sample, from its first row on, lies in a span that it lists as missing or restored,
 * or in a fold.
 *
 * @returns how many samples lie in holes.
 * @throws Differs
 */
export function assertHolesListed(store: EpochStore, record: RecordedEpoch, where: string): number {
  let missing = 0;
  for (const name of SERIES) {
    const series = store.data.series.get(JSON.stringify([name, []]));
    if (series === undefined || series.ring.length === 0) continue;
    const { ring, folds, pending, restored } = series;
    const rows = new Set(Array.from({ length: ring.length }, (_, i) => ring.timeAt(i)));
    const spans = [...pending, ...restored];
    for (const { timeUs } of record.upTo(store.seq, name)) {
      if (timeUs < ring.timeAt(0) || rows.has(timeUs)) continue;
      const isListed = spans.some(({ startUs, endUs }) => startUs <= timeUs && timeUs <= endUs);
      need(isListed || folds.length > 0, `${where} ${name}: a hole that is not listed`, timeUs, spans);
      missing += 1;
    }
  }
  return missing;
}

/**
 * What reconnecting viewers are promised, of all openings of all viewers of one test.
 *
 * 1. `recovered`: every message after the stated position, in order and once, `missed` of them up to `toSeq`.
 * 2. Not recovered: one snapshot as of `toSeq`, then every message after it. Never a part.
 * 3. Nothing doubled or left out afterwards: no viewer skips a message that another one got from the same server.
 *
 * @throws Differs
 */
export function assertResumes(openings: readonly Opening[]): { readonly recovered: number; readonly renewed: number } {
  const known = new Map<string, Set<number>>();
  const of = (server: string, session: string, epoch: string): Set<number> => {
    const key = JSON.stringify([server, session, epoch]);
    const held = known.get(key) ?? new Set();
    known.set(key, held);
    return held;
  };
  for (const { server, session, frames } of openings) {
    for (const { epoch, seq } of frames) of(server, session, epoch).add(seq);
  }
  const counts = { recovered: 0, renewed: 0 };
  for (const opening of openings) {
    const { server, session, recovered, epoch: opened, fromSeq, toSeq, missed, asked, frames } = opening;
    const brief = { server, session, recovered, opened, fromSeq, toSeq, missed, asked };
    if (recovered) {
      counts.recovered += 1;
      need(asked !== null && asked.epoch === opened && asked.seq === fromSeq, 'resumed from elsewhere', brief);
    } else counts.renewed += 1;
    let epoch = opened;
    let seq = recovered ? fromSeq : toSeq;
    let missedCame = 0;
    for (const [i, frame] of frames.entries()) {
      if (!recovered && i === 0 && toSeq > 0) {
        need(
          frame.kind === 'snapshot' && frame.seq === toSeq && frame.epoch === opened,
          'no snapshot first',
          brief,
          frame,
        );
        continue;
      }
      if (frame.epoch !== epoch) [epoch, seq] = [frame.epoch, 0];
      need(frame.seq > seq, 'doubled, or out of order', brief, frame, seq);
      // A snapshot stands for what a slow viewer was spared; producers send some too, which are messages like all others.
      if (seq > 0 && frame.kind !== 'snapshot') {
        for (let between = seq + 1; between < frame.seq; between += 1) {
          need(!of(server, session, epoch).has(between), 'left out', brief, between, frame);
        }
      }
      if (recovered && epoch === opened && frame.seq <= toSeq) missedCame += 1;
      seq = frame.seq;
    }
    const isWhole = frames.some((frame) => frame.epoch !== opened || frame.seq >= toSeq) || missed === 0;
    if (recovered && isWhole) need(missedCame === missed, 'missed messages', brief, missedCame);
  }
  return counts;
}
