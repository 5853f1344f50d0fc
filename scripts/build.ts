// Builds what the Python package ships (loader, page runtime, widget schema, server and its page, JupyterLab extension); run by itself,
// also the shell command and the distributions in dist/.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { widgetSchema } from '../src/dashboard/schema.ts';
import { cliBundle } from './cli-bundle.ts';
import { buildDistributions } from './distributions.ts';
import { buildLabExtension } from './lab-extension.ts';
import { copyBuilt, copyPage, serverBundle, viewerEntries } from './server-bundle.ts';
import { root } from './setup.mjs';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
export const version = manifest.version;
export const staticDir = join(root, 'python', 'stream_viz', 'static');
export const schemaFile = join(staticDir, 'widget-schema.json');

/** The text that widget-schema.json must have; `npm run check` compares it with the file in the tree. */
export function schemaText(): string {
  return `${JSON.stringify(widgetSchema(), null, 2)}\n`;
}

export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly metafile: Metafile;
}

const pageBundle = (entry: string, outfile: string): BuildOptions => ({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile: join(staticDir, outfile),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { __STREAMVIZ_VERSION__: JSON.stringify(version), 'process.env.NODE_ENV': '"production"' },
});

async function bundle(options: BuildOptions & { readonly outfile?: string }): Promise<Bundle> {
  const { outfile = '' } = options;
  const { metafile } = await build({ ...options, metafile: true });
  const bytes = readFileSync(outfile);
  return { file: basename(outfile), bytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length, metafile };
}

/** The server and its page, for the Python package and beside the shell command. */
async function buildServer(): Promise<readonly Bundle[]> {
  const made = [await bundle(serverBundle(join(staticDir, 'server.mjs'), version))];
  for (const [entry, outfile] of viewerEntries(staticDir)) {
    made.push(
      await bundle({ ...pageBundle(entry, basename(outfile)), loader: { '.svg': 'dataurl', '.woff2': 'dataurl' } }),
    );
  }
  const files = made.map(({ file }) => join(staticDir, file));
  copyBuilt(copyPage(staticDir) ? [...files, join(staticDir, 'viewer.html')] : files, join(root, 'dist'));
  return made;
}

/** Builds everything but the distributions. Returns name and sizes of each bundle. */
export async function buildAll(): Promise<readonly [loader: Bundle, runtime: Bundle, command: Bundle, ...Bundle[]]> {
  mkdirSync(staticDir, { recursive: true });
  writeFileSync(schemaFile, schemaText());
  const command = join(root, 'dist', 'streamviz.mjs');
  const made = [
    await bundle(pageBundle('src/widget.ts', 'loader.mjs')),
    await bundle(pageBundle('src/runtime.ts', 'runtime.mjs')),
    await bundle(cliBundle(command, version)),
  ] as const;
  chmodSync(command, 0o755);
  const labRuntime = join(root, '.cache', 'lab-runtime.mjs');
  const forLab = await bundle({ ...pageBundle('src/lab-runtime.ts', ''), outfile: labRuntime });
  const extension = await buildLabExtension(labRuntime, version);
  return [...made, forLab, extension, ...(await buildServer())];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const began = Date.now();
  for (const { file, bytes, gzipBytes } of await buildAll()) {
    console.log(`${file}: ${(bytes / 1000).toFixed(1)} kB, ${(gzipBytes / 1000).toFixed(1)} kB gzip`);
  }
  for (const { file, bytes } of buildDistributions()) console.log(`${file}: ${(bytes / 1000).toFixed(1)} kB`);
  console.log(`built in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
