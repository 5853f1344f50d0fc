import { Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStreamVizError } from '../../src/core/errors.ts';
import type { StateTable, StateValue } from '../../src/core/state-table.ts';
import { decodeState, encodeState } from '../../src/wire/state-arrow.ts';

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, 1 / 0, -1 / 0, 2 ** 53));
const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\ufeff', '$number', '__proto__', 'NaN'));
const anyMeta: fc.Arbitrary<StateValue> = fc.letrec<{ value: StateValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    anyNumber,
    anyText,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        anyText.filter((text) => text !== '__proto__'),
        fc.constantFrom('$', '$$number'),
      ),
      tie('value'),
      {
        maxKeys: 4,
        noNullPrototype: true,
      },
    ),
  ),
})).value;
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Uint8Array.from(array));
const anyColumn = (n: number) =>
  fc.oneof(
    fc.array(anyNumber, { minLength: n, maxLength: n }).map((list) => Float64Array.from(list)),
    fc.array(fc.nat(255), { minLength: n, maxLength: n }).map((list) => Uint8Array.from(list)),
    fc
      .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: n, maxLength: n })
      .map((list) => Uint32Array.from(list)),
    fc.array(anyText, { minLength: n, maxLength: n }),
    fc.array(fc.option(bytes), { minLength: n, maxLength: n }),
  );
const columnName = anyText.filter((text) => text !== '__proto__' && text !== '' && !text.startsWith('\ufeff'));
const anyTable: fc.Arbitrary<StateTable> = fc
  .tuple(
    anyText,
    fc.dictionary(
      anyText.filter((t) => t !== '__proto__'),
      anyMeta,
      { maxKeys: 4, noNullPrototype: true },
    ),
    fc.nat(9),
  )
  .chain(([name, meta, n]) =>
    fc
      .dictionary(columnName, anyColumn(n), { maxKeys: 4, noNullPrototype: true })
      .map((columns) => ({ name, meta, columns })),
  );
const anyTables = fc.array(anyTable, { maxLength: 4 });

const SAMPLE: readonly StateTable[] = [
  {
    name: 'ring',
    meta: { capacity: 4, lost: Number.NaN, list: [1, -0, { $a: null }] },
    columns: {
      time: Float64Array.of(1, 2, 3),
      text: ['a', '', 'é'],
      sketch: [Uint8Array.of(1, 2), null, new Uint8Array(0)],
    },
  },
  { name: 'flags', meta: {}, columns: { flag: Uint8Array.of(1, 0), seq: Uint32Array.of(7, 2 ** 32 - 1) } },
];

describe('encodeState and decodeState', () => {
  it('decode(encode(tables)) equals tables, NaN, -0 and infinities included', () => {
    fc.assert(
      fc.property(anyTables, (tables) => {
        expect(decodeState(encodeState(tables))).toEqual(tables);
      }),
      { numRuns: 300 },
    );
  });

  it('bytes at any offset of a larger buffer decode alike, and the result does not follow them', () => {
    const encoded = encodeState(SAMPLE);
    for (const shift of [1, 3, 8]) {
      const wide = new Uint8Array(encoded.byteLength + shift + 5);
      wide.set(encoded, shift);
      const decoded = decodeState(wide.subarray(shift, shift + encoded.byteLength));
      wide.fill(0xee);
      expect(decoded).toEqual(SAMPLE);
    }
  });

  it('apache-arrow reads every column as it was written', () => {
    fc.assert(
      fc.property(anyTables, (tables) => {
        const outer = tableFromIPC(encodeState(tables));
        tables.forEach(({ name, columns }, i) => {
          expect(outer.getChild('name')?.get(i)).toBe(name.replace(/^\ufeff/, ''));
          const inner = tableFromIPC(outer.getChild('table')?.get(i));
          expect(inner.schema.fields.map((field) => field.name)).toEqual(Object.keys(columns));
          for (const [at, column] of Object.values(columns).entries()) {
            const read: unknown[] = [...(inner.getChildAt(at) ?? [])];
            // apache-arrow drops a byte order mark at the beginning of a text.
            const written = Array.from<unknown>(column);
            expect(read).toEqual(
              written.map((each) => (typeof each === 'string' ? each.replace(/^\ufeff/, '') : each)),
            );
          }
        });
      }),
    );
  });

  it('what apache-arrow wrote of a state decodes to the same state', () => {
    const rewritten = (bytes: Uint8Array): Uint8Array => tableToIPC(tableFromIPC(bytes), 'stream');
    const outer = tableFromIPC(encodeState(SAMPLE));
    const streams: Uint8Array[] = [...(outer.getChild('table') ?? [])].map((bytes: Uint8Array) => rewritten(bytes));
    const table = vectorFromArray(streams, outer.schema.fields[1]?.type);
    const bytes = tableToIPC(new Table({ name: outer.getChild('name') ?? table, table }), 'stream');
    expect(decodeState(bytes)).toEqual(SAMPLE);
  });

  it('the bytes are an Arrow stream that any reader opens: a row per table', () => {
    const table = tableFromIPC(encodeState(SAMPLE));
    expect(table.toArray().map((row) => row?.name)).toEqual(['ring', 'flags']);
    const inner = tableFromIPC(table.getChild('table')?.get(0));
    expect([...(inner.getChild('time') ?? [])]).toEqual([1, 2, 3]);
  });

  it('columns of different lengths, or without a name, cannot be encoded', () => {
    const nameless = [{ name: 'a', meta: {}, columns: { '': Float64Array.of(1) } }];
    expect(() => encodeState(nameless)).toThrowError(expect.objectContaining({ code: 'STATE_INVALID' }));
    const uneven = [{ name: 'a', meta: {}, columns: { x: Float64Array.of(1), y: ['a', 'b'] } }];
    expect(() => encodeState(uneven)).toThrowError(expect.objectContaining({ code: 'STATE_INVALID' }));
  });
});

describe('damaged bytes', () => {
  const encoded = encodeState(SAMPLE);
  const outcome = (damaged: Uint8Array): string => {
    try {
      decodeState(damaged);
      return 'read';
    } catch (error) {
      return isStreamVizError(error) ? error.code : String(error);
    }
  };

  it('cut anywhere they are refused as STATE_INVALID', () => {
    for (let n = 0; n < encoded.byteLength; n += 1)
      expect([n, outcome(encoded.slice(0, n))]).toEqual([n, 'STATE_INVALID']);
  });

  it('with any bits changed they are read or refused as STATE_INVALID, nothing else', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(encoded.byteLength - 1), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (flips) => {
          const damaged = encoded.slice();
          for (const [at, mask] of flips) damaged[at]! ^= mask;
          const result = outcome(damaged);
          expect(['read', 'STATE_INVALID']).toContain(result);
          if (result !== 'read') refused += 1;
        },
      ),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
