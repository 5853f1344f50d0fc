import { stateInvalid } from './state-input.ts';

const WHOLE = '$int';
const NUMBER = '$number';

/** The cells of a row as JSON: a bigint is `{"$int": "..."}`, a number that JSON has not `{"$number": "NaN"}`. */
export function rowText(cells: readonly unknown[]): string {
  return JSON.stringify(cells, (_key, value: unknown) => {
    if (typeof value === 'bigint') return { [WHOLE]: String(value) };
    if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value;
    return { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) };
  });
}

/** The cells of {@link rowText}. @throws StreamVizError `STATE_INVALID` */
export function rowCells(text: string): readonly unknown[] {
  let cells: unknown;
  try {
    cells = JSON.parse(text);
  } catch {
    throw stateInvalid('a row is no JSON');
  }
  if (!Array.isArray(cells)) throw stateInvalid('a row is no list of cells');
  return cells.map(cellOf);
}

function cellOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const { [WHOLE]: whole, [NUMBER]: number } = value as Record<string, unknown>;
  if (typeof whole === 'string' && /^-?\d+$/.test(whole)) return BigInt(whole);
  if (number === '-0' || number === 'NaN' || number === 'Infinity' || number === '-Infinity') return Number(number);
  throw stateInvalid('a cell is neither a text, a number, a yes or no nor nothing');
}
