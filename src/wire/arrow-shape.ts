import { StreamVizError } from '../core/errors.ts';
import { FIELD } from './arrow-layout.ts';
import type { FlatReader } from './flat-reader.ts';

/** Fields of the table `DictionaryEncoding`. */
export const DICTIONARY_ENCODING = { id: 0, indexType: 1 } as const;

/** How the rows of one Arrow type lie in buffers (Arrow columnar format, "Buffer Listing for Each Layout"). */
export type ArrowLayout = 'null' | 'fixed' | 'bytes' | 'views' | 'list' | 'struct' | 'repeat' | 'sparse' | 'dense';

/** A column as a record batch stores it: what its buffers must hold for so many rows. */
export interface ArrowShape {
  readonly layout: ArrowLayout;
  /** Bits of one value, or of one offset. */
  readonly bits: number;
  /** Rows of the child for each row of a `repeat`. */
  readonly repeat: number;
  readonly children: readonly ArrowShape[];
}

/** Bytes that are no Arrow stream of a kind that is read. */
export function malformed(what: string): StreamVizError {
  return new StreamVizError('ARROW_FORMAT', `Arrow part is damaged: ${what}.`);
}

/** Type ids of `Schema.fbs` whose bits are the same for every column of that type. */
const PLAIN: Readonly<Record<number, readonly [ArrowLayout, number]>> = {
  1: ['null', 0],
  4: ['bytes', 32],
  5: ['bytes', 32],
  6: ['fixed', 1],
  10: ['fixed', 64],
  12: ['list', 32],
  13: ['struct', 0],
  17: ['list', 32],
  18: ['fixed', 64],
  19: ['bytes', 64],
  20: ['bytes', 64],
  21: ['list', 64],
  23: ['views', 128],
  24: ['views', 128],
};
const INT = 2;
const FLOAT = 3;
const DECIMAL = 7;
const DATE = 8;
const TIME = 9;
const INTERVAL = 11;
const UNION = 14;
const FIXED_BINARY = 15;
const FIXED_LIST = 16;
const CHILD_COUNT: Readonly<Partial<Record<ArrowLayout, number>>> = { list: 1, repeat: 1 };
const MOST_DECIMAL_SCALE = 1000;

/** A 16- or 32-bit number of a type's table; `absent` where the writer left it out. */
function number(flat: FlatReader, type: number, index: number, bits: 16 | 32, absent: number): number {
  const at = flat.field(type, index);
  if (at === 0) return absent;
  return bits === 16 ? flat.i16(at) : flat.i32(at);
}

function bitsOf(flat: FlatReader, id: number, type: number): number {
  switch (id) {
    case INT:
      return number(flat, type, 0, 32, 0);
    case FLOAT:
      return 16 << number(flat, type, 0, 16, 0);
    case DECIMAL: {
      const scale = number(flat, type, 1, 32, 0);
      if (Math.abs(scale) > MOST_DECIMAL_SCALE) throw malformed(`a decimal has a scale of ${scale}`);
      return number(flat, type, 2, 32, 128);
    }
    case DATE:
      return number(flat, type, 0, 16, 1) === 0 ? 32 : 64;
    case TIME:
      return number(flat, type, 0, 16, 1) <= 1 ? 32 : 64;
    case INTERVAL:
      return 32 << number(flat, type, 0, 16, 0);
    case FIXED_BINARY:
      return 8 * number(flat, type, 0, 32, 0);
  }
  throw malformed(`a column has type ${id}, which is not read`);
}

/**
 * The shape of a field's own type; for a dictionary-encoded field that of the words, see {@link indexShape}.
 *
 * @throws StreamVizError `ARROW_FORMAT` for a type that is not read: run-end encoded, list views, unknown ones
 */
export function shapeOf(flat: FlatReader, field: number, children: readonly ArrowShape[]): ArrowShape {
  const type = flat.table(field, FIELD.type);
  if (type === 0) throw malformed('a field has no type');
  const idAt = flat.field(field, FIELD.typeType);
  const id = idAt === 0 ? 0 : flat.u8(idAt);
  const plain = PLAIN[id];
  let layout: ArrowLayout = plain?.[0] ?? 'fixed';
  let bits = plain?.[1] ?? 0;
  let repeat = 0;
  if (id === UNION) {
    flat.vectorLength(type, 1, 4);
    layout = number(flat, type, 0, 16, 0) === 0 ? 'sparse' : 'dense';
  } else if (id === FIXED_LIST) {
    layout = 'repeat';
    repeat = number(flat, type, 0, 32, 0);
  } else if (!plain) bits = bitsOf(flat, id, type);
  if (bits < 0 || repeat < 0) throw malformed('a type has a negative size');
  if (children.length !== (CHILD_COUNT[layout] ?? children.length)) {
    throw malformed(`a ${layout} has ${children.length} children`);
  }
  return { layout, bits, repeat, children };
}

/** The shape of the indices of a dictionary-encoded field; `encoding` is its `DictionaryEncoding` table. */
export function indexShape(flat: FlatReader, encoding: number): ArrowShape {
  const type = flat.table(encoding, DICTIONARY_ENCODING.indexType);
  return { layout: 'fixed', bits: type === 0 ? 32 : number(flat, type, 0, 32, 0), repeat: 0, children: [] };
}
