import { type Aggregation, paneNeeds } from '../../../../src/core/windows/aggregation.ts';
import { createWindows } from '../../../../src/core/windows/create-windows.ts';
import type { WindowOperator } from '../../../../src/core/windows/window-operator.ts';
import { APPROXIMATE } from '../../../../src/core/windows/window-results.ts';
import type { SeriesReading } from '../../hub/series-reading.ts';
import { type AnswerPart, type AnswerRow, PartList } from './answer-rows.ts';
import { type CoarseSpan, CoarseSpans } from './coarse-spans.ts';
import { sampleBefore, walkSeries } from './walk-series.ts';

/** What is computed: one number for each `[origin + k step, origin + (k + 1) step)` that holds samples. */
export interface StepCall {
  readonly startUs: number;
  readonly endUs: number;
  /** null: one number for the whole range. */
  readonly stepUs: number | null;
  readonly aggregation: Aggregation;
  readonly counter: boolean;
}

const CHUNK = 4096;
/** Nothing is late within one answer: everything is there already. */
const NEVER_LATE = Number.MAX_SAFE_INTEGER;
/** Aggregations of a step from one sample to the next: of several series they are added up, not merged. */
const STEPS: ReadonlySet<Aggregation['kind']> = new Set(['delta', 'increase', 'rate']);

/**
 * The windows of one or several series, merged as if their samples were one series'.
 *
 * 1. Where every series holds samples, or cells no longer than the step, windows are steps. Elsewhere the longest cell there
 *    is the window, and says so by its length and source.
 * 2. `delta`, `increase` and `rate` of several series are the sums over the series.
 * 3. A window is approximate where a cell crosses its edges, and where samples of it are known to be missing.
 */
export function windowRows(
  members: readonly SeriesReading[],
  call: StepCall,
): { readonly rows: readonly AnswerRow[]; readonly parts: readonly AnswerPart[] } {
  const range = rangeOf(members, call);
  const spans = new CoarseSpans(members.flatMap((series) => cellsLongerThan(series, range)));
  const isStepwise = STEPS.has(call.aggregation.kind);
  const answers = isStepwise
    ? members.map((series) => new RangeWindows([series], call, range, spans).rows())
    : [new RangeWindows(members, call, range, spans).rows()];
  return { rows: answers.length === 1 ? answers[0]! : addedUp(answers), parts: partsOf(members, range) };
}

interface Range {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly sizeUs: number;
  readonly originUs: number;
}

/** Whole windows over what was asked for; without a step the range itself, widened to the cells that cross its edges. */
function rangeOf(members: readonly SeriesReading[], { startUs, endUs, stepUs }: StepCall): Range {
  if (stepUs !== null) {
    const fromUs = Math.floor(startUs / stepUs) * stepUs;
    return { fromUs, untilUs: Math.ceil(endUs / stepUs) * stepUs, sizeUs: stepUs, originUs: 0 };
  }
  let [fromUs, untilUs] = [startUs, endUs];
  for (const series of members) {
    walkSeries(series, startUs, endUs, {
      samples: () => undefined,
      cell: (durationUs, cellStartUs) => {
        fromUs = Math.min(fromUs, cellStartUs);
        untilUs = Math.max(untilUs, cellStartUs + durationUs);
      },
    });
  }
  return { fromUs, untilUs, sizeUs: untilUs - fromUs, originUs: fromUs };
}

function cellsLongerThan(series: SeriesReading, { fromUs, untilUs, sizeUs }: Range): readonly CoarseSpan[] {
  const found: CoarseSpan[] = [];
  walkSeries(series, fromUs, untilUs, {
    samples: () => undefined,
    cell: (durationUs, startUs) => {
      if (durationUs > sizeUs) found.push({ startUs, durationUs });
    },
  });
  return found;
}

/** What answers each stretch: of several series the coarsest source. */
function partsOf(members: readonly SeriesReading[], { fromUs, untilUs }: Range): readonly AnswerPart[] {
  const list = new PartList();
  const [only] = members;
  if (members.length === 1 && only !== undefined) {
    walkSeries(only, fromUs, untilUs, {
      samples: (from, to, startUs, endUs, { ring }) => {
        if (!Number.isNaN(startUs)) list.add(startUs, endUs, 'raw', ring.finiteCount(from, to));
      },
      cell: (durationUs, startUs, pane) => list.add(startUs, startUs + durationUs, durationUs, pane.count[0]!),
    });
    return list.parts;
  }
  return mergedParts(members.map((series) => partsOf([series], { fromUs, untilUs, sizeUs: 0, originUs: 0 })));
}

/** Parts of several series by source, one for each source, in the order of their starts. */
function mergedParts(lists: readonly (readonly AnswerPart[])[]): readonly AnswerPart[] {
  const bySource = new Map<'raw' | number, AnswerPart>();
  for (const part of lists.flat()) {
    const held = bySource.get(part.source) ?? { ...part, count: 0 };
    bySource.set(part.source, {
      startUs: Math.min(held.startUs, part.startUs),
      endUs: Math.max(held.endUs, part.endUs),
      source: part.source,
      count: held.count + part.count,
    });
  }
  return [...bySource.values()].sort((a, b) => a.startUs - b.startUs);
}

/** Rows of several series, equal windows as one. */
function addedUp(answers: readonly (readonly AnswerRow[])[]): readonly AnswerRow[] {
  const byWindow = new Map<string, AnswerRow>();
  for (const row of answers.flat()) {
    const key = `${row.startUs} ${row.endUs}`;
    const held = byWindow.get(key);
    if (held === undefined) byWindow.set(key, row);
    else {
      byWindow.set(key, {
        ...held,
        value: Number.isNaN(held.value) ? row.value : Number.isNaN(row.value) ? held.value : held.value + row.value,
        count: held.count + row.count,
        final: held.final && row.final,
        flags: held.flags | row.flags,
        source: coarser(held.source, row.source),
      });
    }
  }
  return [...byWindow.values()].sort((a, b) => a.startUs - b.startUs);
}

const coarser = (a: 'raw' | number, b: 'raw' | number): 'raw' | number =>
  a === 'raw' ? b : b === 'raw' ? a : Math.max(a, b);

/** One pass over some series: an operator for the steps, and one for each length of the spans. */
class RangeWindows {
  readonly #call: StepCall;
  readonly #range: Range;
  readonly #spans: CoarseSpans;
  readonly #operators = new Map<number, WindowOperator>();
  /** Source of each window that is not all raw, by length and start. */
  readonly #sources = new Map<number, Map<number, number>>();
  readonly #members: readonly SeriesReading[];
  readonly #needsAnchor: boolean;
  /** More is computed than the fields of a pane. */
  readonly #needsFeatures: boolean;
  readonly #times = new Float64Array(CHUNK);
  readonly #values = new Float64Array(CHUNK);
  #lastTime = Number.NaN;
  #lastValue = Number.NaN;
  #current: WindowOperator | null = null;

  constructor(members: readonly SeriesReading[], call: StepCall, range: Range, spans: CoarseSpans) {
    this.#members = members;
    this.#call = call;
    this.#range = range;
    this.#spans = spans;
    this.#needsAnchor = STEPS.has(call.aggregation.kind);
    this.#needsFeatures = Object.values(paneNeeds([call.aggregation], call)).includes(true);
  }

  rows(): readonly AnswerRow[] {
    for (const series of this.#members) this.#feed(series);
    const rows: AnswerRow[] = [];
    for (const [sizeUs, operator] of this.#operators) this.#read(sizeUs, operator, rows);
    return rows.sort((a, b) => a.startUs - b.startUs);
  }

  #feed(series: SeriesReading): void {
    const { fromUs, untilUs } = this.#range;
    const before = this.#needsAnchor ? sampleBefore(series, fromUs) : null;
    this.#current = null;
    this.#lastTime = before?.timeUs ?? Number.NaN;
    this.#lastValue = before?.value ?? Number.NaN;
    walkSeries(series, fromUs, untilUs, {
      samples: (from, to, _startUs, _endUs, { ring }) => {
        for (let at = from; at < to; ) {
          const span = this.#spans.at(ring.timeAt(at));
          const edgeUs = span === null ? this.#spans.nextStart(ring.timeAt(at)) : span.startUs + span.durationUs;
          const end = Math.min(to, at + CHUNK, ring.lowerBoundFrom(at, edgeUs, ring.length));
          for (let i = at; i < end; i += 1) {
            this.#times[i - at] = ring.timeAt(i);
            this.#values[i - at] = ring.valueAt(i);
          }
          this.#operator(span, ring.timeAt(at)).add(this.#times, this.#values, 0, end - at, Number.NaN);
          for (let i = end - 1; i >= at; i -= 1) {
            if (this.#values[i - at]! - this.#values[i - at]! !== 0) continue;
            this.#lastTime = this.#times[i - at]!;
            this.#lastValue = this.#values[i - at]!;
            break;
          }
          at = end;
        }
      },
      cell: (durationUs, startUs, pane, stretch) => {
        const span = this.#spans.at(startUs);
        const features = this.#needsFeatures ? stretch.featuresOf(durationUs, startUs, pane.count[0]!) : null;
        this.#operator(span, pane.firstTime[0]!).addPane(startUs, durationUs, pane, 0, features);
        this.#note(span, startUs, durationUs);
        this.#lastTime = pane.lastTime[0]!;
        this.#lastValue = pane.last[0]!;
      },
    });
  }

  /** The operator of a span, or of the steps; where another one took over it is told the last sample before. */
  #operator(span: CoarseSpan | null, timeUs: number): WindowOperator {
    const sizeUs = span?.durationUs ?? this.#range.sizeUs;
    const originUs = span === null ? this.#range.originUs : 0;
    let operator = this.#operators.get(sizeUs);
    if (operator === undefined) {
      operator = createWindows({
        shape: { kind: 'tumbling', size: sizeUs, origin: originUs },
        aggregations: [this.#call.aggregation],
        counter: this.#call.counter,
        lateness: NEVER_LATE,
        unit: this.#members[0]?.axis === 'step' ? 1 : 1e6,
      });
      this.#operators.set(sizeUs, operator);
    }
    if (operator !== this.#current) {
      this.#current = operator;
      const windowOf = (t: number) => Math.floor((t - originUs) / sizeUs);
      if (this.#needsAnchor && windowOf(this.#lastTime) < windowOf(timeUs)) {
        operator.add(Float64Array.of(this.#lastTime), Float64Array.of(this.#lastValue), 0, 1, Number.NaN);
      }
    }
    return operator;
  }

  /** Remembers the coarsest cell of each window. */
  #note(span: CoarseSpan | null, startUs: number, durationUs: number): void {
    const { sizeUs, originUs } = this.#range;
    const size = span?.durationUs ?? sizeUs;
    const start = span?.startUs ?? Math.floor((startUs - originUs) / sizeUs) * sizeUs + originUs;
    let sources = this.#sources.get(size);
    if (sources === undefined) {
      sources = new Map();
      this.#sources.set(size, sources);
    }
    sources.set(start, Math.max(durationUs, sources.get(start) ?? 0));
  }

  #read(sizeUs: number, operator: WindowOperator, rows: AnswerRow[]): void {
    operator.close();
    const { results } = operator;
    const { fromUs, untilUs } = this.#range;
    const isStep = sizeUs === this.#range.sizeUs;
    for (let i = 0; i < results.length; i += 1) {
      const startUs = results.start[i]!;
      const endUs = results.end[i]!;
      const cover = isStep ? this.#spans.cover(startUs, endUs) : 'none';
      // What only an anchor lies in is no window of the answer.
      if (isStep ? cover === 'whole' || startUs < fromUs || startUs >= untilUs : !this.#spans.has(startUs, sizeUs))
        continue;
      rows.push({
        startUs,
        endUs,
        value: results.value(i, 0),
        count: results.count[i]!,
        final: this.#members.every((series) => endUs <= series.maxTimeUs),
        flags: results.flags[i]! | (cover === 'part' || this.#isDoubted(startUs) ? APPROXIMATE : 0),
        source: this.#sources.get(sizeUs)?.get(startUs) ?? 'raw',
      });
    }
  }

  #isDoubted(startUs: number): boolean {
    return this.#members.some(({ doubtedUs }) => startUs <= doubtedUs);
  }
}
