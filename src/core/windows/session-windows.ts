import { DISTINCT_LIMIT } from '../distinct-set.ts';
import type { PaneFields } from '../pane.ts';
import type { StateTable } from '../state-table.ts';
import { type Aggregation, paneNeeds } from './aggregation.ts';
import { Evaluation } from './evaluate.ts';
import { SessionList } from './session-list.ts';
import { sessionOfPane } from './session-pane.ts';
import type { SessionNeeds } from './session-state.ts';
import { restoreSessions, saveSessions } from './session-tables.ts';
import type { PaneFeatures, WindowOptions } from './window-operator.ts';
import { WindowResults } from './window-results.ts';
import { WindowStream } from './window-stream.ts';

/**
 * Session windows: samples `gap` or less apart join, the window is `[first, last + gap)`.
 *
 * 1. A session is final once the watermark is past `last + gap`: a sample exactly `gap` later is still in time.
 * 2. A sample is taken while the watermark is at most `last + gap + allowed lateness` of the session that results with it;
 *    so a session that is still open takes samples of any age that join it.
 * 3. A late sample may join final sessions with each other or with an open one. The result that comes of it names the final
 *    results of other bounds that it replaces (`supersedes`, in time order); joined to an open session it is
 *    provisional again.
 * 4. `revision` is 1 above the highest of the final results replaced. A late sample that becomes the last one before a final
 *    session that may still be revised revises that too where its value counts from it (`delta`, `increase`).
 * 5. Any split into `add` calls gives the same results, bit for bit.
 * 6. A final session is remembered until the watermark is past `last + 3 gap + allowed lateness`, and while it lies at most
 *    2 gaps before a remembered one (at most {@link import('./session-list.ts').CHAIN_LIMIT} of those). A sample that would have to join a forgotten one is
 *    dropped: two results never overlap without one replacing the other.
 */
export class SessionWindows extends WindowStream {
  readonly #gap: number;
  readonly #allowed: number;
  readonly #needs: SessionNeeds;
  /** Results count from the last value before the window. */
  readonly #anchored: boolean;
  readonly #evaluation: Evaluation;
  readonly #window = { before: Number.NaN, length: 0 };
  readonly #list: SessionList;
  readonly #scratch: WindowResults;

  /** @param options `shape` must be a session's. */
  constructor(options: WindowOptions, results?: WindowResults) {
    super(options, results);
    if (options.shape.kind !== 'session') throw new TypeError(`a session shape; got ${options.shape.kind}`);
    const uses = (kind: Aggregation['kind']) => options.aggregations.some((aggregation) => aggregation.kind === kind);
    const counter = options.counter ?? false;
    this.#gap = options.shape.gap;
    this.#allowed = options.allowedLateness ?? 0;
    this.#needs = {
      ...paneNeeds(options.aggregations, { counter }),
      distinctLimit: options.distinctLimit ?? DISTINCT_LIMIT,
    };
    this.#anchored = uses('delta') || uses('increase') || (counter && uses('rate'));
    this.#list = new SessionList(this.#gap, this.#needs);
    this.#scratch = new WindowResults(options.aggregations.length);
    this.#evaluation = new Evaluation(options);
  }

  /** Goes on from what `save` of an operator with the same options gave. @throws StreamVizError `STATE_INVALID` */
  static restore(options: WindowOptions, tables: readonly StateTable[]): SessionWindows {
    const windows = new SessionWindows(options);
    restoreSessions(tables, windows.#needs, windows.#list, windows);
    return windows;
  }

  add(times: Float64Array, values: Float64Array, from: number, to: number, now: number): void {
    const { clock } = this;
    const limit = clock.limit(now);
    const lowest = -clock.limit(Number.NaN);
    let observed = false;
    for (let i = from; i < to; ) {
      const time = times[i]!;
      if (!(time <= limit && time >= lowest)) {
        this.counters.invalid += 1;
        i += 1;
        continue;
      }
      observed = true;
      const value = values[i]!;
      if (value - value !== 0) {
        this.#takeNothing(time, value);
        i += 1;
        continue;
      }
      const newest = this.#list.newest;
      if (newest !== null && !newest.final && time >= clock.maxTime && time - newest.last <= this.#gap) {
        const end = inOrderEnd(times, values, i, to, this.#gap, limit);
        newest.append(times, values, i, end);
        clock.observe(times[end - 1]!);
        this.passed();
        i = end;
      } else {
        this.#takeOne(time, value);
        i += 1;
      }
    }
    if (observed) clock.arrived(now);
  }

  addPane(_start: number, _duration: number, panes: PaneFields, row: number, features: PaneFeatures | null): void {
    const count = panes.count[row]!;
    if (!(count > 0)) return;
    const last = panes.lastTime[row]!;
    if (last < this.clock.maxTime) this.counters.outOfOrder += count;
    const added = sessionOfPane(this.#needs, panes, row, features);
    this.#take(added.first, added.last, count, (from, to) => this.#list.addSession(added, from, to));
    this.clock.observe(last);
    this.passed();
  }

  readOpen(out: WindowResults, until = Number.POSITIVE_INFINITY): void {
    const { open, sessions } = this.#list;
    for (let i = open; i < sessions.length; i += 1) {
      this.#write(i, out, false);
      if (sessions[i]!.last + this.#gap > until) return;
    }
  }

  save(): readonly StateTable[] {
    this.#list.forget(this.clock.value - this.#allowed);
    return saveSessions(this.#list, this);
  }

  /** A value that is not finite: its time moves the watermark. */
  #takeNothing(time: number, value: number): void {
    if (Number.isNaN(value)) this.counters.missing += 1;
    else this.counters.invalid += 1;
    this.clock.observe(time);
    this.passed();
  }

  #takeOne(time: number, value: number): void {
    if (time < this.clock.maxTime) this.counters.outOfOrder += 1;
    this.#take(time, time, 1, (from, to) => this.#list.addSample(time, value, from, to));
    this.clock.observe(time);
    this.passed();
  }

  /** Has samples in `[first, last]` join what they touch, unless they come too late; judged by the watermark before them. */
  #take(first: number, last: number, count: number, join: (from: number, to: number) => void): void {
    const watermark = this.clock.value;
    const list = this.#list;
    list.forget(watermark - this.#allowed);
    const { from, to } = list.touched(first, last);
    const end = Math.max(last, to > from ? list.sessions[to - 1]!.last : last) + this.#gap;
    if (watermark > end + this.#allowed || first <= list.horizon) {
      this.counters.dropped += count;
      return;
    }
    // Late is what changes a final result, and what makes a session that is final as it comes.
    if ((from < list.open && to > from) || watermark > end) this.counters.late += count;
    const follower =
      this.#anchored && to < list.open && watermark <= list.sessions[to]!.last + this.#gap + this.#allowed;
    if (follower) {
      this.#scratch.clear();
      this.#write(to, this.#scratch, true);
    }
    join(from, to);
    if (follower) this.#reviseFollower(from + 1);
  }

  /** The session at `index` is final and the last value before it may have changed: if its own do, it comes again. */
  #reviseFollower(index: number): void {
    const scratch = this.#scratch;
    this.#write(index, scratch, true);
    let same = true;
    for (let k = 0; k < scratch.width; k += 1) same &&= Object.is(scratch.value(0, k), scratch.value(1, k));
    if (!same) this.#list.sessions[index]!.reopen(this.#gap);
  }

  /** Gives out what the watermark has passed, in the order of the ends. */
  protected passed(): void {
    const list = this.#list;
    const { sessions } = list;
    const watermark = this.clock.value;
    let emitted = false;
    for (; list.open < sessions.length && sessions[list.open]!.last + this.#gap < watermark; list.open += 1) {
      const session = sessions[list.open]!;
      if (session.final) continue;
      this.#write(list.open, this.results, true);
      session.close();
      emitted = true;
    }
    if (emitted) list.forget(watermark - this.#allowed);
  }

  #write(index: number, out: WindowResults, final: boolean): void {
    const { sessions, forgottenLast } = this.#list;
    const session = sessions[index]!;
    const [start, end] = [session.first, session.last + this.#gap];
    const at = out.push();
    out.start[at] = start;
    out.end[at] = end;
    out.final[at] = final ? 1 : 0;
    out.revision[at] = final ? session.revision : 0;
    this.#window.before = index > 0 ? sessions[index - 1]!.lastValue : forgottenLast;
    this.#window.length = end - start;
    this.#evaluation.evaluate(session.row, 0, this.#window, session.sketch, session.distinct, out, at);
    if (session.replaces.length === 0) return;
    const others = session.replaces.filter(([from, to]) => from !== start || to !== end);
    if (others.length > 0)
      out.supersede(
        at,
        others.sort((a, b) => a[0] - b[0]),
      );
  }
}

/** Where the samples from `from` on stop being finite, in order and `gap` or less apart. `from` itself belongs to them. */
function inOrderEnd(
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  gap: number,
  limit: number,
): number {
  let before = times[from]!;
  for (let i = from + 1; i < to; i += 1) {
    const time = times[i]!;
    const value = values[i]!;
    if (!(time >= before && time - before <= gap && time <= limit) || value - value !== 0) return i;
    before = time;
  }
  return to;
}
