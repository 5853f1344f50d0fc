import { EpochStore } from '../../src/session/epoch-store.ts';
import type { Message } from '../../src/wire/message-types.ts';
import { messageOf, type SampleRow, sampleColumns } from '../session/message-builder.ts';

/** The fixed clock of the pictures: 2026-11-21 14:12:11 UTC. */
export const NOW_US = Date.UTC(2026, 10, 21, 14, 12, 11) * 1000;

/** One widget of a document and the samples of its lines. */
export interface FedWidget {
  readonly kind: string;
  readonly name: string;
  readonly options?: Record<string, unknown>;
  /** Id of the notebook cell. */
  readonly cell: string | null;
  /** Labels of its lines; default: one line without. */
  readonly lines?: readonly (readonly (readonly [string, string])[])[];
}

/** An epoch of a session that is fed from here: the real store behind a producer that a picture states. */
export class Feed {
  readonly store: EpochStore;
  readonly #widgets: readonly FedWidget[];
  readonly #keys: string[] = [];
  readonly #sent: number[] = [];
  #seq = 0;

  constructor(widgets: readonly FedWidget[], now: () => number, session = 'kernel-1') {
    this.store = new EpochStore({ session, epochId: 'a'.repeat(32), now });
    this.#widgets = widgets;
    for (const { name, lines = [[]] } of widgets) {
      for (const labels of lines) this.#keys.push(JSON.stringify([name, labels]));
    }
    this.#sent = this.#keys.map(() => 0);
    const cells = [...new Set(widgets.map(({ cell }) => cell))];
    this.#send({
      document: {
        revision: 1,
        timezone: 'UTC',
        widgets: widgets.map((widget) => ({
          id: idOf(widget),
          kind: widget.kind,
          name: widget.name,
          options: widget.options ?? {},
        })),
        views: cells.map((cell, i) => ({
          id: `v${i}`,
          cell,
          widgets: widgets.filter((widget) => widget.cell === cell).map(idOf),
        })),
      },
      documentRevision: 1,
    });
  }

  get lineCount(): number {
    return this.#keys.length;
  }

  /** Samples of lines by their place among all lines: times rise within one call. */
  samples(rows: readonly SampleRow[]): void {
    const used = [...new Set(rows.map(({ series }) => series))].sort((a, b) => a - b);
    const place = new Map(used.map((series, i) => [series, i]));
    for (const { series } of rows) this.#sent[series] = (this.#sent[series] ?? 0) + 1;
    this.#send({
      series: used.map((series) => ({
        key: this.#keys[series] ?? '',
        gen: 0,
        n: this.#sent[series] ?? 0,
        before: null,
        tiers: [1e6, 10e6, 60e6, 600e6],
        axis: this.#isStep(series) ? ('step' as const) : ('time' as const),
        since: null,
      })),
      samples: sampleColumns(rows.map((row) => ({ ...row, series: place.get(row.series) ?? 0 }))),
    });
  }

  #isStep(series: number): boolean {
    let at = series;
    for (const { lines = [[]], options } of this.#widgets) {
      if (at < lines.length) return options?.x === 'step';
      at -= lines.length;
    }
    return false;
  }

  #send(fields: Partial<Message>): void {
    this.#seq += 1;
    const samplesTotal = this.#sent.reduce((sum, n) => sum + n, 0);
    this.store.apply(messageOf({ seq: this.#seq, samplesTotal, documentRevision: 1, sentUs: NOW_US, ...fields }));
    this.store.notify();
  }
}

export const idOf = ({ kind, name }: FedWidget): string => `${kind}:${name}`;
