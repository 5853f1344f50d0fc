import { type DecodePart, type OnDamaged, tolerant } from './damaged-parts.ts';
import type { Part, PartTable } from './part-table.ts';
import { concatenated, lowerBound, merged } from './sample-order.ts';
import { decodeSamples, encodeSamples, type SampleRows } from './sample-segment.ts';

/** Rows of a full part: some 20 kB, of which a query reads no more than it needs. */
const FULL_ROWS = 4096;
/** A part with fewer takes more at its end; above, it stays as it is. */
const SMALL_ROWS = 600;

/**
 * The raw samples of the series of a history file, in parts.
 *
 * 1. All rows of a series stand in time order, equal times in the order they were placed, whatever parts they lie in.
 * 2. Rows at the end cost the bytes of at most one small part more; a late row costs its part.
 */
export class SampleParts {
  readonly #parts: PartTable;
  /** The newest part of each series that was written to. */
  readonly #last = new Map<number, Part | null>();

  readonly #decoded: DecodePart<SampleRows>;

  /** @param onDamaged Told of parts that cannot be read, which are passed over. Default: they throw. */
  constructor(parts: PartTable, onDamaged: OnDamaged | null = null) {
    this.#parts = parts;
    this.#decoded = tolerant(decodeSamples, onDamaged);
  }

  /**
   * Adds rows in time order.
   *
   * @param spanUs A part does not grow over a longer time than this, unless rows of equal times make it.
   */
  place(series: number, rows: SampleRows, spanUs: number): void {
    const { time } = rows;
    for (let at = 0; at < time.length; ) {
      const last = this.#lastOf(series);
      const isNewest = last === null || time[at]! >= last.t0;
      const held =
        last !== null && isNewest && isLeft(last, time[at]!, spanUs) ? null : this.#parts.at(series, 0, time[at]!);
      const nextUs = isNewest ? Number.POSITIVE_INFINITY : this.#parts.nextStart(series, 0, time[at]!);
      let end = lowerBound(time, Math.min(nextUs, time[at]! + spanUs), at);
      if (end === at) end = at + 1;
      if (held !== null && !isLeft(held, time[at]!, spanUs)) {
        // Up to the span of the part that takes them, at least those that lie within it.
        end = Math.max(at + 1, Math.min(end, lowerBound(time, Math.max(held.t0 + spanUs, held.t1), at)));
        this.#parts.remove(held.id);
        this.#write(series, merged(decodeSamples(held.enc, held.body), rows, at, end), 0, undefined, isNewest);
      } else this.#write(series, rows, at, end, isNewest);
      at = end;
    }
  }

  /** Rows of `[fromUs, toUs)`. */
  read(series: number, fromUs: number, toUs: number): SampleRows {
    const runs: SampleRows[] = [];
    for (const part of this.#parts.overlapping(series, 0, fromUs, toUs)) {
      const rows = this.#decoded(part);
      if (rows === null) continue;
      const { time, value } = rows;
      const from = lowerBound(time, fromUs);
      const to = lowerBound(time, toUs, from);
      if (from < to) runs.push({ time: time.subarray(from, to), value: value.subarray(from, to) });
    }
    return runs.length === 0 ? { time: new Float64Array(0), value: new Float64Array(0) } : concatenated(runs);
  }

  /** Takes out the rows of `[fromUs, toUs)`. */
  remove(series: number, fromUs: number, toUs: number): void {
    for (const { id, enc, body } of this.#parts.overlapping(series, 0, fromUs, toUs)) {
      const rows = decodeSamples(enc, body);
      const from = lowerBound(rows.time, fromUs);
      const to = lowerBound(rows.time, toUs, from);
      if (from === to) continue;
      this.#parts.remove(id);
      if (from > 0) this.#write(series, rows, 0, from, false);
      if (to < rows.time.length) this.#write(series, rows, to, rows.time.length, false);
    }
    this.#last.delete(series);
  }

  /** Forgets what it knows of a series whose parts somebody else took out; of all where none is named. */
  forget(series?: number): void {
    if (series === undefined) this.#last.clear();
    else this.#last.delete(series);
  }

  #lastOf(series: number): Part | null {
    let last = this.#last.get(series);
    if (last === undefined) {
      last = this.#parts.last(series, 0);
      this.#last.set(series, last);
    }
    return last;
  }

  /** Writes rows `[from, to)` as parts; no two begin at one time. */
  #write(series: number, rows: SampleRows, from: number, to: number | undefined, isNewest: boolean): void {
    const { time } = rows;
    const end = to ?? time.length;
    for (let at = from; at < end; ) {
      let cut = Math.min(end, at + FULL_ROWS);
      if (cut < end && time[cut] === time[at]) while (cut < end && time[cut] === time[at]) cut += 1;
      else if (cut < end) while (cut > at + 1 && time[cut] === time[cut - 1]) cut -= 1;
      const place = { t0: time[at]!, t1: time[cut - 1]!, n: cut - at };
      const part = this.#parts.insert(series, 0, place, encodeSamples(rows, at, cut));
      if (isNewest) this.#last.set(series, part);
      at = cut;
    }
  }
}

/** Whether a part is left as it is by rows from a time on, which then begin another one. */
function isLeft(part: Part, fromUs: number, spanUs: number): boolean {
  return fromUs > part.t1 && (part.n >= SMALL_ROWS || fromUs - part.t0 >= spanUs);
}
