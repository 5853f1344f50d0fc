// Builds what the Python package ships: the loader, the page runtime and the widget schema.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { widgetSchema } from '../src/dashboard/schema.ts';
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

async function bundle(entry: string, outfile: string): Promise<Bundle> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(staticDir, outfile),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    define: { __STREAMVIZ_VERSION__: JSON.stringify(version), 'process.env.NODE_ENV': '"production"' },
  });
  const bytes = readFileSync(join(staticDir, outfile));
  return {
    file: outfile,
    bytes: bytes.length,
    gzipBytes: gzipSync(bytes, { level: 9 }).length,
    metafile: result.metafile,
  };
}

/** Builds everything into python/stream_viz/static. Returns name and sizes of each bundle. */
export async function buildAll(): Promise<readonly [loader: Bundle, runtime: Bundle]> {
  mkdirSync(staticDir, { recursive: true });
  writeFileSync(schemaFile, schemaText());
  return [await bundle('src/widget.ts', 'loader.mjs'), await bundle('src/runtime.ts', 'runtime.mjs')];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const began = Date.now();
  for (const { file, bytes, gzipBytes } of await buildAll()) {
    console.log(`${file}: ${(bytes / 1000).toFixed(1)} kB, ${(gzipBytes / 1000).toFixed(1)} kB gzip`);
  }
  console.log(`built in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
