import { APPROXIMATE, AT_LEAST, REBUILT, SKETCHED } from '../../../../src/core/windows/window-results.ts';
import type { AnswerRow } from './answer-rows.ts';
import type { QueryAnswer } from './query-lines.ts';

/** An answer as one table, the same in every form: lines one after another, rows of a line in time order. */
export interface AnswerTable {
  readonly labelNames: readonly string[];
  readonly length: number;
  /** us or steps. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** NaN: none. */
  readonly value: Float64Array;
  readonly count: Float64Array;
  readonly final: readonly boolean[];
  readonly source: readonly string[];
  readonly note: readonly string[];
  readonly session: readonly (string | null)[];
  /** One list for each label name; null where a line has no such label. */
  readonly labels: readonly (readonly (string | null)[])[];
}

const NOTES: readonly (readonly [number, string])[] = [
  [REBUILT, 'rebuilt'],
  [APPROXIMATE, 'approximate'],
  [SKETCHED, 'sketched'],
  [AT_LEAST, 'at least'],
];
const UNITS: readonly (readonly [number, string])[] = [
  [3600e6, 'h'],
  [60e6, 'm'],
  [1e6, 's'],
  [1e3, 'ms'],
  [1, 'us'],
];

/** What is to be said of a row, in words with commas between them; empty where it is exact. */
export function noteOf(flags: number): string {
  if (flags === 0) return '';
  return NOTES.flatMap(([bit, word]) => ((flags & bit) === 0 ? [] : [word])).join(', ');
}

/** `raw`, or the length of the cells: `1s`, `10m`; of steps their number. */
export function sourceText(source: 'raw' | number, axis: 'time' | 'step'): string {
  if (source === 'raw') return source;
  if (axis === 'step') return String(source);
  const [unit, name] = UNITS.find(([us]) => source % us === 0) ?? [1, 'us'];
  return `${source / unit}${name}`;
}

/** The rows of an answer as columns. O(rows). */
export function answerTable({ lines, axis }: QueryAnswer): AnswerTable {
  const labelNames = [...new Set(lines.flatMap(({ labels }) => labels.map(([name]) => name)))].sort();
  let length = 0;
  for (const { rows } of lines) length += rows.length;
  const column = (read: (row: AnswerRow) => number): Float64Array => {
    const values = new Float64Array(length);
    let at = 0;
    for (const { rows } of lines) for (const row of rows) values[at++] = read(row);
    return values;
  };
  const texts = <T>(read: (row: AnswerRow) => T): readonly T[] => lines.flatMap(({ rows }) => rows.map(read));
  const ofLine = <T>(read: (line: QueryAnswer['lines'][number]) => T): readonly T[] =>
    lines.flatMap((line) => new Array<T>(line.rows.length).fill(read(line)));
  return {
    labelNames,
    length,
    start: column(({ startUs }) => startUs),
    end: column(({ endUs }) => endUs),
    value: column(({ value }) => value),
    count: column(({ count }) => count),
    final: texts(({ final }) => final),
    source: texts(({ source }) => sourceText(source, axis)),
    note: texts(({ flags }) => noteOf(flags)),
    session: ofLine(({ session }) => session),
    labels: labelNames.map((name) => ofLine(({ labels }) => labels.find((label) => label[0] === name)?.[1] ?? null)),
  };
}
