import { type Batch, type Column, type DataType, type Table, TimeUnit, Type } from '@uwdata/flechette';
import { isStreamVizError } from '../../../../src/core/errors.ts';
import { nearestName } from '../../../../src/core/windows/nearest-name.ts';
import { openArrowTable } from '../../../../src/wire/arrow-table.ts';
import { HttpProblem } from '../http-problem.ts';
import { isoUs, secondsUs } from '../time-text.ts';
import { type IngestSample, type RowProblem, type RowRules, sampleOf } from './ingest-row.ts';

const US_PER_UNIT: Readonly<Record<number, readonly [number, number]>> = {
  [TimeUnit.SECOND]: [1_000_000, 1],
  [TimeUnit.MILLISECOND]: [1000, 1],
  [TimeUnit.MICROSECOND]: [1, 1],
  [TimeUnit.NANOSECOND]: [1, 1000],
};
const TEXTS: ReadonlySet<number> = new Set([Type.Utf8, Type.LargeUtf8, Type.Utf8View]);
const NUMBERS: ReadonlySet<number> = new Set([Type.Int, Type.Float, Type.Decimal]);

/** One row; `place` is its number in the table. */
export interface PlacedRow {
  readonly place: number;
  readonly row: IngestSample | RowProblem;
}

interface NamedColumn {
  readonly name: string;
  readonly type: DataType;
  readonly column: Column<unknown>;
}

/**
 * Reads the samples of an Arrow IPC stream, row by row.
 *
 * With a column `metric`: `metric`, `value` and, where it is, `time`; columns of text are labels. Without it every column of
 * numbers but `time` is a metric of its own, where null is no sample. `time` is a timestamp of any unit, a date, seconds, or
 * ISO 8601; null or absent is now. Nanoseconds are floored.
 *
 * @throws HttpProblem 400 `ARROW_INVALID`, `COLUMN_MISSING`, `COLUMN_TYPE`
 */
export function* readArrowRows(bytes: Uint8Array, rules: RowRules): Generator<PlacedRow> {
  const table = opened(bytes);
  const columns = table.schema.fields.map(
    ({ name, type }, i): NamedColumn => ({ name, type, column: table.getChildAt(i) }),
  );
  const named = (name: string) => columns.find((column) => column.name === name);
  const time = named('time');
  const readTime = time === undefined ? () => rules.nowUs : timeReader(time, rules.nowUs);
  const rest = columns.filter((column) => column !== time);
  const labels = rest.filter((column) => column.name !== 'metric' && isText(column.type));
  const labelsAt = (row: number) =>
    labels.flatMap(({ name, column }) => {
      const value = column.at(row);
      return value == null ? [] : [[name, String(value)] as const];
    });
  const metric = named('metric');
  const values = metric === undefined ? rest.filter(({ type }) => NUMBERS.has(type.typeId)) : [valueColumn(rest)];
  const wrong = rest.find((column) => column !== metric && !labels.includes(column) && !values.includes(column));
  if (wrong !== undefined) throw wrongType(wrong, metric === undefined ? 'numbers or text' : 'text, as labels are');
  if (metric !== undefined && !isText(metric.type)) throw wrongType(metric, 'text');
  if (values.length === 0)
    throw new HttpProblem(400, 'COLUMN_MISSING', 'expected columns metric and value, or columns of numbers');
  for (let row = 0; row < table.numRows; row += 1) {
    const timeUs = readTime(row);
    for (const { name, column } of values) {
      const value = column.at(row);
      if (metric === undefined && value === null) continue;
      const of = metric === undefined ? name : String(metric.column.at(row) ?? '');
      const number = value === null ? Number.NaN : Number(value);
      const given = time === undefined ? undefined : givenTime(time, row);
      yield { place: row, row: sampleOf(of, labelsAt(row), timeUs, number, given, rules) };
    }
  }
}

function opened(bytes: Uint8Array): Table {
  try {
    return openArrowTable(bytes);
  } catch (error) {
    const reason = isStreamVizError(error) || error instanceof Error ? error.message : String(error);
    throw new HttpProblem(400, 'ARROW_INVALID', `this is no Arrow IPC stream that can be read: ${reason}`);
  }
}

function valueColumn(columns: readonly NamedColumn[]): NamedColumn {
  const value = columns.find(({ name }) => name === 'value');
  if (value === undefined) {
    const names = columns.map(({ name }) => name);
    throw new HttpProblem(400, 'COLUMN_MISSING', `column value is missing; nearest is ${nearestName('value', names)}`);
  }
  if (!NUMBERS.has(value.type.typeId)) throw wrongType(value, 'numbers');
  return value;
}

function wrongType({ name, type }: NamedColumn, expected: string): HttpProblem {
  return new HttpProblem(400, 'COLUMN_TYPE', `column ${name}: expected ${expected}; got Arrow type ${type.typeId}`, {
    details: { column: name, expected },
  });
}

function isText(type: DataType): boolean {
  return TEXTS.has(type.typeId) || (type.typeId === Type.Dictionary && isText(type.dictionary));
}

/** The time of a row as it came, for words about it. A timestamp beyond all dates cannot be told in numbers. */
function givenTime({ column }: NamedColumn, row: number): unknown {
  try {
    const given = column.at(row);
    return typeof given === 'bigint' ? Number(given) : given;
  } catch {
    // The library's: a timestamp that is no number of ms.
    return 'a timestamp beyond all dates';
  }
}

/** Whole us of row `i` of a time column; NaN for what is no time. */
function timeReader({ name, type, column }: NamedColumn, nowUs: number): (row: number) => number {
  if (type.typeId === Type.Timestamp) {
    const [times, divided] = US_PER_UNIT[type.unit] ?? [1, 1];
    return exactReader(column, (batch, i) => timestampUs((batch.values as BigInt64Array)[i]!, times, divided), nowUs);
  }
  const isNumber = NUMBERS.has(type.typeId);
  if (!isNumber && type.typeId !== Type.Date && !isText(type)) {
    throw wrongType({ name, type, column }, 'a timestamp, a date, seconds or ISO 8601');
  }
  return (row) => {
    const value = column.at(row);
    if (value === null) return nowUs;
    if (typeof value === 'string') return isoUs(value);
    if (value instanceof Date) return value.getTime() * 1000;
    return type.typeId === Type.Date ? Number(value) * 1000 : secondsUs(Number(value));
  };
}

function timestampUs(value: bigint, times: number, divided: number): number {
  if (divided === 1) return Number(value) * times;
  const quotient = value / BigInt(divided);
  return Number(value < 0n && quotient * BigInt(divided) !== value ? quotient - 1n : quotient);
}

/** Reads by the batches' own values, so that nothing is lost by way of ms. Rows must be asked for in rising order. */
function exactReader(
  column: Column<unknown>,
  read: (batch: Batch<unknown>, index: number) => number,
  nowUs: number,
): (row: number) => number {
  let at = 0;
  let first = 0;
  return (row) => {
    while (at < column.data.length && row >= first + column.data[at]!.length) {
      first += column.data[at]!.length;
      at += 1;
    }
    const batch = column.data[at]!;
    return batch.nullCount > 0 && !batch.isValid(row - first) ? nowUs : read(batch, row - first);
  };
}
