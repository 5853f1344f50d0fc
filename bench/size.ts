// Size of what a page loads: the loader (with every widget), the runtime (once), and of that what works without a page.
import { globSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { buildAll } from '../scripts/build.ts';
import { root } from '../scripts/setup.mjs';

const [loader, runtime] = await buildAll();
const entry = (name: string, bytes: number, limit: number) => ({
  name,
  value: bytes / 1000,
  unit: 'kB',
  ratio: bytes / limit,
  against: `${limit / 1000} kB`,
  budget: '<= 1 x',
  ok: bytes <= limit,
});

/** Bundles modules with every export kept, so that nothing is left out because nobody calls it yet. */
async function bundled(
  modules: readonly string[],
): Promise<{ readonly gzipBytes: number; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: modules.map((file, i) => `export * as m${i} from './${file}';`).join('\n'), resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    external: ['@uwdata/flechette'],
    metafile: true,
    write: false,
    outfile: 'core.mjs',
    logLevel: 'warning',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild wrote nothing');
  return { gzipBytes: gzipSync(file.contents, { level: 9 }).length, metafile };
}

function print(title: string, metafile: Metafile, nameOf: (path: string) => string): void {
  const sizes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {})) {
    sizes.set(nameOf(path), (sizes.get(nameOf(path)) ?? 0) + bytesInOutput);
  }
  console.log(title);
  for (const [name, bytes] of [...sizes].sort((a, b) => b[1] - a[1])) {
    if (bytes > 0) console.log(`  ${name}: ${(bytes / 1000).toFixed(1)} kB minified`);
  }
}

const DECODER = 'src/wire/message.ts';
const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '');
// All of src/core: windows, sketch, retention and, beyond aggregation, keyed events, tables and every saved state.
const coreModules = globSync('src/core/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
const core = await bundled([...coreModules, DECODER]);

writeFileSync(
  process.env.STREAMVIZ_BENCH_REPORT ?? 'bench-size.json',
  JSON.stringify([
    entry('loader', loader.bytes, 5000),
    entry('runtime, gzip', runtime.gzipBytes, 300_000),
    entry('core with decoder, gzip', core.gzipBytes, 20_000),
  ]),
);
print('runtime', runtime.metafile, (path) => {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return name ?? folderOf(path);
});
print('core with decoder, without flechette', core.metafile, folderOf);
const parts: readonly (readonly [name: string, modules: readonly string[]])[] = [
  ['decoder alone', [DECODER]],
  ...['windows', 'sketch', 'retention', 'events'].map(
    (folder) => [`${folder} and what it needs`, coreModules.filter((file) => file.includes(`/${folder}/`))] as const,
  ),
];
for (const [name, modules] of parts) {
  console.log(`  ${name}: ${((await bundled(modules)).gzipBytes / 1000).toFixed(1)} kB gzip`);
}
