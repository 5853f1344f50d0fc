import { CellColumns } from './cell-columns.ts';
import { copyPane, createPaneFields, mergePaneInto, mergeRunInto, type Pane, type PaneFields, paneAt } from './pane.ts';

/** Called for one shown cell; `tierIndex` and `row` address its columns in {@link CellTiers.tiers} until the cells change. */
export type VisitCell = (durationUs: number, startUs: number, tierIndex: number, row: number) => void;

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
 * Times are microseconds. Columns are typed arrays and stay owned by this class: read, never write.
 */
export class CellTiers {
  /** Durations in us, ascending; each divides the next. */
  readonly durations: readonly number[];
  /** Columns of each tier, finest first. */
  readonly tiers: readonly CellColumns[];
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

  readonly #scratch = createPaneFields(1);
  readonly #inherited = createPaneFields(1);

  /** @param options.limit Most cells of one tier; at least the producer's limit and one parent more. */
  constructor(options: { readonly durations: readonly number[]; readonly limit: number }) {
    this.durations = [...options.durations];
    this.limit = options.limit;
    this.tiers = this.durations.map(() => new CellColumns());
    this.horizons = new Float64Array(this.durations.length).fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * Adds the samples of `[from, to)`, in arrival order; values that are not finite enter no cell.
   *
   * Runs of samples of one finest cell are folded first, so an ordered batch costs one visit of the tiers per finest cell,
   * and each sample one look at its time and one at its value. Allocates nothing but the room of new cells.
   *
   * @returns whether no time was smaller than the one before it.
   */
  addSamples(times: Float64Array, values: Float64Array, from: number, to: number): boolean {
    const duration = this.durations[0]!;
    const scratch = this.#scratch;
    let start = Number.NaN;
    let end = Number.NaN;
    scratch.count[0] = 0;
    let isRising = true;
    let i = from;
    while (i < to) {
      const time = times[i]!;
      if (i > from && !(time >= times[i - 1]!)) isRising = false;
      if (!(time >= start && time < end)) {
        if (scratch.count[0]! > 0) this.#add(start, scratch, 0, 0);
        scratch.count[0] = 0;
        start = Math.floor(time / duration) * duration;
        end = start + duration;
      }
      const next = risingUntil(times, i, to, end);
      mergeRunInto(scratch, 0, times, values, i, next);
      i = next;
    }
    if (scratch.count[0]! > 0) this.#add(start, scratch, 0, 0);
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
    copyPane(tier, cell, panes, row);
    tier.asOf[cell] = seq;
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
    const top = this.durations.length - 1;
    this.#eachShown(top, this.#firstOverlap(top, startUs), startUs, endUs, visit);
  }

  /** Whether nothing can be missing from this cell of the message last applied to the series. */
  isProved(tierIndex: number, row: number): boolean {
    const tier = this.tiers[tierIndex]!;
    return this.hole === null || tier.asOf[row]! >= this.hole.seq || tier.start[row]! > this.hole.before;
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
      mergePaneInto(all, 0, this.tiers[tierIndex]!, row),
    );
    return paneAt(all, 0);
  }

  /** Time of the oldest sample in a shown cell, NaN without samples. O(cells of the coarsest tier without samples). */
  get firstTimeUs(): number {
    let tierIndex = this.durations.length - 1;
    let tier = this.tiers[tierIndex]!;
    let row = tier.head;
    while (row < tier.end) {
      const below = tier.below[row]!;
      if (tier.count[row]! > below || (tierIndex === 0 && tier.count[row]! > 0)) return tier.firstTime[row]!;
      if (below > 0) {
        const start = tier.start[row]!;
        tierIndex -= 1;
        tier = this.tiers[tierIndex]!;
        row = tier.lowerBound(start);
      } else row += 1;
    }
    return Number.NaN;
  }

  /** The pane of one cell as shown: its own or that of the finer ones under it. Null where there are no samples. */
  query(durationUs: number, startUs: number): Pane | null {
    const tierIndex = this.tierOf(durationUs);
    const row = tierIndex < 0 ? -1 : this.tiers[tierIndex]!.find(startUs);
    if (row < 0) return null;
    const out = createPaneFields(1);
    this.#collect(tierIndex, row, out);
    return paneAt(out, 0);
  }

  /** Drops the cells before `edgeUs` (down to a whole cell of the coarsest tier); nothing before it is taken any more. */
  forget(edgeUs: number): void {
    const top = this.durations.length - 1;
    const edge = Math.floor(edgeUs / this.durations[top]!) * this.durations[top]!;
    this.#dropBefore(top, edge);
  }

  /**
   * Drops the whole cells of the coarsest tier that end at or before `edgeUs`; their samples count as {@link gone}, and
   * nothing before them is taken any more.
   */
  expire(edgeUs: number): void {
    const top = this.durations.length - 1;
    const edge = Math.floor(edgeUs / this.durations[top]!) * this.durations[top]!;
    const coarsest = this.tiers[top]!;
    for (let row = coarsest.lowerBound(this.from); row < coarsest.end && coarsest.start[row]! < edge; row += 1) {
      this.gone += coarsest.shown(row);
    }
    if (edge > this.from) this.from = edge;
    this.#dropBefore(top, edge);
  }

  /**
   * Drops the oldest cells, finest tier first and about half a tier at a time, until the columns are at most `maxBytes`.
   *
   * Whole parents go and keep what their cells knew; what leaves the coarsest tier counts as {@link gone}. The cells of the
   * newest parent of each tier, and the newest cell of the coarsest, stay: below that no `maxBytes` is reached.
   */
  evictBytes(maxBytes: number): void {
    const top = this.durations.length - 1;
    for (let k = 0; k <= top && this.bytes > maxBytes; k += 1) {
      const tier = this.tiers[k]!;
      const parent = this.durations[Math.min(top, k + 1)]!;
      tier.trim();
      while (this.bytes > maxBytes && tier.size > 1) {
        const newest = Math.floor(tier.start[tier.end - 1]! / parent) * parent;
        const oldest = Math.floor(tier.start[tier.head]! / parent) * parent;
        const middle = Math.floor(tier.start[tier.head + (tier.size >> 1)]! / parent) * parent;
        const edge = Math.min(newest, Math.max(oldest + parent, middle));
        if (edge <= oldest) break;
        if (k === top) this.expire(edge);
        else this.#evictTier(k, edge);
        tier.trim();
      }
    }
  }

  /** Bytes of the columns of all tiers. */
  get bytes(): number {
    let total = 0;
    for (const tier of this.tiers) total += tier.bytes;
    return total;
  }

  /** Brings every tier down to its limit: the oldest cells go, whole parents at a time, and the parent keeps their sum. */
  evict(): void {
    const top = this.durations.length - 1;
    for (let k = 0; k < top; k += 1) {
      const tier = this.tiers[k]!;
      while (tier.size > this.limit) {
        this.#evictTier(k, tier.start[tier.head]! + this.durations[k + 1]!);
      }
    }
    const coarsest = this.tiers[top]!;
    while (coarsest.size > this.limit) {
      this.expire(coarsest.start[coarsest.head]! + this.durations[top]!);
    }
  }

  /** Drops the cells of tier `k` and finer before `edgeUs`, down to a whole parent; the parents keep what they knew. */
  #evictTier(k: number, edgeUs: number): void {
    const parent = this.durations[k + 1]!;
    const edge = Math.floor(edgeUs / parent) * parent;
    this.#inheritBefore(k + 1, edge);
    for (let j = 0; j <= k; j += 1) {
      if (edge > this.horizons[j]!) this.horizons[j] = edge;
      this.tiers[j]!.evictBefore(edge);
    }
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
      if (k === finest && k > 0) this.#inherit(k, cell);
      tier.below[cell]! += gained;
      mergePaneInto(tier, cell, panes, row);
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
      tier.below[cell]! += rise;
      rise = tier.shown(cell) - before;
    }
    this.count += rise;
  }

  /** Makes a cell hold itself what the finer ones under it show, where they know as many samples or more. */
  #inherit(tierIndex: number, row: number): void {
    const tier = this.tiers[tierIndex]!;
    if (tier.below[row]! === 0 || tier.below[row]! < tier.count[row]!) return;
    this.#inherited.count[0] = 0;
    this.#collect(tierIndex, row, this.#inherited);
    copyPane(tier, row, this.#inherited, 0);
  }

  /** As {@link #inherit}, for the cells of a tier before `edgeUs`, whose finer cells are about to go. */
  #inheritBefore(tierIndex: number, edgeUs: number): void {
    const tier = this.tiers[tierIndex]!;
    for (let row = tier.head; row < tier.end && tier.start[row]! < edgeUs; row += 1) {
      this.#inherit(tierIndex, row);
      tier.below[row] = 0;
    }
  }

  #dropBefore(tierIndex: number, edgeUs: number): void {
    const coarsest = this.tiers[this.tiers.length - 1]!;
    for (let row = coarsest.head; row < coarsest.end && coarsest.start[row]! < edgeUs; row += 1) {
      this.count -= coarsest.shown(row);
    }
    for (let j = 0; j <= tierIndex; j += 1) {
      if (edgeUs > this.horizons[j]!) this.horizons[j] = edgeUs;
      this.tiers[j]!.evictBefore(edgeUs);
    }
  }

  #collect(tierIndex: number, row: number, into: PaneFields): void {
    const tier = this.tiers[tierIndex]!;
    if (tierIndex === 0 || tier.count[row]! > tier.below[row]!) {
      mergePaneInto(into, 0, tier, row);
      return;
    }
    const finer = this.tiers[tierIndex - 1]!;
    const end = tier.start[row]! + this.durations[tierIndex]!;
    for (let r = finer.lowerBound(tier.start[row]!); r < finer.end && finer.start[r]! < end; r += 1) {
      this.#collect(tierIndex - 1, r, into);
    }
  }

  /** First row of a tier whose cell ends after `startUs`. */
  #firstOverlap(tierIndex: number, startUs: number): number {
    const duration = this.durations[tierIndex]!;
    return this.tiers[tierIndex]!.lowerBound(Math.floor(startUs / duration) * duration);
  }

  #eachShown(tierIndex: number, firstRow: number, startUs: number, endUs: number, visit: VisitCell): void {
    const tier = this.tiers[tierIndex]!;
    const duration = this.durations[tierIndex]!;
    for (let row = firstRow; row < tier.end; row += 1) {
      const start = tier.start[row]!;
      if (start >= endUs) return;
      const below = tier.below[row]!;
      if (tier.count[row]! > below || (tierIndex === 0 && tier.count[row]! > 0)) visit(duration, start, tierIndex, row);
      else if (below > 0) {
        const low = Math.max(startUs, start);
        const high = Math.min(endUs, start + duration);
        this.#eachShown(tierIndex - 1, this.#firstOverlap(tierIndex - 1, low), low, high, visit);
      }
    }
  }

  /**
   * The same cells under tiers that differ in the finest alone: one that goes leaves its sums to its parents, one that
   * comes begins empty at `horizonUs`. Takes the columns over: this object must not be used any more. O(cells of a tier).
   * `durations` must {@link differInFinest} at most.
   */
  withFinest(durations: readonly number[], horizonUs: number): CellTiers {
    const kept = commonCoarser(this.durations, durations);
    const gone = this.durations.length - kept;
    const come = durations.length - kept;
    if (gone > 0) this.#inheritBefore(1, Number.POSITIVE_INFINITY);
    const next = new CellTiers({ durations, limit: this.limit });
    const tiers = [...(come > 0 ? [new CellColumns()] : []), ...this.tiers.slice(gone)];
    (next.tiers as CellColumns[]).splice(0, durations.length, ...tiers);
    for (let k = 0; k < kept; k += 1) next.horizons[come + k] = this.horizons[gone + k]!;
    if (come > 0) next.horizons[0] = Math.max(horizonUs, next.horizons[1]!);
    next.count = this.count;
    next.gone = this.gone;
    next.from = this.from;
    next.hole = this.hole;
    return next;
  }
}

/** End of the longest run from `from` on whose times do not fall and lie before `endUs`; at least `from + 1`. */
function risingUntil(times: Float64Array, from: number, to: number, endUs: number): number {
  let last = times[from]!;
  let i = from + 1;
  for (; i < to; i += 1) {
    const time = times[i]!;
    if (!(time >= last && time < endUs)) break;
    last = time;
  }
  return i;
}

/** Whether two lists of tiers are equal but for the finest of each. */
export function differInFinest(a: readonly number[], b: readonly number[]): boolean {
  const kept = commonCoarser(a, b);
  return kept > 0 && a.length - kept <= 1 && b.length - kept <= 1;
}

/** Number of tiers, from the coarsest on, that two lists have in common. */
function commonCoarser(a: readonly number[], b: readonly number[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a.at(-1 - count) === b.at(-1 - count)) count += 1;
  return count;
}
