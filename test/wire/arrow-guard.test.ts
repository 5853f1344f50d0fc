/**
 * apache-arrow once took 4 GB for one changed byte, and flechette makes an array as long as the difference of two offsets.
 * So a stream is proven first: here every byte and every 32-bit word of parts with every layout is damaged.
 */
import { spawnSync } from 'node:child_process';
import { Field, Int8, Int64, Null, Schema, Struct, Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../src/core/errors.ts';
import { guardArrowStream } from '../../src/wire/arrow-guard.ts';
import { BATCH, FIELD, HEADER_BATCH, SCHEMA } from '../../src/wire/arrow-layout.ts';
import { readRowsPart } from '../../src/wire/arrow-rows.ts';
import { eachArrowMessage } from '../../src/wire/arrow-stream.ts';
import { FlatReader } from '../../src/wire/flat-reader.ts';

const python = process.env.STREAMVIZ_PYTHON ?? '.venv/bin/python';

/** A part of three rows per type, [value, null, value], with text that is expected; null is "refused". */
const WRITE = `
import base64, json, sys
from decimal import Decimal
import pyarrow as pa
text = pa.array(["x", None, "a text longer than twelve bytes"])
struct = pa.struct([("a", pa.int64()), ("b", pa.string())])
columns = {
    "null": pa.nulls(3),
    "half": pa.array([1.5, None, -2.0], pa.float16()),
    "decimal32": pa.array([Decimal("1.10"), None, Decimal("-0.01")], pa.decimal32(5, 2)),
    "decimal256": pa.array([Decimal("1.10"), None, Decimal("-0.01")], pa.decimal256(50, 2)),
    "date64": pa.array([86400000, None, -86400000], pa.date64()),
    "time": pa.array([1, None, 2], pa.time64("us")),
    "duration": pa.array([2**60, None, -2], pa.duration("ns")),
    "interval": pa.array([(1, 2, 3), None, (0, 0, 0)], pa.month_day_nano_interval()),
    "large": text.cast(pa.large_string()),
    "view": text.cast(pa.string_view()),
    "bytes": pa.array([b"\\x01\\xff", None, b""], pa.large_binary()),
    "byteView": pa.array([b"\\x01\\xff", None, b""], pa.binary_view()),
    "two": pa.array([b"ab", None, b"cd"], pa.binary(2)),
    "word": text.dictionary_encode(),
    "listOfWords": pa.ListArray.from_arrays([0, 2, 2, 3], text.dictionary_encode()),
    "largeList": pa.array([[1.5, 2.0], None, []], pa.large_list(pa.float64())),
    "pair": pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int32(), 2)),
    "struct": pa.array([{"a": 2**60, "b": "x"}, None, {"a": None, "b": "y"}], struct),
    "listOfStruct": pa.array([[{"a": 1, "b": None}], None, []], pa.list_(struct)),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "sparse": pa.UnionArray.from_sparse(pa.array([0, 1, 0], pa.int8()), [pa.array([1, 2, 3]), pa.array(["a", "b", "c"])]),
    "dense": pa.UnionArray.from_dense(pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 1], pa.int32()),
                                      [pa.array([1, 3]), pa.array(["b"])]),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["x", "y"])),
    "listView": pa.array([[1, 2], None, []], pa.list_view(pa.int32())),
}
ids = pa.array([1, 2, 3], pa.int64())
out = {}
for name, column in columns.items():
    table = pa.table({"sv:row": ids, "sv:gone": pa.array([False, True, False]), "sv:first": ids, name: column})
    for suffix, options in ("", None), (" compressed", pa.ipc.IpcWriteOptions(compression="zstd")):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table)
        if not suffix or name == "large":
            out[name + suffix] = base64.b64encode(sink.getvalue()).decode()

def written(column, **options):
    rows = pa.array(range(1, len(column) + 1), pa.int64())
    table = pa.table({"sv:row": rows, "sv:gone": pa.array([False] * len(rows)), "sv:first": rows, "x": column})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, **options)
    return base64.b64encode(sink.getvalue()).decode()

out["two batches"] = written(text, max_chunksize=2)
size = 100_000
view = size.to_bytes(4, "little") + b"aaaa" + bytes(8)
for name, count in ("100 views of 100 kB", 100), ("200 views of 100 kB", 200):
    buffers = [None, pa.py_buffer(view * count), pa.py_buffer(b"a" * size)]
    out[name] = written(pa.Array.from_buffers(pa.string_view(), count, buffers))
for name, count in ("5 times a word of 100 kB", 5), ("20 times a word of 100 kB", 20):
    words = pa.DictionaryArray.from_arrays(pa.array([0] * count), pa.array(["a" * size]))
    out[name] = written(pa.ListArray.from_arrays([0, count], words))
print(json.dumps(out))
`;

const parts: ReadonlyMap<string, Uint8Array> = new Map(
  Object.entries(
    ((): Record<string, string> => {
      const { status, stdout, stderr } = spawnSync(python, ['-c', WRITE], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${python} failed: ${stderr}`);
      return JSON.parse(stdout) as Record<string, string>;
    })(),
  ).map(([name, bytes]) => [name, Uint8Array.from(Buffer.from(bytes, 'base64'))]),
);

const CELLS: readonly (readonly [name: string, first: unknown, second: unknown, third: unknown])[] = [
  ['null', null, null, null],
  ['half', 1.5, null, -2],
  ['decimal32', 1.1, null, -0.01],
  ['decimal256', 1.1, null, -0.01],
  ['date64', 86_400e6, null, -86_400e6],
  ['time', '1', null, '2'],
  ['duration', 2n ** 60n, null, -2],
  ['interval', '1,2,3', null, '0,0,0'],
  ['large', 'x', null, 'a text longer than twelve bytes'],
  ['view', 'x', null, 'a text longer than twelve bytes'],
  ['bytes', '1,255', null, ''],
  ['byteView', '1,255', null, ''],
  ['two', '97,98', null, '99,100'],
  ['word', 'x', null, 'a text longer than twelve bytes'],
  ['listOfWords', '[x,]', '[]', '[a text longer than twelve bytes]'],
  ['largeList', '[1.5,2]', null, '[]'],
  ['pair', '[1,2]', null, '[3,4]'],
  ['struct', '{"a": 1152921504606846976, "b": "x"}', null, '{"a": null, "b": "y"}'],
  ['listOfStruct', '[{"a": 1, "b": null}]', null, '[]'],
  ['map', '{"k": 1}', null, '{}'],
  ['sparse', '1', 'b', '3'],
  ['dense', '1', 'b', '3'],
];

/** The code with which a part is refused, or 'read'; throws what is no StreamVizError. */
function outcome(part: Uint8Array): string {
  try {
    const { cells } = readRowsPart(part, 't', null);
    return cells.length > 3 ? `${cells.length} rows` : 'read';
  } catch (error) {
    if (error instanceof StreamVizError) return error.code;
    throw error;
  }
}
const HARMLESS = /^read$|^ARROW_/;

describe('a rows part with a column of any layout', () => {
  it.each(CELLS)('%s is read', (name, ...cells) => {
    expect(readRowsPart(parts.get(name)!, 't', null).cells).toEqual(cells.map((cell) => [cell]));
  });

  it.each([
    ['runs', 'ARROW_FORMAT'],
    ['listView', 'ARROW_FORMAT'],
    ['two batches', 'ARROW_FORMAT'],
    ['large compressed', 'ARROW_COMPRESSED'],
    ['100 views of 100 kB', '100 rows'],
    ['200 views of 100 kB', 'ARROW_FORMAT'],
    ['5 times a word of 100 kB', 'read'],
    ['20 times a word of 100 kB', 'ARROW_ROWS'],
  ])('%s: %s', (name, code) => {
    expect(outcome(parts.get(name)!)).toBe(code);
  });

  it.each(CELLS)('%s with any byte or any 32-bit word changed is read or a typed error, and never grows', (name) => {
    const whole = parts.get(name)!;
    const outcomes = new Set<string>();
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      for (const value of [0x7f, whole[at]! ^ 0x04]) {
        damaged[at] = value;
        outcomes.add(outcome(damaged));
      }
      if (at % 4 !== 0) continue;
      for (const word of [-1, 3, 0x7fffffff]) {
        const changed = whole.slice();
        new DataView(changed.buffer).setInt32(at, word, true);
        outcomes.add(outcome(changed));
      }
    }
    expect([...outcomes].filter((each) => !HARMLESS.test(each))).toEqual([]);
    expect(outcomes).toContain('ARROW_TRUNCATED');
  });

  it('with several changes at once it is read or a typed error, and never grows', () => {
    const change = fc.tuple(fc.nat(), fc.oneof(fc.nat(64), fc.integer()));
    fc.assert(
      fc.property(
        fc.constantFrom(...CELLS.map(([name]) => parts.get(name)!)),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (part, changes) => {
          const damaged = part.slice();
          const view = new DataView(damaged.buffer);
          for (const [at, word] of changes) view.setInt32((at % (part.length >> 2)) * 4, word, true);
          expect(outcome(damaged)).toMatch(HARMLESS);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** Where `words`, as int32, stand in a part. */
function placeOf(part: Uint8Array, words: readonly number[]): number {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  for (let at = 0; at + 4 * words.length <= part.length; at += 4) {
    if (words.every((word, k) => view.getInt32(at + 4 * k, true) === word)) return at;
  }
  throw new Error('the part has no such words');
}

describe('guardArrowStream', () => {
  const ids = vectorFromArray([1n, 2n, 3n], new Int64());
  const texts = tableToIPC(new Table({ ids, text: vectorFromArray(['ab', 'c', 'defg']) }), 'stream');
  const lists = tableToIPC(new Table({ ids, list: vectorFromArray([[1, 2], [3], [4]]) }), 'stream');
  const guarded = (bytes: Uint8Array) => (): unknown => guardArrowStream(bytes);
  const code = (expected: string): unknown => expect.objectContaining({ code: expected });

  it('returns the rows, and the bytes of the schema', () => {
    const { rows, schemaBytes } = guardArrowStream(lists);
    expect(rows).toBe(3);
    expect(guardArrowStream(Uint8Array.of(...lists.slice(0, schemaBytes), 255, 255, 255, 255, 0, 0, 0, 0))).toEqual({
      rows: 0,
      schemaBytes,
    });
  });

  it.each([
    ['falls', [0, 3, 2, 4], 'ARROW_FORMAT'],
    ['begins below 0', [-1, 2, 3, 4], 'ARROW_FORMAT'],
    ['ends behind its child', [0, 2, 3, 2 ** 30], 'ARROW_FORMAT'],
  ])('refuses a list whose offsets are such that one %s', (_what, offsets, expected) => {
    const damaged = lists.slice();
    new Uint8Array(damaged.buffer).set(new Uint8Array(Int32Array.from(offsets).buffer), placeOf(lists, [0, 2, 3, 4]));
    expect(guarded(damaged)).toThrow(code(expected));
  });

  /** A copy of `part` with a 64-bit number of its batch changed: of entry `index`, counted from the end, of `vector`. */
  function withBatchNumber(part: Uint8Array, vector: number, index: number, at: 0 | 8, value: bigint): Uint8Array {
    const damaged = Uint8Array.from(part);
    eachArrowMessage(damaged, (flat, type, header) => {
      if (type !== HEADER_BATCH) return;
      const position = flat.vectorStart(header, vector) + 16 * (flat.vectorLength(header, vector, 16) - index) + at;
      new DataView(damaged.buffer).setBigInt64(position, value, true);
    });
    return damaged;
  }

  it('refuses a column with another number of rows than its batch', () => {
    for (const rows of [2n, 4n]) {
      expect(guarded(withBatchNumber(texts, BATCH.nodes, 1, 0, rows))).toThrow(/rows in a batch of 3|needs/);
    }
    expect(guarded(withBatchNumber(texts, BATCH.nodes, 1, 0, 2n))).toThrow(code('ARROW_FORMAT'));
  });

  it('refuses more nulls than rows, and nulls without their bits', () => {
    expect(guarded(withBatchNumber(texts, BATCH.nodes, 1, 8, 4n))).toThrow(code('ARROW_FORMAT'));
    expect(guarded(withBatchNumber(texts, BATCH.nodes, 1, 8, 1n))).toThrow(code('ARROW_TRUNCATED'));
  });

  it('refuses a buffer that reaches behind the body', () => {
    expect(guarded(withBatchNumber(texts, BATCH.buffers, 1, 8, 2n ** 40n))).toThrow(code('ARROW_TRUNCATED'));
    expect(guarded(withBatchNumber(texts, BATCH.buffers, 1, 0, 2n ** 20n))).toThrow(code('ARROW_TRUNCATED'));
  });

  it('refuses a batch with more rows than its bytes have bits', () => {
    const bytes = tableToIPC(new Table({ none: vectorFromArray([null, null], new Null()) }), 'stream');
    expect(guarded(bytes)).toThrow(code('ARROW_FORMAT'));
  });

  it('refuses a view that reaches behind its buffer', () => {
    const damaged = parts.get('view')!.slice();
    // "a text longer than twelve bytes", 31 bytes: its length, and its first four bytes.
    new DataView(damaged.buffer).setInt32(placeOf(damaged, [31, 0x65742061]), 64, true);
    expect(guarded(damaged)).toThrow('a view points outside its buffers');
  });

  it('refuses text that ends behind its bytes', () => {
    const damaged = texts.slice();
    new DataView(damaged.buffer).setInt32(placeOf(texts, [0, 2, 3, 7]) + 12, 2 ** 30, true);
    expect(guarded(damaged)).toThrow(code('ARROW_TRUNCATED'));
  });

  it('refuses types that nest deeper than 8', () => {
    let field: Field = new Field('x', new Int8(), true);
    for (let depth = 0; depth < 9; depth++) field = new Field('x', new Struct([field]), true);
    const bytes = tableToIPC(new Table(new Schema([field])), 'stream');
    expect(guarded(bytes)).toThrow('nest deeper than 8');
  });

  it('refuses at once a schema of 12^7 fields that are all the same one', () => {
    const wide = (last: Field): Field =>
      new Field('x', new Struct([...Array.from({ length: 11 }, () => new Field('y', new Int8(), true)), last]), true);
    let field: Field = new Field('z', new Int8(), true);
    for (let depth = 0; depth < 7; depth++) field = wide(field);
    const bytes = tableToIPC(new Table(new Schema([field])), 'stream').slice();
    expect(guarded(bytes)).not.toThrow();
    const view = new DataView(bytes.buffer);
    const flat = new FlatReader(view, 8, bytes.length);
    let at = flat.table(flat.root(), 2);
    let vector: number = SCHEMA.fields;
    for (let depth = 0; depth < 8; depth++) {
      const start = flat.vectorStart(at, vector);
      const count = flat.vectorLength(at, vector, 4);
      const last = start + 4 * (count - 1);
      at = flat.indirect(last);
      // Offsets lead forward only, so that every entry before the last may lead to what the last leads to if that lies behind.
      for (let i = 0; i < count - 1; i++) view.setUint32(start + 4 * i, at - (start + 4 * i), true);
      vector = FIELD.children;
    }
    const began = performance.now();
    expect(guarded(bytes)).toThrow('a schema refers to itself');
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('refuses a table offset of 32 kB, which the library would read as one before the table', () => {
    const named = new Field('x'.repeat(70_000), new Int8(), true);
    const bytes = tableToIPC(new Table(new Schema([named])), 'stream').slice();
    const view = new DataView(bytes.buffer);
    const flat = new FlatReader(view, 8, bytes.length);
    const schema = flat.table(flat.root(), 2);
    const vtable = schema - view.getInt32(schema, true);
    view.setUint16(vtable + 4 + 2 * SCHEMA.fields, 0x9000, true);
    expect(guarded(bytes)).toThrow('a table is too large');
  });

  it('refuses a big-endian schema', () => {
    const bytes = lists.slice();
    const view = new DataView(bytes.buffer);
    const flat = new FlatReader(view, 8, bytes.length);
    const schema = flat.table(flat.root(), 2);
    const fields = flat.field(schema, SCHEMA.fields);
    const vtable = schema - view.getInt32(schema, true);
    // The low half of the offset to the fields, which is not 0, serves as the number that says "big-endian".
    view.setUint16(vtable + 4 + 2 * SCHEMA.endianness, fields - schema, true);
    expect(guarded(bytes)).toThrow(code('ARROW_ENDIANNESS'));
  });
});
