import { type Column, columnFromArray, tableFromColumns, tableToIPC, utf8 } from '@uwdata/flechette';
import { csvField, numberColumn, numberOrNull, timeColumn } from '../../http/table-columns.ts';
import { isoText } from '../../http/time-text.ts';
import type { ExportForm } from './call.ts';
import type { ExportRows } from './export-rows.ts';

/** Turns rows into the bytes of a form: `begin`, then any number of `rows`, then `end`. */
export interface ExportWriter {
  begin(): Uint8Array;
  rows(rows: ExportRows): Uint8Array;
  end(): Uint8Array;
}

const NOTHING = new Uint8Array(0);
const text = new TextEncoder();
const timeOf = (rows: ExportRows): ((at: number) => string) => (rows.axis === 'time' ? isoText : String);
const numberText = (value: number): string => (Number.isFinite(value) ? String(value) : '');

const csv: ExportWriter = {
  begin: () => text.encode('time,end,session,metric,labels,value,count,min,max\r\n'),
  rows: (rows) => {
    const time = timeOf(rows);
    const series = `,${[rows.session, rows.name, labelText(rows)].map(csvField).join(',')},`;
    let out = '';
    for (let i = 0; i < rows.length; i += 1) {
      const numbers = [rows.value[i]!, rows.count[i]!, rows.min[i]!, rows.max[i]!].map(numberText).join(',');
      out += `${time(rows.time[i]!)},${time(rows.end[i]!)}${series}${numbers}\r\n`;
    }
    return text.encode(out);
  },
  end: () => NOTHING,
};

const json: ExportWriter = {
  begin: () => NOTHING,
  rows: (rows) => {
    const scale = rows.axis === 'time' ? 1e6 : 1;
    const { session, name } = rows;
    const labels = JSON.parse(labelText(rows)) as unknown;
    let out = '';
    for (let i = 0; i < rows.length; i += 1) {
      const [value, count] = [rows.value[i]!, rows.count[i]!];
      const sample = {
        metric: name,
        session,
        labels,
        time: rows.time[i]! / scale,
        value: numberOrNull(value),
      };
      const cell =
        rows.end[i]! > rows.time[i]! ? { end: rows.end[i]! / scale, count, min: rows.min[i], max: rows.max[i] } : {};
      out += `${JSON.stringify({ ...sample, ...cell })}\n`;
    }
    return text.encode(out);
  },
  end: () => NOTHING,
};

const labelText = ({ labels }: ExportRows): string =>
  JSON.stringify(Object.fromEntries(JSON.parse(labels) as [string, string][]));

/** Bytes that end an Arrow stream: the mark of a message, and no message. */
const END_BYTES = 8;

/** One Arrow IPC stream with a record batch for each call of `rows`. Steps and times are not mixed: the first rows decide. */
function arrow(): ExportWriter {
  let isFirst = true;
  let axis: ExportRows['axis'] = 'time';
  return {
    begin: () => NOTHING,
    rows: (rows) => {
      if (isFirst) axis = rows.axis;
      const bytes = arrowBytes(rows, axis);
      // A schema has no body: behind its 8 bytes and its own length the batch begins.
      const schemaEnd = 8 + new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true);
      const from = isFirst ? 0 : schemaEnd;
      isFirst = false;
      return bytes.subarray(from, bytes.length - END_BYTES);
    },
    end: () => {
      if (isFirst) return arrowBytes(EMPTY, 'time');
      return Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);
    },
  };
}

const none = new Float64Array(0);
const EMPTY: ExportRows = {
  ...{ session: '', name: '', labels: '[]', axis: 'time', length: 0 },
  ...{ time: none, end: none, value: none, count: none, min: none, max: none },
};

function arrowBytes(rows: ExportRows, axis: ExportRows['axis']): Uint8Array {
  const { length } = rows;
  const texts = (value: string) => columnFromArray(new Array<string>(length).fill(value), utf8());
  const columns: [string, Column<unknown>][] = [
    ['time', timeColumn(rows.time, axis)],
    ['end', timeColumn(rows.end, axis)],
    ['session', texts(rows.session)],
    ['metric', texts(rows.name)],
    ['labels', texts(labelText(rows))],
    ['value', numberColumn(rows.value)],
    ['count', numberColumn(rows.count)],
    ['min', numberColumn(rows.min)],
    ['max', numberColumn(rows.max)],
  ];
  return tableToIPC(tableFromColumns(columns), { format: 'stream' }) ?? NOTHING;
}

/** What writes a form. */
export const exportWriter = (form: ExportForm): ExportWriter =>
  form === 'csv' ? csv : form === 'json' ? json : arrow();
