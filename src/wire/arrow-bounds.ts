import { StreamVizError } from '../core/errors.ts';
import { BATCH } from './arrow-layout.ts';
import { type ArrowShape, malformed } from './arrow-shape.ts';
import { truncated } from './arrow-stream.ts';
import type { FlatReader } from './flat-reader.ts';

/** Views may share bytes, so that a small part could stand for text without end. */
const MOST_VIEW_BYTES = 2 ** 24;
const SHORT_VIEW_BYTES = 12;
const VIEW_BYTES = 16;

interface Region {
  /** Byte offset in the part. */
  readonly start: number;
  readonly bytes: number;
}

/**
 * Walks the nodes and buffers of one record batch as a reader of its columns would.
 *
 * 1. Every buffer lies inside the body and holds what its column's rows need.
 * 2. Offsets begin at 0 or above, never fall, and end inside what they point to: the rows of a column together are not
 *    longer than its bytes.
 * 3. Values are not looked at: any bits are some number; indices of a dictionary are the reader's to check.
 *
 * O(metadata + offsets); allocates a record per buffer.
 */
export class BatchBounds {
  readonly #flat: FlatReader;
  readonly #view: DataView;
  readonly #record: number;
  readonly #body: Region;
  readonly #unionsHaveValidity: boolean;
  #node = 0;
  #buffer = 0;
  #variadic = 0;

  constructor(
    flat: FlatReader,
    record: number,
    part: { readonly view: DataView; readonly body: Region; readonly unionsHaveValidity: boolean },
  ) {
    this.#flat = flat;
    this.#view = part.view;
    this.#record = record;
    this.#body = part.body;
    this.#unionsHaveValidity = part.unionsHaveValidity;
  }

  /** Checks the batch against the columns it should have; returns its rows. @throws StreamVizError `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_COMPRESSED` */
  check(columns: readonly ArrowShape[]): number {
    const flat = this.#flat;
    if (flat.field(this.#record, BATCH.compression) !== 0) {
      throw new StreamVizError('ARROW_COMPRESSED', 'Arrow part is compressed; parts travel uncompressed.');
    }
    const lengthAt = flat.field(this.#record, BATCH.length);
    const length = lengthAt === 0 ? 0 : flat.i64(lengthAt);
    for (const [vector, bytes] of [
      [BATCH.nodes, 16],
      [BATCH.buffers, 16],
      [BATCH.variadic, 8],
    ] as const) {
      flat.vectorLength(this.#record, vector, bytes);
    }
    for (const column of columns) {
      const rows = this.#walk(column);
      if (rows !== length) throw malformed(`a column has ${rows} rows in a batch of ${length}`);
    }
    return length;
  }

  /** Checks the next column and what is below it; returns its rows. */
  #walk(shape: ArrowShape): number {
    const node = this.#next(BATCH.nodes, this.#node++, 16);
    const rows = this.#flat.i64(node);
    const nulls = this.#flat.i64(node + 8);
    if (rows < 0 || rows > 8 * this.#body.bytes || nulls < 0 || nulls > rows) {
      throw malformed(`a column claims ${rows} rows, ${nulls} null, in ${this.#body.bytes} bytes`);
    }
    const { layout, bits } = shape;
    if (layout === 'null') return rows;
    const isUnion = layout === 'sparse' || layout === 'dense';
    if (!isUnion) this.#take(nulls > 0 ? Math.ceil(rows / 8) : 0);
    else if (this.#unionsHaveValidity) this.#take(0);
    switch (layout) {
      case 'fixed':
        this.#take(Math.ceil((rows * bits) / 8));
        return rows;
      case 'bytes': {
        const end = this.#offsets(rows, bits);
        this.#take(end);
        return rows;
      }
      case 'views':
        this.#views(rows);
        return rows;
      case 'list':
        this.#children(shape, this.#offsets(rows, bits));
        return rows;
      case 'struct':
        this.#children(shape, rows);
        return rows;
      case 'repeat':
        this.#children(shape, rows * shape.repeat);
        return rows;
      case 'sparse':
        this.#take(rows);
        this.#children(shape, rows);
        return rows;
      case 'dense':
        this.#take(rows);
        this.#take(4 * rows);
        this.#children(shape, 0);
        return rows;
    }
  }

  #children(shape: ArrowShape, need: number): void {
    for (const child of shape.children) {
      const rows = this.#walk(child);
      if (rows < need) throw malformed(`a nested column has ${rows} rows, expected ${need}`);
    }
  }

  #next(vector: number, index: number, bytes: number): number {
    const count = this.#flat.vectorLength(this.#record, vector, bytes);
    if (index >= count) throw malformed('a batch has fewer columns than its schema');
    return this.#flat.vectorStart(this.#record, vector) + index * bytes;
  }

  /** The next buffer, which must hold `need` bytes. */
  #take(need: number): Region {
    const at = this.#next(BATCH.buffers, this.#buffer++, 16);
    const offset = this.#flat.i64(at);
    const bytes = this.#flat.i64(at + 8);
    if (offset < 0 || bytes < 0 || offset + bytes > this.#body.bytes) {
      throw truncated('a buffer', bytes, this.#body.bytes - offset);
    }
    if (bytes < need) throw truncated('a column', need, bytes);
    return { start: this.#body.start + offset, bytes };
  }

  /** Checks the next buffer as the offsets of `rows` rows; returns the last one. */
  #offsets(rows: number, bits: number): number {
    const width = bits / 8;
    const { start } = this.#take(rows === 0 ? 0 : (rows + 1) * width);
    if (rows === 0) return 0;
    const view = this.#view;
    let last = 0;
    for (let at = start; at <= start + rows * width; at += width) {
      const high = width === 8 ? view.getInt32(at + 4, true) * 2 ** 32 : 0;
      const offset = width === 8 ? high + view.getUint32(at, true) : view.getInt32(at, true);
      if (offset < last) throw malformed('offsets fall');
      last = offset;
    }
    return last;
  }

  #views(rows: number): void {
    const { start } = this.#take(rows * VIEW_BYTES);
    const countAt = this.#next(BATCH.variadic, this.#variadic++, 8);
    const count = this.#flat.i64(countAt);
    if (count < 0 || count > this.#flat.vectorLength(this.#record, BATCH.buffers, 16)) {
      throw malformed(`a column claims ${count} buffers`);
    }
    const sizes: number[] = [];
    for (let i = 0; i < count; i++) sizes.push(this.#take(0).bytes);
    let total = 0;
    for (let at = start; at < start + rows * VIEW_BYTES; at += VIEW_BYTES) {
      const bytes = this.#view.getInt32(at, true);
      if (bytes > SHORT_VIEW_BYTES) {
        const from = this.#view.getInt32(at + 12, true);
        const size = sizes[this.#view.getInt32(at + 8, true)];
        if (size === undefined || from < 0 || from + bytes > size) throw malformed('a view points outside its buffers');
        total += bytes;
      }
      if (bytes < 0 || total > MOST_VIEW_BYTES) throw malformed(`views stand for ${total} bytes`);
    }
  }
}
