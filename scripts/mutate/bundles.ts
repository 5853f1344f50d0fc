// One script per test file, with every change of the sources built in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Mutated } from './operators.ts';

/** Which form of the changed sources a script has: see {@link Mutated}. */
export type Form = 'counting' | 'switched';

/**
 * Writes each of `tests` as a script `(require, $mutant, $hit, $seen) => void` of its own into the folder `dir`, under its
 * path there, with `form` of each file in `mutated` instead of the file. Packages stay outside.
 */
export async function writeBundles(
  root: string,
  dir: string,
  tests: readonly string[],
  mutated: ReadonlyMap<string, Mutated>,
  form: Form,
): Promise<void> {
  const texts = new Map([...mutated].map(([file, { [form]: text }]) => [join(root, file), text]));
  await build({
    absWorkingDir: root,
    entryPoints: [...tests],
    outdir: dir,
    outbase: root,
    bundle: true,
    outExtension: { '.js': `.${form}.cjs` },
    banner: { js: '(function (require, $change, $hit, $seen) { const $mutant = $change, module = {};' },
    footer: { js: '})' },
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    logLevel: 'error',
    plugins: [
      {
        name: 'mutated',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const url = JSON.stringify(pathToFileURL(path).href);
            const contents = texts.get(path) ?? readFileSync(path, 'utf8').replaceAll('import.meta.url', url);
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
}
