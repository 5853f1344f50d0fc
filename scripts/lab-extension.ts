// Builds the JupyterLab extension: one script for the page, the runtime beside it, the schema of its settings and what JupyterLab reads about it.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin, transformSync } from 'esbuild';
import { root } from './setup.mjs';

const source = join(root, 'lab-extension');
/** What the wheel ships under share/jupyter/labextensions/stream-viz. */
export const labExtension = join(root, 'python', 'stream_viz', 'labextension');

/** The extension's own script. */
export interface ExtensionBundle {
  readonly file: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly metafile: Metafile;
}

/** lab-extension/package.json. */
export interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly jupyterlab: object;
}

export const readManifest = (): Manifest => JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;

/** Imports of the host's packages read what container.ts was given of the page; one that package.json does not list is an error. */
function fromHost(packages: readonly string[]): Plugin {
  return {
    name: 'from-host',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@(jupyterlab|lumino)\// }, ({ path }) =>
        packages.includes(path)
          ? { path, namespace: 'host' }
          : { errors: [{ text: `${path} is not among the dependencies of lab-extension/package.json` }] },
      );
      onLoad({ filter: /.*/, namespace: 'host' }, ({ path }) => ({
        contents: `module.exports = require('./host-packages.ts').hostPackages[${JSON.stringify(path)}];`,
        resolveDir: join(source, 'src'),
      }));
    },
  };
}

/**
 * The extension as one script, which holds nothing but lab-extension/src and the registry.
 *
 * @param manifest Its dependencies are the host's packages that the script asks the page for.
 */
export async function bundleScript(manifest: Pick<Manifest, 'dependencies'>, runtimeName: string, version: string) {
  const packages = Object.keys(manifest.dependencies);
  const style = transformSync(readFileSync(join(source, 'style', 'index.css'), 'utf8'), {
    loader: 'css',
    minify: true,
  });
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(source, 'src', 'container.ts')],
    outfile: 'extension.js',
    write: false,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [fromHost(packages)],
    define: {
      __STREAMVIZ_VERSION__: JSON.stringify(version),
      __STREAMVIZ_RUNTIME__: JSON.stringify(runtimeName),
      __STREAMVIZ_STYLE__: JSON.stringify(style.code),
      __STREAMVIZ_HOST_PACKAGES__: JSON.stringify(packages),
    },
  });
  const [script] = outputFiles;
  if (!script) throw new Error('esbuild made no script of lab-extension/src/container.ts');
  return { script: Buffer.from(script.contents), metafile };
}

/** File name that changes with the content, so that browsers may keep the file for good. */
const named = (stem: string, content: Buffer): string =>
  `${stem}.${createHash('sha256').update(content).digest('hex').slice(0, 16)}.js`;

/**
 * Builds the extension around a built runtime, which goes in byte for byte.
 *
 * @returns Size and parts of its own script: everything that a page loads besides the runtime.
 */
export async function buildLabExtension(runtimeFile: string, version: string): Promise<ExtensionBundle> {
  const manifest = readManifest();
  const runtime = readFileSync(runtimeFile);
  const runtimeName = named('runtime', runtime);
  const { script, metafile } = await bundleScript(manifest, runtimeName, version);
  const scriptName = named('extension', script);
  const _build = { load: `static/${scriptName}`, extension: './extension' };
  const about = { ...manifest, version, jupyterlab: { ...manifest.jupyterlab, _build } };
  const schemas = join(labExtension, 'schemas', manifest.name);
  rmSync(labExtension, { recursive: true, force: true });
  for (const folder of [schemas, join(labExtension, 'static')]) mkdirSync(folder, { recursive: true });
  cpSync(join(source, 'schema'), schemas, { recursive: true });
  // Where JupyterLab's server looks for the version that the settings belong to.
  for (const file of [join(labExtension, 'package.json'), join(schemas, 'package.json.orig')]) {
    writeFileSync(file, `${JSON.stringify(about, null, 2)}\n`);
  }
  writeFileSync(join(labExtension, 'static', runtimeName), runtime);
  writeFileSync(join(labExtension, 'static', scriptName), script);
  const gzipBytes = gzipSync(script, { level: 9 }).length;
  return { file: 'JupyterLab extension', bytes: script.length, gzipBytes, metafile };
}

/** A folder to put on JUPYTER_PATH so that an environment without the extension loads the one built last. A copy: Voila serves no links. */
export function extensionShare(): string {
  const share = join(root, '.cache', 'lab-share');
  rmSync(share, { recursive: true, force: true });
  cpSync(labExtension, join(share, 'labextensions', 'stream-viz'), { recursive: true });
  return share;
}
