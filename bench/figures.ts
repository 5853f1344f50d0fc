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

/** Median ms per call of each case; every round starts with another one. */
export function rotate(cases: Readonly<Record<string, () => void>>): Readonly<Record<string, number>> {
  const names = Object.keys(cases);
  const repeats = new Map<string, number>();
  for (const name of names) {
    const run = cases[name] as () => void;
    for (let i = 0; i < 3; i++) run();
    const began = performance.now();
    run();
    repeats.set(name, Math.max(1, Math.min(20_000, Math.round(SAMPLE_MS / Math.max(performance.now() - began, 1e-4)))));
  }
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const run = cases[name] as () => void;
      const count = repeats.get(name) ?? 1;
      const began = performance.now();
      for (let i = 0; i < count; i++) run();
      times.get(name)?.push((performance.now() - began) / count);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])]));
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
