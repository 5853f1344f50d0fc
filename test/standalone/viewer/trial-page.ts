import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const viewer = fileURLToPath(new URL('../../../standalone/viewer/', import.meta.url));

/** Builds the page into a new folder; returns its path. */
export async function buildPage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-viewer-'));
  await build({
    entryPoints: [join(viewer, 'main.ts')],
    outfile: join(folder, 'viewer.mjs'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    define: { __STREAMVIZ_VERSION__: '"trial"', 'process.env.NODE_ENV': '"production"' },
  });
  await build({ entryPoints: [join(viewer, 'viewer.css')], outfile: join(folder, 'viewer.css'), bundle: true });
  copyFileSync(join(viewer, 'viewer.html'), join(folder, 'viewer.html'));
  return folder;
}
