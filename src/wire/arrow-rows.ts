import { type Column, type Schema, type Table, Type } from '@uwdata/flechette';
import { StreamVizError } from '../core/errors.ts';
import { cellTypeOf, readCells } from './arrow-cells.ts';
import { openArrowTable } from './arrow-table.ts';
import type { RowsPart } from './message-types.ts';

const ROW_ID = 'sv:row';
const GONE = 'sv:gone';
const FIRST_ID = 'sv:first';
const SYSTEM_COLUMNS = 3;

function damaged(what: string, cause?: unknown): StreamVizError {
  return new StreamVizError('ARROW_ROWS', `A rows part cannot be read: ${what}.`, { cause });
}

function checkColumns(schema: Schema): void {
  const expected = [
    { name: ROW_ID, type: 'int64', id: Type.Int },
    { name: GONE, type: 'bool', id: Type.Bool },
    { name: FIRST_ID, type: 'int64', id: Type.Int },
  ];
  expected.forEach(({ name, type, id }, i) => {
    const field = schema.fields[i];
    const own = field?.type;
    const fits = own?.typeId === id && (own.typeId !== Type.Int || own.bitWidth === 64);
    if (field?.name !== name || !fits) {
      throw new StreamVizError(
        'ARROW_SCHEMA',
        `Column ${i} of a rows part is '${field?.name}', expected '${name}' of ${type}.`,
      );
    }
  });
}

/** An id of 1 ... 2^53 - 1; the one a key entered under is never above the row's own. */
function readId(value: unknown, column: string, most: number): number {
  const id = Number(value);
  if (!Number.isSafeInteger(id) || id < 1 || id > most) {
    throw damaged(`${column} is ${id}, expected a whole number of 1 to ${most}`);
  }
  return id;
}

function readTable(table: Table, id: string, slice: RowsPart['slice']): RowsPart {
  checkColumns(table.schema);
  const columns: readonly Column<unknown>[] = table.children;
  const [ids, flags, firsts] = columns;
  const length = table.numRows;
  const rowIds = new Float64Array(length);
  const firstIds = new Float64Array(length);
  const gone = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const rowId = readId(ids?.at(i), ROW_ID, Number.MAX_SAFE_INTEGER);
    rowIds[i] = rowId;
    firstIds[i] = readId(firsts?.at(i), FIRST_ID, rowId);
    gone[i] = flags?.at(i) === true ? 1 : 0;
  }
  const own = columns.slice(SYSTEM_COLUMNS).map(readCells);
  const cells: unknown[][] = Array.from({ length }, (_, i) => own.map((column) => column[i]));
  return {
    table: id,
    slice,
    columns: table.schema.fields.slice(SYSTEM_COLUMNS).map(({ name, type }) => ({ name, type: cellTypeOf(type) })),
    rowIds,
    firstIds,
    gone,
    cells,
  };
}

/**
 * Decodes one `rows` part of the table `id`; what the library throws becomes `ARROW_ROWS`.
 *
 * @returns Fresh arrays; nothing refers to `part`.
 * @throws StreamVizError `ARROW_SCHEMA`, `ARROW_ROWS`, `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_COMPRESSED`,
 *   `ARROW_ENDIANNESS`
 */
export function readRowsPart(part: ArrayBuffer | ArrayBufferView, id: string, slice: RowsPart['slice']): RowsPart {
  const given = ArrayBuffer.isView(part)
    ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
    : new Uint8Array(part);
  try {
    return readTable(openArrowTable(given), id, slice);
  } catch (cause) {
    if (cause instanceof StreamVizError) throw cause;
    throw damaged(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
