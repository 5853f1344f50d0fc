import type { NearestSample, SeriesView, TimeSpan } from '../../../session/session-view.ts';
import type { NumberFormat } from '../../number-format.ts';
import type { TimeFormat } from '../../time-format.ts';
import type { TooltipContent, TooltipRow } from '../../tooltip.ts';
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
    readonly times: TimeFormat;
    readonly nowUs: number;
    /** The time under the cursor, us. */
    readonly cursorUs: number;
    /** Line nearest to the cursor, -1 for none. */
    readonly hot: number;
  },
): TooltipContent {
  const { times, nowUs, cursorUs } = options;
  const notes = spanNotes(options.lines, cursorUs, times);
  const first = found[0];
  if (first === undefined) return { time: '', zone: '', rows: [], notes };
  const { timeUs, pane } = first.sample;
  const date = times.dateUnlessToday(timeUs, nowUs);
  const clock =
    pane === undefined ? times.exact(timeUs) : `${times.seconds(pane.startUs)} to ${times.seconds(pane.endUs)}`;
  const rows = options.lines.length > 1 ? manyRows(found, options) : oneRows(first, options);
  return { time: date === '' ? clock : `${date} ${clock}`, zone: times.zoneName(timeUs), rows, notes };
}

/** What the rows are made from. */
export type RowOptions = Parameters<typeof tooltipContent>[1];

function oneRows({ line, sample }: CursorSample, options: RowOptions): TooltipRow[] {
  const { numbers, styles } = options;
  const style = styles[line];
  const row = (name: string, value: string): TooltipRow => ({ swatch: null, name, value, hot: false });
  const { pane } = sample;
  if (pane === undefined) {
    return [{ swatch: style?.color ?? null, name: style?.name ?? '', value: numbers.exact(sample.value), hot: false }];
  }
  return [
    row('mean', numbers.text(pane.mean)),
    row('min to max', `${numbers.exact(pane.min)} to ${numbers.exact(pane.max)}`),
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
  return more > 0 ? [...rows, { swatch: 'transparent', name: `+ ${more} more`, value: '', hot: false }] : rows;
}

function spanNotes(lines: readonly SeriesView[], timeUs: number, times: TimeFormat): string[] {
  const notes: string[] = [];
  const note = (word: string, spans: readonly TimeSpan[]): void => {
    const span = spans.find(({ startUs, endUs }) => startUs <= timeUs && timeUs <= endUs);
    if (span === undefined) return;
    const text = `${word} ${times.seconds(span.startUs)} to ${times.seconds(span.endUs)}`;
    if (!notes.includes(text)) notes.push(text);
  };
  for (const line of lines) {
    note('missing', line.pending);
    note('restored', line.restored);
  }
  return notes;
}
