import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../src/core/errors.ts';
import { readPanePart, readSamplePart } from '../../src/wire/arrow-fixed.ts';
import { writePanePart, writeSamplePart } from '../../src/wire/arrow-fixed-writer.ts';
import type { PaneColumns, SampleColumns } from '../../src/wire/message-types.ts';
import { anyPanes, anySamples, misaligned, plain } from './arrow-parts.ts';

/** Column values as apache-arrow reads them, 64-bit integers as numbers. */
function arrowColumns(bytes: Uint8Array): Record<string, number[]> {
  const table = tableFromIPC(bytes);
  return Object.fromEntries(
    table.schema.fields.map((field) => [
      field.name,
      table.numRows === 0
        ? []
        : Array.from(table.getChild(field.name)!.data[0]!.values as ArrayLike<number | bigint>, Number),
    ]),
  );
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

const samples: SampleColumns = {
  length: 3,
  series: Uint16Array.of(0, 0, 1),
  time: Float64Array.of(1_763_000_000_000_000, 1_763_000_000_000_001, -1),
  value: Float64Array.of(1.5, Number.NaN, -0),
};
const ones = Float64Array.of(1, 2);
const panes: PaneColumns = {
  length: 2,
  series: Uint16Array.of(0, 1),
  start: Float64Array.of(0, 1_000_000),
  duration: Float64Array.of(1_000_000, 1_000_000),
  count: ones,
  sum: ones,
  min: ones,
  max: ones,
  first: ones,
  firstTime: ones,
  last: ones,
  lastTime: ones,
};
const samplePart = writeSamplePart(samples, '{"series":[]}');
const panePart = writePanePart(panes, '{"series":[],"keyframe":[]}');

describe('the fixed-schema reader and writer', () => {
  it('times are known to rise exactly where none is smaller than the one before it, across halves of 32 bits too', () => {
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(0, 1, 2 ** 30, 2 ** 32) },
      fc.constantFrom(-1, -(2 ** 31), -(2 ** 33)),
    );
    const first = fc.constantFrom(0, -1, 2 ** 32 - 3, 2 ** 31, -(2 ** 32) - 2, 1_763_000_000_000_000);
    fc.assert(
      fc.property(first, fc.array(step, { maxLength: 30 }), (start, steps) => {
        let now = start;
        const time = Float64Array.from([0, ...steps], (by) => (now += by));
        const { length } = time;
        const columns = { length, series: new Uint16Array(length), time, value: new Float64Array(length) };
        const read = readSamplePart(writeSamplePart(columns)).columns;
        expect([read.time, read.isRising]).toEqual([time, steps.every((by) => by >= 0)]);
      }),
      { numRuns: 1000 },
    );
  });

  it('read(write(samples)) equals samples, at any alignment, metadata included', () => {
    fc.assert(
      fc.property(anySamples, fc.option(fc.string()), (columns, metadata) => {
        const bytes = Uint8Array.from(writeSamplePart(columns, metadata));
        for (const part of [bytes, bytes.buffer, misaligned(bytes), new DataView(bytes.buffer)]) {
          const read = readSamplePart(part);
          expect(plain(read.columns)).toEqual(plain(columns));
          expect(read.metadata).toBe(metadata);
          expect(read.ignoredColumns).toBe(0);
        }
      }),
    );
  });

  it('read(write(panes)) equals panes, at any alignment', () => {
    fc.assert(
      fc.property(anyPanes, (columns) => {
        const bytes = writePanePart(columns);
        expect(plain(readPanePart(bytes).columns)).toEqual(plain(columns));
        expect(plain(readPanePart(misaligned(bytes)).columns)).toEqual(plain(columns));
      }),
    );
  });

  it('apache-arrow reads what the writer wrote', () => {
    fc.assert(
      fc.property(anySamples, (columns) => {
        expect(arrowColumns(writeSamplePart(columns))).toEqual(plain(columns));
      }),
    );
    fc.assert(
      fc.property(anyPanes, (columns) => {
        expect(arrowColumns(writePanePart(columns))).toEqual(plain(columns));
      }),
    );
    const schema = tableFromIPC(samplePart).schema;
    expect(schema.metadata.get('streamviz')).toBe('{"series":[]}');
    expect(schema.fields.map((field) => `${field.name}: ${field.type} ${field.nullable}`)).toEqual([
      'series: Uint16 false',
      'time: Timestamp<MICROSECOND, UTC> false',
      'value: Float64 false',
    ]);
  });

  it('float64 and uint16 columns are views on aligned bytes', () => {
    const { columns } = readSamplePart(samplePart);
    expect(columns.value.buffer).toBe(samplePart.buffer);
    expect(columns.series.buffer).toBe(samplePart.buffer);
  });
});

describe('damaged bytes', () => {
  it.each([
    ['sample', samplePart, readSamplePart],
    ['pane', panePart, readPanePart],
  ] as const)('a %s part truncated at any byte is a typed error', (_name, bytes, read) => {
    for (let end = 0; end < bytes.length; end++) {
      expect(outcome(() => read(bytes.slice(0, end)))).not.toBe('read');
    }
  });

  it('any single byte changed to any value reads or is a typed error', () => {
    for (const [bytes, read] of [
      [samplePart, readSamplePart],
      [panePart, readPanePart],
    ] as const) {
      for (let at = 0; at < bytes.length; at++) {
        for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff, bytes[at]! ^ 0x04, bytes[at]! ^ 0x40]) {
          const damaged = bytes.slice();
          damaged[at] = value;
          outcome(() => read(damaged));
        }
      }
    }
  });

  it('random bytes with random damage read or are a typed error', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 }), (changes) => {
        const damaged = panePart.slice();
        for (const [at, value] of changes) damaged[at % damaged.length] = value;
        outcome(() => readPanePart(damaged));
        outcome(() => readSamplePart(damaged));
      }),
      { numRuns: 3000 },
    );
  });

  it('each defect has its own code', () => {
    expect(outcome(() => readSamplePart(new Uint8Array(0)))).toBe('ARROW_TRUNCATED');
    expect(outcome(() => readSamplePart(new TextEncoder().encode('{"not": "arrow"}')))).toBe('ARROW_FORMAT');
    expect(outcome(() => readSamplePart(panePart))).toBe('ARROW_SCHEMA');
    expect(outcome(() => readPanePart(samplePart))).toBe('ARROW_SCHEMA');
    const beyond = writeSamplePart({ ...samples, time: Float64Array.of(0, 2 ** 53, 0) });
    expect(outcome(() => readSamplePart(beyond))).toBe('ARROW_RANGE');
  });
});

const fixture = (name: string): Uint8Array => {
  const text = readFileSync(new URL(`../fixtures/wire/v1/${name}`, import.meta.url), 'utf8');
  const digits = text.replace(/#.*$/gm, '').replace(/\s+/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
};

describe('fixtures of version 1', () => {
  it('sample-part.hex and pane-part.hex hold the values of parts.json, by this reader and by apache-arrow', () => {
    const expected = JSON.parse(
      readFileSync(new URL('../fixtures/wire/v1/parts.json', import.meta.url), 'utf8'),
    ) as Record<'sample' | 'pane', { metadata: unknown; columns: Record<string, (number | null)[]> }>;
    const withNaN = (columns: Record<string, (number | null)[]>) =>
      Object.fromEntries(
        Object.entries(columns).map(([name, list]) => [name, list.map((value) => value ?? Number.NaN)]),
      );
    const sample = readSamplePart(fixture('sample-part.hex'));
    const pane = readPanePart(fixture('pane-part.hex'));
    expect(plain(sample.columns)).toEqual(withNaN(expected.sample.columns));
    expect(plain(pane.columns)).toEqual(withNaN(expected.pane.columns));
    expect(JSON.parse(sample.metadata!)).toEqual(expected.sample.metadata);
    expect(JSON.parse(pane.metadata!)).toEqual(expected.pane.metadata);
    expect(arrowColumns(fixture('sample-part.hex'))).toEqual(withNaN(expected.sample.columns));
    expect(arrowColumns(fixture('pane-part.hex'))).toEqual(withNaN(expected.pane.columns));
  });

  it('the writer still writes the bytes of the fixtures', () => {
    const sample = readSamplePart(fixture('sample-part.hex'));
    const pane = readPanePart(fixture('pane-part.hex'));
    expect(Buffer.from(writeSamplePart(sample.columns, sample.metadata)).toString('hex')).toBe(
      Buffer.from(fixture('sample-part.hex')).toString('hex'),
    );
    expect(Buffer.from(writePanePart(pane.columns, pane.metadata)).toString('hex')).toBe(
      Buffer.from(fixture('pane-part.hex')).toString('hex'),
    );
  });
});
