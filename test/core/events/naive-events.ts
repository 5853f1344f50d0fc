import type { EventPane } from '../../../src/core/events/pane-rows.ts';

export interface Event {
  readonly key: string | null;
  readonly actor: string | null;
  readonly flags: number;
  readonly timeUs: number;
}

interface Taken extends Event {
  readonly key: string;
}

export interface Limits {
  readonly perUs: number;
  readonly keepUs: number;
  readonly maxKeys: number;
  readonly maxActors: number;
  readonly flags: readonly string[];
}

const floor = (time: number, per: number): number => Math.floor(time / per) * per;
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** The rules of keyed events, with every event kept and everything computed anew from them. */
export class NaiveEvents {
  taken: Taken[] = [];
  /** Taken ones in order of arrival, never forgotten. */
  readonly arrived: Taken[] = [];
  readonly counters = { late: 0, expired: 0, invalid: 0, missing: 0, overKeys: 0 };
  edgeUs = -Infinity;
  #newest = -Infinity;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get horizonUs(): number {
    const { perUs, keepUs } = this.#limits;
    return floor(this.edgeUs, perUs) + perUs - Math.ceil(keepUs / perUs) * perUs;
  }

  add(event: Event): void {
    if (!Number.isFinite(event.timeUs)) {
      this.counters.invalid += 1;
      return;
    }
    this.advance(event.timeUs);
    const { key } = event;
    const start = floor(event.timeUs, this.#limits.perUs);
    if (key === null) this.counters.missing += 1;
    else if (start < this.horizonUs) this.counters.expired += 1;
    else if (!this.taken.some((e) => e.key === key) && this.keys().length >= this.#limits.maxKeys) {
      this.counters.overKeys += 1;
    } else {
      if (start < this.#newest) this.counters.late += 1;
      this.#newest = Math.max(this.#newest, start);
      this.taken.push({ ...event, key });
      this.arrived.push({ ...event, key });
    }
  }

  advance(timeUs: number): void {
    this.edgeUs = Math.max(this.edgeUs, timeUs);
    this.taken = this.taken.filter((e) => floor(e.timeUs, this.#limits.perUs) >= this.horizonUs);
  }

  keys(): string[] {
    return sorted(this.taken.map((e) => e.key));
  }

  pane(key: string, startUs: number): EventPane | null {
    const mine = this.taken.filter((e) => e.key === key && floor(e.timeUs, this.#limits.perUs) === startUs);
    if (mine.length === 0) return null;
    const names = sorted(mine.flatMap((e) => e.actor ?? []));
    return {
      count: mine.length,
      actors: { names: names.slice(0, this.#limits.maxActors), complete: names.length <= this.#limits.maxActors },
      flags: Float64Array.from(this.#limits.flags, (_, i) => mine.filter((e) => (e.flags >> i) & 1).length),
      lastUs: Math.max(...mine.map((e) => e.timeUs)),
    };
  }

  window(startUs: number, endUs: number, columns: number) {
    const { perUs, flags } = this.#limits;
    const from = floor(startUs, perUs);
    const to = Math.max(from, Math.ceil(endUs / perUs) * perUs);
    const inside = this.taken.filter((e) => e.timeUs >= from && e.timeUs < to);
    const parts = Math.min(columns, (to - from) / perUs);
    const sum = (of: readonly Taken[]) => ({
      count: of.length,
      flags: flags.map((_, i) => of.filter((e) => (e.flags >> i) & 1).length),
      names: sorted(of.flatMap((e) => e.actor ?? [])),
    });
    const rows = sorted(inside.map((e) => e.key)).map((key) => {
      const mine = inside.filter((e) => e.key === key);
      const counts = Array.from({ length: parts }, () => 0);
      for (const { timeUs } of parts > 0 ? mine : []) {
        const pane = Math.floor((timeUs - from) / perUs);
        counts[Math.floor((pane * parts) / ((to - from) / perUs))]! += 1;
      }
      const lastUs = Math.max(...this.taken.filter((e) => e.key === key).map((e) => e.timeUs));
      return { key, ...sum(mine), lastUs, columns: counts };
    });
    rows.sort((a, b) => b.count - a.count);
    return { startUs: from, endUs: to, rows, total: sum(inside) };
  }
}
