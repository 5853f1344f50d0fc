import type { TableStore } from '../../../src/core/table-store.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import type { SessionData } from '../../../src/session/session-data.ts';
import type { KeyframeRange, Message, ResultsPart, RowsPart, SeriesEntry } from '../../../src/wire/message-types.ts';
import { classPaneUs, isToldAxis, type WindowSide } from './class-panes.ts';
import type { KnownParts } from './known-parts.ts';
import { type LiveClass, liveClassOf } from './live-class.ts';
import { PaneBuilder } from './pane-builder.ts';
import type { ShownRange } from './shown-range.ts';
import { addSnapshotCells } from './snapshot-cells.ts';
import { SnapshotFeatures } from './snapshot-features.ts';
import { SnapshotRows } from './snapshot-rows.ts';
import type { WindowedNames } from './windowed-names.ts';

/** What the newest applied message said of the whole session. */
export interface SessionTotals {
  readonly epoch: Message['epoch'];
  readonly samplesTotal: number;
  readonly documentRevision: number;
  readonly tables: Message['tables'];
  readonly stats: Message['stats'];
  readonly windowed: WindowedNames;
  /** JSON of the document held, as the producer sent it; null before. */
  readonly document: unknown;
}

const LEAST_CELLS = 32;

const builder = new PaneBuilder();

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function entryOf(series: SeriesState, liveClass: LiveClass, side: WindowSide): SeriesEntry {
  const { key, generation, n, axis, cells } = series;
  const entry: SeriesEntry = {
    ...{ key, gen: generation, n, axis },
    before: finiteOrNull(series.maxTimeUs),
    tiers: cells.durations,
    since: finiteOrNull(cells.horizons[0]!),
    pending: series.pending.map(({ startUs, endUs }) => [startUs, endUs] as const),
  };
  const paneUs = liveClass === null ? null : classPaneUs(entry, liveClass, side);
  if (paneUs === null || paneUs === entry.tiers[0]) return entry;
  return { ...entry, tiers: [paneUs, ...entry.tiers], since: null };
}

/**
 * All live rows of a table, as one slice from 0. Where it proves the table it ends a round, and no row that it does not list
 * stays, however new. Elsewhere a viewer would give up rows that no later round brings again.
 */
function wholeSlice(id: string, table: TableStore, floor: number): RowsPart {
  const rows = table.rows();
  const newest = rows.reduce((top, row) => Math.max(top, row.id), 0);
  return {
    table: id,
    slice: {
      from: 0,
      to: table.complete ? Number.MAX_SAFE_INTEGER : Math.max(floor, newest + 1),
      last: table.complete,
    },
    columns: table.columns,
    rowIds: Float64Array.from(rows, ({ id: rowId }) => rowId),
    firstIds: Float64Array.from(rows, ({ firstId }) => firstId),
    gone: new Uint8Array(rows.length),
    cells: rows.map(({ cells }) => cells),
  };
}

/**
 * Everything a session holds as of its newest message, for a viewer that shows `range`: live goes on at `seq + 1`.
 *
 * 1. A viewer with an empty store, or with one that lacks messages, shows exact counts afterwards: `n - gone`.
 * 2. Where the session itself lacks samples the counts do not add up, so no viewer takes its cells for exact.
 * 3. Tiers are those of the viewer's class, so that the live messages that follow change none.
 * 4. Cells of series whose windows the viewer computes bring what those need beyond counts and extremes, as far as it is known.
 * 5. Raw rows are for drawing; cells count. Tables are whole, the document is the producer's own.
 * 6. What the viewer is known to have is left out: a series, a table, the document.
 *
 * O(cells held + rows of tables + raw rows sent).
 *
 * @param options.mostCells Cells over all series; with more series each is coarser.
 * @param options.results All results of the windows that the viewer is told; null: it computes them itself.
 */
export function snapshotOf(
  session: string,
  data: SessionData,
  totals: SessionTotals,
  range: ShownRange,
  options: {
    readonly mostCells: number;
    readonly isTold: boolean;
    readonly results: ResultsPart | null;
    readonly known: KnownParts;
  },
): Message {
  builder.length = 0;
  const liveClass = liveClassOf(range.width, range.rangeUs);
  const { mostCells, isTold, results, known } = options;
  const side = { windowed: totals.windowed, isTold };
  const share = Math.max(LEAST_CELLS, Math.floor(mostCells / Math.max(1, data.series.size)));
  const shown = { width: Math.min(range.width, share), rangeUs: range.rangeUs };
  const rows = new SnapshotRows();
  const series: SeriesEntry[] = [];
  const ranges: KeyframeRange[] = [];
  const windowed: { readonly state: SeriesState; readonly from: number; readonly to: number }[] = [];
  for (const state of data.series.values()) {
    if (known.hasSeries(state)) continue;
    const index = series.length;
    const from = builder.length;
    const entry = entryOf(state, liveClass, side);
    series.push(entry);
    ranges.push({ series: index, from: finiteOrNull(state.cells.from), gone: state.cells.gone });
    const finest = entry.tiers === state.cells.durations ? null : liveClass;
    const hasWindows = state.windows.stores.size > 0 && !(isTold && isToldAxis(state.axis));
    addSnapshotCells(builder, index, state, shown, { nowUs: data.sentUs, liveClass: finest, hasWindows });
    if (hasWindows) windowed.push({ state, from, to: builder.length });
    rows.add(index, state, shown, data.sentUs);
  }
  const panes = builder.columns();
  const features = new SnapshotFeatures();
  for (const { state, from, to } of windowed) features.add(state, panes, from, to);
  const { epoch, samplesTotal, documentRevision, tables, stats, document } = totals;
  const slices = Object.entries(tables).flatMap(([id, { floor }]) => {
    const table = data.tables.get(id);
    return table === undefined || (table.complete && known.hasTable(id)) ? [] : [wholeSlice(id, table, floor)];
  });
  return {
    kind: 'snapshot',
    ...{ session, epoch, samplesTotal, documentRevision, tables, stats, series },
    document: known.hasDocument ? null : document,
    seq: data.seq,
    sentUs: data.sentUs,
    answered: null,
    slow: false,
    folds: null,
    samples: null,
    history: rows.columns(),
    keyframe: ranges.length === 0 ? null : { panes, ranges },
    foldFeatures: null,
    keyframeFeatures: features.columns(),
    latest: null,
    results,
    rows: slices,
    unknown: 0,
  };
}
