import { StreamVizError } from './errors.ts';
import type { StateTable, StateValue } from './state-table.ts';

/** A number as `meta` writes it: its text where JSON has none for it (NaN, infinities, -0). */
export const metaNumber = (value: number): StateValue =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);

/** A state that cannot be restored: what is wrong with it. */
export const stateInvalid = (problem: string): StreamVizError =>
  new StreamVizError('STATE_INVALID', `The state cannot be restored: ${problem}.`);

/** The table of this name. @throws StreamVizError `STATE_INVALID` where there is none. */
export function tableNamed(tables: readonly StateTable[], name: string): StateTable {
  const found = tables.find((table) => table.name === name);
  if (found === undefined) throw stateInvalid(`there is no table ${name}`);
  return found;
}

/** A number of `meta`, however it was written. @throws StreamVizError `STATE_INVALID` */
export function numberIn({ name, meta }: StateTable, key: string): number {
  const value = Object.hasOwn(meta, key) ? meta[key] : undefined;
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const number = Number(value);
    if (value === 'NaN' || (value !== '' && !Number.isNaN(number))) return number;
  }
  throw stateInvalid(`${name}.${key} is no number`);
}

/** A whole number of `meta` in `[least, most]`. @throws StreamVizError `STATE_INVALID` */
export function wholeIn(table: StateTable, key: string, least: number, most: number): number {
  const value = numberIn(table, key);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw stateInvalid(`${table.name}.${key} is ${value}, expected a whole number in [${least}, ${most}]`);
  }
  return value;
}

/** A column of numbers, of `length` entries where it is given; not copied. @throws StreamVizError `STATE_INVALID` */
export function doublesIn({ name, columns }: StateTable, key: string, length?: number): Float64Array {
  const column = Object.hasOwn(columns, key) ? columns[key] : undefined;
  if (!(column instanceof Float64Array)) throw stateInvalid(`${name}.${key} is no column of numbers`);
  if (length !== undefined && column.length !== length) {
    throw stateInvalid(`${name}.${key} has ${column.length} rows, expected ${length}`);
  }
  return column;
}

/** A text of `meta`. @throws StreamVizError `STATE_INVALID` */
export function textIn({ name, meta }: StateTable, key: string): string {
  const value = Object.hasOwn(meta, key) ? meta[key] : undefined;
  if (typeof value !== 'string') throw stateInvalid(`${name}.${key} is no text`);
  return value;
}

/** A yes or no of `meta`. @throws StreamVizError `STATE_INVALID` */
export function flagIn({ name, meta }: StateTable, key: string): boolean {
  const value = Object.hasOwn(meta, key) ? meta[key] : undefined;
  if (typeof value !== 'boolean') throw stateInvalid(`${name}.${key} is neither true nor false`);
  return value;
}

/** A column of texts; not copied. @throws StreamVizError `STATE_INVALID` */
export function textsIn({ name, columns }: StateTable, key: string, length?: number): readonly string[] {
  const column = Object.hasOwn(columns, key) ? columns[key] : undefined;
  const isTexts = Array.isArray(column) && column.every((entry) => typeof entry === 'string');
  if (!isTexts || (length !== undefined && column.length !== length)) {
    throw stateInvalid(`${name}.${key} is no column of ${length ?? ''} texts`);
  }
  return column as readonly string[];
}

/** A column of byte strings, null where there is none; not copied. @throws StreamVizError `STATE_INVALID` */
export function bytesIn({ name, columns }: StateTable, key: string, length: number): readonly (Uint8Array | null)[] {
  const column = Object.hasOwn(columns, key) ? columns[key] : undefined;
  const isBytes = Array.isArray(column) && column.every((entry) => entry === null || entry instanceof Uint8Array);
  // Arrow does not tell byte strings from texts where there are none.
  if (!isBytes || column.length !== length) throw stateInvalid(`${name}.${key} is no column of ${length} byte strings`);
  return column as readonly (Uint8Array | null)[];
}

/** Whether no entry is smaller than the one before it; false where one is NaN. */
export function isRising(column: Float64Array): boolean {
  for (let i = 0; i < column.length; i += 1) {
    const value = column[i]!;
    if (!(i === 0 ? !Number.isNaN(value) : value >= column[i - 1]!)) return false;
  }
  return true;
}
