import { bool, type Column, columnFromArray, float64, tableFromColumns, tableToIPC, utf8 } from '@uwdata/flechette';
import { csvField, numberColumn, numberOrNull, timeColumn } from '../table-columns.ts';
import { isoText, secondsOf } from '../time-text.ts';
import { answerTable, noteOf, sourceText } from './answer-table.ts';
import type { QueryAnswer } from './query-lines.ts';

/** Columns that every table has; a label of such a name gets `label:` before it. */
const OWN_COLUMNS = ['time', 'end', 'value', 'count', 'final', 'source', 'note', 'session'];
const labelColumn = (name: string): string => (OWN_COLUMNS.includes(name) ? `label:${name}` : name);

/** JSON: lines with columns. Times are seconds, or steps; a value is null where there is none. */
export function answerJson(answer: QueryAnswer): string {
  const { axis } = answer;
  const time = axis === 'time' ? secondsOf : numberOrNull;
  return `${JSON.stringify({
    metric: answer.metric,
    axis,
    start: time(answer.startUs),
    end: time(answer.endUs),
    step: answer.stepUs === null ? null : time(answer.stepUs),
    aggregation: answer.aggregation,
    by: answer.by,
    lines: answer.lines.map(({ session, labels, parts, rows }) => ({
      session,
      labels: Object.fromEntries(labels),
      parts: parts.map((part) => ({
        start: time(part.startUs),
        end: time(part.endUs),
        source: sourceText(part.source, axis),
        count: part.count,
      })),
      time: rows.map(({ startUs }) => time(startUs)),
      end: rows.map(({ endUs }) => time(endUs)),
      value: rows.map(({ value }) => numberOrNull(value)),
      count: rows.map(({ count }) => count),
      final: rows.map(({ final }) => final),
      source: rows.map(({ source }) => sourceText(source, axis)),
      note: rows.map(({ flags }) => noteOf(flags)),
    })),
  })}\n`;
}

/** CSV (RFC 4180) with a header; times are ISO 8601 in UTC, or steps; an empty field is none. */
export function answerCsv(answer: QueryAnswer): string {
  const table = answerTable(answer);
  const time = answer.axis === 'time' ? isoText : String;
  const head = [
    'time',
    'end',
    'session',
    ...table.labelNames.map(labelColumn),
    'value',
    'count',
    'final',
    'source',
    'note',
  ];
  const lines = [head.map(csvField).join(',')];
  for (let i = 0; i < table.length; i += 1) {
    lines.push(
      [
        time(table.start[i]!),
        time(table.end[i]!),
        csvField(table.session[i] ?? ''),
        ...table.labels.map((values) => csvField(values[i] ?? '')),
        Number.isFinite(table.value[i]) ? String(table.value[i]) : '',
        String(table.count[i]),
        String(table.final[i]),
        table.source[i]!,
        csvField(table.note[i]!),
      ].join(','),
    );
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** An Arrow IPC stream with the columns of the CSV; times are `timestamp[us, UTC]`, or int64 steps; null is none. */
export function answerArrow(answer: QueryAnswer): Uint8Array<ArrayBuffer> {
  const table = answerTable(answer);
  const text = (values: readonly (string | null)[]) => columnFromArray([...values], utf8());
  const columns: [string, Column<unknown>][] = [
    ['time', timeColumn(table.start, answer.axis)],
    ['end', timeColumn(table.end, answer.axis)],
    ['session', text(table.session)],
    ...table.labelNames.map((name, i): [string, Column<unknown>] => [labelColumn(name), text(table.labels[i]!)]),
    ['value', numberColumn(table.value)],
    ['count', columnFromArray(table.count, float64())],
    ['final', columnFromArray([...table.final], bool())],
    ['source', text(table.source)],
    ['note', text(table.note)],
  ];
  const bytes = tableToIPC(tableFromColumns(columns), { format: 'stream' });
  return new Uint8Array(bytes ?? []);
}

export const ARROW_TYPE = 'application/vnd.apache.arrow.stream';
export type AnswerForm = 'json' | 'csv' | 'arrow';

const FORMS: Readonly<Record<AnswerForm, readonly string[]>> = {
  json: ['application/json', 'application/*', '*/*'],
  csv: ['text/csv', 'text/*'],
  arrow: [ARROW_TYPE, 'application/vnd.apache.arrow.file', 'application/octet-stream'],
};

export const ANSWER_FORMS = Object.keys(FORMS) as readonly AnswerForm[];

/** The form that an `Accept` header prefers: of equals JSON before CSV before Arrow. Null where none is acceptable. */
export function formOf(accept: string | null): AnswerForm | null {
  let best: AnswerForm | null = null;
  let most = 0;
  for (const [type, quality] of acceptedTypes(accept ?? '*/*')) {
    const form = ANSWER_FORMS.find((name) => FORMS[name].includes(type));
    if (form === undefined || quality <= most) continue;
    best = form;
    most = quality;
  }
  return best;
}

function acceptedTypes(accept: string): readonly (readonly [string, number])[] {
  return accept
    .split(',')
    .slice(0, 50)
    .map((entry) => {
      const [type = '', ...options] = entry.split(';').map((piece) => piece.trim().toLowerCase());
      const quality = Number(options.find((option) => option.startsWith('q='))?.slice(2) ?? 1);
      // What is named beats what stands for anything.
      return [type, (quality >= 0 && quality <= 1 ? quality : 0) - (type.includes('*') ? 1e-4 : 0)] as const;
    });
}
