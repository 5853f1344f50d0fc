import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readPanePart, readSamplePart } from '../../src/wire/arrow-fixed.ts';
import { writePanePart, writeSamplePart } from '../../src/wire/arrow-fixed-writer.ts';
import { readRowsPart } from '../../src/wire/arrow-rows.ts';
import { plain } from './arrow-parts.ts';

const python = process.env.STREAMVIZ_PYTHON ?? '.venv/bin/python';

/** Runs a Python program with JSON on its standard input; returns the JSON it prints. */
function runPython(program: string, input: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(python, ['-c', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: 'python' },
  });
  if (status !== 0) throw new Error(`${python} failed: ${stderr}`);
  return JSON.parse(stdout);
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const parts = JSON.parse(readFileSync(new URL('../fixtures/wire/v1/parts.json', import.meta.url), 'utf8')) as Record<
  'sample' | 'pane',
  { metadata: unknown; columns: Record<string, (number | null)[]> }
>;
const withNaN = (columns: Record<string, (number | null)[]>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(columns).map(([name, list]) => [name, list.map((value) => value ?? Number.NaN)]));

/** The columns of one part of parts.json as typed arrays. */
function typed<Columns>(columns: Record<string, (number | null)[]>): Columns {
  const lists = Object.entries(withNaN(columns)).map(
    ([name, list]) => [name, name === 'series' ? Uint16Array.from(list) : Float64Array.from(list)] as const,
  );
  return { length: columns.series!.length, ...Object.fromEntries(lists) } as Columns;
}

const WRITE_PARTS = `
import base64, json, sys
import pyarrow as pa
time, f64, i64 = pa.timestamp("us", "UTC"), pa.float64(), pa.int64()
types = {"sample": [pa.uint16(), time, f64],
         "pane": [pa.uint16(), time, i64, i64, f64, f64, f64, f64, time, f64, time]}
out = {}
for name, part in json.load(sys.stdin).items():
    columns = part["columns"]
    arrays = []
    for values, kind in zip(columns.values(), types[name]):
        if kind == f64:
            values = [float("nan") if v is None else v for v in values]
        arrays.append(pa.array(values, kind))
    fields = [pa.field(n, t, nullable=False) for n, t in zip(columns, types[name])]
    schema = pa.schema(fields, {"streamviz": json.dumps(part["metadata"])})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    out[name] = base64.b64encode(sink.getvalue()).decode()
print(json.dumps(out))
`;

const READ_PARTS = `
import base64, json, sys
import pyarrow as pa
out = {}
for name, data in json.load(sys.stdin).items():
    table = pa.ipc.open_stream(base64.b64decode(data)).read_all()
    table.validate(full=True)
    columns = {}
    for field, column in zip(table.schema, table.columns):
        values = column.cast(pa.int64()) if pa.types.is_timestamp(field.type) else column
        columns[field.name] = [None if v != v else v for v in values.to_pylist()]
    out[name] = {"columns": columns, "metadata": json.loads(table.schema.metadata[b"streamviz"]),
                 "types": [str(field.type) + ("" if field.nullable else " not null") for field in table.schema]}
print(json.dumps(out))
`;

const WRITE_ROWS = `
import base64, json
from decimal import Decimal
import pyarrow as pa
table = pa.table({
    "sv:row": pa.array([1, 2, 3], pa.int64()),
    "sv:gone": pa.array([False, True, False]),
    "sv:first": pa.array([1, 2, 1], pa.int64()),
    "big": pa.array([2**53 + 1, None, -2**63], pa.int64()),
    "small": pa.array([-7, None, 255], pa.int16()),
    "second": pa.array([1, None, -1], pa.timestamp("s", "UTC")),
    "milli": pa.array([1, None, -1], pa.timestamp("ms", "UTC")),
    "micro": pa.array([1763000000000001, None, -1], pa.timestamp("us", "UTC")),
    "nano": pa.array([1999, None, -1], pa.timestamp("ns", "UTC")),
    "date": pa.array([1, None, -1], pa.date32()),
    "decimal": pa.array([Decimal("1.10"), None, Decimal("-0.01")], pa.decimal128(10, 2)),
    "text": pa.array(["plain", None, "\\u00e9\\U0001f600"]),
    "large": pa.array(["a", None, ""], pa.large_string()),
    "view": pa.array(["short", None, "a text longer than twelve bytes"], pa.string_view()),
    "word": pa.array(["x", None, "y"]).dictionary_encode(),
    "flag": pa.array([True, None, False]),
})
sink = pa.BufferOutputStream()
with pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)
print(json.dumps(base64.b64encode(sink.getvalue()).decode()))
`;

const ENCODE_PARTS = `
import base64, json, sys
import numpy as np
from stream_viz import _arrow
out = {}
parts = json.load(sys.stdin)
for name, layout in ("sample", _arrow.SAMPLES), ("pane", _arrow.PANES):
    part = parts[name]
    columns = []
    for column, values in part["columns"].items():
        real = column in ("value", "sum", "min", "max", "first", "last")
        kind = "<u2" if column == "series" else "<f8" if real else "<i8"
        values = [float("nan") if v is None else v for v in values] if real else values
        columns.append(np.array(values, kind).tobytes())
    rows = len(part["columns"]["series"])
    out[name] = base64.b64encode(_arrow.encode(layout, columns, rows, json.dumps(part["metadata"]))).decode()
print(json.dumps(out))
`;

describe('stream_viz._arrow', () => {
  it('writes parts that the fixed-schema reader and apache-arrow read', () => {
    const written = runPython(ENCODE_PARTS, parts) as Record<'sample' | 'pane', string>;
    for (const [name, read] of [
      ['sample', readSamplePart],
      ['pane', readPanePart],
    ] as const) {
      const bytes = fromBase64(written[name]);
      const part = read(bytes);
      expect(plain(part.columns)).toEqual(withNaN(parts[name].columns));
      expect(JSON.parse(part.metadata!)).toEqual(parts[name].metadata);
      expect(tableFromIPC(bytes).numRows).toBe(part.columns.length);
    }
  });
});

describe('pyarrow', () => {
  it('writes parts that the fixed-schema reader reads', () => {
    const written = runPython(WRITE_PARTS, parts) as Record<'sample' | 'pane', string>;
    const sample = readSamplePart(fromBase64(written.sample));
    const pane = readPanePart(fromBase64(written.pane));
    expect(plain(sample.columns)).toEqual(withNaN(parts.sample.columns));
    expect(plain(pane.columns)).toEqual(withNaN(parts.pane.columns));
    expect(JSON.parse(sample.metadata!)).toEqual(parts.sample.metadata);
    expect(JSON.parse(pane.metadata!)).toEqual(parts.pane.metadata);
  });

  it('reads and fully validates what the fixed-schema writer wrote', () => {
    const time = 'timestamp[us, tz=UTC] not null';
    const [f64, i64] = ['double not null', 'int64 not null'];
    const read = runPython(READ_PARTS, {
      sample: base64(writeSamplePart(typed(parts.sample.columns), JSON.stringify(parts.sample.metadata))),
      pane: base64(writePanePart(typed(parts.pane.columns), JSON.stringify(parts.pane.metadata))),
    });
    expect(read).toEqual({
      sample: { ...parts.sample, types: ['uint16 not null', time, f64] },
      pane: { ...parts.pane, types: ['uint16 not null', time, i64, i64, f64, f64, f64, f64, time, f64, time] },
    });
  });

  it('writes rows of every column type that a table may have, and each cell is exact', () => {
    const part = readRowsPart(fromBase64(runPython(WRITE_ROWS, null) as string), 'table:t', null);
    expect(part.columns.map((column) => `${column.name} ${column.type}`)).toEqual([
      'big number',
      'small number',
      'second datetime',
      'milli datetime',
      'micro datetime',
      'nano datetime',
      'date datetime',
      'decimal number',
      'text text',
      'large text',
      'view text',
      'word text',
      'flag bool',
    ]);
    expect(part.cells).toEqual([
      [2n ** 53n + 1n, -7, 1e6, 1000, 1763000000000001, 1, 86400e6, 1.1, 'plain', 'a', 'short', 'x', true],
      Array(13).fill(null),
      [
        -(2n ** 63n),
        255,
        -1e6,
        -1000,
        -1,
        -1,
        -86400e6,
        -0.01,
        'é😀',
        '',
        'a text longer than twelve bytes',
        'y',
        false,
      ],
    ]);
    expect(Array.from(part.gone)).toEqual([0, 1, 0]);
    expect(Array.from(part.firstIds)).toEqual([1, 2, 1]);
  });
});
