import { StreamVizError } from '../core/errors.ts';
import { BatchBounds } from './arrow-bounds.ts';
import {
  DICTIONARY,
  FIELD,
  HEADER_BATCH,
  HEADER_DICTIONARY,
  HEADER_SCHEMA,
  KEY_VALUE,
  MESSAGE,
  METADATA_V5,
  SCHEMA,
} from './arrow-layout.ts';
import { type ArrowShape, DICTIONARY_ENCODING, indexShape, malformed, shapeOf } from './arrow-shape.ts';
import { eachArrowMessage } from './arrow-stream.ts';
import type { FlatReader } from './flat-reader.ts';

const MOST_DEPTH = 8;

/** What the tables and strings of a schema may add up to, as a multiple of the part: several may share one place. */
const MOST_SHARING = 8;

/**
 * Refuses a FlatBuffers table with an offset of 32 kB or more, or an odd one out: the library reads offsets as signed, so
 * that it would look where nobody looked before.
 */
function checkTable(flat: FlatReader, table: number): void {
  if (table === 0) return;
  const vtable = table - flat.i32(table);
  const bytes = flat.i16(vtable);
  if (bytes < 4 || bytes % 2 !== 0) throw malformed('a table has no fields');
  for (let slot = 4; slot < bytes; slot += 2) if (flat.i16(vtable + slot) < 0) throw malformed('a table is too large');
}

/** Reads a schema into shapes, and checks on the way what the library reads of it. */
class SchemaReader {
  /** Shapes of the words of each dictionary, by its id. */
  readonly words = new Map<number, ArrowShape>();
  readonly #flat: FlatReader;
  #left: number;

  constructor(flat: FlatReader, partBytes: number) {
    this.#flat = flat;
    this.#left = MOST_SHARING * partBytes;
  }

  #spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw malformed('a schema refers to itself');
  }

  pairs(table: number, index: number): void {
    const count = this.#flat.vectorLength(table, index, 4);
    for (let i = 0; i < count; i++) {
      const pair = this.#flat.indirect(this.#flat.vectorStart(table, index) + 4 * i);
      checkTable(this.#flat, pair);
      for (const text of [KEY_VALUE.key, KEY_VALUE.value]) this.#spend(4 + this.#flat.vectorLength(pair, text, 1));
    }
  }

  fields(table: number, index: number, depth: number): ArrowShape[] {
    if (depth > MOST_DEPTH) throw malformed(`types nest deeper than ${MOST_DEPTH}`);
    const shapes: ArrowShape[] = [];
    const count = this.#flat.vectorLength(table, index, 4);
    for (let i = 0; i < count; i++) {
      const field = this.#flat.indirect(this.#flat.vectorStart(table, index) + 4 * i);
      checkTable(this.#flat, field);
      checkTable(this.#flat, this.#flat.table(field, FIELD.type));
      this.#spend(4 + this.#flat.vectorLength(field, FIELD.name, 1));
      this.pairs(field, FIELD.metadata);
      const shape = shapeOf(this.#flat, field, this.fields(field, FIELD.children, depth + 1));
      shapes.push(this.#encoded(field, shape));
    }
    return shapes;
  }

  /** The indices where the field is dictionary-encoded, else `shape` itself. */
  #encoded(field: number, shape: ArrowShape): ArrowShape {
    const encoding = this.#flat.table(field, FIELD.dictionary);
    if (encoding === 0) return shape;
    checkTable(this.#flat, encoding);
    checkTable(this.#flat, this.#flat.table(encoding, DICTIONARY_ENCODING.indexType));
    const idAt = this.#flat.field(encoding, DICTIONARY_ENCODING.id);
    const id = idAt === 0 ? 0 : this.#flat.i64(idAt);
    const known = this.words.get(id);
    if (known && JSON.stringify(known) !== JSON.stringify(shape)) throw malformed(`dictionary ${id} has two types`);
    this.words.set(id, shape);
    return indexShape(this.#flat, encoding);
  }
}

/**
 * Checks everything of an Arrow IPC stream that a general library trusts: lengths, offsets and sizes, of which a damaged
 * one would make it allocate without bound, or read where nothing is. One schema first, then dictionaries and at most one
 * batch. O(metadata + rows of text and lists).
 *
 * @returns The rows of the batch, 0 without one, and how many bytes the schema takes at the part's beginning: a writer may
 *   leave out the dictionaries of a batch without rows, for which the library then looks.
 * @throws StreamVizError `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_COMPRESSED`, `ARROW_ENDIANNESS`
 */
export function guardArrowStream(bytes: Uint8Array): { readonly rows: number; readonly schemaBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let columns: readonly ArrowShape[] | null = null;
  let words: ReadonlyMap<number, ArrowShape> = new Map();
  let unionsHaveValidity = false;
  let batches = 0;
  let rows = 0;
  let schemaBytes = 0;
  eachArrowMessage(bytes, (flat, type, header, body) => {
    const message = flat.root();
    checkTable(flat, message);
    checkTable(flat, header);
    if (type === HEADER_SCHEMA && columns === null) {
      const endianness = flat.field(header, SCHEMA.endianness);
      if (endianness !== 0 && flat.i16(endianness) !== 0) {
        throw new StreamVizError('ARROW_ENDIANNESS', 'Arrow part is big-endian; only little-endian is read.');
      }
      const reader = new SchemaReader(flat, bytes.byteLength);
      columns = reader.fields(header, SCHEMA.fields, 0);
      reader.pairs(header, SCHEMA.metadata);
      words = reader.words;
      schemaBytes = body.start + body.bytes;
      unionsHaveValidity = flat.i16(flat.field(message, MESSAGE.version)) < METADATA_V5;
    } else if (type === HEADER_BATCH && columns !== null) {
      batches += 1;
      if (batches > 1) throw malformed('it has more than one batch');
      rows = new BatchBounds(flat, header, { view, body, unionsHaveValidity }).check(columns);
    } else if (type === HEADER_DICTIONARY && columns !== null) {
      const record = flat.table(header, DICTIONARY.data);
      const idAt = flat.field(header, DICTIONARY.id);
      const shape = words.get(idAt === 0 ? 0 : flat.i64(idAt));
      if (record === 0 || shape === undefined) throw malformed('a dictionary has no batch or no column');
      checkTable(flat, record);
      new BatchBounds(flat, record, { view, body, unionsHaveValidity }).check([shape]);
    } else throw malformed(`a message of type ${type} is out of place`);
  });
  if (columns === null) throw malformed('it has no schema');
  return { rows, schemaBytes };
}
