import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowHashSum } from '../../src/core/row-hash.ts';

interface Fixture {
  readonly hashes: readonly (readonly [number, string])[];
  readonly sums: readonly { readonly rowIds: readonly number[]; readonly sum: string }[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/wire/v1/row-hash.json', import.meta.url), 'utf8'),
);
const rowId = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

function sumOf(rowIds: readonly number[]): RowHashSum {
  const sum = new RowHashSum();
  for (const id of rowIds) sum.add(id);
  return sum;
}

/** The protocol's words in whole numbers of any size. */
function hashByBigInt(id: bigint): string {
  const bits = 2n ** 32n;
  const mix = (x0: bigint): bigint => {
    let x = x0 ^ (x0 >> 16n);
    x = (x * 0x7feb352dn) % bits;
    x ^= x >> 15n;
    x = (x * 0x846ca68bn) % bits;
    return x ^ (x >> 16n);
  };
  const low = mix((id % bits) ^ 0x9e3779b9n);
  const high = mix(low ^ (id / bits) ^ 0x85ebca6bn);
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

test('hashes of single rowIds, up to 2^40, are the fixture', () => {
  for (const [id, hash] of fixture.hashes) expect([id, sumOf([id]).toString()]).toEqual([id, hash]);
});

test('sums of hashes are the fixture', () => {
  for (const { rowIds, sum } of fixture.sums) expect(sumOf(rowIds).toString()).toBe(sum);
});

test('a hash equals the same steps in whole numbers of any size', () => {
  fc.assert(fc.property(rowId, (id) => sumOf([id]).toString() === hashByBigInt(BigInt(id))));
});

test('a sum does not depend on order, and subtract undoes add', () => {
  fc.assert(
    fc.property(fc.array(rowId), fc.array(rowId), (kept, passing) => {
      const sum = sumOf([...passing, ...kept].reverse());
      for (const id of passing) sum.subtract(id);
      return sum.toString() === sumOf(kept).toString();
    }),
  );
});
