// Mutation check: changes one operator at a time in the window, sketch, tier and event files (comparisons, arithmetic,
// logic, bits, shifts, negations, compound assignments) and runs those of their tests that evaluate it. A change that no
// test notices survives and is printed. `--only PATTERN` takes files whose path the expression matches; `--sample N` takes
// N changes spread evenly over all of them (0, the default: every one); `--least P` is the percentage to reach (default
// 85); `--verbose` says which test noticed.
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { writeBundles } from './mutate/bundles.ts';
import { EQUIVALENT } from './mutate/equivalent.ts';
import { type Mutant, type Mutated, mutate } from './mutate/operators.ts';
import type { Counted, Reply, Request, Run, RunnerData } from './mutate/runner.ts';
import { root } from './setup.mjs';

/** The files to change, and which tests are to notice it: their own, not those of what is built on them. */
const TESTS: readonly (readonly [sources: string, tests: string])[] = [
  ['src/core/windows/**/*.ts', 'test/core/windows/**/*.test.ts'],
  ['src/core/sketch/*.ts', 'test/core/sketch/*.test.ts'],
  ['src/core/events/*.ts', 'test/core/events/*.test.ts'],
  ['src/core/retention/*.ts', 'test/core/retention/*.test.ts'],
  ['src/core/{cell-*,shown-cells,tier-lists}.ts', 'test/{core/cell-tiers*,session/healing}.test.ts'],
  ['src/core/distinct-set.ts', 'test/core/distinct-set*.test.ts'],
  ['src/core/min-max-pyramid.ts', 'test/core/{min-max-pyramid,sample-ring}*.test.ts'],
  ['src/core/pane.ts', 'test/core/{pane,shared-panes}*.test.ts'],
  ['src/core/{sample-ring,slot-circle}.ts', 'test/core/{sample-ring*,retention/*}.test.ts'],
  ['src/core/{time-runs,span-walk,value-runs}.ts', 'test/core/{time-runs,span-walk,value-runs}.test.ts'],
];
const WORKERS = 2;
/** A change may never end. Once its operator was evaluated this often, or its tests took this long, it is noticed. */
const MAX_HITS = 1_000_000;
const TIMEOUT_MS = 20_000;
/** Tests that take less than this are run before all others. */
const QUICK_MS = 50;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sample: { type: 'string', default: '0' },
    least: { type: 'string', default: '85' },
    verbose: { type: 'boolean', default: false },
  },
});

/** Every `step`th so that `most` stay, spread over the whole list. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (most <= 0 || all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)] as T);
}

const posix = (path: string): string => path.replaceAll('\\', '/');
const mutated = new Map<string, Mutated>();
const mutants: Mutant[] = [];
const testsOf = new Map<string, ReadonlySet<string>>();
for (const [sources, paths] of TESTS) {
  const own = new Set(globSync(paths, { cwd: root }).map(posix));
  for (const file of globSync(sources, { cwd: root }).map(posix)) testsOf.set(file, own);
}
for (const file of [...testsOf.keys()].sort()) {
  const each = mutate(file, readFileSync(join(root, file), 'utf8'), mutants.length + 1);
  mutated.set(file, each);
  mutants.push(...each.mutants);
}
const equivalent = new Set<Mutant>();
for (const { file, changes } of EQUIVALENT) {
  for (const [expression, becomes] of changes) {
    const same = mutants.filter(
      (each) => each.file === file && each.expression === expression && each.becomes === becomes,
    );
    if (same.length === 0) console.warn(`EQUIVALENT names what is no longer there: ${file}: ${expression}`);
    for (const each of same) equivalent.add(each);
  }
}
const only = new RegExp(values.only);
const testable = mutants.filter((mutant) => only.test(mutant.file) && !equivalent.has(mutant));
const chosen = spread(testable, Number(values.sample));
if (chosen.length === 0) {
  console.error(`the path of no file to change matches "${values.only}"`);
  process.exit(2);
}
const tests = [...new Set(chosen.flatMap(({ file }) => [...(testsOf.get(file) ?? [])]))].sort();
const dir = join(root, '.cache', 'mutate');
rmSync(dir, { recursive: true, force: true });
for (const form of ['counting', 'switched'] as const) await writeBundles(root, dir, tests, mutated, form);
const workerData: RunnerData = { root, dir, mutantCount: mutants.length };

const counted: Counted[] = [];

/** One thread; a change that does not end is ended with it, and the next request starts another. */
class Runner {
  #worker: Worker | undefined;
  #answer: (reply: Reply | undefined) => void = () => undefined;

  /** `undefined`: it took too long, or the thread broke. */
  async ask(request: Request, timeoutMs: number): Promise<Reply | undefined> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const reply = await new Promise<Reply | undefined>((resolve) => {
      this.#answer = resolve;
      setTimeout(resolve, timeoutMs, undefined).unref();
      worker.postMessage(request);
    });
    if (reply === undefined) {
      this.#worker = undefined;
      await worker.terminate();
    }
    return reply;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./mutate/runner.ts', import.meta.url), { workerData });
    worker.on('message', (reply: Reply) => this.#answer(reply));
    worker.on('error', (error) => {
      if (counted.length < tests.length) console.error(error);
      this.#answer(undefined);
    });
    return worker;
  }
}

const runners = Array.from({ length: WORKERS }, () => new Runner());

/** Calls `work` with each of `all`, in their order, on whichever runner is free. */
async function share<T>(all: readonly T[], work: (each: T, runner: Runner) => Promise<void>): Promise<void> {
  const queue = [...all];
  const drain = async (runner: Runner): Promise<void> => {
    for (let each = queue.shift(); each !== undefined; each = queue.shift()) await work(each, runner);
  };
  await Promise.all(runners.map(drain));
}

const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)} s`;
await share(tests, async (file, runner) => {
  const reply = await runner.ask({ kind: 'count', file }, 300_000);
  if (reply?.kind !== 'counted') {
    console.error(`without any change this fails already: ${reply?.kind === 'failed' ? reply.title : file}`);
    if (reply?.kind === 'failed') console.error(reply.error);
    process.exit(1);
  }
  counted.push(reply);
});
console.log(`${chosen.length} of ${testable.length} changes, tests counted in ${seconds()}`);

interface Plan {
  readonly runs: readonly Run[];
  readonly ms: number;
  readonly evaluations: number;
}

/** The tests that evaluate the operator, quick ones first; all tests of a file that does so when it is loaded. */
function planOf({ id, file: source }: Mutant): Plan {
  let evaluations = 0;
  const runs: { readonly run: Run; readonly ms: number }[] = [];
  for (const { file, hits, loading, tests } of counted) {
    if (!testsOf.get(source)?.has(file)) continue;
    evaluations += hits[id] ?? 0;
    const isLoading = loading.includes(id);
    for (const quick of [true, false]) {
      const run: number[] = [];
      let total = 0;
      for (const [i, { ids, ms }] of tests.entries()) {
        if (ms < QUICK_MS !== quick || !(isLoading || ids.includes(id))) continue;
        run.push(i);
        total += ms;
      }
      if (run.length > 0) runs.push({ run: { file, tests: run }, ms: total });
    }
  }
  runs.sort((a, b) => a.ms - b.ms);
  return { runs: runs.map(({ run }) => run), ms: runs.reduce((sum, each) => sum + each.ms, 0), evaluations };
}

const survivors: Mutant[] = [];
let endless = 0;
let done = 0;
const progress = setInterval(() => {
  console.log(`${done} of ${chosen.length}, ${survivors.length} survived, ${seconds()}`);
}, 60_000);
const say = ({ file, line, was, becomes, text }: Mutant, what: string): void =>
  console.log(`${what} ${file}:${line} \`${was}\` as \`${becomes}\`: ${text}`);
await share(chosen, async (mutant, runner) => {
  const { runs, ms, evaluations } = planOf(mutant);
  const request = { kind: 'change', mutant: mutant.id, runs, maxHits: MAX_HITS + 100 * evaluations } as const;
  const reply =
    runs.length === 0 ? { kind: 'passed' as const } : await runner.ask(request, Math.max(TIMEOUT_MS, 4 * ms));
  done += 1;
  if (reply === undefined) endless += 1;
  if (reply?.kind === 'passed') {
    survivors.push(mutant);
    say(mutant, runs.length === 0 ? 'not evaluated' : 'survived');
  } else if (values.verbose) {
    const why = reply?.kind === 'failed' ? `${reply.title}: ${reply.error.split('\n')[0]}` : 'took too long';
    say(mutant, `noticed (${why})`);
  }
});
clearInterval(progress);
const noticed = chosen.length - survivors.length;
const percent = (100 * noticed) / chosen.length;
console.log(
  `\n${noticed} of ${chosen.length} changes noticed: ${percent.toFixed(1)} % (at least ${values.least} %), ` +
    `${endless} of them as they took too long; ${equivalent.size} left out as no change; ${seconds()}`,
);
for (const file of new Set(survivors.map((mutant) => mutant.file))) {
  const all = chosen.filter((mutant) => mutant.file === file).length;
  console.log(`${survivors.filter((mutant) => mutant.file === file).length} of ${all} survived in ${file}`);
}
process.exit(percent >= Number(values.least) ? 0 : 1);
