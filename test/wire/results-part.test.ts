import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStreamVizError } from '../../src/core/errors.ts';
import { readPanePart, readResultPart, readSamplePart } from '../../src/wire/arrow-fixed.ts';
import { writeResultPart } from '../../src/wire/arrow-fixed-writer.ts';
import type { ResultsPart, WindowEntry } from '../../src/wire/message-types.ts';
import { parseResultsPart, writeResultsPart } from '../../src/wire/results-part.ts';
import { anyResults, type ResultRow, resultColumns } from './any-results.ts';
import { misaligned } from './arrow-parts.ts';

const python = process.env.STREAMVIZ_PYTHON ?? '.venv/bin/python';

const ENTRY: WindowEntry = {
  ...{ key: '["cpu",[]]', gen: 1, window: '{"kind":"tumbling"}', aggregations: ['avg', 'p99'], whole: true },
  ...{ watermark: 12, late: 3, dropped: 0, missing: 0, invalid: 0, outOfOrder: 4, doubtedUs: Number.NEGATIVE_INFINITY },
  revised: { atUs: 11, startUs: 0, endUs: 10 },
};
const ROWS: readonly ResultRow[] = [
  [-20, 10, 0, 2, 0, 0, 0, []],
  [0, 10, 7, 1, 2, 5, 0.5, [1.5, Number.NaN]],
  [10, 10, 1, 0, 0, 16, 1, [-0, 4]],
];
const PART: ResultsPart = {
  windows: [ENTRY, { ...ENTRY, key: '["b",[]]', aggregations: ['sum'] }],
  rows: resultColumns([ROWS]),
};
const bytes = writeResultsPart(PART);

/** Runs a reader; returns the code of its StreamVizError, 'read' when it read, and rethrows everything else. */
function outcome(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    if (isStreamVizError(error)) return error.code;
    throw error;
  }
}

describe('a results part', () => {
  it('read(write(part)) equals the part, at any alignment', () => {
    fc.assert(
      fc.property(anyResults, (part) => {
        const written = Uint8Array.from(writeResultsPart(part));
        for (const given of [written, written.buffer, misaligned(written)]) {
          expect(parseResultsPart(given)).toEqual({ part, ignoredColumns: 0 });
        }
      }),
    );
  });

  it('states each definition once, however many series have it', () => {
    const windows = Array.from({ length: 100 }, (_, i) => ({ ...ENTRY, key: `["s${i}",[]]`, window: 'w'.repeat(500) }));
    const text = readResultPart(writeResultsPart({ windows, rows: resultColumns([]) })).metadata!;
    expect(text.split('w'.repeat(500)).length).toBe(2);
  });

  it('is a plain Arrow table: apache-arrow reads its lists', () => {
    const table = tableFromIPC(bytes);
    expect(table.schema.fields.map(({ name, type, nullable }) => `${name}: ${type} ${nullable}`)).toEqual([
      'window: Int32 false',
      'start: Timestamp<MICROSECOND, UTC> false',
      'end: Timestamp<MICROSECOND, UTC> false',
      'count: Int64 false',
      'state: Uint16 false',
      'revision: Int32 false',
      'flags: Uint16 false',
      'coverage: Float64 false',
      'values: List<Float64> false',
    ]);
    expect([...table.getChild('values')!].map((list) => [...list])).toEqual([[], [1.5, Number.NaN], [-0, 4]]);
  });

  it('is a plain Arrow table: pyarrow reads and fully validates it', () => {
    const program = `
import base64, json, sys
import pyarrow as pa
table = pa.ipc.open_stream(base64.b64decode(sys.stdin.read())).read_all()
table.validate(full=True)
print(json.dumps([table["values"].to_pylist(), table["state"].to_pylist(), str(table.schema.field("values").type)]))`;
    const { stdout, stderr } = spawnSync(python, ['-c', program], { input: Buffer.from(bytes).toString('base64') });
    expect(String(stderr)).toBe('');
    // Python's JSON says NaN, which JSON does not know.
    const [values, state, type] = JSON.parse(String(stdout).replace('NaN', 'null'));
    expect([values, state, type]).toEqual([[[], [1.5, null], [-0, 4]], [2, 1, 0], 'list<item: double not null>']);
  });

  it('truncated at any byte, or of another schema, is a typed error', () => {
    for (let end = 0; end < bytes.length; end += 1) {
      expect(outcome(() => parseResultsPart(bytes.slice(0, end)))).not.toBe('read');
    }
    expect([outcome(() => readSamplePart(bytes)), outcome(() => readPanePart(bytes))]).toEqual([
      'ARROW_SCHEMA',
      'ARROW_SCHEMA',
    ]);
  });

  it('with any damage reads or is a typed error, and its rows stay within it', () => {
    const read = (damaged: Uint8Array): void => {
      const { windows, rows } = parseResultsPart(damaged).part;
      for (let i = 0; i < rows.length; i += 1) {
        expect(windows[rows.window[i]!]).toBeDefined();
        if (rows.state[i] === 2) continue;
        const own = rows.values.subarray(rows.valueEnds[i], rows.valueEnds[i + 1]);
        expect(own.length).toBe(windows[rows.window[i]!]!.aggregations.length);
      }
    };
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      for (const value of [0x00, 0x7f, 0xff, bytes[at]! ^ 0x04]) {
        const damaged = bytes.slice();
        damaged[at] = value;
        if (outcome(() => read(damaged)) !== 'read') refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(bytes.length);
  });

  const rows = (row: ResultRow) => ({ windows: [ENTRY], rows: resultColumns([[row]]) });
  it.each([
    ['a row of no entry', { windows: [], rows: resultColumns([ROWS]) }],
    ['entries that fall', { ...PART, rows: { ...PART.rows, window: Int32Array.of(1, 0, 0) } }],
    ['more values than aggregations', rows([0, 1, 1, 1, 0, 0, 1, [1, 2, 3]])],
    ['fewer values than aggregations', rows([0, 1, 1, 0, 0, 0, 1, [1]])],
    ['a state that is none', rows([0, 1, 1, 3, 0, 0, 1, [1, 2]])],
    ['a window that ends where it begins', rows([5, 0, 1, 1, 0, 0, 1, [1, 2]])],
  ])('with %s is refused', (_what, part) => {
    expect(outcome(() => parseResultsPart(writeResultsPart(part)))).toBe('MESSAGE_INVALID');
  });

  it.each([
    ['a definition that is not there', { specs: [], windows: [{ key: 'a', gen: 0, spec: 0 }] }],
    ['no definitions', { windows: [] }],
    ['a key that is no text', { specs: [{ window: 'w', aggregations: [] }], windows: [{ key: 1, gen: 0, spec: 0 }] }],
    [
      'a count below 0',
      { specs: [{ window: 'w', aggregations: [] }], windows: [{ key: 'a', gen: 0, spec: 0, late: -1 }] },
    ],
    [
      'a bound that is text',
      { specs: [{ window: 'w', aggregations: [] }], windows: [{ key: 'a', gen: 0, spec: 0, doubted: 'x' }] },
    ],
    [
      'revised without a time',
      { specs: [{ window: 'w', aggregations: [] }], windows: [{ key: 'a', gen: 0, spec: 0, revised: [] }] },
    ],
  ])('with metadata of %s is refused', (_what, metadata) => {
    const part = writeResultPart(resultColumns([]), JSON.stringify(metadata));
    expect(outcome(() => parseResultsPart(part))).toBe('MESSAGE_INVALID');
  });

  it('ignores fields that a later minor adds', () => {
    const metadata = {
      specs: [{ window: 'w', aggregations: ['avg'], more: 1 }],
      windows: [{ key: 'a', gen: 0, spec: 0, more: 1 }],
    };
    const part = writeResultPart(resultColumns([[[0, 1, 1, 1, 0, 0, 1, [2]]]]), JSON.stringify(metadata));
    expect(parseResultsPart(part).part.windows[0]).toMatchObject({ key: 'a', window: 'w', whole: false });
  });
});

describe('result-part.hex of version 1', () => {
  const text = readFileSync(new URL('../fixtures/wire/v1/result-part.hex', import.meta.url), 'utf8');
  const digits = text.replace(/#.*$/gm, '').replace(/\s+/g, '');

  it('is read as the part of this test, and the writer still writes its bytes', () => {
    const { part } = parseResultsPart(Uint8Array.from(Buffer.from(digits, 'hex')));
    expect(part).toEqual(PART);
    expect(Buffer.from(bytes).toString('hex')).toBe(digits);
  });
});
