import { StreamVizError } from '../../src/core/errors.ts';
import { type DashboardDocument, parseDocument } from '../../src/dashboard/document.ts';
import type { SeriesView, SessionStore, TableRow, TableView } from '../../src/session/session-view.ts';

/** The fixed clock of the pictures: 2026-03-03 14:15:00 UTC. */
export const NOW_US = Date.UTC(2026, 2, 3, 14, 15) * 1000;

export interface FakeGauge {
  readonly value: number;
  readonly ageS?: number;
  readonly folded?: number;
}

export interface FakeTable {
  readonly columns: TableView['columns'];
  readonly rows: readonly (readonly unknown[])[];
  readonly key?: string;
  readonly total?: number;
}

/** A store whose data a picture states; `change` replaces a table's rows. */
export class FakeStore implements SessionStore {
  readonly session = 'kernel-1';
  readonly epochId = 'e1';
  seq = 1;
  document: DashboardDocument | null = null;
  status: 'waiting' | 'live' | 'gone' = 'live';
  goneAtUs = NaN;
  problem: StreamVizError | null = null;
  readonly messages = { received: 0, applied: 0, lost: 0, doubled: 0, stale: 0, invalid: 0, unknown: 0 };
  readonly roundMs = 2000;
  readonly slow = false;
  clockUs = NOW_US;
  readonly #listeners = new Set<() => void>();
  readonly #series = new Map<string, SeriesView>();
  readonly #tables = new Map<string, TableView>();

  setDocument(widgets: readonly { kind: string; name: string; options?: object }[]): void {
    const entries = widgets.map((widget) => ({ id: `${widget.kind}:${widget.name}`, options: {}, ...widget }));
    this.document = parseDocument({
      revision: (this.document?.revision ?? 0) + 1,
      timezone: 'UTC',
      widgets: entries,
      views: [{ id: 'v1', cell: null, widgets: entries.map(({ id }) => id) }],
    });
    this.tell();
  }

  setGauge(name: string, gauge: FakeGauge): void {
    const lastTimeUs = this.clockUs - (gauge.ageS ?? 0) * 1e6;
    const before = this.#series.get(name);
    this.#series.set(name, {
      key: name,
      name,
      labels: [],
      generation: 0,
      version: (before?.version ?? 0) + 1,
      count: (before?.count ?? 0) + 1,
      firstTimeUs: lastTimeUs - 60e6,
      lastTimeUs,
      lastValue: gauge.value,
      intervalUs: 1e6,
      exact: true,
      pending: [],
      restored: [],
      counters: { folded: gauge.folded ?? 0, late: gauge.folded ? 3 : 0, invalid: 0, missing: 0, expired: 0 },
      summary: () => null,
      readLine: () => 'points',
      extent: () => false,
      nearest: () => null,
    });
    this.tell();
  }

  setTable(id: string, table: FakeTable): void {
    const keyIndex = table.columns.findIndex(({ name }) => name === table.key);
    const rows = table.rows.map((cells, i): TableRow => {
      const rowId = i + 1;
      const key = keyIndex < 0 ? String(rowId) : String(cells[keyIndex]);
      return { id: rowId, firstId: rowId, key, cells, changedAtSeq: 1 };
    });
    this.setRows(id, table, rows);
  }

  setRows(id: string, table: Pick<FakeTable, 'columns' | 'key' | 'total'>, rows: readonly TableRow[]): void {
    const total = table.total ?? rows.length;
    this.#tables.set(id, {
      id,
      version: (this.#tables.get(id)?.version ?? 0) + 1,
      rowCount: rows.length,
      total,
      exact: true,
      complete: total === rows.length,
      columns: table.columns,
      keyColumn: table.key ?? null,
      rows: () => rows,
    });
    this.tell();
  }

  fail(code: string, message: string): void {
    this.problem = new StreamVizError(code, message);
    this.tell();
  }

  /** A gauge's state is stated whole: windowed or not, it is the series of its name. */
  windowed(name: string): readonly SeriesView[] {
    return this.series(name);
  }

  series(name: string): readonly SeriesView[] {
    const series = this.#series.get(name);
    return series ? [series] : [];
  }

  table(widgetId: string): TableView | null {
    return this.#tables.get(widgetId) ?? null;
  }

  nowUs(): number {
    return this.clockUs;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
