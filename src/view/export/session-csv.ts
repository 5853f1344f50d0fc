import { LineBuffer } from '../../core/line-buffer.ts';
import type { SampleRing } from '../../core/sample-ring.ts';
import type { TableSpec, WidgetSpec } from '../../dashboard/widget-specs.ts';
import { recentTable } from '../../session/event-tables.ts';
import type { SeriesView, SessionStore } from '../../session/session-view.ts';
import { tableColumns } from '../widgets/table/columns.ts';
import { csvField, csvText, type ExportCell, type ExportColumn, exportCell, isoTime } from './export-table.ts';

/** A file of an export. */
export interface CsvFile {
  readonly name: string;
  readonly text: string;
}

/** A series with the raw samples that are held of it. */
export interface RawSeries extends Pick<SeriesView, 'name' | 'labels'> {
  readonly axis: 'time' | 'step';
  readonly ring: Pick<SampleRing, 'length' | 'timeAt' | 'valueAt'>;
}

/** What is exported: a store and the raw samples of all its series. */
export interface CsvSource {
  readonly store: Pick<SessionStore, 'document' | 'windowed' | 'table'>;
  readonly series: Iterable<RawSeries>;
}

/** About 250 MB of text: an engine's texts end at twice that. */
const MOST_ROWS = 4_000_000;
const BUFFER = new LineBuffer();
const EVER_US = 2 ** 52;
/** A text that begins so is a formula to a spreadsheet. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Everything that is held of a session as CSV files (RFC 4180, times in ISO 8601 UTC, numbers with all digits):
 *
 * | file | rows |
 * |---|---|
 * | `series.csv` | each raw sample held: time, name, labels as JSON, value; with a `step` column where a series has steps |
 * | `windows.csv` | each result held: start, end, name, labels, aggregation, value, samples, `final` or `so far` |
 * | `table-NAME.csv` | each row held |
 * | `events-NAME.csv` | each raw event held |
 *
 * Rows are in order of series, then time. A missing value is empty. Files without rows are left out. Text that a spreadsheet
 * would run as a formula gets an apostrophe before it. Beyond `mostRows` samples the newest of each series are given, in
 * proportion, and the file is called `series-newest.csv`.
 */
export function sessionCsv({ store, series }: CsvSource, mostRows = MOST_ROWS): readonly CsvFile[] {
  const files: CsvFile[] = [];
  const samples = samplesFile([...series], mostRows);
  if (samples !== null) files.push(samples);
  const widgets = store.document?.widgets ?? [];
  const windows = windowsText(widgets, store);
  if (windows !== null) files.push({ name: 'windows.csv', text: windows });
  const taken = new Set<string>();
  for (const spec of widgets) {
    const text = spec.kind === 'table' ? tableText(spec, store) : eventsText(spec, store);
    if (text === null) continue;
    const name = freeName(`${spec.kind}-${stemOf(spec.name)}`, taken);
    files.push({ name, text });
  }
  return files;
}

function samplesFile(all: readonly RawSeries[], mostRows: number): CsvFile | null {
  const total = all.reduce((sum, { ring }) => sum + ring.length, 0);
  if (total === 0) return null;
  const share = Math.min(1, mostRows / total);
  const hasSteps = all.some(({ axis, ring }) => axis === 'step' && ring.length > 0);
  const lines = [hasSteps ? 'time,step,name,labels,value' : 'time,name,labels,value'];
  for (const { name, labels, axis, ring } of all) {
    const who = `${textField(name)},${labelsField(labels)}`;
    for (let i = ring.length - Math.floor(ring.length * share); i < ring.length; i += 1) {
      const at = ring.timeAt(i);
      const when = axis === 'time' ? isoTime(at) : '';
      const step = hasSteps ? `,${axis === 'step' ? at : ''}` : '';
      lines.push(`${when}${step},${who},${numberField(ring.valueAt(i))}`);
    }
  }
  return { name: share < 1 ? 'series-newest.csv' : 'series.csv', text: `${lines.join('\r\n')}\r\n` };
}

function windowsText(widgets: readonly WidgetSpec[], store: CsvSource['store']): string | null {
  const lines = ['start,end,name,labels,aggregation,value,samples,state'];
  const seen = new Set<string>();
  for (const spec of widgets) {
    if ((spec.kind !== 'metric' && spec.kind !== 'gauge') || spec.options.window === null) continue;
    const { window, axis } = spec.options;
    for (const line of store.windowed(spec.name, window)) {
      if (seen.has(line.key)) continue;
      seen.add(line.key);
      addResults(line, axis, lines);
    }
  }
  return lines.length === 1 ? null : `${lines.join('\r\n')}\r\n`;
}

/** The results of a line. What is drawn between them (zero where a window had no sample) is no result. */
function addResults(line: SeriesView, axis: 'time' | 'step', out: string[]): void {
  const aggregation = line.window?.aggregation.text ?? '';
  // Of several aggregations each line says its own in a last label.
  const labels = (line.window?.options.aggregations.length ?? 1) > 1 ? line.labels.slice(0, -1) : line.labels;
  const who = `${textField(line.name)},${labelsField(labels)},${textField(aggregation)}`;
  const when = (at: number): string => (axis === 'time' ? isoTime(at) : String(at));
  const maxPoints = Number.POSITIVE_INFINITY;
  line.readLine({ startUs: -EVER_US, endUs: EVER_US, columnUs: EVER_US, maxPoints }, BUFFER);
  const times = BUFFER.time.slice(0, BUFFER.length);
  for (const time of times) {
    const found = line.nearest(time);
    const point = found?.window;
    if (found === null || point === undefined || found.timeUs !== time) continue;
    const { startUs, endUs, value, count, final } = point;
    out.push(`${when(startUs)},${when(endUs)},${who},${numberField(value)},${count},${final ? 'final' : 'so far'}`);
  }
}

function tableText(spec: TableSpec, store: CsvSource['store']): string | null {
  const table = store.table(spec.id);
  if (table === null || table.rowCount === 0) return null;
  const columns = tableColumns(spec.options.columns, table.columns);
  return rowsText(
    columns.map(({ name, type }) => ({ name, type: type === 'datetime' ? 'time' : type })),
    table.rows().map(({ cells }) => columns.map(({ cell }) => exportCell(cells[cell]))),
  );
}

function eventsText(spec: WidgetSpec, store: CsvSource['store']): string | null {
  const table = spec.kind === 'events' ? store.table(recentTable(spec.name)) : null;
  if (table === null || table.rowCount === 0) return null;
  return rowsText(
    table.columns.map(({ name, type }) => ({ name, type: type === 'datetime' ? 'time' : type })),
    table.rows().map(({ cells }) => table.columns.map((_, i) => exportCell(cells[i]))),
  );
}

function rowsText(columns: readonly ExportColumn[], rows: readonly (readonly ExportCell[])[]): string {
  const safe = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? harmless(cell) : cell)));
  const named = columns.map((column) => ({ ...column, name: harmless(column.name) }));
  return csvText({ columns: named, rows: safe, range: null, rowMeans: 'row' });
}

const textField = (text: string): string => csvField(harmless(text));

const numberField = (value: number): string => (Number.isFinite(value) ? String(value) : '');

function labelsField(labels: SeriesView['labels']): string {
  return labels.length === 0 ? '' : csvField(JSON.stringify(Object.fromEntries(labels)));
}

/** The text with an apostrophe before it where a spreadsheet would run it; numbers stay numbers. */
function harmless(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

function stemOf(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60) || 'unnamed';
}

function freeName(stem: string, taken: Set<string>): string {
  let name = stem;
  for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${stem}-${n}`;
  taken.add(name.toLowerCase());
  return `${name}.csv`;
}
