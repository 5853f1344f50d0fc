import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineBuffer } from '../../../src/core/line-buffer.ts';
import { LineColumns } from '../../../src/core/retention/line-columns.ts';
import { LineMemory } from '../../../src/core/retention/line-memory.ts';
import { SampleRing } from '../../../src/core/sample-ring.ts';

interface Picture {
  readonly startUs: number;
  readonly endUs: number;
  readonly columnUs: number;
}

const columns = new LineColumns();

function draw(ring: SampleRing, { startUs, endUs, columnUs }: Picture, memory: LineMemory): number[][] {
  const out = new LineBuffer();
  columns.start(startUs, endUs, columnUs, out);
  columns.addRing(ring, memory);
  columns.finish();
  return [out.time, out.value, out.min, out.max, out.breakBefore].map((column) =>
    Array.from(column.subarray(0, out.length)),
  );
}

const anyStep = fc.record({
  count: fc.oneof(fc.nat(40), fc.nat(3000)),
  step: fc.integer({ min: 0, max: 5 }),
  pause: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(9000)),
  gaps: fc.constantFrom(0, 0, 500, 3),
  evict: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(2000)),
});
/** Widths of the pictures of one run: mostly one, so that a picture finds the columns of the one before. */
const anyWidths = fc.constantFrom([100], [1024], [1500.25], [3000], [7000], [1024, 7000]);
const anyLook = fc.record({
  span: fc.integer({ min: 1, max: 60_000 }),
  /** How far behind the newest sample the picture ends: a live one ends behind it. */
  back: fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, fc.nat(20_000)),
});

it('a picture that remembers the one before equals one that does not, dense or sparse, live or scrolled back', () => {
  let restored = 0;
  fc.assert(
    fc.property(
      fc.array(anyStep, { minLength: 2, maxLength: 25 }),
      anyWidths,
      fc.array(anyLook, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(1000, 5000, 9999, 70_000),
      (steps, widths, looks, capacity) => {
        const ring = new SampleRing(capacity);
        const memory = new LineMemory();
        let clock = 0;
        for (const [turn, { count, step, pause, gaps, evict }] of steps.entries()) {
          clock += pause;
          const times = Float64Array.from({ length: count }, (_, i) => (clock += i % 7 === 0 ? 0 : step));
          const values = Float64Array.from({ length: count }, (_, i) =>
            gaps > 0 && i % gaps === 0 ? Number.NaN : ((i * 7919 + turn * 31) % 4001) - 2000,
          );
          ring.append(times, values, 0, count);
          if (evict > 0 && ring.length > evict) ring.evictBefore(ring.timeAt(evict));
          if (ring.length === 0) continue;
          const { span, back } = looks[turn % looks.length]!;
          const columnUs = widths[turn % widths.length]!;
          const endUs = ring.lastTimeUs - back;
          const wishedUs = endUs - span;
          // What has left the ring is drawn from elsewhere: the first column must begin after it.
          const heldUs = (Math.floor(ring.firstTimeUs / columnUs) + 1) * columnUs;
          const startUs = ring.lost > 0 ? Math.max(wishedUs, heldUs) : wishedUs;
          if (!(startUs < endUs)) continue;
          const before = memory.end;
          const picture = { startUs, endUs, columnUs };
          const fresh = draw(ring, picture, new LineMemory());
          expect(draw(ring, picture, memory)).toEqual(fresh);
          if (before > Math.floor(startUs / columnUs) + 8 && memory.columnUs === columnUs) restored += 1;
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(restored).toBeGreaterThan(100);
});

it('a strip at the right adds to what a wider picture left in the memory', () => {
  const ring = new SampleRing(100_000);
  const memory = new LineMemory();
  const append = (from: number, to: number): void => {
    const times = Float64Array.from({ length: to - from }, (_, i) => from + i);
    ring.append(times, times, 0, times.length);
  };
  append(0, 50_000);
  draw(ring, { startUs: 0, endUs: 50_001, columnUs: 500 }, memory);
  expect([memory.first, memory.end]).toEqual([0, 99]);
  append(50_000, 53_000);
  draw(ring, { startUs: 46_000, endUs: 53_001, columnUs: 500 }, memory);
  expect([memory.first, memory.end]).toEqual([0, 105]);
});

it('a picture that grows to the right beyond all room of its memory equals one that does not remember', () => {
  const ring = new SampleRing(1_000_000);
  const memory = new LineMemory();
  let restored = 0;
  for (let turn = 1; turn <= 60; turn += 1) {
    const from = ring.length;
    const times = Float64Array.from({ length: 5000 }, (_, i) => (from + i) * 10);
    ring.append(
      times,
      times.map((time) => Math.sin(time) + 3),
      0,
      times.length,
    );
    const picture = { startUs: 333, endUs: ring.lastTimeUs + 1, columnUs: 700 };
    const room = memory.columns.time.length;
    const end = memory.end;
    expect(draw(ring, picture, memory)).toEqual(draw(ring, picture, new LineMemory()));
    if (end > 8 && memory.columns.time.length > room) restored += 1;
  }
  expect(restored).toBeGreaterThan(2);
});
