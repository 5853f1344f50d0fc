import { RowHashSum } from './row-hash.ts';
import { rowCells, rowText } from './row-text.ts';
import { doublesIn, flagIn, numberIn, stateInvalid, tableNamed, textIn, textsIn } from './state-input.ts';
import type { StateTable } from './state-table.ts';

/** A column of a table and its type. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'datetime' | 'number' | 'text' | 'bool';
}

/** One live row. Rows are immutable: a change is a new row with a higher `id`. */
export interface TableRow {
  /** The rowId of the row's newest change. */
  readonly id: number;
  /** The rowId under which the row's key entered the table; of a keyless table `id`. Keyed tables are shown in its order. */
  readonly firstId: number;
  /** Text of the key column's cell; of a keyless table the rowId. */
  readonly key: string;
  /** In column order; int64 beyond 2^53 as bigint, times as microseconds. */
  readonly cells: readonly unknown[];
  /** Number of the message that brought this version of the row. */
  readonly changedAtSeq: number;
}

/** Rows as they travel: ids, marks of removal and whole rows of cells. */
export interface RowBlock {
  readonly columns: readonly TableColumn[];
  readonly rowIds: Float64Array;
  readonly firstIds: Float64Array;
  readonly gone: Uint8Array;
  readonly cells: readonly (readonly unknown[])[];
}

/** What the producer says about a table; see docs/protocol.md, section 6. */
export interface ProducerTable {
  readonly floor: number;
  readonly keyFloor: number;
  readonly whole: string;
  readonly part: string;
  readonly total: number;
}

/**
 * The live rows of one table, and whether they are the producer's (docs/protocol.md, section 6).
 *
 * 1. Per key the highest rowId wins, whatever comes doubled.
 * 2. After a slice the rows of its range are exactly the listed ones: no ghost row, no lost row.
 * 3. `exact` and `complete` compare sums of hashes with the producer's as of the message last applied.
 *
 * Without `keyColumn`, or while no column has that name, a row's key is its rowId. A change is O(1), a slice O(rows).
 */
export class TableStore {
  /** Rises with every change of rows, columns or proof. */
  version = 0;
  /** Live rows at the producer. */
  total = 0;
  /** All live rows of the producer are here, and no others. */
  complete = false;
  /** The rows that keyframes carry are here, and no others of that range. */
  exact = false;
  #columns: readonly TableColumn[] = [];
  #keyColumn: string | null = null;
  #keyIndex = -1;
  #rows = new Map<string, TableRow>();
  readonly #hash = new RowHashSum();
  /** Highest rowId ever put; while rows only come above it the map is in order of rowId. */
  #top = 0;
  #sorted = true;
  #view: readonly TableRow[] | null = null;

  get columns(): readonly TableColumn[] {
    return this.#columns;
  }

  get keyColumn(): string | null {
    return this.#keyColumn;
  }

  get rowCount(): number {
    return this.#rows.size;
  }

  /** Ascending rowId; the same array until the rows change. O(rows log rows) after a change that came out of order. */
  rows(): readonly TableRow[] {
    if (this.#view === null) {
      this.#sort();
      this.#view = [...this.#rows.values()];
    }
    return this.#view;
  }

  /** States which column is the key; rows held already are keyed again, the highest rowId winning. */
  setKeyColumn(name: string | null): void {
    if (name === this.#keyColumn) return;
    this.#keyColumn = name;
    this.#rekey();
  }

  /** Applies live changes and removals of message `seq`, in the order given. */
  change(block: RowBlock, seq: number): void {
    this.#takeColumns(block.columns);
    for (let i = 0; i < block.rowIds.length; i += 1) this.#take(block, i, seq);
  }

  /** Makes the rows with `from <= rowId < to` the listed ones, as of message `seq`. */
  slice(block: RowBlock, from: number, to: number, seq: number): void {
    this.#takeColumns(block.columns);
    const listed = new Set(block.rowIds);
    for (const row of this.#rows.values()) {
      if (row.id >= from && row.id < to && !listed.has(row.id)) this.#drop(row);
    }
    for (let i = 0; i < block.rowIds.length; i += 1) {
      if (block.gone[i] === 0) this.#take(block, i, seq);
    }
  }

  /**
   * Compares with the producer's proof after a message's changes and slices.
   *
   * @param options.roundEnded The message carried a round's last slice: rows that keyframes cannot prove go where the proof fails.
   */
  prove(producer: ProducerTable, options: { readonly roundEnded: boolean }): void {
    if (options.roundEnded && this.#hash.toString() !== producer.whole) this.#dropBelow(producer.keyFloor);
    this.#dropBelow(producer.floor);
    const complete = this.#hash.toString() === producer.whole;
    const exact = complete || this.#hashFrom(producer.keyFloor) === producer.part;
    if (complete !== this.complete || exact !== this.exact || producer.total !== this.total) this.version += 1;
    this.complete = complete;
    this.exact = exact;
    this.total = producer.total;
  }

  /** A copy of everything. O(rows). */
  save(): readonly StateTable[] {
    const rows = this.rows();
    const { version, total, complete, exact } = this;
    const meta = { version, total, complete, exact, top: this.#top, keyColumn: this.#keyColumn };
    const ids = { id: numbers(rows, 'id'), firstId: numbers(rows, 'firstId'), seq: numbers(rows, 'changedAtSeq') };
    const texts = { key: rows.map(({ key }) => key), cells: rows.map(({ cells }) => rowText(cells)) };
    const named = { name: this.#columns.map(({ name }) => name), type: this.#columns.map(({ type }) => type) };
    return [
      { name: 'rows', meta, columns: { ...ids, ...texts } },
      { name: 'columns', meta: {}, columns: named },
    ];
  }

  /** The table whose `save` gave these tables. @throws StreamVizError `STATE_INVALID` */
  static restore(tables: readonly StateTable[]): TableStore {
    const rows = tableNamed(tables, 'rows');
    const named = tableNamed(tables, 'columns');
    const store = new TableStore();
    const names = textsIn(named, 'name');
    const types = textsIn(named, 'type', names.length);
    store.#columns = names.map((name, i) => ({ name, type: columnType(types[i]!) }));
    store.#keyColumn = rows.meta.keyColumn === null ? null : textIn(rows, 'keyColumn');
    store.#keyIndex = store.#columns.findIndex((column) => column.name === store.#keyColumn);
    const id = doublesIn(rows, 'id');
    const [firstId, seq] = [doublesIn(rows, 'firstId', id.length), doublesIn(rows, 'seq', id.length)];
    const [key, cells] = [textsIn(rows, 'key', id.length), textsIn(rows, 'cells', id.length)];
    for (let i = 0; i < id.length; i += 1) {
      if (i > 0 && !(id[i]! > id[i - 1]!)) throw stateInvalid('the rows of a table are not in order');
      const row = { id: id[i]!, firstId: firstId[i]!, key: key[i]!, cells: rowCells(cells[i]!), changedAtSeq: seq[i]! };
      store.#put(row);
    }
    if (store.#rows.size < id.length) throw stateInvalid('two rows of a table have one key');
    store.#top = numberIn(rows, 'top');
    store.version = numberIn(rows, 'version');
    store.total = numberIn(rows, 'total');
    store.complete = flagIn(rows, 'complete');
    store.exact = flagIn(rows, 'exact');
    return store;
  }

  /** Row `i` of a block becomes its key's row, or removes it, where its id is the highest heard of that key. */
  #take(block: RowBlock, i: number, seq: number): void {
    const id = block.rowIds[i]!;
    const cells = block.cells[i] ?? [];
    const key = this.#keyOf(id, cells);
    const held = this.#rows.get(key);
    if (held !== undefined && held.id >= id) return;
    if (held !== undefined) this.#drop(held);
    if (block.gone[i] === 0) this.#put({ id, firstId: block.firstIds[i]!, key, cells, changedAtSeq: seq });
  }

  #hashFrom(floor: number): string {
    const sum = new RowHashSum();
    for (const row of this.#rows.values()) if (row.id >= floor) sum.add(row.id);
    return sum.toString();
  }

  #dropBelow(floor: number): void {
    this.#sort();
    for (const row of this.#rows.values()) {
      if (row.id >= floor) return;
      this.#drop(row);
    }
  }

  #put(row: TableRow): void {
    if (row.id > this.#top) this.#top = row.id;
    else this.#sorted = false;
    this.#rows.set(row.key, row);
    this.#hash.add(row.id);
    this.#changed();
  }

  #drop(row: TableRow): void {
    this.#rows.delete(row.key);
    this.#hash.subtract(row.id);
    this.#changed();
  }

  #changed(): void {
    this.version += 1;
    this.#view = null;
  }

  #sort(): void {
    if (this.#sorted) return;
    const rows = [...this.#rows.values()].sort((a, b) => a.id - b.id);
    this.#rows = new Map(rows.map((row) => [row.key, row]));
    this.#sorted = true;
  }

  #keyOf(id: number, cells: readonly unknown[]): string {
    return this.#keyIndex < 0 ? String(id) : String(cells[this.#keyIndex] ?? '');
  }

  /** Takes a part's columns as the table's; rows held are brought to the new order by name, null where they have no such cell. */
  #takeColumns(columns: readonly TableColumn[]): void {
    const old = this.#columns;
    if (columns.length === 0) return;
    if (columns.length === old.length && columns.every((c, i) => c.name === old[i]!.name && c.type === old[i]!.type))
      return;
    this.#columns = columns.map(({ name, type }) => ({ name, type }));
    const from = columns.map(({ name }) => old.findIndex((column) => column.name === name));
    const moved = from.some((index, i) => index !== i) || old.length !== columns.length;
    if (moved) {
      for (const row of this.#rows.values()) {
        const cells = from.map((index) => (index < 0 ? null : row.cells[index]));
        this.#rows.set(row.key, { ...row, cells });
      }
    }
    this.#rekey();
  }

  #rekey(): void {
    this.#keyIndex = this.#columns.findIndex((column) => column.name === this.#keyColumn);
    const rows = this.rows();
    this.#rows = new Map();
    for (const row of rows) {
      const key = this.#keyOf(row.id, row.cells);
      const older = this.#rows.get(key);
      if (older !== undefined) this.#drop(older);
      this.#rows.set(key, { ...row, key });
    }
    this.#changed();
  }
}

const numbers = (rows: readonly TableRow[], name: 'id' | 'firstId' | 'changedAtSeq'): Float64Array =>
  Float64Array.from(rows, (row) => row[name]);

function columnType(type: string): TableColumn['type'] {
  if (type === 'datetime' || type === 'number' || type === 'text' || type === 'bool') return type;
  throw stateInvalid(`a column of a table is of type ${type}`);
}
