import type { KeyframeRange, Message, RowsPart, SeriesEntry } from '../../src/wire/message-types.ts';
import { type PaneRow, paneColumns, type SampleRow, sampleColumns } from './message-builder.ts';
import { NaiveCells } from './naive-cells.ts';

const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);

/** One series at the fake producer. */
export class Line {
  n = 0;
  maxTime = Number.NEGATIVE_INFINITY;
  pending: [number, number][] = [];
  ring: [number, number][] = [];
  readonly cells: NaiveCells;
  readonly gen: number;

  constructor(tiers: readonly number[], limit: number, gen: number) {
    this.cells = new NaiveCells(tiers, limit);
    this.gen = gen;
  }
}

/** The parts of one message while they are collected. */
export class Draft {
  readonly samples: SampleRow[] = [];
  readonly latest: SampleRow[] = [];
  readonly history: SampleRow[] = [];
  readonly folds: PaneRow[] = [];
  readonly keyPanes: PaneRow[] = [];
  readonly ranges: KeyframeRange[] = [];
  readonly rows: RowsPart[] = [];
  readonly #entries = new Map<string, { readonly index: number; readonly before: number }>();
  readonly #lines: ReadonlyMap<string, Line>;

  constructor(lines: ReadonlyMap<string, Line>) {
    this.#lines = lines;
  }

  entry(key: string, before: number): number {
    const held = this.#entries.get(key);
    if (held !== undefined) return held.index;
    const index = this.#entries.size;
    this.#entries.set(key, { index, before });
    return index;
  }

  keyframe(key: string, limit: number): number {
    const { cells, maxTime, ring } = this.#lines.get(key)!;
    const series = this.entry(key, maxTime);
    const shown = cells.keyframe(limit);
    for (const { tier, start, pane } of shown) {
      this.keyPanes.push({ series, start, duration: cells.durations[tier]!, pane });
    }
    this.ranges.push({ series, from: finite(cells.from), gone: cells.gone });
    for (const [time, value] of ring) this.history.push({ series, time, value });
    return shown.length;
  }

  parts(): Partial<Message> {
    const series: SeriesEntry[] = [...this.#entries].map(([key, { before }]) => {
      const { gen, n, cells } = this.#lines.get(key)!;
      return { key, gen, n, before: finite(before), tiers: cells.durations, axis: 'time', since: null };
    });
    return {
      series,
      samples: sampleColumns(this.samples),
      latest: sampleColumns(this.latest),
      history: sampleColumns(this.history),
      folds: this.folds.length === 0 ? null : paneColumns(this.folds),
      keyframe: this.ranges.length === 0 ? null : { panes: paneColumns(this.keyPanes), ranges: this.ranges },
      rows: this.rows,
    };
  }
}
