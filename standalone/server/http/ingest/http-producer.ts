import { randomBytes } from 'node:crypto';
import { isStreamVizError } from '../../../../src/core/errors.ts';
import type { Message, SeriesEntry } from '../../../../src/wire/message-types.ts';
import { writeMessageFrame } from '../../../../src/wire/message-writer.ts';
import type { ProducerSeat, SessionHub } from '../../hub/session-hub.ts';
import { type IngestSample, problem, type RowProblem } from './ingest-row.ts';
import { NO_COUNTS, type SentSeries, stateInHub } from './resumed-state.ts';

/** Tiers of cells in us, as every producer has them (docs/protocol.md, section 3). */
const TIERS_US = [1e6, 1e7, 6e7, 6e8] as const;
/** Rows of one message. */
export const MESSAGE_ROWS = 32_768;
/** Metrics that get a widget; further ones are held and answer queries. */
const MOST_WIDGETS = 1000;

/** Where a producer stands: what its newest rows became. */
export interface ProducerPosition {
  readonly session: string;
  readonly epoch: string;
  readonly seq: number;
}

/**
 * The producer of one session whose samples come by HTTP: rows in, messages of the one protocol out.
 *
 * 1. Its messages take the way of every producer's: applied once, relayed, held for viewers that resume.
 * 2. A metric that it has not seen gets a widget in the document of the same message.
 * 3. Where its session is held from an earlier life of the server, it goes on there.
 * 4. Rows of a message stand by series, within a series in the order they came. Either all of them are taken or none.
 */
export class HttpProducer {
  readonly #hub: SessionHub;
  readonly #session: string;
  readonly #version: string;
  readonly #now: () => number;
  #epoch: { readonly id: string; readonly startedUs: number };
  #series = new Map<string, SentSeries>();
  #names: readonly string[] = [];
  #counts = NO_COUNTS;
  #seat: ProducerSeat | null = null;
  #seq = 0;
  #total = 0;
  #revision = 0;

  constructor(options: {
    readonly hub: SessionHub;
    readonly session: string;
    readonly version: string;
    readonly now: () => number;
  }) {
    this.#hub = options.hub;
    this.#session = options.session;
    this.#version = options.version;
    this.#now = options.now;
    this.#epoch = { id: freshEpochId(), startedUs: options.now() };
  }

  get position(): ProducerPosition {
    return { session: this.#seat?.session ?? this.#session, epoch: this.#epoch.id, seq: this.#seq };
  }

  /**
   * Applies up to {@link MESSAGE_ROWS} samples as one message.
   *
   * @returns why none of them was taken; null: all were.
   * @throws StreamVizError `LIMIT_SESSIONS`, `LIMIT_PRODUCERS` where there is no place for the session
   */
  take(samples: readonly IngestSample[]): RowProblem | null {
    if (samples.length === 0) return null;
    const seat = this.#sit();
    const draft = this.#draft(samples, seat.session);
    try {
      seat.take(writeMessageFrame(draft.message));
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      return problem(error.code, error.message);
    }
    draft.commit();
    return null;
  }

  /** Resolves once all that was taken is acknowledged: on disk, where history is kept there. */
  async settled(): Promise<void> {
    await this.#seat?.whenAcknowledged();
  }

  /** Nothing has come for a while: the session is gone until more comes. */
  leave(): void {
    this.#seat?.leave(false);
    this.#seat = null;
  }

  get isConnected(): boolean {
    return this.#seat !== null;
  }

  /** A seat in a session that holds everything sent so far; where it does not any more, another epoch begins. */
  #sit(): ProducerSeat {
    const seat = this.#seat;
    if (seat !== null && this.#isHeld(seat.session)) return seat;
    this.leave();
    if (this.#seq === 0) this.#resume();
    const next = this.#join();
    if (this.#seq === 0 || this.#isHeld(next.session)) return next;
    this.leave();
    this.#epoch = { id: freshEpochId(), startedUs: Math.max(this.#now(), this.#epoch.startedUs + 1) };
    this.#series = new Map();
    this.#names = [];
    this.#counts = NO_COUNTS;
    this.#seq = 0;
    this.#total = 0;
    this.#revision = 0;
    return this.#join();
  }

  /** Goes on where a session of the hub stands that nobody sends to. */
  #resume(): void {
    const state = stateInHub(this.#hub, this.#session);
    if (state === null) return;
    this.#epoch = state.epoch;
    this.#seq = state.seq;
    this.#total = state.total;
    this.#revision = state.revision;
    this.#names = state.names;
    this.#counts = state.counts;
    this.#series = new Map(state.series);
  }

  #isHeld(session: string): boolean {
    const live = this.#hub.sessions.get(session);
    return live !== undefined && live.epochId === this.#epoch.id && live.seq === this.#seq;
  }

  #join(): ProducerSeat {
    const hello = { session: this.#session, epoch: this.#epoch, seq: this.#seq, from: this.#seq + 1 };
    const who = { name: this.#session, pid: process.pid, host: null, version: this.#version, byHttp: true };
    const seat = this.#hub.join({ ...hello, ...who }, () => {
      if (this.#seat === seat) this.#seat = null;
    });
    this.#seat = seat;
    return seat;
  }

  /** The message of some samples, and what is to be noted once it has been applied. */
  #draft(
    samples: readonly IngestSample[],
    session: string,
  ): { readonly message: Message; readonly commit: () => void } {
    const groups = new Map<string, IngestSample[]>();
    for (const sample of samples) {
      const group = groups.get(sample.key);
      if (group === undefined) groups.set(sample.key, [sample]);
      else group.push(sample);
    }
    const length = samples.length;
    const columns = {
      length,
      series: new Uint16Array(length),
      time: new Float64Array(length),
      value: new Float64Array(length),
    };
    const entries: SeriesEntry[] = [];
    const held: SentSeries[] = [];
    const counts = { ...this.#counts };
    let added = 0;
    let at = 0;
    for (const [key, group] of groups) {
      const { n, before } = this.#series.get(key) ?? { n: 0, before: null };
      let finite = 0;
      let largest = before;
      for (const { timeUs, value } of group) {
        columns.series[at] = entries.length;
        columns.time[at] = timeUs;
        columns.value[at] = value;
        at += 1;
        if (Number.isNaN(value)) counts.missing += 1;
        else finite += 1;
        if (largest !== null && timeUs < largest) counts.late += 1;
        if (largest === null || timeUs > largest) largest = timeUs;
      }
      entries.push({ key, gen: 0, n: n + finite, before, tiers: TIERS_US, axis: 'time', since: null });
      held.push({ key, n: n + finite, before: largest });
      added += finite;
    }
    const names = [...new Set([...this.#names, ...[...groups.values()].map(([first]) => first!.name)])].slice(
      0,
      MOST_WIDGETS,
    );
    const isNew = names.length > this.#names.length;
    const revision = this.#revision + (isNew ? 1 : 0);
    const message: Message = {
      kind: 'batch',
      session,
      epoch: this.#epoch,
      seq: this.#seq + 1,
      sentUs: this.#now(),
      samplesTotal: this.#total + added,
      documentRevision: revision,
      tables: {},
      stats: { ...counts, roundMs: 0, series: {} },
      answered: null,
      slow: false,
      document: isNew ? documentOf(names, revision) : null,
      series: entries,
      folds: null,
      samples: columns,
      history: null,
      keyframe: null,
      foldFeatures: null,
      keyframeFeatures: null,
      results: null,
      latest: null,
      rows: [],
      unknown: 0,
    };
    const commit = () => {
      this.#seq += 1;
      this.#total += added;
      this.#revision = revision;
      this.#counts = counts;
      this.#names = names;
      for (const series of held) this.#series.set(series.key, series);
    };
    return { message, commit };
  }
}

const freshEpochId = (): string => randomBytes(16).toString('hex');

/** The document that shows every name as a metric. */
function documentOf(names: readonly string[], revision: number): Record<string, unknown> {
  const widgets = names.map((name) => ({ id: `metric:${name}`, kind: 'metric', name, options: {} }));
  return { revision, title: null, timezone: null, language: 'en', widgets, views: [], generations: {} };
}
