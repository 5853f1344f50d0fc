import { createPaneFields, mergePaneInto, mergeRunInto, type PaneFields } from '../../../src/core/pane.ts';
import type { PaneColumns } from '../../../src/wire/message-types.ts';

function eachField(make: (name: keyof PaneFields) => Float64Array): PaneFields {
  return {
    count: make('count'),
    sum: make('sum'),
    min: make('min'),
    max: make('max'),
    first: make('first'),
    firstTime: make('firstTime'),
    last: make('last'),
    lastTime: make('lastTime'),
  };
}

/** Pane rows under construction, in columns that grow; reused from message to message. */
export class PaneBuilder {
  length = 0;
  #capacity = 256;
  #series: Uint16Array = new Uint16Array(this.#capacity);
  #start: Float64Array = new Float64Array(this.#capacity);
  #duration: Float64Array = new Float64Array(this.#capacity);
  #panes: PaneFields = createPaneFields(this.#capacity);

  /** Begins a row without samples. Returns its number. */
  begin(series: number, startUs: number, durationUs: number): number {
    if (this.length === this.#capacity) this.#grow();
    const row = this.length;
    this.#series[row] = series;
    this.#start[row] = startUs;
    this.#duration[row] = durationUs;
    this.#panes.count[row] = 0;
    this.length += 1;
    return row;
  }

  /** Adds a row of other panes to row `row`; it is later in arrival. */
  merge(row: number, panes: PaneFields, from: number): void {
    mergePaneInto(this.#panes, row, panes, from);
  }

  /** Adds samples `[from, to)`, whose times must not fall, to row `row`. */
  mergeRun(row: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    mergeRunInto(this.#panes, row, times, values, from, to);
  }

  /** Samples in row `row`. */
  countAt(row: number): number {
    return this.#panes.count[row]!;
  }

  /** Copies of the rows so far, without those that have no samples. */
  columns(): PaneColumns {
    const { length } = this;
    let kept = 0;
    for (let row = 0; row < length; row += 1) if (this.#panes.count[row]! > 0) kept += 1;
    const rows = new Int32Array(kept);
    let at = 0;
    for (let row = 0; row < length; row += 1) if (this.#panes.count[row]! > 0) rows[at++] = row;
    const copy = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row]!);
    const series = Uint16Array.from(rows, (row) => this.#series[row]!);
    const panes = eachField((name) => copy(this.#panes[name]));
    return { length: kept, series, start: copy(this.#start), duration: copy(this.#duration), ...panes };
  }

  #grow(): void {
    this.#capacity *= 2;
    const grown = (column: Float64Array): Float64Array => {
      const next = new Float64Array(this.#capacity);
      next.set(column);
      return next;
    };
    const series = new Uint16Array(this.#capacity);
    series.set(this.#series);
    this.#series = series;
    this.#start = grown(this.#start);
    this.#duration = grown(this.#duration);
    this.#panes = eachField((name) => grown(this.#panes[name]));
  }
}
