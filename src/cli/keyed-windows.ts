import type { WindowCounters, WindowOperator, WindowOptions } from '../core/windows/window-operator.ts';
import { WindowResults } from '../core/windows/window-results.ts';
import type { WindowShape } from '../core/windows/window-shape.ts';
import { DueHeap } from './due-heap.ts';
import { type Key, KeyTable } from './key-table.ts';

/** Takes rows `[0, results.length)`; the rows are valid during the call. */
export type ResultsConsumer = (key: string, results: WindowResults) => void;

export interface KeyedWindowsOptions {
  readonly windows: WindowOptions;
  /** One watermark over all keys; else every key has its own. */
  readonly sharedWatermark: boolean;
  /** After final results of a key also its open windows, and all of them before the end. */
  readonly provisional: boolean;
  /** Keys in memory, at most. */
  readonly maxKeys: number;
  readonly createOperator: (options: WindowOptions) => WindowOperator;
  readonly consume: ResultsConsumer;
}

/**
 * Windows of many streams, one operator for each key.
 *
 * 1. Results are consumed as soon as a watermark makes them final: those of a shared one in the order of their ends, then of
 *    the keys' first appearance.
 * 2. With a shared watermark a sample is late by the largest time over all keys. A sample costs the same however many keys
 *    there are: a heap of the next ends says whose windows its watermark passes.
 * 3. A stated watermark holds for all keys, also those that come later.
 * 4. Memory is that of `maxKeys`: for one more some leave. First those for which the shared or stated watermark has passed
 *    all that could change, which changes no result; then the quietest, whose windows are consumed as final, and which begin
 *    anew should they come back.
 */
export class KeyedWindows {
  readonly #options: KeyedWindowsOptions;
  readonly #shape: WindowShape;
  readonly #lateness: number;
  readonly #isAnchored: boolean;
  readonly #keys = new KeyTable();
  readonly #heap = new DueHeap();
  readonly #open: WindowResults;
  readonly #time = new Float64Array(1);
  readonly #value = new Float64Array(1);
  /** What all keys share: the stated watermark, and the largest of all keys where it is shared. */
  #watermark = Number.NEGATIVE_INFINITY;
  #rows = 0;
  #closedEarly = 0;

  readonly #perOperator: WindowOptions;

  constructor(options: KeyedWindowsOptions) {
    this.#options = options;
    // Under a shared watermark an operator's own one stays behind every sample: only `raiseWatermark` moves it.
    this.#perOperator = options.sharedWatermark
      ? { ...options.windows, lateness: Number.MAX_SAFE_INTEGER }
      : options.windows;
    this.#shape = options.windows.shape;
    this.#lateness = options.windows.lateness ?? 0;
    const { aggregations, counter = false } = options.windows;
    this.#isAnchored = aggregations.some(
      ({ kind }) => kind === 'delta' || kind === 'increase' || (kind === 'rate' && counter),
    );
    this.#open = new WindowResults(options.windows.aggregations.length);
  }

  /** Keys met; one that was let go and came back counts again. */
  get keys(): number {
    return this.#keys.created;
  }

  /** Keys that were let go with windows that could still have changed. */
  get closedEarly(): number {
    return this.#closedEarly;
  }

  /** Sums over all keys. O(keys). */
  counters(): WindowCounters {
    return this.#keys.counters();
  }

  /** One sample in arrival order; NaN is missing. */
  add(name: string, timeUs: number, value: number): void {
    const key = this.#keys.get(name) ?? this.#create(name);
    this.#rows += 1;
    key.touched = this.#rows;
    if (timeUs > key.seenTime) key.seenTime = timeUs;
    const { sharedWatermark } = this.#options;
    if (sharedWatermark) key.operator.raiseWatermark(this.#watermark);
    this.#time[0] = timeUs;
    this.#value[0] = value;
    key.operator.add(this.#time, this.#value, 0, 1, Number.NaN);
    this.#emit(key);
    if (!sharedWatermark) return;
    if (Number.isFinite(value)) {
      if (timeUs > key.maxTime) key.maxTime = timeUs;
      this.#schedule(key, this.#firstEndAfter(timeUs));
    }
    if (timeUs - this.#lateness > this.#watermark) this.#passTo(timeUs - this.#lateness);
  }

  /** States for all keys that nothing before `timeUs` is expected. */
  raiseWatermark(timeUs: number): void {
    if (timeUs <= this.#watermark) return;
    if (this.#options.sharedWatermark) {
      this.#passTo(timeUs);
      return;
    }
    this.#watermark = timeUs;
    for (const key of this.#keys) {
      key.operator.raiseWatermark(timeUs);
      this.#emit(key);
    }
  }

  /** The end of input: open windows as provisional results if asked for, then everything as final. */
  close(): void {
    if (this.#options.provisional) for (const key of this.#keys) this.#emitOpen(key);
    if (this.#options.sharedWatermark) this.#passTo(Number.POSITIVE_INFINITY);
    for (const key of this.#keys) {
      key.operator.close();
      this.#emit(key, false);
    }
  }

  #create(name: string): Key {
    if (this.#keys.size >= this.#options.maxKeys) this.#makeRoom();
    const operator = this.#options.createOperator(this.#perOperator);
    if (this.#watermark !== Number.NEGATIVE_INFINITY) operator.raiseWatermark(this.#watermark);
    return this.#keys.create(name, operator);
  }

  /** Lets a sixteenth of the keys go: those of which nothing is open any more, then the quietest. */
  #makeRoom(): void {
    const wanted = Math.ceil(this.#options.maxKeys / 16);
    const before = this.#keys.size;
    for (const key of this.#keys) if (this.#isOver(key)) this.#keys.remove(key);
    for (const key of this.#keys.quietest(Math.max(0, wanted - (before - this.#keys.size)))) {
      key.operator.close();
      this.#emit(key, false);
      this.#keys.remove(key);
      this.#closedEarly += 1;
    }
    this.#heap.clear();
    for (const { due, index } of this.#keys) if (due !== Number.POSITIVE_INFINITY) this.#heap.push(due, index);
  }

  /** Whether a new operator would give the same for all that may still come. */
  #isOver({ seenTime }: Key): boolean {
    const shape = this.#shape;
    const reach = 2 * (shape.kind === 'session' ? shape.gap : shape.size) + (this.#perOperator.allowedLateness ?? 0);
    return !this.#isAnchored && seenTime + reach < this.#watermark;
  }

  #emit(key: Key, open = this.#options.provisional): void {
    const { results } = key.operator;
    if (results.length === 0) return;
    this.#options.consume(key.name, results);
    results.clear();
    if (open) this.#emitOpen(key);
  }

  #emitOpen(key: Key): void {
    key.operator.readOpen(this.#open);
    if (this.#open.length > 0) this.#options.consume(key.name, this.#open);
    this.#open.clear();
  }

  /** Moves the shared watermark on, key by key in the order in which their windows become final. */
  #passTo(watermark: number): void {
    this.#watermark = watermark;
    // A session is final once the watermark is *past* its end, so one that ends there is not due yet.
    const strict = this.#shape.kind === 'session' ? 1 : 0;
    while (this.#heap.time + strict <= watermark && this.#heap.time !== Number.POSITIVE_INFINITY) {
      const due = this.#heap.time;
      const key = this.#keys.at(this.#heap.pop());
      if (key?.due !== due) continue; // an earlier end of this key was put in after it
      key.due = Number.POSITIVE_INFINITY;
      key.operator.raiseWatermark(due + strict);
      const passed = key.operator.results.length > 0;
      this.#emit(key);
      this.#schedule(key, this.#nextEnd(key, due, passed));
    }
  }

  #schedule(key: Key, end: number): void {
    if (end >= key.due || end === Number.POSITIVE_INFINITY) return;
    key.due = end;
    this.#heap.push(end, key.index);
  }

  /** The end, after what has been passed, of the first window that a sample at `timeUs` lies in. */
  #firstEndAfter(timeUs: number): number {
    const shape = this.#shape;
    if (shape.kind === 'session') return timeUs + shape.gap;
    const step = shape.kind === 'sliding' ? shape.slide : shape.size;
    const from = this.#watermark > timeUs ? this.#watermark : timeUs;
    const end = (Math.floor((from - shape.origin) / step) + 1) * step + shape.origin;
    return end <= timeUs + shape.size ? end : Number.POSITIVE_INFINITY;
  }

  /** The end of the next window of `key` that may hold samples, after `due`; +Infinity: none is open. */
  #nextEnd(key: Key, due: number, passed: boolean): number {
    const shape = this.#shape;
    if (shape.kind !== 'session' && passed) {
      const step = shape.kind === 'sliding' ? shape.slide : shape.size;
      return due + step <= key.maxTime + shape.size ? due + step : Number.POSITIVE_INFINITY;
    }
    // Sessions move their ends, and after an empty window the next may be far: the operator knows.
    key.operator.readOpen(this.#open);
    const end = this.#open.length > 0 ? this.#open.end[0]! : Number.POSITIVE_INFINITY;
    this.#open.clear();
    return end;
  }
}
