import type { Aggregation } from '../core/windows/aggregation.ts';
import type { WindowCounters, WindowOptions } from '../core/windows/window-operator.ts';
import { APPROXIMATE, WindowResults } from '../core/windows/window-results.ts';
import {
  RESULT_FINAL,
  RESULT_GONE,
  RESULT_LOOSE,
  RESULT_OPEN,
  type ResultColumns,
  type WindowEntry,
} from '../wire/message-types.ts';
import { RESULT_LIMIT } from './final-results.ts';
import { ResultHistory } from './result-history.ts';
import { withAggregations } from './window-plan.ts';
import { newestTakenUs, type WindowSource } from './window-source.ts';
import type { WindowStore } from './window-store.ts';

/**
 * The windows of one series as a server tells them: it computes them once for all of its viewers.
 *
 * 1. What is told takes the place of what is held; nothing is computed here, so samples and cells change no result.
 * 2. Counters and revisions are the server's: every page that is told shows the same, whenever it was opened.
 * 3. Memory: at most 20,000 final results.
 */
export class ToldSeries implements WindowStore {
  readonly key: string;
  readonly source: WindowSource;
  readonly history: ResultHistory;
  options: WindowOptions;
  version: number;
  pastVersion: number;
  counters: Readonly<WindowCounters> = { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 };
  watermark = Number.NEGATIVE_INFINITY;
  open: WindowResults;
  #revised: WindowEntry['revised'] = null;
  #doubtedUs = Number.NEGATIVE_INFINITY;
  /** The producer's clock with the newest message that touched the series. */
  #nowUs = Number.NaN;

  /** @param before What the page held of these windows until now: versions go on from there. */
  constructor(before: WindowStore) {
    this.key = before.key;
    this.source = before.source;
    this.options = before.options;
    this.version = before.version;
    this.pastVersion = before.pastVersion;
    this.open = new WindowResults(before.options.aggregations.length);
    this.history = new ResultHistory(before.options.aggregations.length, RESULT_LIMIT);
  }

  get revisedAtUs(): number {
    return this.#revised?.atUs ?? Number.NaN;
  }

  get revisedRow(): number {
    return this.#revised === null ? -1 : this.history.find(this.#revised.startUs, this.#revised.endUs);
  }

  get newestUs(): number {
    return newestTakenUs(this.source, this.options, this.watermark, this.#nowUs);
  }

  get openCount(): number {
    return this.open.length;
  }

  indexOf({ text }: Aggregation): number {
    return this.options.aggregations.findIndex((aggregation) => aggregation.text === text);
  }

  flagsNow(flags: number, startUs: number): number {
    return !this.source.isCurrent || startUs <= this.#doubtedUs ? flags | APPROXIMATE : flags;
  }

  /** A message touched the series. */
  settle(nowUs: number): void {
    this.#nowUs = nowUs;
    this.version += 1;
  }

  /** Wants further aggregations: those have no value until the server tells them. */
  widen(options: WindowOptions): void {
    const wanted = withAggregations(this.options, options);
    if (wanted === this.options) return;
    this.options = wanted;
    this.history.widen(wanted.aggregations.length);
    this.open = widened(this.open, wanted.aggregations.length);
    this.version += 1;
    this.pastVersion += 1;
  }

  /** Takes over what rows `[from, to)` say of these windows. O(rows). */
  take(entry: WindowEntry, rows: ResultColumns, from: number, to: number): void {
    const { history, open } = this;
    const places = this.options.aggregations.map(({ text }) => entry.aggregations.indexOf(text));
    const scratch = new WindowResults(places.length);
    if (entry.whole) {
      history.clear();
      this.pastVersion += 1;
    }
    open.clear();
    for (let i = from; i < to; i += 1) {
      const state = rows.state[i]!;
      if (state === RESULT_OPEN) copyRow(rows, i, places, open);
      else if (state === RESULT_FINAL) this.#put(rows, i, places, scratch);
      else if (state === RESULT_GONE) this.#drop(rows.start[i]!, rows.end[i]!);
    }
    const { late, dropped, missing, invalid, outOfOrder, watermark, revised, doubtedUs } = entry;
    this.counters = { late, dropped, missing, invalid, outOfOrder };
    this.watermark = watermark;
    this.#revised = revised;
    this.#doubtedUs = doubtedUs;
    this.version += 1;
  }

  #put(rows: ResultColumns, i: number, places: readonly number[], scratch: WindowResults): void {
    const { history } = this;
    const isNew = history.size === 0 || rows.end[i]! > history.endUs[history.end - 1]!;
    scratch.clear();
    copyRow(rows, i, places, scratch);
    history.put(scratch, 0, {
      revision: rows.revision[i]!,
      flags: rows.flags[i]! & ~RESULT_LOOSE,
      loose: (rows.flags[i]! & RESULT_LOOSE) !== 0,
    });
    if (!isNew) this.pastVersion += 1;
  }

  #drop(startUs: number, endUs: number): void {
    const row = this.history.find(startUs, endUs);
    if (row < 0) return;
    this.history.drop(row);
    this.pastVersion += 1;
  }
}

/** Appends row `i` of what was told to results whose aggregations are the told ones at `places`; -1: not told. */
function copyRow(rows: ResultColumns, i: number, places: readonly number[], out: WindowResults): void {
  const at = out.push();
  out.start[at] = rows.start[i]!;
  out.end[at] = rows.end[i]!;
  out.count[at] = rows.count[i]!;
  out.revision[at] = rows.revision[i]!;
  out.final[at] = rows.state[i] === RESULT_FINAL ? 1 : 0;
  out.flags[at] = rows.flags[i]!;
  out.coverage[at] = rows.coverage[i]!;
  for (let k = 0; k < places.length; k += 1) {
    out.values[at * out.width + k] = places[k]! < 0 ? Number.NaN : rows.values[rows.valueEnds[i]! + places[k]!]!;
  }
}

function widened(open: WindowResults, width: number): WindowResults {
  const out = new WindowResults(width);
  for (let row = 0; row < open.length; row += 1) {
    const at = out.push();
    for (const name of ['start', 'end', 'count', 'revision', 'final', 'flags', 'coverage'] as const) {
      out[name][at] = open[name][row]!;
    }
    for (let k = 0; k < width; k += 1) {
      out.values[at * width + k] = k < open.width ? open.value(row, k) : Number.NaN;
    }
  }
  return out;
}
