import { CellTiers } from '../cell-tiers.ts';
import { doublesIn, metaNumber, numberIn, stateInvalid, tableNamed } from '../state-input.ts';
import type { StateTable } from '../state-table.ts';

/** A copy of everything that cells hold: {@link restoreCells} goes on from it. O(cells). */
export function saveCells(cells: CellTiers): readonly StateTable[] {
  const { count, gone, hole } = cells;
  const meta = {
    limit: metaNumber(cells.limit),
    count,
    gone,
    from: metaNumber(cells.from),
    holeSeq: hole === null ? null : hole.seq,
    holeBefore: hole === null ? null : metaNumber(hole.before),
  };
  const columns = { duration: Float64Array.from(cells.durations), horizon: cells.horizons.slice() };
  return [{ name: 'cells', meta, columns }, ...cells.tiers.map((tier, k) => tier.toTable(`cells.${k}`))];
}

/** The cells whose {@link saveCells} gave these tables. @throws StreamVizError `STATE_INVALID` */
export function restoreCells(tables: readonly StateTable[]): CellTiers {
  const table = tableNamed(tables, 'cells');
  const durations = [...doublesIn(table, 'duration')];
  const horizons = doublesIn(table, 'horizon', durations.length);
  if (!areTiers(durations)) throw stateInvalid(`cells has the tiers ${durations.join(', ')}`);
  const cells = new CellTiers({ durations, limit: numberIn(table, 'limit') });
  cells.horizons.set(horizons);
  cells.count = numberIn(table, 'count');
  cells.gone = numberIn(table, 'gone');
  cells.from = numberIn(table, 'from');
  if (table.meta.holeSeq !== null) {
    cells.hole = { seq: numberIn(table, 'holeSeq'), before: numberIn(table, 'holeBefore') };
  }
  for (const [k, tier] of cells.tiers.entries()) tier.restore(tableNamed(tables, `cells.${k}`));
  return cells;
}

/** Whether these can be the durations of tiers: positive, finite, each dividing the next. */
function areTiers(durations: readonly number[]): boolean {
  return (
    durations.length > 0 &&
    durations.every((duration, k) => {
      const finer = durations[k - 1];
      if (!(duration > 0 && Number.isFinite(duration))) return false;
      return finer === undefined || (duration > finer && duration % finer === 0);
    })
  );
}
