import { mergePanes, type Pane, paneOf } from '../../src/core/pane.ts';
import type { Message } from '../../src/wire/message-types.ts';
import { type FakeRow, FakeTable, rowsPart } from './fake-table.ts';
import { messageOf, type PaneRow } from './message-builder.ts';
import { Draft, Line } from './message-draft.ts';

export interface SenderOptions {
  readonly rate: number;
  readonly roundMs: number;
  readonly limit: number;
  readonly keyCells: number;
  readonly ring: number;
  readonly foldAt: number;
  readonly keyBytes: number;
  readonly rowCap: number;
  readonly tableCap: number;
  readonly keyRows: number;
  readonly sliceRows: number;
  readonly pauseMaxMs: number;
  /** Further widgets of the document. */
  readonly widgets?: readonly unknown[];
  /** Rules of the producer that a test may break. */
  readonly broken?: 'cells before their message' | 'largest time before is too small' | 'no generation';
}

export interface LoggedSample {
  readonly seq: number;
  readonly gen: number;
  readonly time: number;
  readonly value: number;
}

const BEAT_MS = 1000;

type RoundItem = { readonly kind: 'document' } | { readonly kind: 'table' | 'series'; readonly id: string };

/**
 * A producer as docs/protocol.md describes one, small and slow, with a log of everything it ever put into a message.
 *
 * Event times are small whole numbers of any unit; `nowMs` is its clock.
 */
export class FakeSender {
  readonly epoch: { readonly id: string; readonly startedUs: number };
  readonly options: SenderOptions;
  seq = 0;
  readonly lines = new Map<string, Line>();
  readonly tables = new Map<string, FakeTable>();
  total = 0;
  revision = 0;
  title = '';
  generations: Record<string, number> = {};
  listening = true;
  changedSeq = 0;
  readonly rounds: { readonly from: number; readonly to: number }[] = [];
  readonly log = new Map<string, LoggedSample[]>();
  /** Live rows of each table as of each message. */
  readonly tableLog = new Map<number, Map<string, FakeRow[]>>();
  #documentDue = false;
  #changes = new Map<string, FakeRow[]>();
  #items: RoundItem[] | null = null;
  #sliceAt = new Map<string, number>();
  #credit = 0;
  #roundSize = 0;
  #roundBytes = 0;
  #roundSeq = 0;
  #roundFromMs = 0;
  #nextRoundMs: number;
  #pauseMs = 0;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #cursor = 0;

  constructor(epoch: { id: string; startedUs: number }, options: SenderOptions, nowMs = 0) {
    this.epoch = epoch;
    this.options = options;
    this.#nextRoundMs = nowMs;
  }

  get hasPending(): boolean {
    return [...this.lines.values()].some(({ pending }) => pending.length > 0);
  }

  send(key: string, time: number, value: number, tiers: readonly number[]): void {
    let line = this.lines.get(key);
    if (line === undefined) {
      line = new Line(tiers, this.options.limit, this.generations[key] ?? 0);
      this.lines.set(key, line);
    }
    line.pending.push([time, value]);
    if (this.options.broken === 'cells before their message') line.cells.add(time, paneOf(time, value));
  }

  clear(key: string): void {
    const line = this.lines.get(key);
    if (line === undefined) return;
    this.lines.delete(key);
    this.total -= line.n;
    if (this.options.broken !== 'no generation') this.generations = { ...this.generations, [key]: line.gen + 1 };
    this.publish(this.title);
  }

  publish(title: string): void {
    this.title = title;
    this.revision += 1;
    this.#documentDue = true;
    this.#changed();
  }

  change(name: string, key: string | null, value: number | null): void {
    const { tableCap, keyRows } = this.options;
    let table = this.tables.get(name);
    if (table === undefined) {
      table = new FakeTable(tableCap, keyRows);
      this.tables.set(name, table);
    }
    this.#changes.set(name, [...(this.#changes.get(name) ?? []), table.change(key, value)]);
    this.#changed();
  }

  listen(yes: boolean, nowMs: number): void {
    if (yes && !this.listening) {
      this.#items = null;
      this.#nextRoundMs = nowMs;
    }
    this.listening = yes;
  }

  /** One message, or null when there is nothing to say and the last one is younger than a heartbeat. */
  tick(nowMs: number): Message | null {
    const busy = this.hasPending || this.#changes.size > 0;
    const due = this.listening && (busy || this.#items !== null || nowMs >= this.#nextRoundMs || this.#documentDue);
    if (!due && nowMs < this.#sentAtMs + BEAT_MS) return null;
    this.seq += 1;
    this.#sentAtMs = nowMs;
    const draft = new Draft(this.lines);
    this.#drainRows(draft);
    let document: unknown = null;
    if (this.listening) {
      for (const [id, rows] of this.#changes) draft.rows.push(rowsPart(id, rows, null));
      if (this.#documentDue) document = this.document();
      this.#documentDue = false;
      if (this.#keyRound(draft, nowMs)) document = this.document();
    }
    this.#changes = new Map();
    for (const { cells } of this.lines.values()) cells.evict();
    this.tableLog.set(this.seq, new Map([...this.tables].map(([id, { rows }]) => [id, [...rows.values()]])));
    return messageOf({
      epoch: this.epoch,
      seq: this.seq,
      sentUs: nowMs * 1000,
      samplesTotal: this.total,
      documentRevision: this.revision,
      document,
      tables: Object.fromEntries([...this.tables].map(([id, table]) => [id, table.proof()])),
      slow: !this.listening,
      ...draft.parts(),
    });
  }

  document(): unknown {
    return {
      revision: this.revision,
      title: this.title,
      widgets: [
        { id: 'keyed', kind: 'table', name: 'keyed', options: { key: 'key' } },
        { id: 'log', kind: 'table', name: 'log', options: {} },
        ...(this.options.widgets ?? []),
      ],
      views: [],
      generations: { ...this.generations },
    };
  }

  #changed(): void {
    this.changedSeq = this.seq + 1;
    this.#pauseMs = 0;
  }

  /** Puts waiting samples into the message; too many for one, and the series take turns. */
  #drainRows(draft: Draft): void {
    const keys = [...this.lines.keys()];
    this.#cursor = (this.#cursor + 1) % Math.max(1, keys.length);
    let room = this.options.rowCap;
    for (const key of [...keys.slice(this.#cursor), ...keys.slice(0, this.#cursor)]) {
      const line = this.lines.get(key)!;
      if (line.pending.length === 0 || room <= 0) continue;
      const before = line.maxTime;
      const taken = line.pending.splice(0, room);
      room -= taken.length;
      const rows = taken.filter(([time, value]) => this.#enter(key, line, time, value));
      this.#changed();
      const small = this.options.broken === 'largest time before is too small';
      const series = draft.entry(key, small ? Number.MIN_SAFE_INTEGER : before);
      if (!this.listening) {
        const newest = rows.at(-1);
        if (newest !== undefined) draft.latest.push({ series, time: newest[0], value: newest[1] });
        continue;
      }
      const cut = rows.length > this.options.foldAt ? rows.length - 3 : 0;
      const folds = new Map<string, PaneRow>();
      for (const [time, value] of rows.slice(0, cut)) {
        const duration = line.cells.durations[line.cells.finest(time)]!;
        const start = Math.floor(time / duration) * duration;
        const id = `${duration} ${start}`;
        const pane = mergePanes(folds.get(id)?.pane ?? null, paneOf(time, value)) as Pane;
        folds.set(id, { series, start, duration, pane });
      }
      draft.folds.push(...folds.values());
      for (const [time, value] of rows.slice(cut)) draft.samples.push({ series, time, value });
    }
  }

  /** Enters one sample into the cells; false when it is older than everything retained. */
  #enter(key: string, line: Line, time: number, value: number): boolean {
    if (time < line.cells.horizons.at(-1)!) return false;
    if (this.options.broken !== 'cells before their message') line.cells.add(time, paneOf(time, value));
    line.n += 1;
    this.total += 1;
    line.maxTime = Math.max(line.maxTime, time);
    line.ring.push([time, value]);
    if (line.ring.length > this.options.ring) line.ring.shift();
    const log = this.log.get(key) ?? [];
    log.push({ seq: this.seq, gen: line.gen, time, value });
    this.log.set(key, log);
    return true;
  }

  /** Goes on with the keyframe round; true when it is the document's turn. */
  #keyRound(draft: Draft, nowMs: number): boolean {
    const { rate, roundMs, keyBytes, keyCells, pauseMaxMs } = this.options;
    if (this.#items === null) {
      if (nowMs < this.#nextRoundMs) return false;
      this.#items = [
        { kind: 'document' },
        ...[...this.tables.keys()].map((id) => ({ kind: 'table', id }) as const),
        ...[...this.lines.keys()].map((id) => ({ kind: 'series', id }) as const),
      ];
      this.#sliceAt = new Map();
      this.#roundSeq = this.seq;
      this.#roundFromMs = nowMs;
      this.#credit = 0;
      this.#roundSize = Math.max(this.#roundBytes, 2000 * this.#items.length);
      this.#roundBytes = 0;
    }
    this.#credit += Math.min(keyBytes, (this.#roundSize * 1000) / (0.9 * roundMs * rate));
    let document = false;
    while (this.#items.length > 0 && this.#credit > 0) {
      const item = this.#items[0]!;
      let size = 400;
      let done = true;
      if (item.kind === 'document') document = true;
      else if (item.kind === 'table') [size, done] = this.#slice(draft, item.id);
      else if (this.lines.has(item.id)) size = 100 + 72 * draft.keyframe(item.id, keyCells);
      this.#credit -= size;
      this.#roundBytes += size;
      if (done) this.#items.shift();
    }
    if (this.#items.length === 0) {
      this.#items = null;
      this.rounds.push({ from: this.#roundSeq, to: this.seq });
      const settled = this.#roundSeq > this.changedSeq;
      this.#pauseMs = settled ? Math.min(pauseMaxMs, Math.max(roundMs, 2 * this.#pauseMs)) : 0;
      this.#nextRoundMs = Math.max(nowMs + 1, this.#roundFromMs + roundMs) + this.#pauseMs;
    }
    return document;
  }

  #slice(draft: Draft, id: string): [size: number, done: boolean] {
    const table = this.tables.get(id)!;
    const from = this.#sliceAt.get(id) ?? table.proof().keyFloor;
    const rows = [...table.rows.values()].filter((row) => row.id >= from);
    const last = rows.length <= this.options.sliceRows;
    const listed = rows.slice(0, this.options.sliceRows);
    const to = last ? table.top + 1 : listed.at(-1)!.id + 1;
    draft.rows.push(rowsPart(id, listed, { from, to, last }));
    this.#sliceAt.set(id, to);
    return [120 * listed.length + 60, last];
  }
}
