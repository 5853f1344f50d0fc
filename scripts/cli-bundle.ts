// How the shell command is bundled: one file for Node without any dependency.
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { root } from './setup.mjs';

/** What esbuild makes `outfile` from: src/cli/main.ts with all of its code, runnable by its name. */
export function cliBundle(outfile: string, version: string): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: [join(root, 'src', 'cli', 'main.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    banner: { js: '#!/usr/bin/env node' },
    define: { __STREAMVIZ_VERSION__: JSON.stringify(version) },
  };
}
