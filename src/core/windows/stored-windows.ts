import type { PaneFields } from '../pane.ts';
import { SpanWalk } from '../span-walk.ts';
import type { StateTable } from '../state-table.ts';
import { firstFrom } from '../time-runs.ts';
import { Finality } from './finality.ts';
import { foldInto } from './fold-pane.ts';
import { restorePaneWindows, savePaneWindows } from './pane-windows-state.ts';
import { countUnusable } from './sample-counters.ts';
import { WindowEmitter } from './window-emitter.ts';
import type { PaneFeatures } from './window-operator.ts';
import { WindowPanes } from './window-panes.ts';
import type { WindowPlan } from './window-plan.ts';
import type { WindowResults } from './window-results.ts';
import type { WindowStream } from './window-stream.ts';

/** Panes made since the last firing after which windows fire within one `add`, so that memory stays bounded. */
const MOST_WAITING = 4;

const walk = new SpanWalk();
const oneTime = new Float64Array(1);
const oneValue = new Float64Array(1);

/** Tumbling and sliding windows of one stream whose samples are held in panes. */
export class StoredWindows {
  readonly #plan: WindowPlan;
  readonly #stream: WindowStream;
  readonly #panes: WindowPanes;
  readonly #emitter: WindowEmitter;
  readonly #finality: Finality;
  /** Panes made until windows fired last. */
  #firedMade = 0;

  constructor(plan: WindowPlan, stream: WindowStream) {
    this.#plan = plan;
    this.#stream = stream;
    this.#panes = new WindowPanes(plan.keep);
    this.#emitter = new WindowEmitter(plan, this.#panes, stream.results);
    this.#finality = new Finality(plan.grid, stream.clock, plan.allowedLateness);
    this.#emitter.fired = this.#finality.lastFinal;
  }

  /** Whether no pane is stored. */
  get isEmpty(): boolean {
    return this.#panes.head === this.#panes.tail && this.#panes.spans.length === 0;
  }

  /** Takes a finite sample that nothing stored is later than and no final window holds; windows before it have fired. */
  hold(time: number, value: number): void {
    const pane = this.#plan.grid.paneAt(time);
    this.#emitter.fired = this.#finality.lastFinal;
    oneTime[0] = time;
    oneValue[0] = value;
    this.#panes.addRun(this.#panes.ensure(pane), oneTime, oneValue, 0, 1);
    this.#firedMade = this.#panes.made;
  }

  /**
   * Takes the samples `[from, to)`, which arrived when the clock showed `now`; times beyond `limit` are refused.
   *
   * Stops where nothing is stored any more and the next sample may stand alone in its window (`plan.takesAlone`).
   * @returns the first sample not taken, or `to`.
   */
  add(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    arrival: { readonly limit: number; readonly now: number; readonly areRising: boolean },
  ): number {
    const { limit, now, areRising } = arrival;
    const { grid, takesAlone } = this.#plan;
    const limitEdge = Math.floor(limit) + 1;
    const panes = this.#panes;
    const finality = this.#finality;
    const { clock, counters } = this.#stream;
    let observed = false;
    let i = from;
    while (i < to) {
      const time = times[i]!;
      if (!(time <= limit && time >= -Number.MAX_SAFE_INTEGER)) {
        counters.invalid += 1;
        i += 1;
        continue;
      }
      observed = true;
      if (time < finality.end) {
        this.#addLate(times, values, i);
        i += 1;
        continue;
      }
      const pane = grid.paneAt(time);
      const edge = grid.paneStart(pane + 1);
      const until = edge < limitEdge ? edge : limitEdge;
      const start = Math.max(grid.paneStart(pane), -Number.MAX_SAFE_INTEGER);
      const inOrder = areRising && time >= clock.maxTime;
      const end = inOrder
        ? firstFrom(times, i + 1, to, until)
        : walk.walk(times, values, i, to, start, until, clock.maxTime);
      if (takesAlone && end - i === 1 && this.#standsAlone(time, values[i]!)) break;
      this.#addRun(pane, times, values, i, end, inOrder);
      i = end;
      if (panes.made - this.#firedMade > MOST_WAITING) this.fire();
    }
    if (observed) clock.arrived(now);
    return i;
  }

  /** Several samples that a sender merged. */
  addPane(panes: PaneFields, row: number, features: PaneFeatures | null): void {
    const { counters, clock } = this.#stream;
    const { grid, keep } = this.#plan;
    const count = panes.count[row]!;
    const lastTime = panes.lastTime[row]!;
    this.fire();
    if (lastTime < clock.maxTime) counters.outOfOrder += count;
    const pane = grid.paneAt(lastTime);
    const firstPane = grid.paneAt(panes.firstTime[row]!);
    if (firstPane < pane) this.#panes.addSpan(firstPane, pane);
    this.#take(pane, count, (place) => foldInto(this.#panes, place, panes, row, features, keep));
    clock.observe(lastTime);
    this.fire();
  }

  /** Emits the windows that the watermark has passed since the last call, then lets go of what none can change. */
  fire(): void {
    const panes = this.#panes;
    this.#emitter.fire(this.#finality.lastFinal);
    const { firstKept } = this.#finality;
    if (panes.first < firstKept) {
      panes.evict(firstKept);
      this.#emitter.revisions.forget(this.#plan.grid.firstWindow(firstKept));
    }
    this.#firedMade = panes.made;
  }

  readOpen(out: WindowResults, until: number): void {
    this.#emitter.readOpen(out, this.#finality.lastFinal + 1, until);
  }

  save(): readonly StateTable[] {
    this.fire();
    return savePaneWindows(this.#state());
  }

  /** Takes over what `save` gave. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    restorePaneWindows(this.#state(), tables);
    this.#firedMade = this.#panes.made;
  }

  /** Whether a sample in order is the only one there is, once the windows that it passes have fired. */
  #standsAlone(time: number, value: number): boolean {
    const { clock } = this.#stream;
    if (value - value !== 0 || time < clock.maxTime) return false;
    clock.observe(time);
    this.fire();
    return this.isEmpty;
  }

  /** Takes samples of one pane that no final window holds; where they are not in order `walk` has walked them. */
  #addRun(pane: number, times: Float64Array, values: Float64Array, from: number, to: number, inOrder: boolean): void {
    const panes = this.#panes;
    const { counters, clock } = this.#stream;
    const { made } = panes;
    const place = panes.ensure(pane);
    const count = panes.addRun(place, times, values, from, to, inOrder ? null : walk);
    if (count < to - from) {
      countUnusable(counters, values, from, to);
      if (count === 0 && panes.made > made) panes.unmake(place);
    }
    if (!inOrder) counters.outOfOrder += walk.late;
    clock.observe(inOrder ? times[to - 1]! : walk.latest);
  }

  /** Takes sample `i`, which lies in a window that is final. */
  #addLate(times: Float64Array, values: Float64Array, i: number): void {
    const { counters, clock } = this.#stream;
    this.fire();
    const time = times[i]!;
    const value = values[i]!;
    if (value - value !== 0) countUnusable(counters, values, i, i + 1);
    else {
      if (time < clock.maxTime) counters.outOfOrder += 1;
      this.#take(this.#plan.grid.paneAt(time), 1, (place) => this.#panes.addRun(place, times, values, i, i + 1));
    }
    clock.observe(time);
  }

  /** `count` samples come to `pane`: judged per window, put there by `put`, final windows revised. */
  #take(pane: number, count: number, put: (place: number) => void): void {
    const { grid, keep } = this.#plan;
    const { counters } = this.#stream;
    const panes = this.#panes;
    const emitter = this.#emitter;
    const { lastClosed } = this.#finality;
    const last = grid.lastWindow(pane);
    if (last <= lastClosed) {
      counters.dropped += count;
      return;
    }
    const first = Math.max(grid.firstWindow(pane), lastClosed + 1);
    const final = Math.min(last, emitter.fired);
    const followers = keep.anchored ? emitter.readFollowers(pane) : null;
    emitter.touch(pane);
    put(panes.ensure(pane));
    if (final >= first) counters.late += count;
    for (let window = first; window <= final; window += 1) emitter.revise(window, count);
    if (followers !== null) emitter.reviseFollowers(followers);
    this.#firedMade = panes.made;
  }

  #state() {
    return { panes: this.#panes, emitter: this.#emitter, stream: this.#stream };
  }
}
