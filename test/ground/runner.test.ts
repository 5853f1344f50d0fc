import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runRunner, unitRunners } from '../../scripts/test.ts';

const dir = mkdtempSync(join(tmpdir(), 'streamviz-runner-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function fake(script: string) {
  const report = join(dir, 'report.json');
  const file = join(dir, 'runner.mjs');
  writeFileSync(file, `import { writeFileSync } from 'node:fs';\nconst report = ${JSON.stringify(report)};\n${script}`);
  return {
    title: 'fake',
    report,
    command: process.execPath,
    options: [file],
    counts: (text: string) => JSON.parse(text) as { passed: number; failed: number },
  };
}

test('a runner counts what its report says', async () => {
  expect(await runRunner(fake('writeFileSync(report, \'{"passed": 3, "failed": 0}\');'))).toEqual({
    passed: 3,
    failed: 0,
  });
});

test('a runner that ran nothing is a failure', async () => {
  expect(await runRunner(fake('writeFileSync(report, \'{"passed": 0, "failed": 0}\');'))).toEqual({
    passed: 0,
    failed: 1,
  });
});

test('a runner that crashed before its report is a failure', async () => {
  expect(await runRunner(fake('process.exit(3);'))).toEqual({ passed: 0, failed: 1 });
});

test('a runner that ended badly after passing tests is a failure', async () => {
  expect(await runRunner(fake('writeFileSync(report, \'{"passed": 3, "failed": 0}\'); process.exit(1);'))).toEqual({
    passed: 3,
    failed: 1,
  });
});

test('the report of pytest is read with failures, errors and skips told apart', () => {
  const pytest = unitRunners.find((runner) => runner.title === 'pytest');
  const xml =
    '<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1"></testsuite></testsuites>';
  expect(pytest?.counts(xml)).toEqual({ passed: 4, failed: 3 });
});

test('a file of tests that jest could not load counts as one failure', () => {
  const jest = unitRunners.find((runner) => runner.title === 'jest');
  expect(jest?.counts('{"numPassedTests": 5, "numFailedTests": 0, "numFailedTestSuites": 1}')).toEqual({
    passed: 5,
    failed: 1,
  });
});
