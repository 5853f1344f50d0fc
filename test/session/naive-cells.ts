import { mergePanes, type Pane } from '../../src/core/pane.ts';

export interface ShownCell {
  readonly tier: number;
  readonly start: number;
  readonly pane: Pane;
}

const mergeAll = (cells: readonly ShownCell[]): Pane | null =>
  cells.reduce<Pane | null>((sum, { pane }) => mergePanes(sum, pane), null);

/** The cell rules of docs/protocol.md, section 4, with one map per tier and everything searched anew: slow and plain. */
export class NaiveCells {
  readonly durations: readonly number[];
  readonly limit: number;
  readonly tiers: Map<number, Pane | null>[];
  readonly horizons: number[];
  gone = 0;
  from = Number.NEGATIVE_INFINITY;

  constructor(durations: readonly number[], limit: number) {
    this.durations = durations;
    this.limit = limit;
    this.tiers = durations.map(() => new Map());
    this.horizons = durations.map(() => Number.NEGATIVE_INFINITY);
  }

  add(time: number, pane: Pane, duration = 0): void {
    this.durations.forEach((d, k) => {
      const start = Math.floor(time / d) * d;
      if (start < this.horizons[k]! || d < duration) return;
      const inherits = k > 0 && this.durations[k - 1]! < duration;
      const held = inherits ? this.query(k, start) : (this.tiers[k]!.get(start) ?? null);
      this.tiers[k]!.set(start, mergePanes(held, pane));
    });
    if (time < this.horizons.at(-1)!) this.gone += pane.count;
  }

  replace(duration: number, start: number, pane: Pane): void {
    if (start < this.horizons.at(-1)!) {
      this.gone += pane.count;
      return;
    }
    const k = this.durations.indexOf(duration);
    if (start < this.horizons[k]!) return;
    this.tiers[k]!.set(start, pane);
    for (let up = k + 1; up < this.durations.length; up += 1) {
      const parent = Math.floor(start / this.durations[up]!) * this.durations[up]!;
      if (!this.tiers[up]!.has(parent)) this.tiers[up]!.set(parent, null);
    }
  }

  finest(time: number): number {
    return this.durations.findIndex((d, k) => Math.floor(time / d) * d >= this.horizons[k]!);
  }

  shown(low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY, top = this.durations.length - 1): ShownCell[] {
    let groups = new Map<number, ShownCell[]>();
    for (let k = 0; k <= top; k += 1) {
      const d = this.durations[k]!;
      const next = new Map<number, ShownCell[]>();
      for (const [start, cells] of groups) {
        const parent = Math.floor(start / d) * d;
        next.set(parent, [...(next.get(parent) ?? []), ...cells]);
      }
      for (const [start, pane] of this.tiers[k]!) {
        if (pane === null || start < low || start >= high) continue;
        const below = (next.get(start) ?? []).reduce((n, cell) => n + cell.pane.count, 0);
        if (pane.count > below) next.set(start, [{ tier: k, start, pane }]);
      }
      groups = next;
    }
    return [...groups.values()].flat().sort((a, b) => a.start - b.start);
  }

  query(k: number, start: number): Pane | null {
    return mergeAll(this.shown(start, start + this.durations[k]!, k));
  }

  forget(edge: number): void {
    this.tiers.forEach((cells, k) => {
      this.horizons[k] = Math.max(this.horizons[k]!, edge);
      for (const start of [...cells.keys()]) if (start < edge) cells.delete(start);
    });
  }

  evict(): void {
    this.tiers.forEach((cells, k) => {
      const top = k + 1 === this.durations.length;
      const parent = this.durations[top ? k : k + 1]!;
      while (cells.size > this.limit) {
        const edge = Math.floor(Math.min(...cells.keys()) / parent) * parent + parent;
        if (top) {
          this.gone += this.shown(this.from, edge).reduce((n, cell) => n + cell.pane.count, 0);
          this.from = Math.max(this.from, edge);
        } else {
          for (const start of [...cells.keys()].filter((s) => s < edge)) {
            const above = Math.floor(start / parent) * parent;
            this.tiers[k + 1]!.set(above, this.query(k + 1, above));
          }
        }
        for (let j = 0; j <= k; j += 1) {
          this.horizons[j] = Math.max(this.horizons[j]!, edge);
          for (const start of [...this.tiers[j]!.keys()]) if (start < edge) this.tiers[j]!.delete(start);
        }
      }
    });
  }

  /** A partition of all retained time, newest cells finest; about `limit` cells of each tier. */
  keyframe(limit: number): ShownCell[] {
    const low = this.durations.slice(0, -1).map((_, k) => {
      const starts = [...this.tiers[k]!.keys()].sort((a, b) => a - b);
      const up = this.durations[k + 1]!;
      return starts.length <= limit ? this.horizons[k]! : Math.ceil(starts.at(-limit)! / up) * up;
    });
    low.push(Number.NEGATIVE_INFINITY);
    for (let k = low.length - 3; k >= 0; k -= 1) low[k] = Math.max(low[k]!, low[k + 1]!);
    const out: ShownCell[] = [];
    let high = Number.POSITIVE_INFINITY;
    this.tiers.forEach((cells, tier) => {
      for (const [start, pane] of cells)
        if (pane && start >= low[tier]! && start < high) out.push({ tier, start, pane });
      high = low[tier]!;
    });
    return out;
  }
}
