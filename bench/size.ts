// Size of what a page loads: the loader (with every widget) and the runtime (once).
import { writeFileSync } from 'node:fs';
import { buildAll } from '../scripts/build.ts';

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
writeFileSync(
  process.env.STREAMVIZ_BENCH_REPORT ?? 'bench-size.json',
  JSON.stringify([entry('loader', loader.bytes, 5000), entry('runtime, gzip', runtime.gzipBytes, 300_000)]),
);
const inputs = Object.entries(Object.values(runtime.metafile.outputs)[0]?.inputs ?? {});
const byPackage = new Map<string, number>();
for (const [path, { bytesInOutput }] of inputs) {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'streamviz';
  byPackage.set(name, (byPackage.get(name) ?? 0) + bytesInOutput);
}
for (const [name, bytes] of [...byPackage].sort((a, b) => b[1] - a[1]))
  console.log(`  ${name}: ${(bytes / 1000).toFixed(1)} kB minified`);
