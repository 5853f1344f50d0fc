// Some rounds of the fault laboratory (`scripts/faults.ts` runs as many as one likes), and servers with a fault that it must find.
import { afterAll, expect, test } from 'vitest';
import { INVARIANTS, type Invariant } from '../faults/invariants.ts';
import { runLaboratory } from '../faults/laboratory.ts';
import type { LaboratoryReport } from '../faults/laboratory-report.ts';
import { type DeliberateName, ServerBuilds } from '../faults/server-builds.ts';
import { SEED } from '../seed.ts';

const ROUNDS = Number(process.env.STREAMVIZ_ROUNDS ?? 10);
const builds = new ServerBuilds();
afterAll(() => builds.close());

/** Half of the rounds each, at the same time, as most of a round is waiting. */
async function half(seed: number, history: 'always' | 'never', rounds: number): Promise<LaboratoryReport> {
  return runLaboratory({ rounds, seed, history, bundle: await builds.path(null) });
}

test(`${ROUNDS} rounds of faults, half of them with history on disk: every invariant holds (STREAMVIZ_SEED=${SEED})`, async () => {
  const rounds = Math.ceil(ROUNDS / 2);
  const reports = await Promise.all([half(SEED, 'always', rounds), half(SEED + 1, 'never', rounds)]);
  expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
  const checks = (invariant: Invariant) =>
    reports.reduce((sum, report) => sum + (report.checks.get(invariant) ?? 0), 0);
  // Those of a kill and of doubt depend on which faults came.
  const always = (Object.keys(INVARIANTS) as Invariant[]).filter(
    (name) => !['kept', 'file', 'past', 'doubts', 'others'].includes(name),
  );
  for (const name of always) expect([name, checks(name) > 0]).toEqual([name, true]);
});

/** What each fault is found by: words of the failure. */
const FOUND: readonly (readonly [fault: DeliberateName, history: 'always' | 'never', kinds: string, words: RegExp])[] =
  [
    ['acknowledges what it does not hold', 'never', 'paused', /not exact|: n |hole/],
    ['leaves messages out', 'never', 'paused', /not exact|: n |hole/],
    ['counts some messages twice', 'never', 'paused', /not exact|cell|count/],
    ['acknowledges before it is on disk', 'always', 'everything killed', /message \d+ of/],
  ];

test.each(FOUND)('a server that %s is found out', async (fault, history, kinds, words) => {
  const bundle = await builds.path(fault);
  const report = await runLaboratory({ rounds: 6, seed: SEED, history, bundle, kinds: [kinds] });
  expect(report.failures).toHaveLength(1);
  expect(report.failures[0]!.message).toMatch(words);
});
