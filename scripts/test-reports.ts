// What the runners' reports say: how many tests passed, and which failed and why.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** A text for each failure: the test's file and name, then the first lines of its error. */
  readonly failures: readonly string[];
}

/** What vitest and jest write. */
interface SuitesReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults?: readonly SuiteReport[];
}

interface SuiteReport {
  readonly name: string;
  readonly status: string;
  /** Why the file itself could not run; else empty. */
  readonly message?: string;
  readonly assertionResults?: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages?: readonly string[] | null;
  }[];
}

const MESSAGE_LINES = 12;
const ESCAPE = String.fromCharCode(27);

function failureText(name: string, message: string): string {
  const plain = message.replaceAll(new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g'), '').trim();
  const lines = plain.split('\n').slice(0, MESSAGE_LINES);
  return [name, ...lines.map((line) => `    ${line}`)].join('\n');
}

/** Whether a file failed though none of its tests did: it could not be loaded. */
const isBroken = ({ status, assertionResults = [] }: SuiteReport): boolean =>
  status === 'failed' && !assertionResults.some((test) => test.status === 'failed');

function failuresOfSuite(suite: SuiteReport): string[] {
  if (isBroken(suite)) return [failureText(suite.name, suite.message ?? '')];
  return (suite.assertionResults ?? [])
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) =>
      failureText(`${suite.name} > ${fullName}`, failureMessages?.join('\n') ?? ''),
    );
}

/** Reads a report of vitest or jest. A file that could not run counts as one failure. */
export function countsOfSuites(text: string): Counts {
  const { numPassedTests, numFailedTests, testResults = [] } = JSON.parse(text) as SuitesReport;
  const failed = numFailedTests + testResults.filter(isBroken).length;
  return { passed: numPassedTests, failed, failures: testResults.flatMap(failuresOfSuite) };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#10;': '\n',
  '&amp;': '&',
};

const plainText = (xml: string): string =>
  xml.replaceAll(/&(?:lt|gt|quot|#10|amp);/g, (name) => ENTITIES[name] ?? name);

/** Reads a report of pytest. A skipped test is neither passed nor failed. */
export function countsOfPytest(text: string): Counts {
  const total = (name: string): number =>
    Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? Number.NaN);
  const failed = total('failures') + total('errors');
  const failures = text
    .split('<testcase ')
    .slice(1)
    .flatMap((test) => {
      const why = /<(?:failure|error) message="([^"]*)"/.exec(test)?.[1];
      const [, file = '', name = ''] = /^classname="([^"]*)" name="([^"]*)"/.exec(test) ?? [];
      return why === undefined ? [] : [failureText(plainText(`${file} > ${name}`), plainText(why))];
    });
  return { passed: total('tests') - failed - total('skipped'), failed, failures };
}

export const sum = (all: readonly Counts[]): Counts => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
  failures: all.flatMap(({ failures }) => failures),
});
