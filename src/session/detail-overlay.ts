import type { CellTiers } from '../core/cell-tiers.ts';
import type { LineBuffer } from '../core/line-buffer.ts';
import { DetailPart } from './detail-part.ts';
import type { LineRange, NearestSample, TimeSpan } from './session-view.ts';
import { TouchedSpans } from './touched-spans.ts';

/** A picture may be coarser than its rows by so much and still be drawn from them: pixels are rounded. */
const SLACK = 2;
/** Parts above which those that go on in the same columns are joined. */
const MOST_PARTS = 32;
/** Rows a column above which a picture is drawn from fewer. */
const CROWDED = 16;

/**
 * Rows of one series over zoomed spans, finer than what is held: stretches that were asked for one by one, side by side.
 *
 * 1. It serves ranges that its parts cover without a hole and with columns that are fine enough, and no others.
 * 2. Parts do not overlap: where two were given, the newer stands.
 * 3. What it gives is points: the line through them is the picture. It counts nothing and heals nothing.
 * 4. It says what it lacks, and which of what it has was touched since. Itself it is immutable, but for `touched`.
 */
export class DetailOverlay {
  /** Rising, disjoint. */
  readonly parts: readonly DetailPart[];
  /** Where samples came after the rows were asked for. One object for all overlays made of one another. */
  readonly touched: TouchedSpans;
  #thinned: { readonly columnUs: number; readonly overlay: DetailOverlay } | null = null;

  constructor(parts: readonly DetailPart[] = [], touched = new TouchedSpans()) {
    this.parts = parts;
    this.touched = touched;
  }

  /** Rows of all parts. */
  get length(): number {
    return this.parts.reduce((sum, part) => sum + part.length, 0);
  }

  /** Says that samples of `[startUs, endUs)` came or changed. */
  touch(startUs: number, endUs: number): void {
    const [first, last] = [this.parts[0], this.parts.at(-1)];
    if (first === undefined || startUs >= last!.span.endUs || endUs <= first.span.startUs) return;
    this.touched.add(startUs, endUs);
  }

  /** The stretches of a span that no part with columns of at most `columnUs` covers, rising. */
  missing({ startUs, endUs }: TimeSpan, columnUs: number): readonly TimeSpan[] {
    const gaps: TimeSpan[] = [];
    let at = startUs;
    for (const { span } of this.#over(startUs, endUs).filter((part) => part.isAsFineAs(columnUs))) {
      if (span.startUs > at) gaps.push({ startUs: at, endUs: span.startUs });
      at = Math.max(at, span.endUs);
    }
    if (at < endUs) gaps.push({ startUs: at, endUs });
    return gaps;
  }

  /** The message up to which all parts in a span are right; Infinity where there is none. */
  seqIn({ startUs, endUs }: TimeSpan): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#over(startUs, endUs).map(({ seq }) => seq));
  }

  /** With a part in place of what was in its span. */
  with(part: DetailPart): DetailOverlay {
    const { startUs, endUs } = part.span;
    const before = this.parts.map((held) => held.cut(Number.NEGATIVE_INFINITY, startUs));
    const after = this.parts.map((held) => held.cut(endUs, Number.POSITIVE_INFINITY));
    const parts = [...before, part, ...after].filter((held) => held !== null);
    return new DetailOverlay(parts.length > MOST_PARTS ? joined(parts) : parts, this.touched);
  }

  /** What is held of a span is right up to message `seq`. */
  asOf({ startUs, endUs }: TimeSpan, seq: number): DetailOverlay {
    const parts = this.parts.flatMap((held) => [
      held.cut(Number.NEGATIVE_INFINITY, startUs),
      held.cut(startUs, endUs, Math.max(seq, held.seq)),
      held.cut(endUs, Number.POSITIVE_INFINITY),
    ]);
    return new DetailOverlay(
      parts.filter((held) => held !== null),
      this.touched,
    );
  }

  /** Only what lies in a span; null where nothing does. */
  within({ startUs, endUs }: TimeSpan): DetailOverlay | null {
    const parts = this.parts.map((held) => held.cut(startUs, endUs)).filter((held) => held !== null);
    // Joined, for what is cut still holds the columns it was cut from.
    return parts.length === 0
      ? null
      : new DetailOverlay(
          parts.map((part) => DetailPart.join([part])),
          this.touched,
        );
  }

  /** Whether parts cover a range and it asks for nothing finer than what is here. */
  serves({ startUs, endUs, columnUs }: LineRange): boolean {
    return startUs < endUs && this.missing({ startUs, endUs }, SLACK * columnUs).length === 0;
  }

  /** Rows in `[startUs, endUs)`. O(parts + log n). */
  countIn({ startUs, endUs }: TimeSpan): number {
    let count = 0;
    for (const part of this.#over(startUs, endUs)) {
      count += Math.min(part.to, part.lowerBound(endUs)) - Math.max(part.from, part.lowerBound(startUs));
    }
    return count;
  }

  /**
   * Whether the rows draw a range better than cells do: they serve it, and are no more than pixels, or some cell shown in it is
   * longer than a pixel. O(log n + cells of the range).
   */
  isFinerThan(cells: CellTiers, range: LineRange): boolean {
    if (!this.serves(range)) return false;
    if (this.countIn(range) <= range.maxPoints) return true;
    let longestUs = 0;
    cells.eachShown(range.startUs, range.endUs, (durationUs) => {
      if (durationUs > longestUs) longestUs = durationUs;
    });
    return !(longestUs > 0 && longestUs <= range.columnUs);
  }

  /**
   * Fills `out` with the rows in `[startUs, endUs)` and one neighbour on each side; of far more rows than columns with what a
   * line needs of them. Breaks lie before the entries that `pending` reaches into.
   */
  read(range: LineRange, pending: readonly TimeSpan[], out: LineBuffer): 'points' {
    const { startUs, endUs, columnUs } = range;
    const count = this.countIn(range);
    if (count > CROWDED * Math.ceil((endUs - startUs) / columnUs + 1)) {
      const overlay = this.#thin(2 ** Math.floor(Math.log2(Math.max(1, columnUs))));
      if (overlay.countIn(range) < count) return overlay.read({ ...range, columnUs: 0 }, pending, out);
    }
    out.ensure(count + 2);
    out.length = 0;
    const before = this.#lastBefore(startUs);
    if (before !== null) append(out, ...before);
    for (const part of this.#over(startUs, endUs)) {
      const to = Math.min(part.to, part.lowerBound(endUs));
      for (let i = Math.max(part.from, part.lowerBound(startUs)); i < to; i += 1) {
        append(out, part.time[i]!, part.value[i]!);
      }
    }
    const after = this.#firstFrom(endUs);
    if (after !== null) append(out, ...after);
    for (const gap of pending) {
      for (let at = 1; at < out.length && out.time[at - 1]! < gap.endUs; at += 1) {
        if (out.time[at]! > gap.startUs) out.breakBefore[at] = 1;
      }
    }
    return 'points';
  }

  /** The row with a value nearest to a time that a part covers, the earlier of two equally near; null elsewhere and where there is none. */
  nearest(timeUs: number): NearestSample | null {
    const run = this.#runAt(timeUs);
    if (run === null) return null;
    let best: NearestSample | null = null;
    for (const part of run) {
      const from = part === run[0] ? 0 : part.from;
      const to = part === run.at(-1) ? part.time.length : part.to;
      let after = Math.max(from, part.lowerBound(timeUs));
      let before = Math.min(to, after) - 1;
      while (after < to && !Number.isFinite(part.value[after]!)) after += 1;
      while (before >= from && !Number.isFinite(part.value[before]!)) before -= 1;
      for (const row of [before, after]) {
        if (row < from || row >= to) continue;
        const found = part.time[row]!;
        const away =
          Math.abs(found - timeUs) - (best === null ? Number.POSITIVE_INFINITY : Math.abs(best.timeUs - timeUs));
        if (away < 0 || (away === 0 && found < best!.timeUs)) best = { timeUs: found, value: part.value[row]! };
      }
    }
    return best;
  }

  #over(startUs: number, endUs: number): readonly DetailPart[] {
    return this.parts.filter(({ span }) => span.startUs < endUs && span.endUs > startUs);
  }

  /** The parts that go on from one another around a time; null where none covers it. */
  #runAt(timeUs: number): readonly DetailPart[] | null {
    const { parts } = this;
    const at = parts.findIndex(({ span }) => timeUs >= span.startUs && timeUs < span.endUs);
    if (at < 0) return null;
    let first = at;
    let last = at;
    while (first > 0 && parts[first - 1]!.span.endUs === parts[first]!.span.startUs) first -= 1;
    while (last + 1 < parts.length && parts[last + 1]!.span.startUs === parts[last]!.span.endUs) last += 1;
    return parts.slice(first, last + 1);
  }

  /** The row before a time that a part covers: of that part, of those before it, or the neighbour of the first of them. */
  #lastBefore(timeUs: number): readonly [number, number] | null {
    const run = this.#runAt(timeUs);
    for (const part of run?.toReversed() ?? []) {
      const row = Math.min(part.to, part.lowerBound(timeUs)) - 1;
      if (row >= part.from) return [part.time[row]!, part.value[row]!];
    }
    const first = run?.[0];
    return first !== undefined && first.from > 0 ? [first.time[first.from - 1]!, first.value[first.from - 1]!] : null;
  }

  /** The row at or after the end of what a part covers: of that part, of those after it, or the neighbour of the last of them. */
  #firstFrom(endUs: number): readonly [number, number] | null {
    // The parts that cover the time just before it.
    const at = this.parts.findIndex(({ span }) => endUs > span.startUs && endUs <= span.endUs);
    const run = at < 0 ? null : this.#runAt(this.parts[at]!.span.startUs);
    for (const part of run ?? []) {
      const row = Math.max(part.from, part.lowerBound(endUs));
      if (row < part.to) return [part.time[row]!, part.value[row]!];
    }
    const last = run?.at(-1);
    return last !== undefined && last.to < last.time.length ? [last.time[last.to]!, last.value[last.to]!] : null;
  }

  #thin(columnUs: number): DetailOverlay {
    if (this.#thinned?.columnUs !== columnUs) {
      const overlay = new DetailOverlay(this.parts.map((part) => part.thinned(columnUs)));
      this.#thinned = { columnUs, overlay };
    }
    return this.#thinned.overlay;
  }
}

function append(out: LineBuffer, timeUs: number, value: number): void {
  const at = out.length;
  out.time[at] = timeUs;
  out.value[at] = out.min[at] = out.max[at] = value - value === 0 ? value : Number.NaN;
  out.breakBefore[at] = 0;
  out.length = at + 1;
}

/** Parts that go on from one another in the same columns as one. */
function joined(parts: readonly DetailPart[]): readonly DetailPart[] {
  const runs: DetailPart[][] = [];
  for (const part of parts) {
    const last = runs.at(-1)?.at(-1);
    const goesOn = last?.span.endUs === part.span.startUs && last.columnUs === part.columnUs;
    if (goesOn) runs.at(-1)!.push(part);
    else runs.push([part]);
  }
  return runs.map((run) => DetailPart.join(run));
}
