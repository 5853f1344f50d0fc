import type { ResultHistory } from '../../../src/session/result-history.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import type { WindowedSeries } from '../../../src/session/windowed-series.ts';
import {
  RESULT_FINAL,
  RESULT_GONE,
  RESULT_LOOSE,
  RESULT_OPEN,
  type ResultsPart,
  type WindowEntry,
} from '../../../src/wire/message-types.ts';

/** Which final results of one series' windows are told. */
export interface ToldRows {
  readonly whole: boolean;
  /** Rows of the history, ascending. */
  readonly rows: Iterable<number>;
  readonly dropped: readonly (readonly [startUs: number, endUs: number])[];
}

/** A `results` part under construction: every store's state, its shown open results and the final ones that are told. */
export class ResultsBuilder {
  readonly #windows: WindowEntry[] = [];
  readonly #window: number[] = [];
  readonly #start: number[] = [];
  readonly #end: number[] = [];
  readonly #count: number[] = [];
  readonly #state: number[] = [];
  readonly #revision: number[] = [];
  readonly #flags: number[] = [];
  readonly #coverage: number[] = [];
  readonly #valueEnds: number[] = [0];
  readonly #values: number[] = [];

  get isEmpty(): boolean {
    return this.#windows.length === 0;
  }

  /** Adds one series' windows under one definition, as they are now. O(rows told). */
  add({ key, generation }: SeriesState, store: WindowedSeries, { whole, rows, dropped }: ToldRows): void {
    const { history, open, openCount, counters, watermark, doubtedUs, revisedAtUs, revisedRow } = store;
    this.#windows.push({
      ...{ key, gen: generation, window: store.key, whole, watermark, doubtedUs, ...counters },
      aggregations: store.options.aggregations.map(({ text }) => text),
      revised: Number.isNaN(revisedAtUs) ? null : revisionOf(history, revisedAtUs, revisedRow),
    });
    for (const [startUs, endUs] of dropped) {
      this.#push(startUs, endUs, 0, RESULT_GONE, 0, 0, 0);
      this.#valueEnds.push(this.#values.length);
    }
    for (const row of rows) this.#addFinal(history, row);
    for (let row = 0; row < openCount; row += 1) {
      this.#push(
        open.start[row]!,
        open.end[row]!,
        open.count[row]!,
        RESULT_OPEN,
        0,
        open.flags[row]!,
        open.coverage[row]!,
      );
      for (let k = 0; k < open.width; k += 1) this.#values.push(open.value(row, k));
      this.#valueEnds.push(this.#values.length);
    }
  }

  build(): ResultsPart {
    return {
      windows: this.#windows,
      rows: {
        length: this.#window.length,
        window: Int32Array.from(this.#window),
        start: Float64Array.from(this.#start),
        end: Float64Array.from(this.#end),
        count: Float64Array.from(this.#count),
        state: Uint16Array.from(this.#state),
        revision: Int32Array.from(this.#revision),
        flags: Uint16Array.from(this.#flags),
        coverage: Float64Array.from(this.#coverage),
        valueEnds: Int32Array.from(this.#valueEnds),
        values: Float64Array.from(this.#values),
      },
    };
  }

  #addFinal(history: ResultHistory, row: number): void {
    const { startUs, endUs, count, revision, flags, loose, coverage, values } = history;
    const allFlags = flags[row]! | (loose[row] === 1 ? RESULT_LOOSE : 0);
    this.#push(startUs[row]!, endUs[row]!, count[row]!, RESULT_FINAL, revision[row]!, allFlags, coverage[row]!);
    for (const column of values) this.#values.push(column[row]!);
    this.#valueEnds.push(this.#values.length);
  }

  #push(
    start: number,
    end: number,
    count: number,
    state: number,
    revision: number,
    flags: number,
    coverage: number,
  ): void {
    this.#window.push(this.#windows.length - 1);
    this.#start.push(start);
    this.#end.push(end);
    this.#count.push(count);
    this.#state.push(state);
    this.#revision.push(revision);
    this.#flags.push(flags);
    this.#coverage.push(coverage);
  }
}

/** What changed last; without bounds where it is no longer held. */
function revisionOf({ startUs, endUs }: ResultHistory, atUs: number, row: number): WindowEntry['revised'] {
  return row < 0
    ? { atUs, startUs: Number.NaN, endUs: Number.NaN }
    : { atUs, startUs: startUs[row]!, endUs: endUs[row]! };
}
