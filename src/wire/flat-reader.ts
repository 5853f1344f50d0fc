import { StreamVizError } from '../core/errors.ts';

/**
 * Reads one FlatBuffers buffer in place, as the FlatBuffers binary format describes it.
 *
 * 1. Every read is checked against the window `[start, end)`; outside it throws `ARROW_TRUNCATED`, never a RangeError.
 * 2. Positions are byte offsets in the view; 0 means "absent", because no field can stand at the root offset.
 * 3. Nothing is copied or kept.
 */
export class FlatReader {
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;

  constructor(view: DataView, start: number, end: number) {
    this.#view = view;
    this.#start = start;
    this.#end = end;
  }

  #check(position: number, size: number): void {
    if (position < this.#start || position + size > this.#end) {
      throw new StreamVizError('ARROW_TRUNCATED', 'Arrow metadata points outside itself: the message is damaged.', {
        details: { position, size, start: this.#start, end: this.#end },
      });
    }
  }

  u8(position: number): number {
    this.#check(position, 1);
    return this.#view.getUint8(position);
  }

  i16(position: number): number {
    this.#check(position, 2);
    return this.#view.getInt16(position, true);
  }

  i32(position: number): number {
    this.#check(position, 4);
    return this.#view.getInt32(position, true);
  }

  u32(position: number): number {
    this.#check(position, 4);
    return this.#view.getUint32(position, true);
  }

  /** A 64-bit integer as a number; beyond 2^53 it is rounded, which every length check then refuses. */
  i64(position: number): number {
    this.#check(position, 8);
    return this.#view.getInt32(position + 4, true) * 4294967296 + this.#view.getUint32(position, true);
  }

  /** Position of the root table. */
  root(): number {
    return this.indirect(this.#start);
  }

  /** Where the offset stored at `position` points. */
  indirect(position: number): number {
    const target = position + this.u32(position);
    this.#check(target, 4);
    return target;
  }

  /** Position of field `index` of the table at `table`, or 0 when the writer left it out. */
  field(table: number, index: number): number {
    const vtable = table - this.i32(table);
    this.#check(vtable, 4);
    const slot = 4 + 2 * index;
    if (slot + 2 > this.#view.getUint16(vtable, true)) return 0;
    this.#check(vtable + slot, 2);
    const offset = this.#view.getUint16(vtable + slot, true);
    return offset === 0 ? 0 : table + offset;
  }

  /** Position of the table that field `index` refers to, or 0. */
  table(table: number, index: number): number {
    const at = this.field(table, index);
    return at === 0 ? 0 : this.indirect(at);
  }

  /** Number of elements of the vector in field `index`; 0 when absent. All of them lie inside the window. */
  vectorLength(table: number, index: number, elementBytes: number): number {
    const at = this.field(table, index);
    if (at === 0) return 0;
    const vector = this.indirect(at);
    const length = this.u32(vector);
    this.#check(vector + 4, length * elementBytes);
    return length;
  }

  /** Position of the first element of the vector in field `index`, which must not be absent. */
  vectorStart(table: number, index: number): number {
    return this.indirect(this.field(table, index)) + 4;
  }

  /** Whether the string in field `index` is `text`, which must be ASCII. An absent string is `''`. */
  stringIs(table: number, index: number, text: string): boolean {
    const length = this.vectorLength(table, index, 1);
    if (length !== text.length) return false;
    if (length === 0) return true;
    const start = this.vectorStart(table, index);
    for (let i = 0; i < length; i++) {
      if (this.#view.getUint8(start + i) !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The string in field `index`, `''` when absent. Bytes that are not UTF-8 become U+FFFD. */
  string(table: number, index: number): string {
    const length = this.vectorLength(table, index, 1);
    if (length === 0) return '';
    const start = this.#view.byteOffset + this.vectorStart(table, index);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, start, length));
  }
}
