// What a server holds and how soon a new viewer has it: a day of ten metrics, a million points of one; and how soon it listens.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { python } from '../scripts/setup.mjs';
import { EpochStore } from '../src/session/epoch-store.ts';
import { decodeFrame } from '../src/wire/frame.ts';
import { decodeMessage } from '../src/wire/message.ts';
import { type Figure, figure, median, report } from './figures.ts';
import { BenchProducer, type Run, type ServerAddress } from './standalone-producer.ts';
import { ownFolders, startStreamViz } from './standalone-server.ts';

const DAY_S = 86_400;
const METRICS = 10;
const RAW_S = 6 * 3600;
const POINTS = 1_000_000;
const ROUNDS = 5;
const RING_MS = 50;
/** Until messages of that age are gone. */
const SWEPT_MS = 3000;
const PAGE = ['/', '/viewer.mjs', '/viewer.css'];

const wave = (i: number): number => Math.sin(i / 600) * 40 + ((i * 7919) % 101) / 10;

/** Rows `[from, to)` of a metric, a second apart each `stepUs`. */
function rows(name: string, startUs: number, stepUs: number, from: number, to: number): Run {
  return {
    name,
    time: Float64Array.from({ length: to - from }, (_, i) => startUs + (from + i) * stepUs),
    value: Float64Array.from({ length: to - from }, (_, i) => wave(from + i)),
  };
}

interface Shown {
  readonly rangeUs: number | null;
  readonly width: number;
}

/** Connects a new viewer: time from the request until the snapshot was applied, its bytes, and the store. */
async function newViewer({ port, token }: ServerAddress, shown: Shown) {
  const began = performance.now();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  socket.on('open', () => {
    socket.send(JSON.stringify({ v: [1, 0], kind: 'subscribe', id: '1', resume: {}, ...shown }));
  });
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) resolve(data);
    });
    socket.on('error', reject);
  });
  const cameMs = performance.now() - began;
  const { header, buffers } = decodeFrame(bytes);
  const message = decodeMessage(header, buffers);
  const { session, epoch } = message;
  const store = new EpochStore({ session, epochId: epoch.id, now: () => Date.now() * 1000 });
  store.apply(message);
  const appliedMs = performance.now() - began;
  socket.close();
  return { cameMs, appliedMs, bytes: bytes.byteLength, message };
}

/** Loads the page as a browser does. */
async function loadPage({ port }: ServerAddress): Promise<void> {
  for (const path of PAGE) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!answer.ok || (await answer.arrayBuffer()).byteLength === 0) throw new Error(`${path}: ${answer.status}`);
  }
}

/** Samples that a snapshot accounts for: in cells, and gone before them. */
function samplesOf({ keyframe }: Awaited<ReturnType<typeof newViewer>>['message']): number {
  if (keyframe === null) return 0;
  const gone = keyframe.ranges.reduce((sum, range) => sum + range.gone, 0);
  return keyframe.panes.count.subarray(0, keyframe.panes.length).reduce((sum, count) => sum + count, gone);
}

function ensure(actual: number, expected: number, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} of ${expected}`);
}

async function day(): Promise<readonly Figure[]> {
  // A day's messages come within seconds here: those held for viewers that come back must not count as a day's.
  const server = await startStreamViz(['--limit', `ringMs=${RING_MS}`]);
  try {
    const empty = await server.usage(true);
    await loadPage(server);
    const producer = await BenchProducer.connect(server, 'day');
    const names = Array.from({ length: METRICS }, (_, i) => `metric ${i}`);
    producer.declare(names, { maxPoints: RAW_S });
    const startUs = (Math.floor(Date.now() / 1000) - DAY_S) * 1e6;
    for (let from = 0; from < DAY_S; from += 60) {
      producer.send(producer.frame(names.map((name) => rows(name, startUs, 1e6, from, from + 60))));
      if (from % 600 === 0) await producer.settled();
    }
    await new Promise((resolve) => setTimeout(resolve, SWEPT_MS));
    producer.send(producer.frame([]));
    await producer.settled();
    const held = await server.usage(true);
    const found = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      // Another width each time: nothing is kept for the next one.
      const viewer = await newViewer(server, {
        width: [512, 1024, 2048][i % 3]!,
        rangeUs: i === 0 ? null : (24 + i) * 3600e6,
      });
      ensure(samplesOf(viewer.message), DAY_S * METRICS, 'samples of a day');
      found.push(viewer);
    }
    const all = median(found.map(({ appliedMs }) => appliedMs));
    const bytes = median(found.map(({ bytes }) => bytes));
    const resident = held.residentBytes / 1e6;
    console.log(
      `  a day: ${resident.toFixed(0)} MB resident (${(empty.residentBytes / 1e6).toFixed(0)} MB when empty), ` +
        `heap ${(held.heapBytes / 1e6).toFixed(0)} MB, buffers ${(held.bufferBytes / 1e6).toFixed(0)} MB; ` +
        `snapshots ${found.map((one) => `${one.cameMs.toFixed(0)} -> ${one.appliedMs.toFixed(0)} ms, ${(one.bytes / 1e3).toFixed(0)} kB`).join('; ')}`,
    );
    return [
      figure('24 h of 10 metrics at 1 Hz, 6 h raw', resident, 'MB resident', resident / 100, '100 MB', 1),
      figure('24 h, a new viewer has it all', all, 'ms', all / 500, '500 ms', 1),
      figure('24 h, bytes for a new viewer', bytes / 1e3, 'kB', bytes / (DAY_S * METRICS * 18), 'its raw rows', null),
    ];
  } finally {
    await server.stop();
  }
}

async function million(): Promise<readonly Figure[]> {
  const server = await startStreamViz();
  try {
    const producer = await BenchProducer.connect(server, 'million');
    producer.declare(['one'], { maxPoints: POINTS });
    const stepUs = 3600;
    const startUs = Math.floor(Date.now() * 1000 - POINTS * stepUs);
    for (let from = 0; from < POINTS; from += 20_000) {
      producer.send(producer.frame([rows('one', startUs, stepUs, from, from + 20_000)]));
      await producer.settled();
    }
    const took: number[] = [];
    let bytes = 0;
    let cpuMs = 0;
    const before = await server.usage();
    for (let i = 0; i < ROUNDS; i += 1) {
      const viewer = await newViewer(server, { width: 1024, rangeUs: 3600e6 + i });
      ensure(samplesOf(viewer.message), POINTS, 'points');
      took.push(viewer.cameMs);
      bytes = Math.max(bytes, viewer.bytes);
    }
    cpuMs = ((await server.usage()).cpuMs - before.cpuMs) / ROUNDS;
    console.log(
      `  1M points: ${took.map((ms) => ms.toFixed(1)).join(' ')} ms, ${bytes} bytes, ${cpuMs.toFixed(1)} ms CPU`,
    );
    return [
      figure('1M points of one metric to a new viewer', cpuMs, 'ms in the server', cpuMs / 50, '50 ms', 1),
      figure('1M points, bytes on the wire', bytes / 1e3, 'kB', bytes / 100e3, '100 kB', 1),
    ];
  } finally {
    await server.stop();
  }
}

/** From the start of `python -m stream_viz` to its line, ms. */
async function listening(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-bench-'));
  const began = performance.now();
  const child = spawn(python, ['-m', 'stream_viz', '--port', '0', '--linger', '0'], {
    env: { ...process.env, ...ownFolders(folder) },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', (code) => reject(new Error(`it ended with ${code}`)));
  });
  const ms = performance.now() - began;
  child.removeAllListeners('close');
  const gone = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid!, 'SIGTERM');
  await gone;
  rmSync(folder, { recursive: true, force: true });
  return ms;
}

const starts: number[] = [];
for (let i = 0; i < ROUNDS; i += 1) starts.push(await listening());
console.log(`  python -m stream_viz: ${starts.map((ms) => ms.toFixed(0)).join(' ')} ms`);
const start = Math.min(...starts);
report([
  ...(await day()),
  ...(await million()),
  figure('python -m stream_viz to listening', start, 'ms', start / 1000, '1 s', 1),
]);
