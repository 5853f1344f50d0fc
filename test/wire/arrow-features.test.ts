import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../src/core/errors.ts';
import { readFeaturePart, readPanePart, readSamplePart } from '../../src/wire/arrow-fixed.ts';
import { writeFeaturePart } from '../../src/wire/arrow-fixed-writer.ts';
import type { FeatureColumns } from '../../src/wire/message-types.ts';
import { anyValue, misaligned } from './arrow-parts.ts';

const python = process.env.STREAMVIZ_PYTHON ?? '.venv/bin/python';

/** One row as JSON has it: null for NaN and for no sketch. */
type FeatureRow = readonly [
  row: number,
  mean: number | null,
  m2: number | null,
  increase: number | null,
  sketch: string | null,
];

const anySketch: fc.Arbitrary<string> = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const anyRow: fc.Arbitrary<FeatureRow> = fc.tuple(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  anyValue,
  anyValue,
  anyValue,
  fc.option(anySketch, { nil: null }),
);

function columnsOf(rows: readonly FeatureRow[]): FeatureColumns {
  const column = (k: 1 | 2 | 3) => Float64Array.from(rows, (row) => row[k] ?? Number.NaN);
  return {
    length: rows.length,
    row: Int32Array.from(rows, (row) => row[0]),
    mean: column(1),
    m2: column(2),
    increase: column(3),
    sketch: rows.map(([, , , , hex]) => (hex === null ? null : Uint8Array.from(Buffer.from(hex, 'hex')))),
  };
}

function plain({ length, row, mean, m2, increase, sketch }: FeatureColumns): unknown {
  const bytes = sketch.map((each) => each && Buffer.from(each).toString('hex'));
  return [length, [...row], [...mean], [...m2], [...increase], bytes];
}

/** Runs a reader; returns the code of its StreamVizError, 'read' when it read, and rethrows everything else. */
function outcome(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    if (error instanceof StreamVizError) return error.code;
    throw error;
  }
}

function runPython(program: string, input: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(python, ['-c', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: 'python' },
  });
  if (status !== 0) throw new Error(`${python} failed: ${stderr}`);
  return JSON.parse(stdout);
}

const ROWS: readonly FeatureRow[] = [
  [0, 1.5, 0, 0, '0100010000000000000840'],
  [2, -1e300, null, null, null],
  [7, 0.1, 1e-300, 42, '0101000001e0ff0721'],
];
const part = writeFeaturePart(columnsOf(ROWS));

describe('the reader and writer of features', () => {
  it('read(write(features)) equals features, at any alignment', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 30 }), (rows) => {
        const columns = columnsOf(rows);
        const bytes = Uint8Array.from(writeFeaturePart(columns));
        for (const given of [bytes, bytes.buffer, misaligned(bytes), new DataView(bytes.buffer)]) {
          const read = readFeaturePart(given);
          expect(plain(read.columns)).toEqual(plain(columns));
          expect([read.metadata, read.ignoredColumns]).toEqual([null, 0]);
        }
      }),
    );
  });

  it('apache-arrow reads what the writer wrote', () => {
    const table = tableFromIPC(part);
    expect(table.schema.fields.map((field) => `${field.name}: ${field.type} ${field.nullable}`)).toEqual([
      'row: Int32 false',
      'mean: Float64 false',
      'm2: Float64 false',
      'increase: Float64 false',
      'sketch: Binary false',
    ]);
    const sketches: unknown[] = [...table.getChild('sketch')!];
    expect(sketches.map((bytes) => Buffer.from(bytes as Uint8Array).toString('hex'))).toEqual(
      ROWS.map(([, , , , hex]) => hex ?? ''),
    );
    expect([...table.getChild('row')!]).toEqual([0, 2, 7]);
  });

  it('a part truncated at any byte is a typed error, and so is one of another schema', () => {
    for (let end = 0; end < part.length; end++) {
      expect(outcome(() => readFeaturePart(part.slice(0, end)))).not.toBe('read');
    }
    expect(outcome(() => readSamplePart(part))).toBe('ARROW_SCHEMA');
    expect(outcome(() => readPanePart(part))).toBe('ARROW_SCHEMA');
  });

  it('bytes with any damage read or are a typed error, and no sketch lies outside the part', () => {
    const read = (damaged: Uint8Array): void => {
      const { columns } = readFeaturePart(damaged);
      expect(columns.sketch.every((bytes) => bytes === null || bytes.buffer === damaged.buffer)).toBe(true);
    };
    for (let at = 0; at < part.length; at++) {
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff, part[at]! ^ 0x04, part[at]! ^ 0x40]) {
        const damaged = part.slice();
        damaged[at] = value;
        outcome(() => read(damaged));
      }
    }
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 }), (changes) => {
        const damaged = part.slice();
        for (const [at, value] of changes) damaged[at % damaged.length] = value;
        outcome(() => read(damaged));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends that fall, or lie behind the bytes, are refused', () => {
    const words = new Int32Array(part.slice(0, part.length & ~3).buffer);
    const ends = 4 * words.findIndex((_, i) => [0, 11, 11, 20].every((end, k) => words[i + k] === end)) + 4;
    expect(ends).toBeGreaterThan(4);
    for (const value of [-1, 2 ** 30]) {
      const damaged = part.slice();
      new DataView(damaged.buffer).setInt32(ends, value, true);
      expect(outcome(() => readFeaturePart(damaged))).toBe('ARROW_TRUNCATED');
    }
  });
});

describe('feature-part.hex of version 1', () => {
  const fixtures = new URL('../fixtures/wire/v1/', import.meta.url);
  const rows = JSON.parse(readFileSync(new URL('feature-part.json', fixtures), 'utf8')) as readonly FeatureRow[];
  const digits = readFileSync(new URL('feature-part.hex', fixtures), 'utf8').replace(/#.*$/gm, '').replace(/\s+/g, '');

  it('holds the rows of feature-part.json, and the writer still writes its bytes', () => {
    const bytes = Uint8Array.from(Buffer.from(digits, 'hex'));
    expect(plain(readFeaturePart(bytes).columns)).toEqual(plain(columnsOf(rows)));
    expect(Buffer.from(writeFeaturePart(columnsOf(rows))).toString('hex')).toBe(digits);
  });
});

const READ = `
import base64, json, sys
import pyarrow as pa
table = pa.ipc.open_stream(base64.b64decode(json.load(sys.stdin))).read_all()
table.validate(full=True)
rows = [[row["row"], *(None if row[n] != row[n] else row[n] for n in ("mean", "m2", "increase")),
         row["sketch"].hex() or None] for row in table.to_pylist()]
print(json.dumps({"rows": rows, "types": [f"{f.name} {f.type} {f.nullable}" for f in table.schema]}))
`;

const ENCODE = `
import base64, json, sys
import numpy as np
from stream_viz._feature_part import PaneFeatures, encode_features
rows = json.load(sys.stdin)
panes = np.zeros((13, len(rows)))
panes[9:12] = np.array([row[1:4] for row in rows], float).T
pieces = [(row[0], PaneFeatures(panes[:, i:i + 1], [bytes.fromhex(row[4] or "")])) for i, row in enumerate(rows)]
print(json.dumps(base64.b64encode(encode_features(pieces)).decode()))
`;

describe('Python', () => {
  it('pyarrow reads and fully validates what the writer wrote', () => {
    expect(runPython(READ, Buffer.from(part).toString('base64'))).toEqual({
      rows: ROWS,
      types: [
        'row int32 False',
        'mean double False',
        'm2 double False',
        'increase double False',
        'sketch binary False',
      ],
    });
  });

  it('the reader and apache-arrow read what stream_viz._feature_part wrote', () => {
    const bytes = new Uint8Array(Buffer.from(runPython(ENCODE, ROWS) as string, 'base64'));
    expect(plain(readFeaturePart(bytes).columns)).toEqual(plain(columnsOf(ROWS)));
    expect(tableFromIPC(bytes).numRows).toBe(ROWS.length);
  });
});
