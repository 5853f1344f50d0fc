import type { NearestSample, SeriesView, TimeSpan } from '../../../session/session-view.ts';
import type { NumberFormat } from '../../number-format.ts';
import type { TooltipContent, TooltipRow } from '../../tooltip.ts';
import { boundText, windowRows } from '../../window-words.ts';
import type { AxisFormat } from './axis-format.ts';
import type { LineStyle } from './lines.ts';

/** The sample of one line at the cursor. */
export interface CursorSample {
  readonly line: number;
  readonly sample: NearestSample;
}

const MOST_ROWS = 8;

/** The nearest sample of each line to `timeUs`, left out where it is further than `toleranceUs` or its own interval. */
export function samplesAt(lines: readonly SeriesView[], timeUs: number, toleranceUs: number): CursorSample[] {
  let anchorUs = Number.NaN;
  const all: CursorSample[] = [];
  for (const [line, series] of lines.entries()) {
    const sample = series.nearest(timeUs);
    if (sample === null) continue;
    all.push({ line, sample });
    if (!(Math.abs(sample.timeUs - timeUs) >= Math.abs(anchorUs - timeUs))) anchorUs = sample.timeUs;
  }
  return all.filter(({ line, sample }) => {
    const interval = lines[line]?.intervalUs ?? 0;
    return Math.abs(sample.timeUs - anchorUs) <= Math.max(toleranceUs, Number.isFinite(interval) ? interval : 0);
  });
}

/** What the tooltip of a metric says about the samples at the cursor: one line in detail, several sorted by value. */
export function tooltipContent(
  found: readonly CursorSample[],
  options: {
    readonly lines: readonly SeriesView[];
    readonly styles: readonly LineStyle[];
    readonly numbers: NumberFormat;
    readonly format: AxisFormat;
    readonly nowUs: number;
    /** The time under the cursor, us. */
    readonly cursorUs: number;
    /** Line nearest to the cursor, -1 for none. */
    readonly hot: number;
  },
): TooltipContent {
  const { format, nowUs, cursorUs } = options;
  const notes = spanNotes(options.lines, cursorUs, format);
  const first = found[0];
  if (first === undefined) return { time: '', zone: '', rows: [], notes };
  const { timeUs } = first.sample;
  const date = format.date(timeUs, nowUs);
  const clock = clockText(first.sample, format);
  const rows = options.lines.length > 1 ? manyRows(found, options) : oneRows(first, options);
  return { time: date === '' ? clock : `${date} ${clock}`, zone: format.zone(timeUs), rows, notes };
}

/** The time of a sample; start and end of a pane or a window, whole seconds where they are. */
function clockText({ timeUs, pane, window }: NearestSample, format: AxisFormat): string {
  const span = window ?? pane;
  if (span === undefined) return format.exact(timeUs);
  const isWhole = window === undefined || (span.startUs % 1e6 === 0 && span.endUs % 1e6 === 0);
  return format.span(span.startUs, span.endUs, !isWhole);
}

/** What the rows are made from. */
export type RowOptions = Parameters<typeof tooltipContent>[1];

function oneRows({ line, sample }: CursorSample, options: RowOptions): TooltipRow[] {
  const { numbers, styles } = options;
  const style = styles[line];
  const row = (name: string, value: string): TooltipRow => ({ swatch: null, name, value, hot: false });
  const { pane, window } = sample;
  const reading = options.lines[line]?.window;
  if (window !== undefined && reading !== undefined) {
    const value = boundText(numbers.exact(sample.value), window.flags);
    const rows = windowRows(window, reading.aggregation).map((each) => row(each.name, each.value));
    return [{ swatch: style?.color ?? null, name: reading.aggregation.text, value, hot: false }, ...rows];
  }
  if (pane === undefined) {
    return [{ swatch: style?.color ?? null, name: style?.name ?? '', value: numbers.exact(sample.value), hot: false }];
  }
  return [
    row('mean', numbers.text(pane.mean)),
    row('min', numbers.exact(pane.min)),
    row('max', numbers.exact(pane.max)),
    row('samples', pane.count.toLocaleString()),
  ];
}

function manyRows(found: readonly CursorSample[], options: RowOptions): TooltipRow[] {
  const { numbers, styles, hot } = options;
  const sorted = [...found].sort((a, b) => b.sample.value - a.sample.value);
  let shown = sorted.slice(0, MOST_ROWS);
  const hotSample = sorted.find((sample) => sample.line === hot);
  if (hotSample !== undefined && !shown.includes(hotSample)) shown = [...shown.slice(0, -1), hotSample];
  const rows = shown.map(({ line, sample }) => ({
    swatch: styles[line]?.color ?? null,
    name: styles[line]?.name ?? '',
    value: numbers.exact(sample.value),
    hot: line === hot,
  }));
  const more = sorted.length - shown.length;
  const all = more > 0 ? [...rows, { swatch: 'transparent', name: `+ ${more} more`, value: '', hot: false }] : rows;
  return [...all, ...sharedWindowRows(hotSample ?? sorted[0], options)];
}

/** What the tooltip of several windowed lines says of the window of one of them. */
function sharedWindowRows(found: CursorSample | undefined, options: RowOptions): TooltipRow[] {
  const window = found?.sample.window;
  const aggregation = found === undefined ? undefined : options.lines[found.line]?.window?.aggregation;
  if (window === undefined || aggregation === undefined) return [];
  return windowRows(window, aggregation).map(({ name, value }) => ({ swatch: null, name, value, hot: false }));
}

function spanNotes(lines: readonly SeriesView[], timeUs: number, format: AxisFormat): string[] {
  const notes: string[] = [];
  const note = (word: string, spans: readonly TimeSpan[]): void => {
    const span = spans.find(({ startUs, endUs }) => startUs <= timeUs && timeUs <= endUs);
    if (span === undefined) return;
    const text = `${word} ${format.span(span.startUs, span.endUs, false)}`;
    if (!notes.includes(text)) notes.push(text);
  };
  for (const line of lines) {
    note('missing', line.pending);
    note('restored', line.restored);
  }
  return notes;
}
