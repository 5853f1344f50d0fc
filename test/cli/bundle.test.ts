// The bundled command as a process: what a shell sees of it.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { beforeAll, expect, test } from 'vitest';
import { bundled } from './streamviz.ts';

/** Peak memory of the command, whatever the size of its input. An empty Node process takes about 45 MB. */
const PEAK_MB = 128;
/** The same where each row makes a key of its own, most of it waiting for the collector; held, they would take 1 GB. */
const PEAK_NEW_KEYS_MB = 500;
/** `npm run check` reads less. */
const MEGABYTES = process.env.STREAMVIZ_QUICK === '1' ? 4 : 20;
const REPORT_PEAK = join(import.meta.dirname, 'report-peak.mjs');

let cli = '';
beforeAll(async () => {
  cli = await bundled();
});

const call = (words: readonly string[], input = '') =>
  spawnSync(process.execPath, [cli, ...words], { input, encoding: 'utf8' });

async function recording(megabytes: number, keys: number): Promise<string> {
  const file = join(dirname(cli), `${megabytes}-${keys}.ndjson`);
  const out = createWriteStream(file);
  let text = '';
  for (let i = 0, bytes = 0; bytes < megabytes * 1e6; i += 1) {
    text += `{"key":"sensor-${i % keys}","time":${1_700_000_000_000 + i * 7.5},"value":${Math.sin(i) * 100}}\n`;
    if (text.length < 1e6) continue;
    bytes += text.length;
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
    text = '';
  }
  out.end();
  await finished(out);
  return file;
}

test('exit codes: 0 done, 1 input that cannot be read, 2 wrong call', () => {
  expect(call(['--version'])).toMatchObject({ status: 0, stdout: '1.2.3\n' });
  expect(call(['windows', '--help']).status).toBe(0);
  expect(call(['windows', '--window', '1s'], '{"time":1,"value":1}')).toMatchObject({ status: 0, stderr: '' });
  expect(call(['windows', '--window', '1s', '/no/such/file']).status).toBe(1);
  expect(call(['windows', '--window', '1s', dirname(cli)]).status).toBe(1);
  expect(call(['windows', '--windov', '1s']).status).toBe(2);
});

test.each(['per-key', 'shared'])(`${MEGABYTES} MB with a %s watermark: bounded memory`, async (mode) => {
  const file = await recording(MEGABYTES, 100);
  const words = [
    'windows',
    '--window',
    '10s',
    '--slide',
    '2s',
    '--aggregation',
    'count,avg,p95',
    '--watermark',
    mode,
    file,
  ];
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', REPORT_PEAK, cli, ...words], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const lines = stdout.trimEnd().split('\n');
  const { summary } = JSON.parse(lines.at(-1)!);
  expect(summary).toMatchObject({ invalid: 0, dropped: 0, keys: 100, results: lines.length - 1 });
  expect(summary.rows).toBeGreaterThan(MEGABYTES * 12_500);
  expect(Number(/peak (\d+) MB/.exec(stderr)?.[1])).toBeLessThan(PEAK_MB);
});

test(`${MEGABYTES} MB of ever new keys: bounded memory`, async () => {
  const file = await recording(MEGABYTES, Number.MAX_SAFE_INTEGER);
  const words = ['windows', '--window', '1s', '--aggregation', 'count,avg,p95', '--max-keys', '2000', file];
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', REPORT_PEAK, cli, ...words], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const { summary } = JSON.parse(stdout.slice(stdout.lastIndexOf('\n', stdout.length - 2)));
  expect(summary.rows).toBeGreaterThan(MEGABYTES * 10_000);
  expect(summary).toMatchObject({ invalid: 0, dropped: 0, keys: summary.rows, results: summary.rows });
  expect(summary.closedEarly).toBeGreaterThan(summary.rows - 2001);
  expect(Number(/peak (\d+) MB/.exec(stderr)?.[1])).toBeLessThan(PEAK_NEW_KEYS_MB);
});

test('a reader that goes away ends the command quietly', async () => {
  const file = await recording(5, 3);
  const child = spawn(process.execPath, [cli, 'windows', '--window', '10ms', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, stderr]).toEqual([0, '']);
});

test('results are written while input is still open, and a slow reader holds the input back', async () => {
  const child = spawn(process.execPath, [cli, 'windows', '--window', '1s'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write('{"time":0,"value":1}\n{"time":1000,"value":2}\n');
  const first = new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
  expect(JSON.parse(`${await first}`)).toMatchObject({ start: 0, count: 1 });
  child.stdout.pause();
  const rows = Array.from({ length: 20_000 }, (_, i) => `{"time":${2000 + i * 1000},"value":1}\n`).join('');
  let taken = 0;
  for (; taken < 100; taken += 1) {
    if (child.stdin.write(rows)) continue;
    const drained = new Promise((resolve) => child.stdin.once('drain', () => resolve(true)));
    const waited = new Promise((resolve) => setTimeout(() => resolve(false), 1500));
    if (!(await Promise.race([drained, waited]))) break;
  }
  expect(taken).toBeLessThan(100); // 100 blocks would be 80 MB waiting in memory
  child.stdout.resume();
  child.stdin.end();
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
});
