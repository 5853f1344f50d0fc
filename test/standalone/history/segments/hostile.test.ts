// Segments whose bytes are not what was written: a typed error or the right content, never a crash, and nothing large is made.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isStreamVizError } from '../../../../src/core/errors.ts';
import { needOf } from '../../../../standalone/server/history/reading/reading-need.ts';
import { createCellRows } from '../../../../standalone/server/history/segments/cell-rows.ts';
import { decodeCells, encodeCells, readCells } from '../../../../standalone/server/history/segments/cell-segment.ts';
import {
  decodeSamples,
  encodeSamples,
  readSamples,
} from '../../../../standalone/server/history/segments/sample-segment.ts';
import { unpackBody, unpackContent } from '../../../../standalone/server/history/segments/segment-body.ts';
import { rawRows } from '../../../../standalone/server/http/query/raw-rows.ts';
import { Past, S } from './past.ts';

const doubles = fc.oneof(
  { weight: 5, arbitrary: fc.double() },
  { weight: 3, arbitrary: fc.integer({ min: -1000, max: 1000 }).map((x) => x / 100) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -0, 0, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53), 5e-324) },
);
const column = fc.oneof(
  fc.array(doubles, { minLength: 1, maxLength: 60 }),
  fc.tuple(doubles, fc.integer({ min: 1, max: 60 })).map(([x, n]) => new Array<number>(n).fill(x)),
  fc.tuple(fc.integer(), fc.array(fc.nat(70_000), { minLength: 1, maxLength: 60 })).map(([x, steps]) => {
    let at = x;
    return steps.map((step) => {
      at += step;
      return at / 10;
    });
  }),
);

test('samples and cells come back bit for bit', () => {
  fc.assert(
    fc.property(column, fc.array(fc.nat(1e9), { minLength: 60, maxLength: 60 }), (values, gaps) => {
      const time = new Float64Array(values.length);
      for (let i = 0; i < time.length; i += 1) time[i] = (time[i - 1] ?? 1.7e15) + gaps[i]!;
      const value = Float64Array.from(values);
      const packed = encodeSamples({ time, value }, 0, time.length);
      const back = decodeSamples(packed.enc, packed.body);
      expect([...back.time]).toEqual([...time]);
      expect([...back.value].every((x, i) => Object.is(x, value[i]))).toBe(true);

      const cells = createCellRows(values.length);
      for (let i = 0; i < values.length; i += 1) {
        cells.start[i] = i * S;
        cells.count[i] = 1 + (gaps[i]! % 100);
        for (const name of ['sum', 'min', 'max', 'first', 'last', 'm2', 'increase'] as const)
          cells[name][i] = values[i]!;
        cells.firstTime[i] = i * S + (gaps[i]! % S);
        cells.lastTime[i] = i * S + (gaps[i]! % S);
        cells.sketch[i] = i % 3 === 0 ? Uint8Array.from([1, i]) : null;
      }
      const again = decodeCells(...(Object.values(encodeCells(cells, 0, cells.length)) as [number, Uint8Array]));
      expect({ ...again }).toEqual({ ...cells });
    }),
    { numRuns: 300, endOnFailure: true },
  );
});

/** A segment of some hundred rows, and one of cells. */
function whole(): {
  readonly samples: ReturnType<typeof encodeSamples>;
  readonly cells: ReturnType<typeof encodeCells>;
} {
  const time = Float64Array.from({ length: 300 }, (_, i) => 1.7e15 + i * 9973);
  const value = Float64Array.from({ length: 300 }, (_, i) =>
    i % 7 === 0 ? Number.NaN : Math.sin(i) * (i % 5 === 0 ? 1 : 100),
  );
  const cells = createCellRows(50);
  for (let i = 0; i < 50; i += 1) {
    cells.start[i] = i * 10 * S;
    cells.count[i] = 3;
    cells.firstTime[i] = i * 10 * S + 5;
    cells.lastTime[i] = i * 10 * S + 7000;
    cells.sum[i] = Math.random();
    cells.sketch[i] = Uint8Array.from([1, 0, i]);
  }
  return { samples: encodeSamples({ time, value }, 0, 300), cells: encodeCells(cells, 0, 50) };
}

test('any flipped bit and any missing byte of a stored segment is SEGMENT_INVALID', () => {
  const { samples, cells } = whole();
  for (const [{ enc, body }, decode] of [
    [samples, decodeSamples],
    [cells, decodeCells],
  ] as const) {
    for (let at = 0; at < body.length; at += 1) {
      const flipped = body.slice();
      flipped[at]! ^= 1 << (at % 8);
      expect(() => decode(enc, flipped)).toThrow(expect.objectContaining({ code: 'SEGMENT_INVALID' }));
      expect(() => decode(enc, body.subarray(0, at))).toThrow(expect.objectContaining({ code: 'SEGMENT_INVALID' }));
    }
    expect(() => decode(9, body)).toThrow(expect.objectContaining({ code: 'SEGMENT_ENCODING' }));
  }
});

/** A generator with a seed, faster than fast-check for thousands of blobs. */
function* mutants(payload: Uint8Array, count: number): Generator<Uint8Array> {
  let seed = 12_345;
  const next = (most: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % most;
  };
  for (let i = 0; i < count; i += 1) {
    const mutant = payload.slice(0, i % 3 === 0 ? next(payload.length + 1) : payload.length);
    for (let k = next(8); k >= 0 && mutant.length > 0; k -= 1)
      mutant[next(Math.min(mutant.length, k % 2 ? 64 : mutant.length))] = next(256);
    yield mutant;
  }
}

test('20,000 damaged payloads behind a right checksum: a typed error, or rows in order', { timeout: 60_000 }, () => {
  const { samples, cells } = whole();
  const outcomes = { error: 0, content: 0 };
  const attack = (decode: () => void) => {
    try {
      decode();
      outcomes.content += 1;
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      expect(['SEGMENT_INVALID', 'SEGMENT_ENCODING']).toContain(error.code);
      outcomes.error += 1;
    }
  };
  for (const mutant of mutants(unpackBody(samples.enc, samples.body), 8000)) {
    attack(() => {
      const { time, value } = readSamples(mutant);
      expect(time.length).toBe(value.length);
    });
  }
  for (const mutant of mutants(unpackBody(cells.enc, cells.body), 8000)) attack(() => void readCells(mutant));
  for (const mutant of mutants(samples.body.subarray(4), 4000)) attack(() => void unpackContent(samples.enc, mutant));
  expect(outcomes.error + outcomes.content).toBe(20_000);
  expect(outcomes.error).toBeGreaterThan(2000);
});

test('a damaged part is passed over, the others are read, and the answer says that samples are missing', async () => {
  const past = new Past({ ring: 1, cells: 1000 });
  for (let hour = 0; hour < 3; hour += 1) {
    past.send(
      Array.from({ length: 700 }, (_, i) => ({ kind: 'sample' as const, timeUs: (hour * 3600 + i * 5) * S, value: i })),
    );
    past.flush();
  }
  const { id } = past.db.prepare('select id from seg where tier = 0 order by t0 limit 1').get() as { id: number };
  past.db.prepare("update seg set body = x'00112233445566' where id = ?").run(id);
  const need = needOf(null, { startUs: 0, endUs: 3 * 3600 * S, stepUs: null }, 1e6);
  const reading = await past.stitched(need);
  const { rows, parts } = rawRows(reading, 0, 3 * 3600 * S, 1e6);
  expect(past.reader.damaged).toBe(1);
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(2100);
  expect(parts[0]!.source).not.toBe('raw');
  expect(rows[0]!.flags).toBe(2);
});
