import type { Aggregation } from '../core/windows/aggregation.ts';
import type { WindowCounters, WindowOptions } from '../core/windows/window-operator.ts';
import { APPROXIMATE, AT_LEAST, REBUILT, SKETCHED } from '../core/windows/window-results.ts';
import type { SeriesView, WindowPoint, WindowReading } from '../session/session-view.ts';
import { type CounterLine, type Counters, counterLines } from './card-status.ts';
import type { NumberParts } from './number-format.ts';

/** Half the width of a sketch's bucket, as the documentation states it. */
const SKETCH_ERROR = '± 0.79 %';
const UNITS = [
  ['d', 86_400e6],
  ['h', 3600e6],
  ['m', 60e6],
  ['s', 1e6],
  ['ms', 1e3],
  ['µs', 1],
] as const;
/** A narrow no-break space stands between a number and its unit. */
const THIN = '\u202f';

/** Steps are counted one by one, so their `unit` is 1. */
const isSteps = (options: WindowOptions): boolean => options.unit === 1;

/** A length of event time in its two largest units: `10 s`, `1 h 30 m`, `500 ms`. */
export function lengthText(us: number): string {
  const parts: string[] = [];
  let rest = Math.round(us);
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count === 0) continue;
    parts.push(`${count}${THIN}${unit}`);
    rest -= count * size;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? `0${THIN}s` : parts.join(' ');
}

/** How long a window is, for people: `10 s`, `100 steps`, `10 s, each 1 s`, `sessions of 30 s`. */
export function windowText(options: WindowOptions): string {
  const { shape } = options;
  const length = (of: number): string => (isSteps(options) ? `${of.toLocaleString()} steps` : lengthText(of));
  switch (shape.kind) {
    case 'tumbling':
      return length(shape.size);
    case 'sliding':
      return `${length(shape.size)}, each ${length(shape.slide)}`;
    case 'session':
      return `sessions, gap ${length(shape.gap)}`;
  }
}

/** The caption of windowed lines: `p99 of 1 m`; only the window where their names tell the aggregations; '' where they have none. */
export function windowCaption(lines: readonly SeriesView[]): string {
  const reading = lines[0]?.window;
  if (reading === undefined) return '';
  const window = windowText(reading.options);
  const isOne = lines.every((line) => line.window?.aggregation.text === reading.aggregation.text);
  return isOne ? `${reading.aggregation.text} of ${window}` : window;
}

/**
 * The open window beside a final value: `so far 412, 23 of 60 s`; `so far` alone where it is the value itself; '' without one.
 *
 * @param clockUs Now on the window's axis; NaN: how much of it is over stays unsaid.
 */
export function soFarText(
  { newest, open, options }: WindowReading,
  number: (value: number) => string,
  clockUs: number,
): string {
  if (open === null) return '';
  const words = newest === null ? 'so far' : `so far ${number(open.value)}`;
  if (options.shape.kind === 'session' || Number.isNaN(clockUs)) return words;
  const size = open.endUs - open.startUs;
  const done = Math.min(size, Math.max(0, clockUs - open.startUs));
  if (isSteps(options)) return `${words}, ${Math.floor(done)} of ${size}`;
  // A window shorter than two seconds is over before anybody has read how much of it is.
  if (size < 2e6) return words;
  return `${words}, ${Math.floor(done / 1e6)} of ${size / 1e6}${THIN}s`;
}

/** One line of a tooltip about a window: what it is called and what it says. */
export interface WindowRow {
  readonly name: string;
  readonly value: string;
}

/** What a tooltip says of one result besides its value: samples, whether final, how it was computed and how exactly. */
export function windowRows(point: WindowPoint, aggregation: Aggregation): WindowRow[] {
  const { count, final, revision, flags, coverage } = point;
  const rows = [
    { name: 'samples', value: count.toLocaleString() },
    { name: 'state', value: final ? (revision === 0 ? 'final' : `final, revised ${times(revision)}`) : 'so far' },
  ];
  if (aggregation.kind === 'quantile') {
    rows.push({ name: 'error', value: (flags & SKETCHED) !== 0 ? SKETCH_ERROR : 'exact' });
    if (coverage < 1) rows.push({ name: 'knows', value: `${Math.floor(coverage * 100)}${THIN}% of the samples` });
  }
  if (aggregation.kind === 'distinct' && (flags & AT_LEAST) !== 0) rows.push({ name: 'error', value: 'at least' });
  if ((flags & APPROXIMATE) !== 0 && !(coverage < 1)) rows.push({ name: 'from', value: 'summaries, approximate' });
  else if ((flags & REBUILT) !== 0) rows.push({ name: 'from', value: 'restored data' });
  return rows;
}

const times = (count: number): string => (count === 1 ? 'once' : `${count}${THIN}×`);

const WINDOW_EXPLANATIONS = {
  late: 'samples came after their window was final and revised it.',
  dropped: 'samples came after their window was closed for good. They are in no window; the raw data have them.',
} as const;

/** The status lines of windowed widgets: late and dropped are the windows' own, the rest the series'. */
export function windowCounterLines(
  counters: Counters,
  windows: Pick<WindowCounters, 'late' | 'dropped'>,
): CounterLine[] {
  const others = counterLines({ ...counters, late: 0 });
  const own = (['late', 'dropped'] as const)
    .filter((word) => windows[word] > 0)
    .map((word) => ({ count: windows[word], word, explanation: WINDOW_EXPLANATIONS[word] }));
  return [...others, ...own];
}

/** The late and dropped samples of windowed lines, each operator counted once (aggregations of one window share it); null for plain lines. */
export function windowTotals(lines: readonly SeriesView[]): { late: number; dropped: number } | null {
  if (lines[0]?.window === undefined) return null;
  const seen = new Set<Readonly<WindowCounters>>();
  const total = { late: 0, dropped: 0 };
  for (const { window } of lines) {
    if (window === undefined || seen.has(window.counters)) continue;
    seen.add(window.counters);
    total.late += window.counters.late;
    total.dropped += window.counters.dropped;
  }
  return seen.size === 0 ? null : total;
}

/** A number as a windowed widget shows it: `≥ 10,000` where it is a lower bound. */
export const boundText = (text: string, flags: number): string => ((flags & AT_LEAST) !== 0 ? `≥${THIN}${text}` : text);

/** A value's parts as a windowed widget shows them: a lower bound says so. The same parts where there is no window. */
export function boundParts(parts: NumberParts, reading: WindowReading | undefined): NumberParts {
  const shown = reading?.newest ?? reading?.open ?? null;
  return shown === null ? parts : { ...parts, number: boundText(parts.number, shown.flags) };
}
