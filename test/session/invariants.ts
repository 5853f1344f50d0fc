import { mergePanes, type Pane, paneOf } from '../../src/core/pane.ts';
import type { EpochStore } from '../../src/session/epoch-store.ts';
import type { SeriesState } from '../../src/session/series-state.ts';
import { cellPane } from '../core/cell-pane.ts';
import { Broken } from './broken.ts';
import type { FakeSender, LoggedSample } from './fake-sender.ts';
import { checkWindows, checkWindowsComplete } from './window-invariants.ts';

export function need(holds: boolean, what: string, ...detail: readonly unknown[]): asserts holds {
  if (!holds) throw new Broken(`${what} ${JSON.stringify(detail)}`);
}

const FIELDS = ['count', 'sum', 'min', 'max', 'first', 'firstTime', 'last', 'lastTime'] as const;

function same(a: Pane | null | undefined, b: Pane | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  return FIELDS.every((f) => a[f] === b[f] || (f === 'sum' && Math.abs(a.sum - b.sum) <= 1e-9 * (1 + Math.abs(b.sum))));
}

function foldLog(log: readonly LoggedSample[], duration: number): Map<number, Pane> {
  const cells = new Map<number, Pane>();
  for (const { time, value } of log) {
    const start = Math.floor(time / duration) * duration;
    cells.set(start, mergePanes(cells.get(start) ?? null, paneOf(time, value)) as Pane);
  }
  return cells;
}

interface Shown {
  readonly duration: number;
  readonly start: number;
  readonly pane: Pane;
  readonly exact: boolean;
}

function shownCells(series: SeriesState, isCurrent: boolean): Shown[] {
  const shown: Shown[] = [];
  const { cells } = series;
  cells.eachShown(-Infinity, Infinity, (duration, start, tier, row) => {
    const pane = cellPane(cells.tiers[tier]!, row) as Pane;
    shown.push({ duration, start, pane, exact: isCurrent && cells.isProved(tier, row) });
  });
  return shown;
}

/**
 * I2, I3, I5 at any moment: what is called exact is exact as of the store's last message, nothing counts twice, memory is
 * bounded. The oracle is a fold of the sender's log.
 */
export function checkNow(sender: FakeSender, store: EpochStore): void {
  const { data } = store;
  for (const series of data.series.values()) {
    const log = (sender.log.get(series.key) ?? []).filter((r) => r.seq <= data.seq && r.gen === series.generation);
    const isCurrent = data.complete || series.verifiedSeq === data.seq;
    const { cells } = series;
    const truth = new Map(cells.durations.map((duration) => [duration, foldLog(log, duration)]));
    cells.tiers.forEach((tier, k) => {
      need(tier.size <= cells.limit + 1, 'I5 cells', tier.size);
      for (let row = tier.head; row < tier.end; row += 1) {
        const known = truth.get(cells.durations[k]!)!.get(tier.start(row))?.count ?? 0;
        need(tier.count(row) <= known, 'I3', series.key, cells.durations[k], tier.start(row), tier.count(row), known);
      }
    });
    const shown = shownCells(series, isCurrent);
    checkWindows(series, log);
    need(shown.reduce((n, { pane }) => n + pane.count, 0) === series.count, 'count of the shown cells', series.key);
    let proved = 0;
    for (const { duration, start, pane, exact } of shown) {
      if (!exact) continue;
      need(same(pane, truth.get(duration)!.get(start)), 'I2 cell called exact', series.key, duration, start, pane);
      if (start >= cells.from) proved += pane.count;
    }
    if (!series.exact) continue;
    need(proved === log.filter(({ time }) => time >= cells.from).length, 'I2 total', series.key, proved);
    checkRing(series, shown);
  }
  for (const [id, table] of data.tables) {
    const rows = sender.tableLog.get(data.seq)!.get(id) ?? [];
    if (!table.complete) continue;
    const held = table.rows().map((row) => [row.id, ...row.cells]);
    need(JSON.stringify(held) === JSON.stringify(rows.map((r) => [r.id, r.key, r.value])), 'I2 table', id, held, rows);
    // Which column is the key stands in the document.
    const keyed = data.document === null || table.rows().every((row, i) => row.key === rows[i]!.key);
    need(keyed, 'I2 table keys', id, table.rows(), rows);
  }
}

/** I3 for drawing: the raw rows of an exact cell are some of its samples. */
function checkRing({ ring, key }: SeriesState, shown: readonly Shown[]): void {
  if (ring.length === ring.capacity) return;
  for (const { start, duration, pane } of shown) {
    const rows = ring.lowerBound(start + duration) - ring.lowerBound(start);
    need(rows <= pane.count, 'I3 ring', key, start, duration, rows, pane.count);
  }
}

/** I1, I4 at the end: cells, tables and document are the sender's at the resolution of keyframes, and the store knows it. */
export function checkHealed(sender: FakeSender, store: EpochStore): void {
  const { data } = store;
  need(data.seq === sender.seq && data.complete, 'I1 totals', data.seq, sender.seq, data.complete);
  need((data.document?.revision ?? 0) === sender.revision, 'I1 revision', data.document?.revision, sender.revision);
  need(sender.revision === 0 || data.document?.title === sender.title, 'I1 document');
  const live = [...sender.lines].filter(([, { n }]) => n > 0);
  const held = [...data.series.values()].filter(({ n }) => n > 0);
  need(held.length === live.length, 'I1 series', held.length, live.length);
  for (const [key, line] of live) {
    const series = data.series.get(key);
    need(series?.exact === true && series.n === line.n, 'I1 not healed', key, series?.cells.hole, series?.n, line.n);
    need(series.pending.length === 0, 'I1 gap marks', key);
    checkWindowsComplete(
      series,
      (sender.log.get(key) ?? []).filter(({ gen }) => gen === series.generation),
    );
    const shown = shownCells(series, true);
    for (const { tier, start, pane } of line.cells.keyframe(sender.options.keyCells)) {
      if (start < series.cells.from) continue;
      const duration = line.cells.durations[tier]!;
      const coarser = shown.some((s) => s.start <= start && s.duration > duration && s.start + s.duration > start);
      need(!coarser, 'I1 coarser than the keyframe', key, duration, start);
      need(same(series.cells.query(duration, start), pane), 'I1', key, duration, start);
    }
  }
  for (const [id, table] of sender.tables) {
    const mine = data.tables.get(id);
    const { keyFloor } = table.proof();
    need(mine?.exact === true, 'I4 not proved', id);
    const expected = [...table.rows.values()].map((row) => [row.id, row.key, row.value] as const);
    const rows = mine.rows().map((row) => [row.id, row.key, row.cells[1]] as const);
    const recent = (list: readonly (readonly unknown[])[]) => list.filter((row) => (row[0] as number) >= keyFloor);
    need(JSON.stringify(recent(rows)) === JSON.stringify(recent(expected)), 'I4 lost row', id, rows, expected);
    for (const row of rows) need(table.rows.get(row[1])?.id === row[0], 'I4 ghost row', id, row);
  }
}
