// Every parser that faces the network or a file, given inputs that are almost valid (`scripts/fuzz.ts` gives as many as one likes).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test } from 'vitest';
import { StreamVizError } from '../../src/core/errors.ts';
import { SEED } from '../seed.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { fuzz, inputOf } from './fuzzing.ts';
import { closeTargets, TARGETS } from './targets/all-targets.ts';

const INPUTS = 20_000;

afterAll(closeTargets);

test(`${INPUTS} inputs crash no parser, and none takes long (STREAMVIZ_SEED=${SEED})`, async () => {
  const { failures, targets } = await fuzz({ targets: TARGETS, inputs: INPUTS, seed: SEED });
  expect(failures).toEqual([]);
  for (const { target, inputs, taken, refused } of targets) {
    const said = [...refused.values()].reduce((sum, count) => sum + count, 0);
    expect([target, taken + said]).toEqual([target, inputs]);
    // Inputs are almost valid: some of them are taken.
    expect([target, taken > 0]).toEqual([target, true]);
  }
});

test('a seed and a number make the same input again', () => {
  for (const target of TARGETS) {
    expect([target.name, inputOf(target, 5, 17)]).toEqual([target.name, inputOf(target, 5, 17)]);
  }
});

// Without it, what earlier tests of this thread left and what is freed meanwhile would count, too.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Parsers with one fault each. */
const whole = (random: { whole(low: number, high: number): number }): number => random.whole(0, 1000);
const kept: Uint8Array[] = [];
const FAULTY: Readonly<Record<'crash' | 'slow' | 'growth', FuzzTarget<number>>> = {
  crash: {
    name: 'throws something else now and then',
    make: whole,
    take: (input) => {
      if (input === 7) throw new TypeError('undefined is not a function');
      if (input < 500) throw new StreamVizError('INPUT_INVALID', 'too small');
    },
  },
  slow: {
    name: 'takes long now and then',
    make: whole,
    take: (input) => {
      const until = performance.now() + (input === 7 ? 60 : 0);
      while (performance.now() < until);
    },
  },
  growth: {
    name: 'keeps what it was given',
    make: whole,
    take: (input) => {
      kept.push(new Uint8Array(10_000).fill(input));
    },
  },
};

test.each(['crash', 'slow', 'growth'] as const)('a parser with a %s is found out', async (what) => {
  const found = await fuzz({
    ...{ targets: [FAULTY[what]], inputs: 4000, seed: 1, mostMs: what === 'slow' ? 40 : 2000 },
    collect,
  });
  kept.length = 0;
  expect(found.failures.some((failure) => failure.what === what)).toBe(true);
});
