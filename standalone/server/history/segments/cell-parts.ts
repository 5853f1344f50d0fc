import { type CellRows, gatherCells } from './cell-rows.ts';
import { decodeCells, encodeCells } from './cell-segment.ts';
import { type DecodePart, type OnDamaged, tolerant } from './damaged-parts.ts';
import type { PartTable, StoredPart } from './part-table.ts';

/** Cells of a full part. */
const FULL_CELLS = 600;

/** The cells of the series of a history file, in parts: those of a tier, and those that came folded. Each start is there once. */
export class CellParts {
  readonly #parts: PartTable;
  readonly #decoded: DecodePart<CellRows>;
  readonly #withoutSketches: DecodePart<CellRows>;

  /** @param onDamaged Told of parts that cannot be read, which are passed over. Default: they throw. */
  constructor(parts: PartTable, onDamaged: OnDamaged | null = null) {
    this.#parts = parts;
    this.#decoded = tolerant(decodeCells, onDamaged);
    this.#withoutSketches = tolerant((enc, body) => decodeCells(enc, body, false), onDamaged);
  }

  /**
   * Puts `cells` in the place of all cells that start in `[fromUs, toUs)`.
   *
   * @param tier The duration, or minus the duration of folds.
   */
  replace(series: number, tier: number, fromUs: number, toUs: number, cells: CellRows): void {
    const durationUs = Math.abs(tier);
    const over = this.#parts.overlapping(series, tier, fromUs, toUs);
    if (over.length === 0 && cells.length === 0) return;
    const before = over.length > 0 ? null : this.#parts.at(series, tier, fromUs);
    const touched: StoredPart[] = before !== null && before.n < FULL_CELLS ? [before] : [...over];
    const lists = [...touched.map(({ enc, body }) => decodeCells(enc, body)), cells];
    const own = lists.length - 1;
    const kept = gatherCells(lists, (startUs, list) => list === own || startUs < fromUs || startUs >= toUs);
    for (const { id } of touched) this.#parts.remove(id);
    for (let at = 0; at < kept.length; at += FULL_CELLS) {
      const to = Math.min(kept.length, at + FULL_CELLS);
      const place = { t0: kept.start[at]!, t1: kept.start[to - 1]! + durationUs, n: to - at };
      this.#parts.insert(series, tier, place, encodeCells(kept, at, to));
    }
  }

  /** The cells that start in `[fromUs, toUs)`; without their sketches (null) where those are not wanted. */
  read(series: number, tier: number, fromUs: number, toUs: number, withSketches = true): CellRows {
    const decoded = withSketches ? this.#decoded : this.#withoutSketches;
    const parts = this.#parts.overlapping(series, tier, fromUs, toUs);
    const lists = parts.flatMap((part) => decoded(part) ?? []);
    const [only] = lists;
    if (lists.length === 1 && only !== undefined && only.start[0]! >= fromUs && only.start[only.length - 1]! < toUs) {
      return only;
    }
    return gatherCells(lists, (startUs) => startUs >= fromUs && startUs < toUs);
  }
}
