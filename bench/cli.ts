// 100 MB of NDJSON through the bundled shell command: rows per second against JSON.parse of the same lines, and peak memory.
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { build } from 'esbuild';
import { cliBundle } from '../scripts/cli-bundle.ts';

const MEGABYTES = 100;
const KEYS = 100;
const PEAK_MB = 128;
const REPORT_PEAK = join(import.meta.dirname, '..', 'test', 'cli', 'report-peak.mjs');

const folder = mkdtempSync(join(tmpdir(), 'streamviz-bench-'));
const cli = join(folder, 'streamviz.mjs');
const file = join(folder, 'recording.ndjson');
await build(cliBundle(cli, '0.0.0'));
const rows = await record();

/** Writes the recording; returns its rows. */
async function record(): Promise<number> {
  const out = createWriteStream(file);
  let count = 0;
  for (let bytes = 0; bytes < MEGABYTES * 1e6; ) {
    let text = '';
    for (; text.length < 1e6; count += 1) {
      text += `{"key":"sensor-${count % KEYS}","time":${1_700_000_000_000 + count * 7.5},"value":${Math.sin(count) * 100}}\n`;
    }
    bytes += text.length;
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  out.end();
  await finished(out);
  return count;
}

/** The part of the work that no reader of JSON can leave out: one parse of each line. */
function parseOnly(): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  const began = performance.now();
  let sum = 0;
  for (const line of lines) if (line !== '') sum += (JSON.parse(line) as { readonly value: number }).value;
  if (!Number.isFinite(sum)) throw new Error('no sum');
  return (performance.now() - began) / 1000;
}

const CALLS = [
  ['tumbling', ['--window', '10s', '--aggregation', 'count,sum,min,max']],
  ['sliding, p95', ['--window', '10s', '--slide', '1s', '--aggregation', 'avg,p95']],
  [
    'sliding, p95, shared watermark',
    ['--window', '10s', '--slide', '1s', '--aggregation', 'avg,p95', '--watermark', 'shared'],
  ],
  ['sessions', ['--session', '30s', '--aggregation', 'count,avg,p95']],
] as const;

const parse = parseOnly();
const figures = CALLS.flatMap(([name, words]) => {
  const began = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', REPORT_PEAK, cli, 'windows', ...words, file], {
    encoding: 'utf8',
    maxBuffer: 2e9,
  });
  const seconds = (performance.now() - began) / 1000;
  const { summary } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as {
    readonly summary: { readonly rows: number };
  };
  if (summary.rows !== rows) throw new Error(`${summary.rows} rows of ${rows}`);
  const peak = Number(/peak (\d+) MB/.exec(stderr)?.[1]);
  return [
    {
      name: `cli, 100 MB, ${name}`,
      value: rows / seconds / 1e6,
      unit: 'M rows/s',
      ratio: seconds / parse,
      against: 'JSON.parse of every line',
      budget: null,
      ok: null,
    },
    {
      name: `cli, 100 MB, ${name}: peak memory`,
      value: peak,
      unit: 'MB',
      ratio: peak / PEAK_MB,
      against: `${PEAK_MB} MB`,
      budget: '<= 1 x',
      ok: peak <= PEAK_MB,
    },
  ];
});
rmSync(folder, { recursive: true });
for (const { name, value, unit, ratio, against } of figures)
  console.log(`${name}: ${value.toFixed(2)} ${unit}, ${ratio.toFixed(2)} x ${against}`);
writeFileSync(process.env.STREAMVIZ_BENCH_REPORT ?? 'bench-cli.json', JSON.stringify(figures));
