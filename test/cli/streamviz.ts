import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { build } from 'esbuild';
import { cliBundle } from '../../scripts/cli-bundle.ts';
import { run } from '../../src/cli/run.ts';

/** One line of output. */
export interface Line {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly final: boolean;
  readonly revision: number;
  readonly supersedes?: readonly (readonly [number, number])[];
  readonly approximate?: readonly string[];
  readonly [aggregation: string]: unknown;
}

export interface Outcome {
  readonly code: number;
  readonly lines: readonly Line[];
  readonly summary: Readonly<Record<string, number>>;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process; `input` comes on standard input, one chunk for each piece. */
export async function streamviz(
  words: readonly string[],
  input: string | readonly (string | Uint8Array)[] = '',
): Promise<Outcome> {
  const stdin = new PassThrough();
  const [stdout, stderr] = [new Collecting(), new Collecting()];
  const pieces = typeof input === 'string' ? [input] : input;
  const feeding = (async () => {
    for (const piece of pieces) {
      stdin.write(piece);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    stdin.end();
  })();
  const code = await run(words, { stdin, stdout, stderr });
  await feeding;
  const rows = stdout.text.startsWith('{')
    ? stdout.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  const { summary } = rows.pop() ?? { summary: {} };
  return { code, lines: rows, summary, stdout: stdout.text, stderr: stderr.text };
}

/** Keeps what is written. */
export class Collecting extends Writable {
  text = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export const ndjson = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Bundles the real command into a new temporary directory; returns its path. */
export async function bundled(): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'streamviz-cli-')), 'streamviz.mjs');
  await build(cliBundle(file, '1.2.3'));
  return file;
}
