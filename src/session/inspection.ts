import type { Pane } from '../core/pane.ts';
import type { WindowCounters } from '../core/windows/window-operator.ts';
import type { EpochStore } from './epoch-store.ts';
import type { SeriesState } from './series-state.ts';
import type { MessageCounts, SeriesCounters, TableColumn, TimeSpan, WindowPoint } from './session-view.ts';
import { WindowedLine } from './windowed-line.ts';

/** One result, in plain data: a value that is none is null. */
export interface WindowPointInspection extends Omit<WindowPoint, 'value'> {
  readonly value: number | null;
}

/** One aggregation of a series' windows, in plain data. */
export interface WindowInspection {
  /** Canonical text of the definition without the aggregations. */
  readonly window: string;
  readonly aggregation: string;
  readonly watermark: number | null;
  /** Final results held, oldest first. */
  readonly results: number;
  readonly newest: WindowPointInspection | null;
  readonly open: WindowPointInspection | null;
  readonly counters: Readonly<WindowCounters>;
  readonly revisedAt: number | null;
}

/** What one series holds, in plain data. Without samples `count` and `sum` are 0 and the rest is null. */
export interface SeriesInspection extends SeriesCounters {
  readonly key: string;
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly generation: number;
  readonly n: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly first: number | null;
  readonly firstTime: number | null;
  readonly last: number | null;
  readonly lastTime: number | null;
  readonly exact: boolean;
  readonly pending: readonly TimeSpan[];
  readonly restored: readonly TimeSpan[];
  readonly windows: readonly WindowInspection[];
}

/** What a store holds, in plain data that JSON can carry. For tests and support. */
export interface SessionInspection {
  readonly session: string;
  readonly epoch: string;
  readonly seq: number;
  readonly status: 'waiting' | 'live' | 'gone';
  readonly problem: { readonly code: string; readonly message: string } | null;
  readonly messages: Readonly<MessageCounts>;
  readonly roundMs: number | null;
  readonly slow: boolean;
  readonly documentRevision: number | null;
  readonly series: readonly SeriesInspection[];
  readonly tables: readonly {
    readonly id: string;
    readonly rows: number;
    readonly total: number;
    readonly exact: boolean;
    readonly complete: boolean;
    readonly columns: readonly TableColumn[];
  }[];
}

const NO_PANE: { readonly [field in keyof Pane]: number | null } = {
  count: 0,
  sum: 0,
  min: null,
  max: null,
  first: null,
  firstTime: null,
  last: null,
  lastTime: null,
};

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

const plainPoint = (point: WindowPoint | null): WindowPointInspection | null =>
  point === null ? null : { ...point, value: orNull(point.value) };

function inspectWindows(series: SeriesState): readonly WindowInspection[] {
  return [...series.windows.stores.values()].flatMap((store) =>
    store.options.aggregations.map((aggregation) => {
      const { window } = new WindowedLine({ series, store, aggregation, isOneOfSeveral: true });
      return {
        window: store.key,
        aggregation: aggregation.text,
        watermark: orNull(store.watermark),
        results: store.history.size,
        newest: plainPoint(window.newest),
        open: plainPoint(window.open),
        counters: { ...window.counters },
        revisedAt: orNull(window.revisedAtUs),
      };
    }),
  );
}

/** Returns a copy of what a store holds; it never changes afterwards. O(cells). */
export function inspectStore(store: EpochStore): SessionInspection {
  const { session, epochId, seq, status, problem, slow, data } = store;
  return {
    session,
    epoch: epochId,
    seq,
    status,
    problem: problem === null ? null : { code: problem.code, message: problem.message },
    messages: { ...store.messages },
    roundMs: orNull(store.roundMs),
    slow,
    documentRevision: data.document?.revision ?? null,
    series: [...data.series.values()].map((series) => {
      const { key, name, labels, generation, n, exact, pending, restored } = series;
      const { count, sum, ...rest } = series.summary() ?? NO_PANE;
      return {
        ...{ key, name, labels, generation, n, count: count ?? 0, sum: sum ?? 0, ...rest },
        ...{ exact, pending, restored, ...series.counters, windows: inspectWindows(series) },
      };
    }),
    tables: [...data.tables].map(([id, { rowCount, total, exact, complete, columns }]) => ({
      ...{ id, rows: rowCount, total, exact, complete, columns },
    })),
  };
}
