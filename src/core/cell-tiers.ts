import { evictToBytes, evictToLimit, expireBefore, forgetBefore, inherit, inheritBefore } from './cell-eviction.ts';
import { CellTier } from './cell-tier.ts';
import { createPaneFields, mergeRunInto, type Pane, type PaneFields, paneAt } from './pane.ts';
import { collectShown, eachShownCell, firstShownTime, type VisitCell } from './shown-cells.ts';
import { SpanWalk } from './span-walk.ts';
import { commonCoarser } from './tier-lists.ts';
import { firstFrom, isRisingRun } from './time-runs.ts';

export type { VisitCell } from './shown-cells.ts';

/** The run that is being folded: used within one call, so thousands of series share it. */
const SCRATCH = createPaneFields(1);
const WALK = new SpanWalk();

/**
 * The cells of one series in tiers of rising duration, and what of them is shown (docs/protocol.md, section 4).
 *
 * 1. The shown cells are a partition: no two overlap, and of a cell and the finer ones under it the larger count is shown,
 *    the finer when equal.
 * 2. A row adds to its cell in every tier that still holds its time; a folded pane never to a finer tier than its own.
 * 3. A complete pane replaces its cell and nothing else.
 * 4. Every cell has its parent in every coarser tier, so `count` and the shown sums are kept, not searched.
 * 5. No tier holds more than `limit` cells after `evict`; what leaves a tier stays known to its parent.
 *
 * Times are microseconds. The tiers stay owned by this class: read, never write.
 */
export class CellTiers {
  /** Durations in us, ascending; each divides the next. */
  readonly durations: readonly number[];
  /** The cells of each tier, finest first. */
  readonly tiers: readonly CellTier[];
  /** Each tier holds the cells that start at or after this. Never rises with the tier. */
  readonly horizons: Float64Array;
  readonly limit: number;
  /** Finite samples in the shown cells. */
  count = 0;
  /** Samples that the producer counted before {@link from}. */
  gone = 0;
  /** Start of what can be proved: of what the producer, or this store, still retains. */
  from = Number.NEGATIVE_INFINITY;
  /** Samples are missing from cells that start at or before `before`, until a complete pane of message `seq` or later. */
  hole: { readonly seq: number; readonly before: number } | null = null;

  /** @param options.limit Most cells of one tier; at least the producer's limit and one parent more. */
  constructor(options: { readonly durations: readonly number[]; readonly limit: number }) {
    this.durations = [...options.durations];
    this.limit = options.limit;
    this.tiers = this.durations.map(() => new CellTier());
    this.horizons = new Float64Array(this.durations.length).fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * Adds the samples of `[from, to)`, in arrival order; values that are not finite enter no cell.
   *
   * Samples of one finest cell that stand side by side are folded first, so a batch costs one visit of the tiers per finest
   * cell as long as its times stay in it, in whatever order. Allocates nothing but the room of new cells.
   *
   * @param areRising No time is smaller than the one before it, so nobody needs to look. Default false: not known.
   * @returns whether no time was smaller than the one before it.
   */
  addSamples(times: Float64Array, values: Float64Array, from: number, to: number, areRising: boolean = false): boolean {
    const duration = this.durations[0]!;
    const isRising = areRising || isRisingRun(times, from, to);
    for (let i = from; i < to; ) {
      const start = Math.floor(times[i]! / duration) * duration;
      const end = start + duration;
      const next = isRising
        ? firstFrom(times, i + 1, to, end)
        : WALK.walk(times, values, i, to, start, end, Number.NEGATIVE_INFINITY);
      SCRATCH.count[0] = 0;
      mergeRunInto(SCRATCH, 0, times, values, i, next, isRising ? null : WALK);
      if (SCRATCH.count[0]! > 0) this.#add(start, SCRATCH, 0, 0);
      i = next;
    }
    return isRising;
  }

  /**
   * Adds row `row` of `panes`: live rows folded into `[startUs, startUs + durationUs)`.
   *
   * The finest cell that takes it first takes over what only the finer cells under it know.
   */
  addFold(durationUs: number, startUs: number, panes: PaneFields, row: number): void {
    this.#add(startUs, panes, row, this.tierOf(durationUs));
  }

  /**
   * Replaces a cell by the producer's complete pane of it as of message `seq`.
   *
   * A cell before what its tier retains is ignored; before what any tier retains its samples count as {@link gone}.
   */
  replace(durationUs: number, startUs: number, panes: PaneFields, row: number, seq: number): void {
    const top = this.durations.length - 1;
    if (startUs < this.horizons[top]!) {
      this.gone += panes.count[row]!;
      return;
    }
    const tierIndex = this.tierOf(durationUs);
    if (startUs < this.horizons[tierIndex]!) return;
    const tier = this.tiers[tierIndex]!;
    const cell = tier.ensureRow(startUs);
    const before = tier.shown(cell);
    tier.copyFrom(cell, panes, row);
    tier.setAsOf(cell, seq);
    this.#raise(tierIndex + 1, startUs, tier.shown(cell) - before);
  }

  /** Index of the tier of this duration, or -1. */
  tierOf(durationUs: number): number {
    return this.durations.indexOf(durationUs);
  }

  /**
   * Visits the shown cells that overlap `[startUs, endUs)` in time order.
   *
   * O(log n + cells visited); allocates nothing. `visit` must not change the cells.
   */
  eachShown(startUs: number, endUs: number, visit: VisitCell): void {
    eachShownCell(this, startUs, endUs, visit);
  }

  /** Whether nothing can be missing from this cell of the message last applied to the series. */
  isProved(tierIndex: number, row: number): boolean {
    const tier = this.tiers[tierIndex]!;
    return this.hole === null || tier.asOf(row) >= this.hole.seq || tier.start(row) > this.hole.before;
  }

  /** Samples in the shown cells from {@link from} on. O(cells of the coarsest tier). */
  countRetained(): number {
    const tier = this.tiers[this.tiers.length - 1]!;
    let count = 0;
    for (let row = tier.lowerBound(this.from); row < tier.end; row += 1) count += tier.shown(row);
    return count;
  }

  /** The pane of all shown cells, or null without samples. O(cells). */
  summary(): Pane | null {
    const all = createPaneFields(1);
    this.eachShown(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, (_duration, _start, tierIndex, row) =>
      this.tiers[tierIndex]!.mergeTo(row, all),
    );
    return paneAt(all, 0);
  }

  /** Time of the oldest sample in a shown cell, NaN without samples. O(cells of the coarsest tier without samples). */
  get firstTimeUs(): number {
    return firstShownTime(this);
  }

  /** The pane of one cell as shown: its own or that of the finer ones under it. Null where there are no samples. */
  query(durationUs: number, startUs: number): Pane | null {
    const tierIndex = this.tierOf(durationUs);
    const row = tierIndex < 0 ? -1 : this.tiers[tierIndex]!.find(startUs);
    if (row < 0) return null;
    const out = createPaneFields(1);
    collectShown(this, tierIndex, row, out);
    return paneAt(out, 0);
  }

  /** Drops the cells before `edgeUs` (down to a whole cell of the coarsest tier); nothing before it is taken any more. */
  forget(edgeUs: number): void {
    forgetBefore(this, edgeUs);
  }

  /**
   * Drops the whole cells of the coarsest tier that end at or before `edgeUs`; their samples count as {@link gone}, and
   * nothing before them is taken any more.
   */
  expire(edgeUs: number): void {
    expireBefore(this, edgeUs);
  }

  /**
   * Drops the oldest cells, finest tier first and about half a tier at a time, until they take at most `maxBytes`.
   *
   * Whole parents go and keep what their cells knew; what leaves the coarsest tier counts as {@link gone}. The cells of the
   * newest parent of each tier, and the newest cell of the coarsest, stay: below that no `maxBytes` is reached.
   */
  evictBytes(maxBytes: number): void {
    evictToBytes(this, maxBytes);
  }

  /** Brings every tier down to its limit: the oldest cells go, whole parents at a time, and the parent keeps their sum. */
  evict(): void {
    evictToLimit(this);
  }

  /** Bytes of all tiers. */
  get bytes(): number {
    let total = 0;
    for (const tier of this.tiers) total += tier.bytes;
    return total;
  }

  /** Adds one pane to the tiers from `finest` on that still hold `startUs`. */
  #add(startUs: number, panes: PaneFields, row: number, finest: number): void {
    const count = this.durations.length;
    let gained = 0;
    for (let k = finest; k < count; k += 1) {
      const duration = this.durations[k]!;
      const start = Math.floor(startUs / duration) * duration;
      if (start < this.horizons[k]!) continue;
      const tier = this.tiers[k]!;
      const cell = tier.ensureRow(start);
      const before = tier.shown(cell);
      if (k === finest && k > 0) inherit(this, k, cell);
      tier.setBelow(cell, tier.below(cell) + gained);
      tier.merge(cell, panes, row);
      gained = tier.shown(cell) - before;
    }
    this.count += gained;
    if (startUs < this.horizons[count - 1]!) this.gone += panes.count[row]!;
  }

  /** Tells the cells over `startUs`, from tier `finest` on, that what is shown under them grew by `gained`. */
  #raise(finest: number, startUs: number, gained: number): void {
    let rise = gained;
    for (let k = finest; k < this.durations.length; k += 1) {
      const duration = this.durations[k]!;
      const tier = this.tiers[k]!;
      const cell = tier.ensureRow(Math.floor(startUs / duration) * duration);
      const before = tier.shown(cell);
      tier.setBelow(cell, tier.below(cell) + rise);
      rise = tier.shown(cell) - before;
    }
    this.count += rise;
  }

  /**
   * The same cells under tiers that differ in the finest alone: one that goes leaves its sums to its parents, one that
   * comes begins empty at `horizonUs`. Takes the cells over: this object must not be used any more. O(cells of a tier).
   * `durations` must differ in the finest at most (tier-lists.ts).
   */
  withFinest(durations: readonly number[], horizonUs: number): CellTiers {
    const kept = commonCoarser(this.durations, durations);
    const gone = this.durations.length - kept;
    const come = durations.length - kept;
    if (gone > 0) inheritBefore(this, 1, Number.POSITIVE_INFINITY);
    const next = new CellTiers({ durations, limit: this.limit });
    const tiers = [...(come > 0 ? [new CellTier()] : []), ...this.tiers.slice(gone)];
    (next.tiers as CellTier[]).splice(0, durations.length, ...tiers);
    for (let k = 0; k < kept; k += 1) next.horizons[come + k] = this.horizons[gone + k]!;
    if (come > 0) next.horizons[0] = Math.max(horizonUs, next.horizons[1]!);
    next.count = this.count;
    next.gone = this.gone;
    next.from = this.from;
    next.hole = this.hole;
    return next;
  }
}
