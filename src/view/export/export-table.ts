import type { TimeSpan } from '../../session/session-view.ts';

/** Whole numbers beyond 2^53 are bigints; they are written with all their digits, in JSON as text. */
export type ExportCell = string | number | bigint | boolean | null;

export interface ExportColumn {
  readonly name: string;
  /** Cells of a `time` column are us since the Unix epoch; they are written as ISO 8601 in UTC. */
  readonly type: 'time' | 'number' | 'text' | 'bool';
}

/** What a widget shows, as rows. */
export interface ExportTable {
  readonly columns: readonly ExportColumn[];
  /** One array of cells per row, in column order. NaN is none, as null is. */
  readonly rows: readonly (readonly ExportCell[])[];
  /** The visible range; null where what is shown has none. */
  readonly range: TimeSpan | null;
  /** What one row is: `sample`, `column of min, mean and max`, `row`. */
  readonly rowMeans: string;
}

/** Of which widget the rows are. */
export interface ExportSource {
  readonly session: string;
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly title: string;
  readonly unit: string | null;
}

/** `2026-03-03T14:15:00.042Z`, with microseconds where they are not whole ms; '' for what is no time. */
export function isoTime(us: number): string {
  if (!Number.isFinite(us) || Math.abs(us) > 8.64e18) return '';
  const ms = Math.floor(us / 1000);
  const iso = new Date(ms).toISOString();
  const rest = Math.round(us - ms * 1000);
  return rest === 0 ? iso : `${iso.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

/** A held value as a cell: what is neither text, number nor boolean becomes text, undefined null. */
export function exportCell(value: unknown): ExportCell {
  if (value === undefined || value === null) return null;
  const isPlain = ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
  return isPlain ? (value as ExportCell) : String(value);
}

function plain(cell: ExportCell, { type }: ExportColumn): Exclude<ExportCell, bigint> {
  if (typeof cell === 'bigint') return String(cell);
  if (typeof cell !== 'number') return cell;
  if (type === 'time') return Number.isFinite(cell) ? isoTime(cell) : null;
  return Number.isFinite(cell) ? cell : null;
}

/** One field: quoted where its text needs it, nothing for null. */
export function csvField(cell: ExportCell): string {
  if (cell === null) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The rows as CSV (RFC 4180): a header line, CRLF, quotes where they are needed, times as ISO 8601, numbers with all
 * digits, nothing for null and NaN.
 */
export function csvText({ columns, rows }: ExportTable): string {
  const lines = [columns.map(({ name }) => csvField(name)).join(',')];
  for (const row of rows) lines.push(columns.map((column, i) => csvField(plain(row[i] ?? null, column))).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

/** The rows as JSON: whose they are, the visible range, and one object per row; null for NaN. */
export function jsonText(table: ExportTable, source: ExportSource): string {
  const { columns, rows, range, rowMeans } = table;
  const head = {
    ...source,
    range: range === null ? null : { start: isoTime(range.startUs), end: isoTime(range.endUs) },
    rowMeans,
    columns,
  };
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map((column, i) => [column.name, plain(row[i] ?? null, column)]))),
  );
  const text = JSON.stringify(head, null, 2).slice(0, -2);
  return `${text},\n  "rows": [${objects.map((object) => `\n    ${object}`).join(',')}${objects.length > 0 ? '\n  ' : ''}]\n}\n`;
}

/** A file name that every system takes: title and time, without what some forbid. */
export function fileName(title: string, nowUs: number, extension: string): string {
  const words = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  const time = isoTime(Math.floor(nowUs / 1e6) * 1e6)
    .replaceAll(':', '')
    .replace('.000Z', 'Z');
  return `${words === '' ? 'widget' : words}-${time}.${extension}`;
}
