import type { CellTiers, VisitCell } from '../core/cell-tiers.ts';
import type { LineMemory } from '../core/retention/line-memory.ts';
import type { SampleRing } from '../core/sample-ring.ts';
import type { FoldRing } from './fold-ring.ts';

/** What one line is drawn from: raw rows, folded rows, the cells that say how many there should be, and what is missing. */
export interface LineSource {
  readonly ring: SampleRing;
  readonly folds: FoldRing;
  readonly cells: CellTiers;
  readonly pending: readonly { readonly startUs: number; readonly endUs: number }[];
  /** Kept from picture to picture by a source that says when to forget; without it every picture looks at all cells. */
  readonly memory?: LineMemory;
}

const FIRST_CAPACITY = 64;

/**
 * The shown cells of a range whose samples are not all at hand one by one: raw rows and folds in them are not as many as
 * the cell counts. There the cell's envelope is drawn; everywhere else the rows are.
 *
 * Reused from call to call: entries `[0, length)` are valid until the next `find` or change of the source. Cells are in time order.
 */
export class LooseCells {
  length = 0;
  startUs = new Float64Array(FIRST_CAPACITY);
  endUs = new Float64Array(FIRST_CAPACITY);
  tier = new Int32Array(FIRST_CAPACITY);
  row = new Int32Array(FIRST_CAPACITY);
  /** Raw rows inside the cell: `[from, to)`. */
  from = new Int32Array(FIRST_CAPACITY);
  to = new Int32Array(FIRST_CAPACITY);
  /** 1 where more rows are at hand than the cell counts, after a history came before its keyframe. */
  richer = new Uint8Array(FIRST_CAPACITY);

  #source: LineSource | null = null;
  #lastEndUs = Number.NaN;
  #lastTo = 0;

  /** Collects the loose cells that overlap `[startUs, endUs)`. O(log n) a shown cell; allocates only to grow. */
  find(source: LineSource, startUs: number, endUs: number): void {
    this.length = 0;
    const { memory } = source;
    if (memory !== undefined && this.#allTight(source, memory, startUs)) return;
    this.#source = source;
    this.#lastEndUs = Number.NaN;
    source.cells.eachShown(startUs, endUs, this.#visit);
    this.#source = null;
    if (memory === undefined || this.length > 0 || !reachesAll(source.cells, endUs)) return;
    memory.tightFromUs = Math.min(memory.tightFromUs, startUs);
  }

  /** Whether all cells that overlap times from `startUs` on are known to be tight. A full ring loses its oldest samples. */
  #allTight({ ring, cells }: LineSource, { tightFromUs }: LineMemory, startUs: number): boolean {
    if (!(startUs >= tightFromUs)) return false;
    const longest = cells.durations[cells.durations.length - 1]!;
    return ring.length < ring.capacity || Math.floor(startUs / longest) * longest > ring.firstTimeUs;
  }

  readonly #visit: VisitCell = (durationUs, startUs, tierIndex, row) => {
    const { ring, folds, cells } = this.#source!;
    const endUs = startUs + durationUs;
    const from = startUs === this.#lastEndUs ? this.#lastTo : ring.lowerBound(startUs);
    const to = ring.lowerBound(endUs);
    this.#lastEndUs = endUs;
    this.#lastTo = to;
    const counted = cells.tiers[tierIndex]!.count(row);
    const held = (from === to ? 0 : ring.finiteCount(from, to)) + folds.countIn(startUs, endUs);
    if (held === counted) return;
    if (this.length === this.tier.length) this.#grow();
    const at = this.length;
    this.startUs[at] = startUs;
    this.endUs[at] = endUs;
    this.tier[at] = tierIndex;
    this.row[at] = row;
    this.from[at] = from;
    this.to[at] = to;
    this.richer[at] = held > counted ? 1 : 0;
    this.length = at + 1;
  };

  #grow(): void {
    const size = this.tier.length * 2;
    const doubles = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(size);
      next.set(old);
      return next;
    };
    const integers = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const next = new Int32Array(size);
      next.set(old);
      return next;
    };
    this.startUs = doubles(this.startUs);
    this.endUs = doubles(this.endUs);
    this.tier = integers(this.tier);
    this.row = integers(this.row);
    this.from = integers(this.from);
    this.to = integers(this.to);
    const richer = new Uint8Array(size);
    richer.set(this.richer);
    this.richer = richer;
  }
}

/** Whether no cell holds a sample at or after `endUs`. O(tiers). */
function reachesAll({ tiers }: CellTiers, endUs: number): boolean {
  for (let k = 0; k < tiers.length; k += 1) {
    const tier = tiers[k]!;
    const newest = tier.end - 1;
    if (newest >= tier.head && tier.count(newest) > 0 && !(tier.lastTime(newest) < endUs)) return false;
  }
  return true;
}
