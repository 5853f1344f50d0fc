/** What a history file holds: packed bodies, segments of samples and of cells. */

import type { CellRows } from '../../../standalone/server/history/segments/cell-rows.ts';
import { CELL_COLUMNS } from '../../../standalone/server/history/segments/cell-rows.ts';
import { decodeCells, encodeCells, readCells } from '../../../standalone/server/history/segments/cell-segment.ts';
import {
  decodeSamples,
  encodeSamples,
  readSamples,
} from '../../../standalone/server/history/segments/sample-segment.ts';
import { ENC_PLAIN, type SegmentBody, unpackBody } from '../../../standalone/server/history/segments/segment-body.ts';
import { SeededRandom } from '../../faults/seeded-random.ts';
import { mutatedBytes } from '../bytes-mutation.ts';
import { Accepted, type FuzzTarget } from '../fuzz-target.ts';

function sampleBodies(): readonly SegmentBody[] {
  return [1, 2, 5, 100, 4000].flatMap((rows) => {
    const random = new SeededRandom(rows);
    const time = Float64Array.from({ length: rows }, (_, i) => 1.7e15 + i * 50_000 + random.whole(0, 40_000));
    const values = [
      Float64Array.from({ length: rows }, () => 7),
      Float64Array.from({ length: rows }, (_, i) => i * 3),
      Float64Array.from({ length: rows }, () => random.next() * 1e6),
      Float64Array.from({ length: rows }, (_, i) =>
        i % 9 === 0 ? Number.NaN : Math.round(random.next() * 1000) / 100,
      ),
    ];
    return values.map((value) => encodeSamples({ time, value }, 0, rows));
  });
}

function cellBodies(): readonly SegmentBody[] {
  return [1, 3, 60, 600].map((rows) => {
    const random = new SeededRandom(rows);
    const columns = Object.fromEntries(
      CELL_COLUMNS.map((name) => [
        name,
        Float64Array.from({ length: rows }, (_, i) => (name === 'start' ? i * 1e6 : random.whole(1, 99))),
      ]),
    );
    const sketch = Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? Uint8Array.from([1, 2, 3, i & 255]) : null));
    return encodeCells({ ...columns, sketch } as unknown as CellRows, 0, rows);
  });
}

const SAMPLES = sampleBodies();
const CELLS = cellBodies();

interface StoredBytes {
  readonly enc: number;
  /** Changed as stored, checksum and all; else the payload behind it. */
  readonly isStored: boolean;
  readonly bytes: Uint8Array;
}

function changedBytes(random: SeededRandom, pool: readonly SegmentBody[]): StoredBytes {
  const { enc, body } = random.pick(pool);
  const other = random.pick(pool);
  if (random.chance(0.25)) {
    return {
      enc: random.chance(0.9) ? enc : random.whole(0, 4),
      isStored: true,
      bytes: mutatedBytes(random, body, other.body),
    };
  }
  const payload = unpackBody(enc, body);
  return { enc: ENC_PLAIN, isStored: false, bytes: mutatedBytes(random, payload, unpackBody(other.enc, other.body)) };
}

/** What is read must be as much as it says, and its times in order. */
function ensureRows(length: number, bytes: Uint8Array): void {
  // A column of equal steps takes a few bytes for any number of rows, but never without bound.
  if (length > 2 ** 24) throw new Accepted(`${length} rows of ${bytes.length} bytes`);
}

export const sampleSegmentTarget: FuzzTarget<StoredBytes> = {
  name: 'segment of samples',
  make: (random) => changedBytes(random, SAMPLES),
  take({ enc, isStored, bytes }) {
    const { time, value } = isStored ? decodeSamples(enc, bytes) : readSamples(bytes);
    ensureRows(time.length, bytes);
    if (time.length !== value.length) throw new Accepted(`${time.length} times, ${value.length} values`);
    for (let i = 1; i < time.length; i += 1)
      if (!(time[i]! >= time[i - 1]!)) throw new Accepted(`time ${i} is not in order`);
  },
};

export const cellSegmentTarget: FuzzTarget<StoredBytes> = {
  name: 'segment of cells',
  make: (random) => changedBytes(random, CELLS),
  take({ enc, isStored, bytes }) {
    const cells = isStored ? decodeCells(enc, bytes) : readCells(bytes);
    ensureRows(cells.start.length, bytes);
    for (const name of CELL_COLUMNS)
      if (cells[name].length !== cells.start.length) throw new Accepted(`${name} is shorter`);
  },
};
