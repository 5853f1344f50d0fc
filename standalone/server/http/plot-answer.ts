import { LineBuffer } from '../../../src/core/line-buffer.ts';
import type { WidgetSpec } from '../../../src/dashboard/widget-specs.ts';
import type { SeriesView, SessionStore, WindowReading } from '../../../src/session/session-view.ts';
import type { LiveSession } from '../hub/session-hub.ts';
import { hasLabels, unknownWidget } from './known-metrics.ts';
import type { Parameters } from './parameters.ts';
import { noteOf } from './query/answer-table.ts';
import { queryRange } from './query/query-call.ts';
import { isoText, secondsOf } from './time-text.ts';

const DEFAULT_WIDTH = 1024;
const MOST_WIDTH = 8192;
const MOST_LINES = 1000;
const MOST_TABLE_ROWS = 10_000;

const numberOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
const buffer = new LineBuffer();

/**
 * The answer of `/api/plot/:section/:id`: what one widget shows.
 *
 * Lines of a metric for a width in pixels over its visible range: samples where they are few, else mean, min and max of
 * each column. A gauge's newest value; a table's rows. Without `start` the range is the widget's own, up to the newest sample.
 * @throws HttpProblem 404 `WIDGET_UNKNOWN` with the nearest one, 400
 */
export function plotAnswer(
  live: LiveSession,
  id: string,
  parameters: Parameters,
  nowUs: number,
): Record<string, unknown> {
  const { store } = live;
  const widgets = store.document?.widgets ?? [];
  const widget = widgets.find((spec) => spec.id === id);
  if (widget === undefined)
    throw unknownWidget(
      id,
      widgets.map((spec) => spec.id),
    );
  const head = {
    session: live.session,
    id,
    kind: widget.kind,
    name: widget.name,
    title: widget.options.title,
    seq: live.seq,
    problems: widget.problems.map(({ code, message }) => ({ code, message })),
  };
  switch (widget.kind) {
    case 'metric':
    case 'gauge':
      return { ...head, ...numbersOf(store, widget, parameters, nowUs) };
    case 'table':
      return { ...head, ...tableOf(store, id) };
    case 'events':
      return {
        ...head,
        ...tableOf(store, `events:${widget.name}`),
        recent: tableOf(store, `events.recent:${widget.name}`),
      };
    case 'unknown':
      return head;
  }
}

type NumberSpec = WidgetSpec & { readonly kind: 'metric' | 'gauge' };

function numbersOf(
  store: SessionStore,
  widget: NumberSpec,
  parameters: Parameters,
  nowUs: number,
): Record<string, unknown> {
  const { name, options } = widget;
  const wanted = new Map(Object.entries(options.labels));
  const views = options.window === null ? store.series(name) : store.windowed(name, options.window);
  const lines = views.filter((view) => hasLabels(view, wanted));
  const { axis } = options;
  const time = axis === 'time' ? secondsOf : numberOrNull;
  const newest = lines.map((line) => ({
    ...lineHead(line, time),
    lastTime: time(line.lastTimeUs),
    lastValue: numberOrNull(line.lastValue),
  }));
  const unit = options.unit;
  if (widget.kind === 'gauge') return { unit, axis, min: widget.options.min, max: widget.options.max, lines: newest };
  const width = parameters.whole('width', 1, MOST_WIDTH) ?? DEFAULT_WIDTH;
  const range = shownRange(lines, widget.options, parameters, nowUs);
  const drawn = lines.slice(0, MOST_LINES).map((line, i) => ({ ...newest[i], ...pointsOf(line, range, width, time) }));
  return {
    unit,
    axis,
    start: time(range.startUs),
    end: time(range.endUs),
    width,
    omitted: lines.length - drawn.length,
    lines: drawn,
  };
}

interface Range {
  readonly startUs: number;
  readonly endUs: number;
}

function shownRange(
  lines: readonly SeriesView[],
  options: { readonly axis: 'time' | 'step'; readonly timeRangeUs: number | 'all' },
  parameters: Parameters,
  nowUs: number,
): Range {
  let firstUs = Number.NaN;
  let lastUs = Number.NaN;
  for (const line of lines) {
    if (!(firstUs <= line.firstTimeUs)) firstUs = line.firstTimeUs;
    if (!(lastUs >= line.lastTimeUs)) lastUs = line.lastTimeUs;
  }
  const given = { start: parameters.text('start'), end: parameters.text('end'), step: null };
  const held = { firstUs, lastUs: Number.isNaN(lastUs) ? lastUs : Math.floor(lastUs), nowUs };
  const range = queryRange(given, options.axis, { ...held, firstUs: Math.floor(firstUs) });
  if (given.start !== null || options.timeRangeUs === 'all') return range;
  return { startUs: range.endUs - options.timeRangeUs, endUs: range.endUs };
}

const lineHead = (line: SeriesView, time: (us: number) => number | null): Record<string, unknown> => ({
  labels: Object.fromEntries(line.labels),
  exact: line.exact,
  counters: line.counters,
  ...(line.window === undefined ? {} : { window: windowOf(line.window, time) }),
});

function windowOf(window: WindowReading, time: (us: number) => number | null): Record<string, unknown> {
  const { open, newest } = window;
  return {
    aggregation: window.aggregation.text,
    counters: window.counters,
    open:
      open === null
        ? null
        : { start: time(open.startUs), end: time(open.endUs), value: numberOrNull(open.value), count: open.count },
    note: newest === null ? '' : noteOf(newest.flags),
  };
}

function pointsOf(
  line: SeriesView,
  { startUs, endUs }: Range,
  width: number,
  time: (us: number) => number | null,
): Record<string, unknown> {
  const mode = line.readLine(
    { startUs, endUs, columnUs: Math.max(1, (endUs - startUs) / width), maxPoints: width },
    buffer,
  );
  const take = (column: Float64Array) => Array.from(column.subarray(0, buffer.length), numberOrNull);
  return {
    mode,
    time: Array.from(buffer.time.subarray(0, buffer.length), time),
    value: take(buffer.value),
    ...(mode === 'columns' ? { min: take(buffer.min), max: take(buffer.max) } : {}),
    breaks: Array.from(buffer.breakBefore.subarray(0, buffer.length).entries()).flatMap(([i, isBreak]) =>
      isBreak === 1 ? [i] : [],
    ),
    gaps: line.pending.map((gap) => [time(gap.startUs), time(gap.endUs)]),
  };
}

function tableOf(store: SessionStore, id: string): Record<string, unknown> {
  const table = store.table(id);
  if (table === null) return { columns: [], rows: [], total: 0, exact: true, omitted: 0 };
  const { columns } = table;
  const rows = table.rows();
  const shown = rows.slice(-MOST_TABLE_ROWS);
  return {
    columns,
    rows: shown.map(({ cells }) => cells.map((cell, i) => cellValue(cell, columns[i]?.type))),
    total: table.total,
    exact: table.exact,
    omitted: rows.length - shown.length,
  };
}

/** A cell as JSON has it: times as ISO 8601, whole numbers beyond 2^53 as text. */
function cellValue(cell: unknown, type: string | undefined): unknown {
  if (typeof cell === 'bigint') return String(cell);
  if (typeof cell === 'number')
    return type === 'datetime' && Number.isFinite(cell) ? isoText(cell) : numberOrNull(cell);
  return cell ?? null;
}
