// A real server under attack: each attack is refused or bounded with a code, while a good script and a good viewer beside it notice nothing.
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { assertExact } from './harness/exactness.ts';
import { isRunning, Place, type Program, residentBytes, type ServerEntry, serverScript } from './harness/place.ts';
import { RecordingScript } from './harness/recording-script.ts';
import { until } from './harness/until.ts';
import { WireEnd, WireProducer } from './harness/wire-producer.ts';
import { WireViewer } from './harness/wire-viewer.ts';

const LIMITS = ['headersMs=1000', 'messageBytes=2000000', 'ringBytes=8000000'];

const ends: (() => void)[] = [];
const keep = (end: () => void): void => void ends.push(end);
let place: Place;
let program: Program;
let server: ServerEntry;
let good: RecordingScript;
let epoch: string;
let session: string;
let viewer: WireViewer;

beforeAll(async () => {
  place = new Place({}, keep);
  const words = LIMITS.flatMap((limit) => ['--limit', limit]);
  program = place.run(process.execPath, [serverScript, 'serve', ...words]);
  server = await place.server();
  good = new RecordingScript(place, 'good', { rate: 200 });
  epoch = await good.epoch();
  viewer = new WireViewer({ ...server, width: 2048, rangeUs: 1e6 }, keep);
  session = await until('the session', () => viewer.live.list.all.find((info) => info.epoch === epoch)?.session);
});

afterAll(() => {
  for (const end of ends.reverse()) end();
});

/** The good ones go on: what is acknowledged from here on reaches the viewer, exactly, over the connections they always had. */
afterEach(async () => {
  const { acknowledged } = good.record(epoch);
  await until('the good script is acknowledged again', () => good.record(epoch).acknowledged > acknowledged + 1);
  await viewer.reaches(session, epoch, good.record(epoch).acknowledged);
  assertExact(viewer.store(session), good.record(epoch), 'good viewer');
  expect([viewer.connections, viewer.live.conflated]).toEqual([1, 0]);
  expect(good.program.stderr.trim().split('\n')).toHaveLength(1);
  // Of refusals it says a line each, of nothing else.
  expect([program.isOver, program.stderr.replaceAll(/^\S+ warn {2}access\.denied .*\n/gm, '')]).toEqual([false, '']);
});

const bad = (name: string): Promise<WireProducer> => new WireProducer(server, name).join();

test('a frame that was cut short: FRAME_INVALID and 4400; what was acknowledged before it stands', async () => {
  for (const share of [0, 0.01, 0.3, 0.9, 0.999]) {
    const producer = await bad(`cut-${share}`);
    producer.socket.send(producer.rows('a', 100));
    await producer.settled();
    const frame = producer.rows('a', 100);
    producer.socket.send(frame.subarray(0, Math.floor(share * frame.length)));
    expect(await producer.refusal()).toEqual([4400, 'FRAME_INVALID']);
    const store = (await WireViewer.fresh({ ...server, width: 500, rangeUs: null }, [producer.plain.session])).store(
      producer.plain.session,
    );
    expect([store.seq, store.series('a')[0]?.count]).toEqual([1, 100]);
  }
});

test('a message above the limit: MESSAGE_TOO_LARGE and 4413; one far above it is not even held', async () => {
  const large = await bad('large');
  large.socket.send(Buffer.alloc(2_000_001));
  expect(await large.refusal()).toEqual([4413, 'MESSAGE_TOO_LARGE']);
  const before = residentBytes(server.pid);
  const huge = await bad('huge');
  huge.socket.send(Buffer.alloc(200_000_000));
  expect((await huge.refusal())[0]).toBe(1009);
  expect(residentBytes(server.pid) - before).toBeLessThan(100e6);
});

test.each([
  ['a page of another origin', { headers: { origin: 'http://evil.example' } }, true, [4403, 'ORIGIN_REFUSED']],
  ['a sandboxed page', { headers: { origin: 'null' } }, true, [4403, 'ORIGIN_REFUSED']],
  ['a foreign Host', { headers: { host: 'evil.example' } }, true, [4403, 'HOST_REFUSED']],
  ['no token', {}, false, [4401, 'TOKEN_MISSING']],
  [
    'a wrong token',
    { headers: { authorization: 'Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' } },
    true,
    [4401, 'TOKEN_WRONG'],
  ],
] as const)('%s is refused at both ends', async (_what, options, hasToken, refusal) => {
  for (const path of ['/ws', '/ingest']) {
    const end = new WireEnd({ url: server.url, token: hasToken ? server.token : null }, path, options);
    expect(await end.refusal()).toEqual(refusal);
    expect(end.heard.map(({ kind }) => kind)).toEqual(['error']);
  }
});

test('200 connections that never finish their headers are closed with 408; requests beside them are answered', async () => {
  const answers: { readonly said: string; readonly isDripping: boolean }[] = [];
  const sockets = Array.from({ length: 200 }, (_, i) => {
    const socket = connect(server.port, '127.0.0.1');
    const isDripping = i % 2 === 0;
    let said = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      said += bytes;
    });
    socket.on('close', () => answers.push({ said, isDripping }));
    socket.write(`GET /api/metrics HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nX-Slow: `);
    return { socket, isDripping };
  });
  const drip = setInterval(() => {
    for (const { socket, isDripping } of sockets) if (isDripping && !socket.destroyed) socket.write('a');
  }, 50);
  try {
    const own = await fetch(`${server.url}/api/metrics`, { headers: { authorization: `Bearer ${server.token}` } });
    expect(own.status).toBe(200);
    await until('the end of every slow connection', () => answers.length === sockets.length, { mostMs: 10_000 });
  } finally {
    clearInterval(drip);
  }
  // A drip that meets the closed connection takes the answer with it before it was read; who is silent is told.
  const told = answers.filter(({ said, isDripping }) => said !== '' || !isDripping);
  expect(new Set(told.map(({ said }) => said.split('\r\n')[0]))).toEqual(new Set(['HTTP/1.1 408 Request Timeout']));
});

test('a message that comes a hundred times counts once, is acknowledged, and reaches a viewer once', async () => {
  const producer = await bad('replay');
  const name = producer.plain.session;
  const first = producer.rows('a', 50);
  producer.socket.send(first);
  const watcher = await WireViewer.fresh({ ...server, width: 2048, rangeUs: 1e6 }, [name]);
  for (let i = 0; i < 100; i += 1) producer.socket.send(first);
  producer.socket.send(producer.rows('a', 50));
  producer.socket.send(first);
  await producer.settled();
  await watcher.reaches(name, producer.plain.hello.epoch.id, 2);
  expect(watcher.store(name).series('a')[0]).toMatchObject({ count: 100, n: 100, exact: true });
  const seqs = watcher.openings
    .filter((opening) => opening.session === name)
    .flatMap(({ frames }) => frames.map(({ seq }) => seq));
  expect(seqs.filter((seq) => seq === 2)).toHaveLength(1);
  expect(producer.closed).toBeNull();
});

test('10,000 new series a second: LIMIT_SERIES and 4429 at 20,000, and no more are held', async () => {
  const producer = await bad('wide');
  const before = residentBytes(server.pid);
  let made = 0;
  const began = performance.now();
  while (producer.closed === null && performance.now() - began < 10_000) {
    const rows = Object.fromEntries(
      Array.from({ length: 1000 }, () => [`s${made++}`, [[producer.clock.nowUs, made]]] as const),
    );
    producer.socket.send(producer.plain.frame(rows as unknown as Record<string, [number, number][]>));
    await until('time for the next', () => performance.now() - began >= made / 10 || producer.closed !== null);
  }
  expect(await producer.refusal()).toEqual([4429, 'LIMIT_SERIES']);
  const each = (residentBytes(server.pid) - before) / 20_000;
  console.log(`a series takes ${(each / 1000).toFixed(0)} kB of the server's memory`);
  expect(each).toBeLessThan(80_000);
  const answer = await fetch(`${server.url}/api/metrics`, { headers: { authorization: `Bearer ${server.token}` } });
  const { metrics } = (await answer.json()) as { metrics: readonly { session: string }[] };
  expect(metrics.filter((metric) => metric.session === producer.plain.session)).toHaveLength(20_000);
});

test('a viewer that reads nothing delays nobody, its backlog stays below 3 MB, and once it reads it has everything', async () => {
  const producer = await bad('flood');
  const name = producer.plain.session;
  producer.socket.send(producer.rows('a', 10));
  await producer.settled();
  const other = await WireViewer.fresh({ ...server, width: 2048, rangeUs: 1e6 }, [name]);
  const stuck = new WireEnd(server, '/ws');
  await stuck.opened;
  stuck.socket.send(JSON.stringify({ v: [1, 0], kind: 'subscribe', id: 's', resume: {}, width: 2048, rangeUs: 1e6 }));
  await until('the greeting', () => stuck.newest('hello'));
  // What it is greeted with has arrived, the other sessions of this server too.
  await until('an empty queue', () => stuck.newest('stats')?.queuedBytes === 0);
  const frames: { kind: unknown; seq: number }[] = [];
  /** Of every moment up to the snapshot that ends the wait: what is sent before it is heard before it. */
  const queued: number[] = [];
  stuck.socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      const said = JSON.parse(data.toString()) as { kind: string; queuedBytes?: number };
      if (said.kind === 'stats' && frames.at(-1)?.kind !== 'snapshot') queued.push(said.queuedBytes!);
      return;
    }
    const header = JSON.parse(data.subarray(4, 4 + data.readUInt32LE(0)).toString()) as {
      kind: string;
      session: string;
      seq: number;
    };
    if (header.session === name) frames.push({ kind: header.kind, seq: header.seq });
  });
  stuck.socket.pause();
  const before = residentBytes(server.pid);
  let peak = before;
  let sent = 0;
  for (let i = 0; i < 40; i += 1) {
    const frame = producer.rows('a', 50_000);
    sent += frame.length;
    producer.socket.send(frame);
    // Whoever reads keeps up all the while.
    if (i % 2 === 1) await other.reaches(name, producer.plain.hello.epoch.id, producer.plain.seq);
    peak = Math.max(peak, residentBytes(server.pid));
  }
  await producer.settled();
  await other.reaches(name, producer.plain.hello.epoch.id, producer.plain.seq);
  expect(stuck.closed).toBeNull();
  expect(frames.at(-1)?.seq ?? 0).toBeLessThan(producer.plain.seq);
  expect(other.store(name).series('a')[0]).toMatchObject({ count: producer.plain.total, exact: true });
  expect(sent).toBeGreaterThan(30e6);
  console.log(`${(sent / 1e6).toFixed(0)} MB flooded, the server grew by ${((peak - before) / 1e6).toFixed(0)} MB`);
  expect(peak - before).toBeLessThan(150e6);
  stuck.socket.resume();
  await until(
    'a snapshot for the one that was stuck',
    () => frames.at(-1)?.kind === 'snapshot' && frames.at(-1)!.seq === producer.plain.seq,
  );
  const told = stuck.heard.filter(({ kind }) => kind === 'stats');
  expect(Number(told.at(-1)?.conflated)).toBeGreaterThan(20);
  // 1 MB, and the message that went over it; without a bound it would be all that was sent.
  expect(queued.length).toBeGreaterThan(0);
  expect(Math.max(...queued)).toBeLessThan(3e6);
  expect([isRunning(server.pid), stuck.socket.readyState]).toEqual([true, WebSocket.OPEN]);
});
