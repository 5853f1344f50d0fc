// What travels to viewers: bytes and time to painted with and without compression, on loopback and over 10 Mbit/s; what pans
// and zooms, and coming back, cost when only what is missing is sent. Every ratio is of one run.
import { request } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { DetailOverlay } from '../src/session/detail-overlay.ts';
import { decodeFrame } from '../src/wire/frame.ts';
import { decodeMessage } from '../src/wire/message.ts';
import { LiveSession } from '../standalone/server/hub/live-session.ts';
import { DEFAULT_LIMITS } from '../standalone/server/limits.ts';
import { alignedTo, gridOf } from '../standalone/viewer/detail-asks.ts';
import { decodeDetail } from '../standalone/viewer/detail-frame.ts';
import { type Figure, figure, median, report } from './figures.ts';
import { openBrowser, showViewer, timedPage } from './standalone-browser.ts';
import type { ViewerBench } from './standalone-page.ts';
import { BenchProducer, MessageMaker, paced, type Run } from './standalone-producer.ts';
import { type MeasuredServer, startStreamViz } from './standalone-server.ts';
import { openLink } from './wire-link.ts';

declare const viewerBench: ViewerBench;

const NAMES = Array.from({ length: 20 }, (_, i) => `service.${i}.latency`);
const HZ = 10;
const HISTORY_S = 900;
const OPENINGS = 3;
const LIVE_MS = 3000;
const SLOW = 10e6;
const SLOW_MS = 20;

/** A random walk of full doubles whose times have a little jitter: nothing that compresses by luck. */
function walk(name: string, fromUs: number, count: number, stepUs: number): Run {
  let value = 50;
  const time = new Float64Array(count);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    value += Math.random() - 0.5;
    time[i] = Math.floor(fromUs + (i + 0.03 * Math.random()) * stepUs);
    values[i] = value;
  }
  return { name, time, value: values };
}

interface Opened {
  readonly bytes: number;
  readonly paintedMs: number;
  readonly liveBytes: number;
}

/** Opens the page over a link, until it is painted, and looks on for a while. */
async function opened(page: Page, server: MeasuredServer, bitsPerSecond: number, isFar: boolean): Promise<Opened> {
  const latencyMs = bitsPerSecond === Number.POSITIVE_INFINITY ? 0 : SLOW_MS;
  const link = await openLink({ port: server.port, bitsPerSecond, latencyMs, isFar });
  try {
    await page.goto('about:blank');
    const began = performance.timeOrigin + performance.now();
    await showViewer(page, { port: link.port, token: server.token }, 'range=15m');
    const paintedMs = (await page.evaluate(() => viewerBench.firstPaint())) - began;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { bytes } = link;
    await new Promise((resolve) => setTimeout(resolve, LIVE_MS));
    return { bytes, paintedMs, liveBytes: link.bytes - bytes };
  } finally {
    await page.goto('about:blank');
    link.close();
  }
}

/** Opening a dashboard, each way in turn. */
async function openings(page: Page, server: MeasuredServer): Promise<readonly Figure[]> {
  const found: Figure[] = [];
  for (const [name, bits] of [
    ['loopback', Number.POSITIVE_INFINITY],
    ['10 Mbit/s', SLOW],
  ] as const) {
    const runs: Record<'plain' | 'packed', Opened[]> = { plain: [], packed: [] };
    for (let i = 0; i < OPENINGS; i += 1) {
      for (const way of i % 2 === 0 ? (['plain', 'packed'] as const) : (['packed', 'plain'] as const)) {
        runs[way].push(await opened(page, server, bits, way === 'packed'));
      }
    }
    const of = (way: 'plain' | 'packed', what: keyof Opened) => median(runs[way].map((run) => run[what]));
    const ratio = (what: keyof Opened) => of('packed', what) / of('plain', what);
    const plainMs = `${of('plain', 'paintedMs').toFixed(0)} ms plain`;
    found.push(
      figure(
        `opening 20 charts, bytes compressed, ${name}`,
        of('packed', 'bytes'),
        'bytes',
        ratio('bytes'),
        'plain',
        0.6,
      ),
      figure(
        `opening 20 charts, to painted compressed, ${name}`,
        of('packed', 'paintedMs'),
        'ms',
        ratio('paintedMs'),
        plainMs,
        bits === SLOW ? 0.9 : null,
      ),
      figure(
        `20 charts live at 10 Hz, bytes compressed, ${name}`,
        of('packed', 'liveBytes') / (LIVE_MS / 1000),
        'bytes/s',
        ratio('liveBytes'),
        'plain',
        null,
      ),
    );
  }
  return found;
}

/** One answer over HTTP. */
function asked(port: number, token: string, path: string): Promise<{ readonly bytes: number; readonly ms: number }> {
  const began = performance.now();
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, headers, agent: false }, (answer) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ bytes, ms: performance.now() - began }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function queries(server: MeasuredServer, startUs: number): Promise<readonly Figure[]> {
  const path = `/api/query?metric=${NAMES[0]}&start=${startUs / 1e6}&end=${startUs / 1e6 + HISTORY_S}&format=json`;
  const found: Record<string, { bytes: number; ms: number }> = {};
  for (const isFar of [false, true]) {
    const link = await openLink({ port: server.port, bitsPerSecond: SLOW, latencyMs: SLOW_MS, isFar });
    const answers = [];
    for (let i = 0; i < 5; i += 1) answers.push(await asked(link.port, server.token, path));
    link.close();
    found[String(isFar)] = { bytes: answers[0]!.bytes, ms: median(answers.map(({ ms }) => ms)) };
  }
  const [plain, packed] = [found.false!, found.true!];
  const name = '/api/query, 9,000 samples as JSON, 10 Mbit/s';
  return [
    figure(`${name}, bytes`, packed.bytes, 'bytes', packed.bytes / plain.bytes, 'plain', 0.6),
    figure(`${name}, to the end`, packed.ms, 'ms', packed.ms / plain.ms, `${plain.ms.toFixed(0)} ms plain`, 0.9),
  ];
}

/** A session as a server holds it, without a server. */
function heldSession(): { readonly live: LiveSession; readonly maker: MessageMaker; take(runs: readonly Run[]): void } {
  const maker = new MessageMaker('wire');
  const environment = { now: () => Date.now() * 1000, schedule: () => () => undefined, limits: DEFAULT_LIMITS };
  const live = new LiveSession({ session: 'wire', name: 'wire', epoch: maker.epoch, environment });
  const take = (runs: readonly Run[]): void => {
    const bytes = maker.frame(runs);
    const { header, buffers } = decodeFrame(bytes);
    live.apply({ header, buffers, message: decodeMessage(header, buffers) }, bytes);
  };
  return { live, maker, take };
}

/** A view that pans and zooms over a dense series: what is asked for piece by piece, and what asking anew would send. */
function pans(): readonly Figure[] {
  const { live, take } = heldSession();
  const key = JSON.stringify([NAMES[0], []]);
  const startUs = 1.7e15;
  take([walk(NAMES[0]!, startUs, 90_000, 1e4)]);
  let overlay = new DetailOverlay();
  const total = { whole: 0, parts: 0, asks: 0, views: 0 };
  let view = { startUs: startUs + 300e6, endUs: startUs + 360e6 };
  for (let i = 0; i < 60; i += 1) {
    const length = view.endUs - view.startUs;
    const by = i % 6 === 5 ? 0 : Math.floor(length * [0.25, 0.25, -0.25, 0.1, -0.1, 0][i % 6]!);
    const grow = i % 6 === 5 ? Math.floor(length * (i % 12 === 5 ? 0.25 : -0.2)) : 0;
    view = { startUs: view.startUs + by - grow, endUs: view.endUs + by + grow };
    const query = { id: 'q', series: [key], ...view, columns: 1024 };
    total.whole += live.detail(query).length;
    const grid = gridOf(query);
    total.views += 1;
    for (const gap of overlay.missing(grid, grid.columnUs)) {
      const span = alignedTo(gap, grid.columnUs);
      const columns = (span.endUs - span.startUs) / grid.columnUs;
      const bytes = live.detail({ ...query, startUs: span.startUs, endUs: span.endUs, columns });
      total.parts += bytes.length;
      total.asks += 1;
      const { header, buffers } = decodeFrame(bytes);
      for (const part of decodeDetail({ header, buffers }).series[0]!.parts) overlay = overlay.with(part);
    }
  }
  const bytes = total.parts / total.views;
  const name = '60 pans and zooms over a dense series';
  return [
    figure(`${name}, bytes a view`, bytes, 'bytes', total.parts / total.whole, 'the whole view anew', 0.5),
    figure(`${name}, queries`, total.asks, 'queries', total.asks / total.views, 'one a view', null),
  ];
}

/** Coming back after more than is held for resuming: 100 series, of which 10 went on, and a document of 100 widgets. */
function comingBack(): readonly Figure[] {
  const { live, maker, take } = heldSession();
  const names = Array.from({ length: 100 }, (_, i) => `metric.${i}`);
  maker.declare(names, { unit: 'ms', description: 'what it took' });
  const startUs = Date.now() * 1000 - 300e6;
  take(names.map((name) => walk(name, startUs, 300, 1e6)));
  const held = { seq: live.seq, document: 1 };
  take(names.slice(0, 10).map((name) => walk(name, startUs + 300e6, 100, 1e5)));
  const range = { width: 1024, rangeUs: 3e8 };
  const whole = live.snapshot(range, true);
  const lacking = live.snapshot(range, true, held);
  const document = decodeMessage(decodeFrame(whole).header, decodeFrame(whole).buffers).document;
  const documentBytes = JSON.stringify(document).length;
  const name = 'coming back to 100 series of which 10 went on';
  return [
    figure(`${name}, bytes`, lacking.length, 'bytes', lacking.length / whole.length, 'everything', 0.2),
    figure(`${name}, the document alone`, documentBytes, 'bytes', documentBytes / whole.length, 'everything', null),
  ];
}

/** What one message costs to compress, and what it saves, at the level that is used and at zlib's own. */
function levels(): readonly Figure[] {
  const { live, take } = heldSession();
  const startUs = Date.now() * 1000 - 900e6;
  take(NAMES.map((name) => walk(name, startUs, 9000, 1e5)));
  const series = NAMES.map((name) => JSON.stringify([name, []]));
  const frames: Record<string, Uint8Array> = {
    snapshot: live.snapshot({ width: 1024, rangeUs: 9e8 }, true),
    detail: live.detail({ id: 'q', series, startUs, endUs: startUs + 9e8, columns: 1024 }),
  };
  take(NAMES.map((name) => walk(name, startUs + 900e6, 1, 1e5)));
  frames['live message of 20 rows'] = live.frame(live.seq, null);
  return Object.entries(frames).flatMap(([name, bytes]) =>
    ([1, 6] as const).map((level) => {
      const [times, packed] = [[] as number[], deflateRawSync(bytes, { level })];
      for (let i = 0; i < 5; i += 1) {
        const began = performance.now();
        deflateRawSync(bytes, { level });
        times.push(performance.now() - began);
      }
      const rate = `${bytes.length} bytes, ${(bytes.length / 1000 / median(times)).toFixed(0)} MB/s`;
      return figure(
        `${name}, deflate level ${level}`,
        packed.length,
        'bytes',
        packed.length / bytes.length,
        rate,
        null,
      );
    }),
  );
}

const figures: Figure[] = [...pans(), ...comingBack(), ...levels()];
const { browser, close } = await openBrowser();
const server = await startStreamViz();
try {
  const producer = await BenchProducer.connect(server, 'wire');
  producer.declare(NAMES, { timeRange: '15m' });
  const startUs = Date.now() * 1000 - HISTORY_S * 1e6;
  producer.send(producer.frame(NAMES.map((name) => walk(name, startUs, HISTORY_S * HZ, 1e6 / HZ))));
  await producer.settled();
  figures.push(...(await queries(server, startUs)));
  let over = false;
  const sending = (async () => {
    while (!over) {
      await paced(HZ, 1000, () =>
        producer.send(producer.frame(NAMES.map((name) => walk(name, Date.now() * 1000, 1, 1)))),
      );
    }
  })();
  figures.push(...(await openings(await timedPage(browser), server)));
  over = true;
  await sending;
} finally {
  await server.stop();
  await close();
}
report(figures);
