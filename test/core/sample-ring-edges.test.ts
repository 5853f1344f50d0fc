import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SampleRing } from '../../src/core/sample-ring.ts';
import type { StateTable } from '../../src/core/state-table.ts';

const counting = (length: number, from = 0, step = 1): Float64Array =>
  Float64Array.from({ length }, (_, i) => from + i * step);

function append(ring: SampleRing, times: readonly number[] | Float64Array): boolean {
  const given = Float64Array.from(times);
  return ring.append(given, given, 0, given.length);
}

const timesOf = (ring: SampleRing): number[] => Array.from({ length: ring.length }, (_, i) => ring.timeAt(i));

test('samples that come one at a time are held and summed like a batch, through growth and many laps', () => {
  const out = new Float64Array(4);
  for (const capacity of [1, 15, 16, 17, 63, 64, 127, 128, 129, 300, 700]) {
    const ring = new SampleRing(capacity);
    for (let i = 0; i < 1100; i += 1) {
      append(ring, [i]);
      if (i % 97 !== 0 && i < 1097) continue;
      const oldest = Math.max(0, i + 1 - capacity);
      const count = i + 1 - oldest;
      expect([ring.length, ring.firstTimeUs, ring.lastTimeUs, ring.lost]).toEqual([count, oldest, i, oldest]);
      expect(ring.lostUpToUs).toBe(oldest === 0 ? Number.NEGATIVE_INFINITY : oldest - 1);
      for (const [from, to] of [
        [0, count],
        [count >> 1, count],
        [count >> 2, count - (count >> 2)],
      ] as const) {
        ring.minMaxSum(from, to, out);
        const [low, high] = [oldest + from, oldest + to - 1];
        expect([...out]).toEqual(
          from < to ? [low, high, ((low + high) * (to - from)) / 2, to - from] : [Infinity, -Infinity, 0, 0],
        );
      }
    }
  }
});

test('a batch of the capacity or more leaves its newest alone; what left is counted, and until when', () => {
  for (const [held, given] of [
    [0, 100],
    [0, 101],
    [7, 100],
    [7, 99],
    [7, 230],
    [100, 1],
    [100, 94],
    [100, 100],
  ] as const) {
    const ring = new SampleRing(100);
    append(ring, counting(held));
    append(ring, counting(given, held));
    const lost = Math.max(0, held + given - 100);
    expect([held, given, ring.lost, ring.lostUpToUs]).toEqual([held, given, lost, lost === 0 ? -Infinity : lost - 1]);
    expect(timesOf(ring)).toEqual([...counting(held + given - lost, lost)]);
  }
});

test('a late row that leaves at once is counted and does not bring back what had left', () => {
  const ring = new SampleRing(4);
  append(ring, [10, 20, 30, 40, 50]);
  expect(append(ring, [5])).toBe(false);
  expect([ring.lost, ring.lostUpToUs, timesOf(ring)]).toEqual([2, 10, [20, 30, 40, 50]]);
  expect(append(ring, [25])).toBe(false);
  expect([ring.lost, ring.lostUpToUs, timesOf(ring)]).toEqual([3, 20, [25, 30, 40, 50]]);
});

test('rows that rise are in order from the newest sample on, its own time included', () => {
  const ring = new SampleRing(9);
  const rows = counting(3, 5);
  expect(ring.append(rows, rows, 0, 0, true)).toBe(true);
  expect(ring.append(rows, rows, 0, 1, true)).toBe(true);
  expect(ring.append(rows, rows, 0, 3, true)).toBe(true);
  expect(ring.append(rows, rows, 1, 2, true)).toBe(false);
  expect(timesOf(ring)).toEqual([5, 5, 6, 6, 7]);
  expect(append(ring, [7, 7, 8])).toBe(true);
  expect(append(ring, [9, 8])).toBe(false);
  expect(timesOf(ring)).toEqual([5, 6, 6, 7, 7, 7, 8, 8, 9]);
});

test('what stands before a range does not decide whether it is in order', () => {
  const ring = new SampleRing(9);
  const times = Float64Array.of(9, 3, 5, 6, 1);
  expect(ring.append(times, times, 2, 4)).toBe(true);
  expect(timesOf(ring)).toEqual([5, 6]);
});

test('batches of any size are held as they came, where the ring is full and its slots have no room to spare', () => {
  for (const capacity of [16, 64, 128, 256]) {
    for (const size of [2, 5, 9, 10, 11, 63, 64, 127, 128]) {
      const ring = new SampleRing(capacity);
      for (let from = 0; from < 400; from += size) append(ring, counting(size, from));
      const to = Math.ceil(400 / size) * size;
      expect(timesOf(ring)).toEqual([...counting(capacity, to - capacity)]);
      expect(ring.finiteCount(0, capacity)).toBe(capacity);
    }
  }
});

test('`moves` stays while samples keep their slots, and changes where they are moved or begin anew', () => {
  const ring = new SampleRing(1000);
  const { moves } = ring;
  append(ring, counting(900));
  append(ring, counting(600, 900));
  for (let i = 1500; i < 1510; i += 1) append(ring, [i]);
  append(ring, [1400]);
  expect(ring.moves).toBe(moves);
  append(ring, counting(1000, 2000));
  expect(ring.moves).not.toBe(moves);
  const before = ring.moves;
  ring.clear();
  expect(ring.moves).not.toBe(before);

  const evicted = new SampleRing(1000);
  append(evicted, counting(200));
  evicted.evictBefore(50);
  const held = evicted.moves;
  append(evicted, counting(300, 200));
  expect(evicted.moves, 'growth moves samples that do not begin at slot 0').not.toBe(held);
  expect(timesOf(evicted)).toEqual([...counting(450, 50)]);
});

test('the runs of any range are its samples in order, each once, by their numbers', () => {
  const ring = new SampleRing(128);
  append(ring, counting(200));
  fc.assert(
    fc.property(fc.nat(128), fc.nat(128), (a, b) => {
      const seen: (readonly [number, number])[] = [];
      const [i, j] = [Math.min(a, b), Math.max(a, b)];
      ring.eachRun(i, j, (times, _values, from, to, offset) => {
        expect(from).toBeLessThan(to);
        for (let slot = from; slot < to; slot += 1) seen.push([slot + offset, times[slot]!]);
      });
      expect(seen).toEqual(Array.from({ length: j - i }, (_, k) => [i + k, 72 + i + k]));
    }),
    {
      examples: [
        [0, 128],
        [56, 56],
        [0, 56],
        [56, 128],
      ],
      numRuns: 40,
    },
  );
});

test('a summary of a range beyond what is held, or of nothing, has only what is held', () => {
  const ring = new SampleRing(100);
  append(ring, counting(10));
  const out = new Float64Array(4);
  ring.minMaxSum(-5, 99, out);
  expect([...out]).toEqual([0, 9, 45, 10]);
  for (const [i, j] of [
    [5, 5],
    [7, 3],
    [10, 20],
  ] as const) {
    ring.minMaxSum(i, j, out);
    expect([...out]).toEqual([Infinity, -Infinity, 0, 0]);
  }
});

test('a state of before, when blocks were of 64 samples, goes on alike in slots of now', () => {
  const values = counting(100_000, 7);
  const before: StateTable = {
    name: 'ring',
    meta: { capacity: 100_000, slots: 100_032, head: 99_000, lost: 12, lostUpTo: 6 },
    columns: { time: values, value: values },
  };
  const ring = SampleRing.restore([before]);
  const fresh = new SampleRing(100_000);
  append(fresh, values);
  const sums = [new Float64Array(4), new Float64Array(4)] as const;
  for (const more of [0, 1, 300, 5000]) {
    for (const one of [ring, fresh]) append(one, counting(more, one.lastTimeUs + 1));
    expect([ring.length, ring.firstTimeUs, ring.lost - 12]).toEqual([fresh.length, fresh.firstTimeUs, fresh.lost]);
    for (const [from, to] of [
      [0, 100_000],
      [1000, 1128],
      [1, 99_999],
    ] as const) {
      ring.minMaxSum(from, to, sums[0]);
      fresh.minMaxSum(from, to, sums[1]);
      expect(sums[0]).toEqual(sums[1]);
    }
  }
});

test('a state is restored where it can be one of a ring, and refused where it cannot', () => {
  const ring = new SampleRing(1000);
  append(ring, counting(400, 100));
  ring.evictBefore(200);
  const [table] = ring.save() as [StateTable];
  const change = (meta: StateTable['meta'], columns: StateTable['columns'] = {}): StateTable[] => [
    { name: 'ring', meta: { ...table.meta, ...meta }, columns: { ...table.columns, ...columns } },
  ];
  const { slots } = table.meta as { slots: number };
  const times = table.columns.time as Float64Array;
  const with_ = (at: number, time: number): StateTable['columns'] => ({ time: times.with(at, time) });
  for (const good of [
    change({}),
    change({ head: slots - 1 }),
    change({ lostUpTo: 200 }),
    change({ lostUpTo: 450 }),
    change({ lost: 0, lostUpTo: '-Infinity' }),
    change({}, with_(5, times[4]!)),
  ]) {
    expect(timesOf(SampleRing.restore(good))).toHaveLength(300);
  }
  for (const bad of [
    change({ head: slots }),
    change({ head: -1 }),
    change({ slots: slots + 1 }),
    change({ slots: 256 }),
    change({ slots: 2048 }),
    change({ capacity: 0 }),
    change({ lost: -1 }),
    change({ lostUpTo: 'NaN' }),
    change({}, with_(5, times[4]! - 1)),
    change({}, with_(0, -Infinity)),
    change({}, with_(299, Infinity)),
    change({}, with_(7, Number.NaN)),
    change({}, { value: new Float64Array(299) }),
  ]) {
    expect(() => SampleRing.restore(bad)).toThrow(expect.objectContaining({ code: 'STATE_INVALID' }));
  }
  const late = new SampleRing(100);
  append(late, [1, 2, 3, 4, 5]);
  late.evictBefore(4);
  append(late, [2]);
  const again = SampleRing.restore(late.save());
  expect([timesOf(again), again.lostUpToUs]).toEqual([[2, 4, 5], 3]);
  const full = new SampleRing(500);
  append(full, counting(510));
  const [held] = full.save() as [StateTable];
  const narrower = { ...held, meta: { ...held.meta, capacity: 499 } };
  expect(SampleRing.restore([held]).length).toBe(500);
  expect(() => SampleRing.restore([narrower])).toThrow('more samples than it has room');
});
