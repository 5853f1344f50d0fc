// A producer whose messages become segments and, beside them, the series of a server with unbounded memory.
import { DatabaseSync } from 'node:sqlite';
import { mergePanes, type Pane, paneOf } from '../../../../src/core/pane.ts';
import { eachRun } from '../../../../src/session/message-rows.ts';
import { SeriesState } from '../../../../src/session/series-state.ts';
import type { Message, SeriesEntry } from '../../../../src/wire/message-types.ts';
import { writeMessageFrame } from '../../../../src/wire/message-writer.ts';
import { SCHEMA } from '../../../../standalone/server/history/history-schema.ts';
import { diskStretch } from '../../../../standalone/server/history/reading/disk-stretch.ts';
import type { ReadingNeed } from '../../../../standalone/server/history/reading/reading-need.ts';
import { SegmentReader } from '../../../../standalone/server/history/reading/segment-reader.ts';
import type { SeriesRequest } from '../../../../standalone/server/history/reading/series-request.ts';
import { stitch } from '../../../../standalone/server/history/reading/stitch.ts';
import { SegmentWriter } from '../../../../standalone/server/history/segments/segment-writer.ts';
import { promisesOf, type SeriesReading } from '../../../../standalone/server/hub/series-reading.ts';
import { messageOf, paneColumns, sampleColumns } from '../../../session/message-builder.ts';

export const S = 1e6;
export const TIERS = [S, 10 * S, 60 * S, 600 * S];
export const KEY = '["m",[["host","a"]]]';
export const STORED = { session: 'app', name: 'm', labels: '[["host","a"]]' };

/** One thing that happened: a sample, or samples that its producer folded into a cell. */
export type Happened =
  | { readonly kind: 'sample'; readonly timeUs: number; readonly value: number }
  | { readonly kind: 'fold'; readonly durationUs: number; readonly samples: readonly (readonly [number, number])[] };

/** One series, sent message by message to a file in memory and to a store that forgets nothing. */
export class Past {
  readonly db: DatabaseSync;
  readonly writer: SegmentWriter;
  readonly reader: SegmentReader;
  readonly whole: SeriesState;
  readonly small: SeriesState;
  /** Messages stay in the log: they are in no segment yet. */
  isLogged = false;
  n = 0;
  seq = 0;
  epoch = { id: 'a'.repeat(32), startedUs: 1 };
  gen = 0;
  #before: number | null = null;

  /** @param memory What the server of little memory keeps: samples, and cells of each tier. */
  constructor(memory = { ring: 1000, cells: 1000 }, file: DatabaseSync | null = null) {
    this.db = file ?? new DatabaseSync(':memory:');
    if (file === null) this.db.exec(SCHEMA);
    this.writer = new SegmentWriter(this.db);
    this.reader = new SegmentReader(this.db);
    const entry = { key: KEY, gen: 0, tiers: TIERS, axis: 'time' } as const;
    const isCurrent = () => true;
    this.whole = new SeriesState({ entry, ringCapacity: 1e6, cellLimit: 1e6, isCurrent });
    this.small = new SeriesState({ entry, ringCapacity: memory.ring, cellLimit: memory.cells, isCurrent });
  }

  /** Sends what happened as one message. */
  send(happened: readonly Happened[], more: Partial<Message> = {}): Message {
    const samples = happened.flatMap((one) => (one.kind === 'sample' ? [one] : []));
    const folds = happened.flatMap((one) => (one.kind === 'fold' ? [one] : []));
    const panes = folds.map(({ durationUs, samples: [first, ...others] }) => {
      const start = Math.floor(first![0] / durationUs) * durationUs;
      const pane = others.reduce<Pane>((sum, [t, v]) => mergePanes(sum, paneOf(t, v))!, paneOf(...first!));
      return { series: 0, start, duration: durationUs, pane };
    });
    const finite = samples.filter(({ value }) => Number.isFinite(value)).length;
    this.n += finite + panes.reduce((sum, { pane }) => sum + pane.count, 0);
    this.seq += 1;
    const message = messageOf({
      session: STORED.session,
      epoch: this.epoch,
      seq: this.seq,
      series: [this.entry()],
      samples: sampleColumns(samples.map(({ timeUs, value }) => ({ series: 0, time: timeUs, value }))),
      folds: panes.length === 0 ? null : paneColumns(panes),
      ...more,
    });
    if (this.isLogged) this.log(message);
    else this.writer.add(STORED.session, message);
    this.apply(message);
    for (const { timeUs } of samples) this.#before = Math.max(timeUs, this.#before ?? Number.NEGATIVE_INFINITY);
    return message;
  }

  entry(): SeriesEntry {
    return { key: KEY, gen: this.gen, n: this.n, before: this.#before, tiers: TIERS, axis: 'time', since: null };
  }

  /** Leaves a message in the log. */
  log(message: Message): void {
    this.db
      .prepare('insert into log(session, epoch, message, came_us, rows, body) values(?, ?, ?, ?, ?, ?)')
      .run(STORED.session, message.epoch.id, message.seq, 0, 0, writeMessageFrame(message));
  }

  /** What a server does with its rows: one that forgets nothing, and one that has little memory. */
  apply({ samples, folds }: Message): void {
    for (const series of [this.whole, this.small]) {
      for (let row = 0; row < (folds?.length ?? 0); row += 1) series.addFold(folds!, row);
      if (samples !== null) eachRun(samples, (_, from, to) => series.addSamples(samples.time, samples.value, from, to));
      series.evict();
    }
  }

  /** The series of a server of little memory with this file, for an answer. */
  async stitched(need: ReadingNeed): Promise<SeriesReading> {
    const source = {
      list: () => Promise.resolve(this.reader.list(STORED.name)),
      read: (requests: readonly SeriesRequest[]) => Promise.resolve(requests.map((one) => this.reader.read(one))),
    };
    const earlierUs = Number.NEGATIVE_INFINITY;
    const wanted = { ...STORED, axis: 'time' as const, epoch: this.epoch.id, earlierUs, held: this.small };
    const [reading] = await stitch([wanted], need, source);
    return reading!;
  }

  flush(): void {
    while (this.writer.flush()) {}
  }

  /** The series as the file has it; its counts are those of memory. */
  read(startUs: number, endUs: number, more: Partial<SeriesRequest> = {}): SeriesReading {
    const needs = { needsSpread: false, needsAnchor: true, withLog: false };
    const request = { ...STORED, startUs, endUs, stepUs: 0, ...needs, epoch: null, ...more };
    const columns = this.reader.read(request);
    const stretches = columns === null ? [] : [diskStretch(columns, startUs, endUs)];
    return { ...promisesOf(this.whole), stretches };
  }
}
