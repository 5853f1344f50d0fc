// Format, lint, types, layer arrows, schema and the quicker unit tests. Steps run two at a time; a failing step prints its output.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildAll, schemaFile, schemaText } from './build.ts';
import { python, root } from './setup.mjs';
import { sum } from './test-reports.ts';

const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

/** The compiler that checks; tools that read syntax trees use the one called `typescript`. */
const tsc = join(root, 'node_modules', 'typescript-7', 'bin', 'tsc');
/** What it found the last time: it looks at changed files and what imports them. */
const typesKnown = join(root, '.cache', 'types.tsbuildinfo');

type Step = readonly [title: string, command: string, options: readonly string[]];

export interface StepResult {
  readonly title: string;
  readonly ok: boolean;
  readonly output: string;
  readonly ms: number;
}

const staticSteps: readonly Step[] = [
  ['format and lint (TypeScript)', bin('biome'), ['check', '--error-on-warnings', '.']],
  ['types (TypeScript)', process.execPath, [tsc, '--noEmit', '--incremental', '--tsBuildInfoFile', typesKnown]],
  [
    'layer arrows',
    bin('depcruise'),
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'src', 'standalone', 'lab-extension/src'],
  ],
  ['format (Python)', python, ['-m', 'ruff', 'format', '--check', 'hatch_build.py', 'python', 'test', 'bench']],
  ['lint (Python)', python, ['-m', 'ruff', 'check', 'hatch_build.py', 'python', 'test', 'bench']],
  ['types (Python)', python, ['-m', 'mypy']],
];

function runStep([title, command, options]: Step): Promise<StepResult> {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(command, options, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      output += data;
    });
    child.on('error', (error) => resolve({ title, ok: false, output: String(error), ms: Date.now() - began }));
    child.on('close', (code) => resolve({ title, ok: code === 0, output, ms: Date.now() - began }));
  });
}

function schemaStep(): StepResult {
  const ok = existsSync(schemaFile) && readFileSync(schemaFile, 'utf8') === schemaText();
  const output = 'python/stream_viz/static/widget-schema.json is stale: run `npm run build` and commit it.';
  return { title: 'widget schema is fresh', ok, output, ms: 0 };
}

/** Runs every static check. Returns one `{title, ok}` per check; failures are printed. */
export async function staticChecks(): Promise<readonly StepResult[]> {
  const results = [schemaStep()];
  const queue = [...staticSteps];
  const worker = async (): Promise<void> => {
    for (let step = queue.shift(); step; step = queue.shift()) results.push(await runStep(step));
  };
  await Promise.all([worker(), worker()]);
  for (const { title, ok, output, ms } of results) {
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${title} (${(ms / 1000).toFixed(1)} s)`);
    if (!ok) console.log(output);
  }
  return results;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const began = Date.now();
  const { printFailures, runQuick } = await import('./test.ts');
  // The schema is compared before the first step: what is built beside them, for the wheel's test, cannot hide a stale one.
  const checks = staticChecks();
  await buildAll();
  // Python's tests take longest and on one core, so they begin first.
  const pythonTests = runQuick.python();
  const results = await checks;
  const tests = sum(await Promise.all([pythonTests, runQuick.typescript()]));
  const passed = tests.passed + results.filter((step) => step.ok).length;
  const failed = tests.failed + results.filter((step) => !step.ok).length;
  printFailures(tests.failures);
  console.log(`\nthe check took ${((Date.now() - began) / 1000).toFixed(0)} s`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
