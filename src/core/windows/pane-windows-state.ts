import { DistinctSet } from '../distinct-set.ts';
import { StreamVizError } from '../errors.ts';
import { QuantileSketch } from '../sketch/quantile-sketch.ts';
import type { StateColumn, StateTable } from '../state-table.ts';
import { CounterSamples } from './counter-samples.ts';
import { ROW_SHIFT } from './pane-row.ts';
import type { Watermark } from './watermark.ts';
import type { WindowEmitter } from './window-emitter.ts';
import type { WindowCounters } from './window-operator.ts';
import type { WindowPanes } from './window-panes.ts';

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
  readonly watermark: Watermark;
  readonly counters: WindowCounters;
}

/** Numbers of a row, in the order of pane-row.ts. */
const ROW_COLUMNS = [
  'index',
  'count',
  'sum',
  'min',
  'max',
  'first',
  'firstTime',
  'last',
  'lastTime',
  'mean',
  'm2',
  'increase',
  'marks',
  'dropped',
  'even',
  'odd',
] as const;
const COUNTER_NAMES = ['late', 'dropped', 'missing', 'invalid', 'outOfOrder'] as const;

/** Copies everything that decides what comes next. */
export function savePaneWindows(state: PaneWindowsState): readonly StateTable[] {
  const { panes, emitter, watermark, counters } = state;
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
        watermark: watermark.save(),
        fired: emitter.fired,
        evicted: [panes.evictedTime, panes.evictedValue],
        counters: COUNTER_NAMES.map((name) => counters[name]),
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
  const { panes, emitter, watermark, counters } = state;
  const table = tableOf(tables, 'panes');
  watermark.restore(numbers(table.meta.watermark));
  emitter.fired = Number(table.meta.fired);
  [panes.evictedTime, panes.evictedValue] = numbers(table.meta.evicted) as [number, number];
  const saved = numbers(table.meta.counters);
  for (const [i, name] of COUNTER_NAMES.entries()) counters[name] = saved[i] ?? 0;
  const index = floats(table, 'index');
  const rowColumns = ROW_COLUMNS.map((name) => floats(table, name));
  const sketches = table.columns.sketch as readonly (Uint8Array | null)[];
  const distincts = table.columns.distinct as readonly (Uint8Array | null)[];
  const places: number[] = [];
  for (let i = 0; i < index.length; i += 1) {
    const place = panes.ensure(index[i]!);
    places.push(place);
    for (const [at, column] of rowColumns.entries()) panes.rows[(place << ROW_SHIFT) + at] = column[i]!;
    const sketch = sketches[i];
    if (sketch) panes.extras?.putSketch(place, QuantileSketch.decode(sketch));
    const distinct = distincts[i];
    if (distinct) panes.extras?.putDistinct(place, DistinctSet.restore(new Float64Array(distinct.slice().buffer)));
  }
  const samples = tableOf(tables, 'samples');
  const rows = floats(samples, 'row');
  const times = floats(samples, 'time');
  const values = floats(samples, 'value');
  for (let from = 0; from < rows.length; ) {
    let to = from;
    while (to < rows.length && rows[to] === rows[from]) to += 1;
    const kept = new CounterSamples();
    kept.append(times, values, from, to);
    panes.counters?.put(places[rows[from]!]!, kept);
    from = to;
  }
  const revised = tableOf(tables, 'revised');
  const revisions = floats(revised, 'revision');
  const windows = Array.from(floats(revised, 'window'), (window, i) => [window, revisions[i]!] as const);
  emitter.revisions.restore(windows);
  const spans = tableOf(tables, 'spans');
  const ends = floats(spans, 'to');
  for (const [i, from] of floats(spans, 'from').entries()) panes.addSpan(from, ends[i]!);
}

function tableOf(tables: readonly StateTable[], name: string): StateTable {
  const table = tables.find((candidate) => candidate.name === name);
  if (table === undefined) throw invalid(`there is no table "${name}"`);
  return table;
}

function floats(table: StateTable, name: string): Float64Array {
  const column = table.columns[name];
  if (!(column instanceof Float64Array)) throw invalid(`column "${name}" of "${table.name}" is missing or no floats`);
  return column;
}

/** A list of numbers; those that are not finite may have become their texts on the way. */
function numbers(value: unknown): number[] {
  if (!Array.isArray(value)) throw invalid('a list of numbers is missing');
  return value.map(Number);
}

function invalid(what: string): StreamVizError {
  return new StreamVizError('STATE_INVALID', `the state of windows cannot be restored: ${what}`);
}
