import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the gallery into test/output/gallery-cards.html and returns that path. */
export async function bundleGallery() {
  const result = await build({
    entryPoints: [here('page.ts')],
    bundle: true,
    format: 'iife',
    write: false,
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const style =
    'body{margin:16px;display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;font:12px system-ui}figure{margin:0}figcaption{margin-bottom:4px}';
  const script = result.outputFiles[0].text.replaceAll('</script', '<\\/script');
  await mkdir(here('../output'), { recursive: true });
  const path = here('../output/gallery-cards.html');
  await writeFile(path, `<!doctype html><meta charset="utf-8"><style>${style}</style><body><script>${script}</script>`);
  return path;
}
