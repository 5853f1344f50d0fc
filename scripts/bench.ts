// Runs the benchmarks one after another and prints every figure as a ratio against a peer or a limit of the same run.
// `--json FILE` writes [{name, value, unit, ratio, against, budget, ok}]; `--only TEXT` runs the benchmarks whose name contains TEXT.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from './build.ts';
import { findChromium } from './lab/chromium.ts';
import { python, root } from './setup.mjs';

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly ratio: number;
  readonly against: string;
  readonly budget: string | null;
  readonly ok: boolean | null;
}

interface Bench {
  readonly name: string;
  readonly command: string;
  readonly script: string;
  readonly flags?: readonly string[];
  readonly browser?: boolean;
}

const benches: readonly Bench[] = [
  { name: 'send', command: python, script: 'bench/send.py' },
  { name: 'encode', command: python, script: 'bench/encode.py' },
  { name: 'fold', command: python, script: 'bench/fold.py' },
  { name: 'tick', command: python, script: 'bench/tick.py' },
  { name: 'ingest', command: process.execPath, script: 'bench/ingest.ts', flags: ['--expose-gc'] },
  { name: 'sketch', command: process.execPath, script: 'bench/sketch.ts', flags: ['--expose-gc'] },
  { name: 'windows', command: process.execPath, script: 'bench/windows.ts', flags: ['--expose-gc'] },
  { name: 'engine', command: process.execPath, script: 'bench/engine.ts', flags: ['--expose-gc'] },
  { name: 'query', command: process.execPath, script: 'bench/query.ts', flags: ['--expose-gc'] },
  { name: 'command', command: process.execPath, script: 'bench/cli.ts' },
  { name: 'size', command: process.execPath, script: 'bench/size.ts' },
  { name: 'draw', command: process.execPath, script: 'bench/draw.ts', browser: true },
  { name: 'painted', command: process.execPath, script: 'bench/painted.ts', browser: true },
  { name: 'lab-panel', command: process.execPath, script: 'bench/lab-panel.ts', browser: true },
  { name: 'standalone', command: process.execPath, script: 'bench/standalone.ts' },
  { name: 'standalone-drawn', command: process.execPath, script: 'bench/standalone-drawn.ts', browser: true },
  { name: 'standalone-charts', command: process.execPath, script: 'bench/standalone-charts.ts', browser: true },
  { name: 'history', command: process.execPath, script: 'bench/history.ts' },
  { name: 'login', command: process.execPath, script: 'bench/login.ts' },
  { name: 'wire', command: process.execPath, script: 'bench/wire.ts', browser: true },
  { name: 'viewers', command: process.execPath, script: 'bench/viewers.ts' },
  { name: 'viewers-updates', command: process.execPath, script: 'bench/viewers-updates.ts' },
];

const options = process.argv.slice(2);
const value = (name: string): string | undefined =>
  options.includes(name) ? options[options.indexOf(name) + 1] : undefined;
const stray = options.filter(
  (option, i) => !['--json', '--only'].includes(option) && !['--json', '--only'].includes(options[i - 1] ?? ''),
);
if (stray.length > 0) {
  console.error(`unknown option ${stray.join(' ')}; known: --json FILE, --only TEXT`);
  process.exit(2);
}

await buildAll();
const only = value('--only') ?? '';
const chosen = benches.filter(({ name }) => name.includes(only));
if (chosen.length === 0) {
  console.error(`no benchmark is called "${only}"; known: ${benches.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const figures: Figure[] = [];
let crashed = 0;
for (const bench of chosen) {
  console.log(`\n== ${bench.name}`);
  const report = join(root, '.cache', `bench-${bench.name}.json`);
  rmSync(report, { force: true });
  const env = {
    ...process.env,
    STREAMVIZ_BENCH_REPORT: report,
    ...(bench.browser ? { STREAMVIZ_CHROMIUM: findChromium() } : {}),
  };
  const done = spawnSync(bench.command, [...(bench.flags ?? []), bench.script], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  if (done.status !== 0) {
    crashed += 1;
    console.error(`${bench.name} ended with ${done.status}`);
    continue;
  }
  const found = JSON.parse(readFileSync(report, 'utf8')) as readonly Figure[];
  for (const { name, value: measured, unit, ratio, against, budget, ok } of found) {
    const verdict = ok === null ? '    ' : ok ? 'ok  ' : 'MISS';
    console.log(
      `${verdict} ${name}: ${Number(measured.toPrecision(3))} ${unit}${against ? `, ${Number(ratio.toPrecision(3))} x ${against}` : ''}${budget ? ` (budget ${budget})` : ''}`,
    );
  }
  figures.push(...found);
}
const file = value('--json');
if (file) writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
const missed = figures.filter(({ ok }) => ok === false).length;
console.log(
  `\n${figures.length} figures, ${missed} outside their budget${crashed ? `, ${crashed} benchmarks crashed` : ''}`,
);
process.exit(crashed > 0 ? 1 : 0);
