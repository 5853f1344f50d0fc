// A worker that runs test files in which one change is made, in this thread: Vitest's own `expect`, and just enough of `test`.
// Starting Vitest costs a second, a test that notices a change some milliseconds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, vi } from 'vitest';
import type { Form } from './bundles.ts';

/** Given to the worker at its start. */
export interface RunnerData {
  readonly root: string;
  /** Where `writeBundles` put the scripts. */
  readonly dir: string;
  readonly mutantCount: number;
}

/** A request: run the tests of `file` without a change, or only those numbered in `tests` with the change `mutant`. */
export type Request =
  | { readonly kind: 'count'; readonly file: string }
  | { readonly kind: 'change'; readonly mutant: number; readonly runs: readonly Run[]; readonly maxHits: number };

/** Tests of one file, by their number in the order in which they are declared. */
export interface Run {
  readonly file: string;
  readonly tests: readonly number[];
}

/** Which operators the tests of a file evaluate. */
export interface Counted {
  readonly kind: 'counted';
  readonly file: string;
  /** How often all of its tests together evaluate each operator, by the ids of the changes. */
  readonly hits: Uint32Array;
  /** What is evaluated when the file is loaded. */
  readonly loading: Uint32Array;
  /** What each test evaluates, test after test, and how long it takes. */
  readonly tests: readonly { readonly ids: Uint32Array; readonly ms: number }[];
}

export type Reply =
  | Counted
  | { readonly kind: 'failed'; readonly title: string; readonly error: string }
  | { readonly kind: 'passed' };

interface Case {
  readonly title: string;
  readonly body: () => unknown;
}

const { root, dir, mutantCount } = workerData as RunnerData;
// One seed, so that a survivor is one the next time too; a failed case is not made small first.
fc.configureGlobal({ seed: 20_260_101, endOnFailure: true });

type Body = (...values: unknown[]) => unknown;
const bodyOf = (parts: readonly unknown[]): Body => parts.find((part) => typeof part === 'function') as Body;

/** A `describe`, or the file: its tests run between its hooks. */
interface Scope {
  readonly title: string;
  readonly before: Body[];
  readonly after: Body[];
}

let cases: Case[] = [];
let scopes: readonly Scope[] = [];

const test = (title: string, ...parts: unknown[]): void => {
  const within = scopes;
  cases.push({
    title: [...within.map((scope) => scope.title), title].filter(Boolean).join(' > '),
    body: async () => {
      for (const { before } of within) for (const hook of before) await hook();
      await bodyOf(parts)();
      for (const { after } of within) for (const hook of after) await hook();
    },
  });
};
const describe = (title: string, ...parts: unknown[]): void => {
  const outside = scopes;
  scopes = [...outside, { title, before: [], after: [] }];
  bodyOf(parts)();
  scopes = outside;
};
const beforeEach = (hook: Body): unknown => scopes.at(-1)?.before.push(hook);
const afterEach = (hook: Body): unknown => scopes.at(-1)?.after.push(hook);
const each =
  (declare: (title: string, body: () => unknown) => void) =>
  (rows: readonly unknown[]) =>
  (title: string, ...parts: unknown[]): void => {
    rows.forEach((row, i) => {
      const body = bodyOf(parts);
      declare(`${title} [${i}]`, () => (Array.isArray(row) ? body(...row) : body(row)));
    });
  };
test.each = each(test);
describe.each = each(describe);

const vitest = { test, it: test, describe, beforeEach, afterEach, expect, vi };
const load = createRequire(`${root}/package.json`);
const require = (name: string): unknown => (name === 'vitest' ? vitest : name === 'fast-check' ? fc : load(name));

/** Ready for another file's declarations. */
function declare(): void {
  cases = [];
  scopes = [{ title: '', before: [], after: [] }];
}

type Loaded = (require: unknown, mutant: number, hit: () => void, seen: Uint32Array) => void;
const loaded = new Map<string, Loaded>();

/** The script of a test file, compiled once; each call evaluates all its modules anew. */
function scriptOf(file: string, form: Form): Loaded {
  const path = join(dir, file.replace(/\.ts$/, `.${form}.cjs`));
  let script = loaded.get(path);
  if (script === undefined) {
    script = new Script(readFileSync(path, 'utf8'), { filename: path }).runInThisContext() as Loaded;
    loaded.set(path, script);
  }
  return script;
}

async function count(file: string): Promise<Reply> {
  const counts = new Uint32Array(mutantCount + 1);
  const hits = new Uint32Array(mutantCount + 1);
  const taken = (): Uint32Array => {
    const ids = Uint32Array.from([...counts.keys()].filter((id) => counts[id] !== 0));
    for (const id of ids) hits[id] = Math.min(0xffff_ffff, (hits[id] ?? 0) + (counts[id] ?? 0));
    counts.fill(0);
    return ids;
  };
  declare();
  scriptOf(file, 'counting')(require, 0, () => undefined, counts);
  const loading = taken();
  const tests: { ids: Uint32Array; ms: number }[] = [];
  for (const { title, body } of cases) {
    const began = performance.now();
    try {
      await body();
    } catch (error) {
      return { kind: 'failed', title: `${file} > ${title}`, error: String(error).slice(0, 2000) };
    }
    tests.push({ ms: performance.now() - began, ids: taken() });
  }
  return { kind: 'counted', file, hits, loading, tests };
}

async function change(mutant: number, runs: readonly Run[], maxHits: number): Promise<Reply> {
  let hits = 0;
  const hit = (): void => {
    hits += 1;
    if (hits > maxHits) throw new Error('evaluated without end');
  };
  for (const { file, tests } of runs) {
    let title = 'while loading';
    try {
      declare();
      scriptOf(file, 'switched')(require, mutant, hit, new Uint32Array(0));
      for (const number of tests) {
        const each = cases[number];
        if (each === undefined) throw new Error('a test is gone');
        ({ title } = each);
        await each.body();
      }
    } catch (error) {
      return { kind: 'failed', title: `${file} > ${title}`, error: String(error).slice(0, 300) };
    }
  }
  return { kind: 'passed' };
}

parentPort?.on('message', async (request: Request) => {
  const reply =
    request.kind === 'count' ? await count(request.file) : await change(request.mutant, request.runs, request.maxHits);
  parentPort?.postMessage(reply satisfies Reply);
});
