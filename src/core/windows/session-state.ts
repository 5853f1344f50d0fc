import { DistinctSet } from '../distinct-set.ts';
import { QuantileSketch } from '../sketch/quantile-sketch.ts';
import type { PaneNeeds } from './aggregation.ts';
import {
  COUNT,
  counterStep,
  FIRST,
  FIRST_TIME,
  INCREASE,
  LAST,
  LAST_TIME,
  M2,
  MARKS,
  MAX,
  MEAN,
  MIN,
  mergeRow,
  ROW,
  SUM,
} from './pane-row.ts';
import { SessionTrail } from './session-trail.ts';
import { APPROXIMATE } from './window-results.ts';

/** What a session must hold, and how many distinct values exactly. */
export interface SessionNeeds extends PaneNeeds {
  readonly distinctLimit: number;
}

/**
 * One session: the merged pane of its samples, and which final results its next one replaces.
 *
 * Every sample changes it by the same arithmetic in the same order, so it depends on the samples' order of arrival alone,
 * not on how they were split into calls.
 */
export class Session {
  /** One row as in pane-row.ts. */
  readonly row = new Float64Array(ROW);
  readonly sketch: QuantileSketch | null;
  readonly distinct: DistinctSet | null;
  readonly trail: SessionTrail | null;
  /** Its present content has been given out as a final result. */
  final = false;
  /** Of its next final result. */
  revision = 0;
  /** Final results, as `[start, end]`, that its next final result replaces; its own last one is among them. */
  replaces: (readonly [number, number])[] = [];
  readonly #spread: boolean;

  /** @param held Its sketch and distinct values where they are there already; taken over. */
  constructor(
    needs: SessionNeeds,
    held: { readonly sketch: QuantileSketch | null; readonly distinct: DistinctSet | null } | null = null,
  ) {
    this.#spread = needs.spread;
    this.sketch = needs.sketch ? (held?.sketch ?? new QuantileSketch()) : null;
    this.distinct = needs.distinct ? (held?.distinct ?? new DistinctSet(needs.distinctLimit)) : null;
    this.trail = needs.increase ? new SessionTrail() : null;
  }

  get first(): number {
    return this.row[FIRST_TIME]!;
  }

  get last(): number {
    return this.row[LAST_TIME]!;
  }

  get lastValue(): number {
    return this.row[LAST]!;
  }

  get count(): number {
    return this.row[COUNT]!;
  }

  /** Its content is given out as a final result now. */
  close(): void {
    this.final = true;
    this.revision += 1;
    this.replaces = [];
  }

  /** Its content changes: the final result given out, if any, is one that the next one replaces. */
  reopen(gap: number): void {
    if (!this.final) return;
    this.final = false;
    this.replaces.push([this.first, this.last + gap]);
  }

  /** Adds the finite samples `[from, to)`, whose times neither fall nor lie before its last. About 2 ns each and no allocation. */
  append(times: Float64Array, values: Float64Array, from: number, to: number): void {
    appendToRow(this.row, times, values, from, to);
    if (this.#spread) appendSpread(this.row, values, from, to);
    if (this.trail !== null) appendIncrease(this.row, this.trail, times, values, from, to);
    this.row[LAST] = values[to - 1]!;
    this.row[LAST_TIME] = times[to - 1]!;
    this.sketch?.addMany(values, from, to);
    this.distinct?.addMany(values, from, to);
  }

  /** Adds one finite sample of any time. */
  insert(time: number, value: number): void {
    const { row } = this;
    if (this.trail !== null && row[COUNT]! > 0) {
      const grown = this.#insertIncrease(this.trail, time, value);
      if (Number.isNaN(grown)) row[MARKS] = row[MARKS]! | APPROXIMATE;
      else row[INCREASE] = row[INCREASE]! + grown;
    } else this.trail?.append(time, value);
    row[COUNT] = row[COUNT]! + 1;
    if (row[COUNT] === 1) {
      row[SUM] = value;
      row[MIN] = value;
      row[MAX] = value;
    } else {
      row[SUM] = row[SUM]! + value;
      if (value < row[MIN]!) row[MIN] = value;
      if (value > row[MAX]!) row[MAX] = value;
    }
    if (this.#spread) addToSpread(row, row[COUNT]!, value);
    if (row[COUNT] === 1 || time < row[FIRST_TIME]!) {
      row[FIRST] = value;
      row[FIRST_TIME] = time;
    }
    if (row[COUNT] === 1 || time >= row[LAST_TIME]!) {
      row[LAST] = value;
      row[LAST_TIME] = time;
    }
    this.sketch?.add(value);
    this.distinct?.add(value);
  }

  /** Takes over everything of a session that came after it; exact in `increase` where it also lies after it. */
  merge(later: Session): void {
    mergeRow(this.row, 0, later.row, 0);
    if (later.sketch !== null) this.sketch?.merge(later.sketch);
    if (later.distinct !== null) this.distinct?.merge(later.distinct);
    if (later.trail !== null) this.trail?.merge(later.trail);
    if (later.revision > this.revision) this.revision = later.revision;
    for (const bounds of later.replaces) this.replaces.push(bounds);
  }

  #insertIncrease(trail: SessionTrail, time: number, value: number): number {
    const { row } = this;
    if (time >= row[FIRST_TIME]!) return trail.insert(time, value);
    if (trail.complete && trail.from === 0) trail.insert(time, value);
    return counterStep(value, row[FIRST]!);
  }
}

/** Count, sum, min, max and first; one sum after the other, so that any split gives the same bits. */
function appendToRow(row: Float64Array, times: Float64Array, values: Float64Array, from: number, to: number): void {
  const held = row[COUNT]!;
  const first = values[from]!;
  let sum = held > 0 ? row[SUM]! : 0;
  let min = held > 0 ? row[MIN]! : first;
  let max = held > 0 ? row[MAX]! : first;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  row[COUNT] = held + to - from;
  row[SUM] = sum;
  row[MIN] = min;
  row[MAX] = max;
  if (held === 0) {
    row[FIRST] = first;
    row[FIRST_TIME] = times[from]!;
  }
}

/** Mean and M2 by Welford's recurrence (Welford 1962); COUNT already holds the samples. */
function appendSpread(row: Float64Array, values: Float64Array, from: number, to: number): void {
  const held = row[COUNT]! - (to - from);
  for (let i = from; i < to; i += 1) addToSpread(row, held + i - from + 1, values[i]!);
}

function addToSpread(row: Float64Array, count: number, value: number): void {
  if (count === 1) {
    row[MEAN] = value;
    row[M2] = 0;
    return;
  }
  const mean = row[MEAN]!;
  const delta = value - mean;
  const moved = mean + delta / count;
  row[MEAN] = moved;
  row[M2] = row[M2]! + delta * (value - moved);
}

/** LAST still holds the value before the run. */
function appendIncrease(
  row: Float64Array,
  trail: SessionTrail,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): void {
  let increase = row[INCREASE]!;
  let before = row[COUNT]! > to - from ? row[LAST]! : values[from]!;
  for (let i = from; i < to; i += 1) {
    increase += counterStep(before, values[i]!);
    before = values[i]!;
    trail.append(times[i]!, before);
  }
  row[INCREASE] = increase;
}
