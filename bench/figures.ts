/** Times competitors in one process, in rotation; figures are ratios inside one run. */
import { writeFileSync } from 'node:fs';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly ratio: number;
  readonly against: string;
  readonly budget: string | null;
  readonly ok: boolean | null;
}

const ROUNDS = 9;
const SAMPLE_MS = 40;

/** What is measured, and what has to be done before each time without being measured. */
export interface PreparedCase {
  readonly prepare: () => void;
  readonly run: () => void;
}

/** ms that `count` calls take together. */
export function timed(one: (() => void) | PreparedCase, count: number): number {
  let taken = 0;
  if (typeof one === 'function') {
    const began = performance.now();
    for (let i = 0; i < count; i++) one();
    return performance.now() - began;
  }
  for (let i = 0; i < count; i++) {
    one.prepare();
    const began = performance.now();
    one.run();
    taken += performance.now() - began;
  }
  return taken;
}

/** Median ms per call of each case; every round starts with another one. */
export function rotate(cases: Readonly<Record<string, (() => void) | PreparedCase>>): Readonly<Record<string, number>> {
  const entries = Object.entries(cases).map(([name, one]) => {
    timed(one, 3);
    const repeats = Math.max(1, Math.min(20_000, Math.round(SAMPLE_MS / Math.max(timed(one, 1), 1e-4))));
    return { name, one, repeats, times: [] as number[] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    const turn = round % entries.length;
    for (const { one, repeats, times } of [...entries.slice(turn), ...entries.slice(0, turn)]) {
      times.push(timed(one, repeats) / repeats);
    }
  }
  return Object.fromEntries(entries.map(({ name, times }) => [name, median(times)]));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** One entry; `atMost` is the largest ratio allowed, null where there is no budget. */
export function figure(
  name: string,
  value: number,
  unit: string,
  ratio: number,
  against: string,
  atMost: number | null,
): Figure {
  return {
    name,
    value,
    unit,
    ratio,
    against,
    budget: atMost === null ? null : `<= ${atMost} x`,
    ok: atMost === null ? null : ratio <= atMost,
  };
}

/** Writes the figures where `npm run bench` looks for them. */
export function report(figures: readonly Figure[]): void {
  writeFileSync(process.env.STREAMVIZ_BENCH_REPORT ?? 'bench.json', JSON.stringify(figures));
}
