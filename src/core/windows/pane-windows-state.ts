import { DistinctSet } from '../distinct-set.ts';
import { PANE_FIELDS } from '../pane.ts';
import { QuantileSketch } from '../sketch/quantile-sketch.ts';
import { bytesIn, doublesIn, metaNumber, numberIn, stateInvalid, tableNamed } from '../state-input.ts';
import type { StateColumn, StateTable } from '../state-table.ts';
import { CounterSamples } from './counter-samples.ts';
import { ROW_SHIFT } from './pane-row.ts';
import { restoreStream, streamMeta } from './stream-state.ts';
import type { WindowEmitter } from './window-emitter.ts';
import type { WindowPanes } from './window-panes.ts';
import type { WindowStream } from './window-stream.ts';

/*
 * | table   | one row per                        | columns                                                     |
 * |---------|------------------------------------|-------------------------------------------------------------|
 * | panes   | stored pane                        | the numbers of its row (pane-row.ts), sketch, distinct      |
 * | samples | sample of a counter kept           | row of its pane in `panes`, time, value; in kept order      |
 * | revised | window changed after it was final  | window, revision                                            |
 * | spans   | fold over several panes            | from, to                                                    |
 */

interface PaneWindowsState {
  readonly panes: WindowPanes;
  readonly emitter: WindowEmitter;
  readonly stream: WindowStream;
}

/** Numbers of a row, in the order of pane-row.ts. */
const ROW_COLUMNS = ['index', ...PANE_FIELDS, 'mean', 'm2', 'increase', 'marks', 'even', 'odd'] as const;

/** Copies everything that decides what comes next. */
export function savePaneWindows(state: PaneWindowsState): readonly StateTable[] {
  const { panes, emitter, stream } = state;
  panes.arrange();
  const slots = Array.from({ length: panes.tail - panes.head }, (_, i) => panes.head + i);
  const columns: Record<string, StateColumn> = {};
  for (const [at, name] of ROW_COLUMNS.entries()) {
    columns[name] = Float64Array.from(slots, (slot) => panes.rows[panes.at(slot) + at]!);
  }
  columns.sketch = slots.map((slot) => panes.sketchAt(slot)?.encode() ?? null);
  columns.distinct = slots.map((slot) => {
    const distinct = panes.distinctAt(slot);
    return distinct ? new Uint8Array(distinct.save().buffer) : null;
  });
  const kept = slots.flatMap((slot, row) => {
    const samples = panes.samplesAt(slot);
    return samples ? [{ row, samples }] : [];
  });
  const revisions = emitter.revisions.save();
  const joined = (read: (samples: CounterSamples, row: number) => ArrayLike<number>) =>
    Float64Array.from(kept.flatMap(({ row, samples }) => Array.from(read(samples, row))));
  return [
    {
      name: 'panes',
      meta: {
        ...streamMeta(stream),
        fired: metaNumber(emitter.fired),
        evicted: metaNumber(panes.evictedValue),
      },
      columns,
    },
    {
      name: 'samples',
      meta: {},
      columns: {
        row: joined(({ length }, row) => new Array<number>(length).fill(row)),
        time: joined(({ times, length }) => times.subarray(0, length)),
        value: joined(({ values, length }) => values.subarray(0, length)),
      },
    },
    {
      name: 'revised',
      meta: {},
      columns: {
        window: Float64Array.from(revisions, ([window]) => window),
        revision: Float64Array.from(revisions, ([, revision]) => revision),
      },
    },
    {
      name: 'spans',
      meta: {},
      columns: {
        from: Float64Array.from(panes.spans, ([from]) => from),
        to: Float64Array.from(panes.spans, ([, to]) => to),
      },
    },
  ];
}

/** Puts saved state into a fresh operator's parts. @throws StreamVizError `STATE_INVALID` */
export function restorePaneWindows(state: PaneWindowsState, tables: readonly StateTable[]): void {
  const { panes, emitter, stream } = state;
  const table = tableNamed(tables, 'panes');
  restoreStream(stream, table);
  emitter.fired = numberIn(table, 'fired');
  panes.evictedValue = numberIn(table, 'evicted');
  const index = doublesIn(table, 'index');
  const rowColumns = ROW_COLUMNS.map((name) => doublesIn(table, name, index.length));
  const sketches = bytesIn(table, 'sketch', index.length);
  const distincts = bytesIn(table, 'distinct', index.length);
  const places: number[] = [];
  for (let i = 0; i < index.length; i += 1) {
    const place = panes.ensure(index[i]!);
    places.push(place);
    for (const [at, column] of rowColumns.entries()) panes.rows[(place << ROW_SHIFT) + at] = column[i]!;
    const sketch = sketches[i];
    if (sketch) panes.extras?.putSketch(place, QuantileSketch.decode(sketch));
    const distinct = distincts[i];
    if (distinct) {
      if (distinct.byteLength % 8 !== 0) throw stateInvalid(`a set of values has ${distinct.byteLength} bytes`);
      panes.extras?.putDistinct(place, DistinctSet.restore(new Float64Array(distinct.slice().buffer)));
    }
  }
  const samples = tableNamed(tables, 'samples');
  const rows = doublesIn(samples, 'row');
  const times = doublesIn(samples, 'time');
  const values = doublesIn(samples, 'value');
  for (let from = 0; from < rows.length; ) {
    let to = from;
    while (to < rows.length && rows[to] === rows[from]) to += 1;
    const kept = new CounterSamples();
    kept.append(times, values, from, to);
    panes.counters?.put(places[rows[from]!]!, kept);
    from = to;
  }
  const revised = tableNamed(tables, 'revised');
  const revisions = doublesIn(revised, 'revision');
  const windows = Array.from(doublesIn(revised, 'window'), (window, i) => [window, revisions[i]!] as const);
  emitter.revisions.restore(windows);
  const spans = tableNamed(tables, 'spans');
  const ends = doublesIn(spans, 'to');
  for (const [i, from] of doublesIn(spans, 'from').entries()) panes.addSpan(from, ends[i]!);
}
