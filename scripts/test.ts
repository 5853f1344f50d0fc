// Runs every test and prints `N passed, N failed` over all runners as its last line. A runner that crashed, or that ran nothing, is a failure.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium } from './lab/chromium.ts';
import { python, root } from './setup.mjs';
import { type Counts, countsOfPytest, countsOfSuites, sum } from './test-reports.ts';

const reports = join(root, '.cache', 'reports');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

export interface Runner {
  readonly title: string;
  readonly report: string;
  readonly command: string;
  readonly options: readonly string[];
  readonly counts: (report: string) => Counts;
}

function vitestRunner(project: string): Runner {
  const report = join(reports, `${project}.json`);
  return {
    title: `vitest ${project}`,
    report,
    command: process.execPath,
    options: [
      vitest,
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    counts: countsOfSuites,
  };
}

const pytestReport = join(reports, 'pytest.xml');
const pytest: Runner = {
  title: 'pytest',
  report: pytestReport,
  command: python,
  options: ['-m', 'pytest', `--junitxml=${pytestReport}`],
  counts: countsOfPytest,
};

const jestReport = join(reports, 'jest.json');
/** The extension's own logic. */
const jest: Runner = {
  title: 'jest',
  report: jestReport,
  command: process.execPath,
  options: [
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    ...['--config', join(root, 'lab-extension', 'jest.config.mjs'), '--json', `--outputFile=${jestReport}`],
  ],
  counts: countsOfSuites,
};

const vitestUnit = vitestRunner('unit');
export const unitRunners: readonly Runner[] = [vitestUnit, pytest, jest];
/** Against real servers and browsers, two beside each other; the longest begin. */
const paired: readonly Runner[] = ['lab', 'standalone', 'e2e', 'faults', 'browser', 'loss'].map(vitestRunner);
/** What measures has the machine to itself. */
const alone = vitestRunner('alone');

function ended(runner: Runner, env: NodeJS.ProcessEnv, keepOutput: boolean): Promise<number | null> {
  return new Promise((resolve) => {
    const stdio = keepOutput ? 'pipe' : 'inherit';
    const child = spawn(runner.command, runner.options, { cwd: root, stdio: ['ignore', stdio, stdio], env });
    let output = '';
    const keep = (data: Buffer): void => {
      output += data;
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', () => resolve(null));
    child.on('close', (status) => {
      if (keepOutput) console.log(`\n== ${runner.title}\n${output}`);
      resolve(status);
    });
  });
}

/**
 * Runs one runner. A non-zero exit without a counted failure, a missing report or no test at all counts as one failure.
 *
 * @param options.keepOutput Prints the output in one piece at the end: for runners beside each other. Default: as it comes.
 */
export async function runRunner(
  runner: Runner,
  options: { readonly env?: NodeJS.ProcessEnv; readonly keepOutput?: boolean } = {},
): Promise<Counts> {
  mkdirSync(reports, { recursive: true });
  rmSync(runner.report, { force: true });
  if (!options.keepOutput) console.log(`\n== ${runner.title}`);
  const status = await ended(runner, options.env ?? process.env, options.keepOutput ?? false);
  let counts: Counts = { passed: 0, failed: 0, failures: [] };
  if (existsSync(runner.report)) counts = runner.counts(readFileSync(runner.report, 'utf8'));
  const ranNothing = !(counts.passed + counts.failed > 0);
  if (ranNothing) return { passed: 0, failed: 1, failures: [`${runner.title} ran no test (exit ${status})`] };
  if (status !== 0 && counts.failed === 0) {
    return { ...counts, failed: 1, failures: [`${runner.title} ended with ${status} though no test failed`] };
  }
  return counts;
}

/** Runs so many at a time, in their order; the output of each comes in one piece when it has ended. */
async function runSeveral(runners: readonly Runner[], atOnce: number, env: NodeJS.ProcessEnv): Promise<Counts> {
  const queue = [...runners];
  const done: Counts[] = [];
  const lane = async (): Promise<void> => {
    for (let runner = queue.shift(); runner; runner = queue.shift()) {
      const began = Date.now();
      done.push(await runRunner(runner, { env, keepOutput: true }));
      console.log(`${runner.title} took ${((Date.now() - began) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return sum(done);
}

/** Says at the end, where a reader of a long log looks, what failed. */
export function printFailures(failures: readonly string[]): void {
  if (failures.length > 0) console.log(`\nFailed:\n\n${failures.join('\n\n')}`);
}

/** Each law over fewer random cases (test/quick-check.ts, test/python/conftest.py), and without what takes seconds. */
const quick: NodeJS.ProcessEnv = { ...process.env, STREAMVIZ_QUICK: '1' };

/** The quicker unit tests of one language; their output comes in one piece at the end. */
export const runQuick = {
  typescript: async () => {
    const options = { env: quick, keepOutput: true };
    return sum([await runRunner(jest, options), await runRunner(vitestUnit, options)]);
  },
  python: () => {
    const options = [...pytest.options, '-m', 'not slow'];
    return runRunner({ ...pytest, options }, { env: quick, keepOutput: true });
  },
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const began = Date.now();
  const { staticChecks } = await import('./check.ts');
  const checks = await staticChecks();
  const { buildAll } = await import('./build.ts');
  await buildAll();
  const env = { ...process.env, STREAMVIZ_CHROMIUM: findChromium() };
  const totals = sum([
    await runSeveral(unitRunners, unitRunners.length, process.env),
    await runSeveral(paired, 2, env),
    await runRunner(alone, { env }),
  ]);
  const passed = totals.passed + checks.filter((step) => step.ok).length;
  const failed = totals.failed + checks.filter((step) => !step.ok).length;
  printFailures(totals.failures);
  console.log(`\nall tests took ${((Date.now() - began) / 1000).toFixed(0)} s`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
