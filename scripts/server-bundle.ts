// How the dashboard server and its page are bundled: one file for Node without any dependency, one module and one style sheet.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { root } from './setup.mjs';

const viewerFolder = join(root, 'standalone', 'viewer');

/**
 * An import of `node:http` evaluates all that it exports, `WebSocket` among them, for which Node loads its whole fetch:
 * 5 MB in every server. What is required instead is evaluated as it is used.
 */
const requireHttp: Plugin = {
  name: 'require-http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:http2?$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'require-http' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'require-http' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      resolveDir: root,
    }));
  },
};

/** What esbuild makes `outfile` from: standalone/server/main.ts with ws and hono, which call `require` for Node's own modules. */
export function serverBundle(outfile: string, version: string): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: [join(root, 'standalone', 'server', 'main.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // Speedups of ws in C that nobody installs here.
    external: ['bufferutil', 'utf-8-validate'],
    plugins: [requireHttp],
    banner: {
      js: "import { createRequire as createRequireOfServer } from 'node:module'; const require = createRequireOfServer(import.meta.url);",
    },
    define: { __STREAMVIZ_VERSION__: JSON.stringify(version) },
  };
}

/** What the page is bundled from, as far as it is there: its module and its style sheet. */
export function viewerEntries(folder: string): readonly (readonly [entry: string, outfile: string])[] {
  return ['viewer.css', 'main.ts'].flatMap((name) => {
    const entry = join(viewerFolder, name);
    return existsSync(entry) ? [[entry, join(folder, name === 'main.ts' ? 'viewer.mjs' : name)] as const] : [];
  });
}

/** Puts the page beside its module. Returns whether there is one. */
export function copyPage(folder: string): boolean {
  const page = join(viewerFolder, 'viewer.html');
  if (!existsSync(page)) return false;
  mkdirSync(folder, { recursive: true });
  copyFileSync(page, join(folder, 'viewer.html'));
  return true;
}

/** Puts what was built for the Python package beside the shell command too. */
export function copyBuilt(files: readonly string[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of files) copyFileSync(file, join(folder, file.slice(dirname(file).length + 1)));
}
