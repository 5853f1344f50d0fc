import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runRunner } from '../../scripts/test.ts';
import { countsOfPytest, countsOfSuites } from '../../scripts/test-reports.ts';

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
    counts: (text: string) => ({ ...(JSON.parse(text) as { passed: number; failed: number }), failures: [] }),
  };
}

test('a runner counts what its report says', async () => {
  expect(await runRunner(fake('writeFileSync(report, \'{"passed": 3, "failed": 0}\');'))).toEqual({
    passed: 3,
    failed: 0,
    failures: [],
  });
});

test('a runner that ran nothing is a failure', async () => {
  expect(await runRunner(fake('writeFileSync(report, \'{"passed": 0, "failed": 0}\');'))).toEqual({
    passed: 0,
    failed: 1,
    failures: ['fake ran no test (exit 0)'],
  });
});

test('a runner that crashed before its report is a failure', async () => {
  expect(await runRunner(fake('process.exit(3);'))).toEqual({
    passed: 0,
    failed: 1,
    failures: ['fake ran no test (exit 3)'],
  });
});

test('a runner that ended badly after passing tests is a failure', async () => {
  expect(await runRunner(fake('writeFileSync(report, \'{"passed": 3, "failed": 0}\'); process.exit(1);'))).toEqual({
    passed: 3,
    failed: 1,
    failures: ['fake ended with 1 though no test failed'],
  });
});

test('the report of pytest is read with failures, errors and skips told apart', () => {
  const xml =
    '<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="3" tests="10" time="1">' +
    '<testcase classname="a.test_b" name="test_out" time="0.1"><skipped message="slow">where</skipped></testcase>' +
    '<testcase classname="a.test_b" name="test_order[&lt;]" time="0.1"><failure message="assert 1 &lt; 1&#10;more">trace</failure></testcase>' +
    '<testcase classname="a.test_b" name="test_fine" time="0.1" />' +
    '<testcase classname="a.test_c" name="test_up" time="0.1"><error message="no port">trace</error></testcase>' +
    '</testsuite></testsuites>';
  expect(countsOfPytest(xml)).toEqual({
    passed: 5,
    failed: 2,
    failures: ['a.test_b > test_order[<]\n    assert 1 < 1\n    more', 'a.test_c > test_up\n    no port'],
  });
});

test('a failed test is named with its file and the first lines of why', () => {
  const red = `${String.fromCharCode(27)}[31m`;
  const message = Array.from({ length: 40 }, (_, line) => `${red}line ${line}`).join('\n');
  const report = {
    numPassedTests: 1,
    numFailedTests: 1,
    numFailedTestSuites: 1,
    testResults: [
      {
        name: 'a.test.ts',
        status: 'failed',
        assertionResults: [
          { fullName: 'fine', status: 'passed', failureMessages: [] },
          { fullName: 'adds up', status: 'failed', failureMessages: [message] },
        ],
      },
    ],
  };
  const { passed, failed, failures } = countsOfSuites(JSON.stringify(report));
  expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
  expect(failures).toHaveLength(1);
  expect(failures[0]?.split('\n').slice(0, 2)).toEqual(['a.test.ts > adds up', '    line 0']);
  expect(failures[0]?.split('\n')).toHaveLength(13);
});

const broken = (name: string) => ({ name, status: 'failed', message: 'no such module', assertionResults: [] });

test('a file of tests that could not be loaded counts as one failure', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 0,
    numFailedTestSuites: 1,
    testResults: [broken('a.test.ts')],
  };
  expect(countsOfSuites(JSON.stringify(report))).toEqual({
    passed: 5,
    failed: 1,
    failures: ['a.test.ts\n    no such module'],
  });
});

test('as many failures are counted as are named, where tests failed and files could not be loaded', () => {
  const tests = ['passed', 'failed', 'failed'].map((status, i) => ({ fullName: `t${i}`, status, failureMessages: [] }));
  const report = {
    numPassedTests: 2,
    numFailedTests: 2,
    // Of vitest these are blocks of tests.
    numFailedTestSuites: 4,
    testResults: [
      broken('a.test.ts'),
      { name: 'b.test.ts', status: 'failed', message: '', assertionResults: tests },
      { name: 'c.test.ts', status: 'passed', message: '', assertionResults: tests.slice(0, 1) },
      broken('d.test.ts'),
    ],
  };
  const { passed, failed, failures } = countsOfSuites(JSON.stringify(report));
  expect({ passed, failed }).toEqual({ passed: 2, failed: 4 });
  expect(failures.map((text) => text.split('\n')[0])).toEqual([
    'a.test.ts',
    'b.test.ts > t1',
    'b.test.ts > t2',
    'd.test.ts',
  ]);
});
