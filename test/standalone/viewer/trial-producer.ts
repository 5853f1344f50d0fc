import { randomBytes } from 'node:crypto';
import { RowHashSum } from '../../../src/core/row-hash.ts';
import type { Message, RowsPart, SeriesEntry } from '../../../src/wire/message-types.ts';
import { messageOf, type SampleRow, sampleColumns } from '../../session/message-builder.ts';

const TIERS = [1e6, 10e6, 60e6, 600e6];

interface TrialSeries {
  n: number;
  maxTime: number;
  readonly pending: [number, number][];
}

interface TrialTable {
  readonly columns: RowsPart['columns'];
  readonly keyed: boolean;
  readonly rows: Map<string, { readonly id: number; readonly firstId: number; readonly cells: readonly unknown[] }>;
  changed: string[];
  top: number;
}

/** A producer for trials of the page: it says what it is told to say, in good form, and repeats nothing. */
export class TrialProducer {
  epoch = { id: randomBytes(16).toString('hex'), startedUs: Date.now() * 1000 };
  readonly session: string;
  seq = 0;
  #total = 0;
  #revision = 0;
  #document: Record<string, unknown> | null = null;
  readonly #series = new Map<string, TrialSeries>();
  readonly #tables = new Map<string, TrialTable>();

  constructor(session: string) {
    this.session = session;
  }

  publish(document: Record<string, unknown>): void {
    this.#revision += 1;
    this.#document = { views: [], generations: {}, ...document, revision: this.#revision };
  }

  send(name: string, labels: Readonly<Record<string, string>>, timeUs: number, value: number): void {
    const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([name, pairs]);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { n: 0, maxTime: Number.NEGATIVE_INFINITY, pending: [] };
      this.#series.set(key, series);
    }
    series.pending.push([Math.round(timeUs), value]);
  }

  row(table: string, columns: RowsPart['columns'], key: string | null, cells: readonly unknown[]): void {
    let held = this.#tables.get(table);
    if (held === undefined) {
      held = { columns, keyed: key !== null, rows: new Map(), changed: [], top: 0 };
      this.#tables.set(table, held);
    }
    held.top += 1;
    const name = key ?? String(held.top);
    const firstId = held.rows.get(name)?.firstId ?? held.top;
    held.rows.delete(name);
    held.rows.set(name, { id: held.top, firstId, cells });
    held.changed.push(name);
  }

  /** Everything since the last message. */
  message(): Message {
    this.seq += 1;
    const entries: SeriesEntry[] = [];
    const samples: SampleRow[] = [];
    for (const [key, series] of this.#series) {
      if (series.pending.length === 0) continue;
      const before = Number.isFinite(series.maxTime) ? series.maxTime : null;
      for (const [time, value] of series.pending) {
        samples.push({ series: entries.length, time, value });
        series.maxTime = Math.max(series.maxTime, time);
      }
      series.n += series.pending.length;
      this.#total += series.pending.length;
      series.pending.length = 0;
      entries.push({ key, gen: 0, n: series.n, before, tiers: TIERS, axis: 'time', since: null });
    }
    const document = this.#document;
    this.#document = null;
    const rows = [...this.#tables].filter(([, { changed }]) => changed.length > 0);
    return messageOf({
      session: this.session,
      epoch: this.epoch,
      seq: this.seq,
      sentUs: Date.now() * 1000,
      samplesTotal: this.#total,
      documentRevision: this.#revision,
      document,
      series: entries,
      samples: sampleColumns(samples),
      rows: rows.map(([id, table]) => changes(id, table)),
      tables: Object.fromEntries([...this.#tables].map(([id, table]) => [id, proof(table)])),
    });
  }
}

function changes(id: string, table: TrialTable): RowsPart {
  const names = [...new Set(table.changed)];
  table.changed = [];
  const rows = names.map((name) => table.rows.get(name)!).sort((a, b) => a.id - b.id);
  return {
    table: id,
    slice: null,
    columns: table.columns,
    rowIds: Float64Array.from(rows, (row) => row.id),
    firstIds: Float64Array.from(rows, (row) => row.firstId),
    gone: new Uint8Array(rows.length),
    cells: rows.map(({ cells }) => cells),
  };
}

function proof(table: TrialTable) {
  const sum = new RowHashSum();
  for (const { id } of table.rows.values()) sum.add(id);
  const text = sum.toString();
  return { floor: 0, keyFloor: 0, whole: text, part: text, total: table.rows.size };
}
