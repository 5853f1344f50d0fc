// Many viewers of one server: 1000 that get 16 KiB 30 times a second, beside a bare `ws` server with the same bytes; one stuck viewer among 100.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type Figure, figure, median, report } from './figures.ts';
import { BenchProducer, paced, type Run } from './standalone-producer.ts';
import { type MeasuredServer, startMeasured, startStreamViz } from './standalone-server.ts';
import type { SocketsReport, SocketsTask } from './viewers-sockets.ts';

const HZ = 30;
const WARM_MS = 2000;
const SLICES = 6;
const SLICE_MS = 2000;
const VIEWERS = 1000;
const CHILDREN = 2;
/** So many rows make 16 KiB. */
const ROWS = 870;
const FEW = 100;
const STUCK_MS = 8000;
const BARE = join(import.meta.dirname, 'viewers-bare.ts');

/** Sockets in processes of their own. */
class Crowd {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  static async open(server: MeasuredServer, count: number, children: number): Promise<Crowd> {
    const each = Array.from({ length: children }, () => fork(join(import.meta.dirname, 'viewers-sockets.ts')));
    const crowd = new Crowd(each);
    await crowd.#ask({ do: 'open', port: server.port, token: server.token, count: count / children });
    return crowd;
  }

  note(bytes: number, stuck = 0): Promise<unknown> {
    return this.#ask({ do: 'note', least: 0.9 * bytes, most: 1.1 * bytes, stuck });
  }

  async tell(): Promise<readonly SocketsReport[]> {
    return (await this.#ask({ do: 'tell' })) as readonly SocketsReport[];
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  #ask(task: SocketsTask): Promise<readonly unknown[]> {
    return Promise.all(
      this.#children.map((child) => {
        return new Promise((resolve) => {
          child.once('message', resolve);
          child.send(task);
        });
      }),
    );
  }
}

interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly messages: number;
  readonly missing: number;
  readonly cpu: number;
  readonly residentMb: number;
}

function runOf(rows: number): Run {
  const nowUs = Math.floor(Date.now() * 1000);
  return {
    name: 'load',
    time: Float64Array.from({ length: rows }, (_, i) => nowUs - (rows - i) * 30),
    value: Float64Array.from({ length: rows }, (_, i) => Math.sin(i / 40) * 50 + (i % 13)),
  };
}

/** Sends for `ms` and returns how late each message was at each viewer. */
async function measure(
  server: MeasuredServer,
  crowd: Crowd,
  producer: BenchProducer,
  options: { readonly ms: number; readonly stuck?: number },
): Promise<Delays> {
  await crowd.note(producer.frame([runOf(ROWS)]).byteLength, options.stuck);
  const before = await server.usage();
  const sentMs: number[] = [];
  await paced(HZ, options.ms, () => {
    const frame = producer.frame([runOf(ROWS)]);
    sentMs.push(performance.timeOrigin + performance.now());
    producer.send(frame);
  });
  const after = await server.usage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const delays: number[] = [];
  let expected = 0;
  for (const { receivedMs } of await crowd.tell()) {
    for (const times of receivedMs) {
      expected += sentMs.length;
      // Each message is complete in its turn, so the n-th received is the n-th sent.
      for (const [i, at] of times.entries()) delays.push(at - (sentMs[i] ?? Number.NaN));
    }
  }
  const sorted = Float64Array.from(delays).sort();
  const rank = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
  return {
    ...{ p50: rank(0.5), p99: rank(0.99), messages: sorted.length, missing: expected - sorted.length },
    cpu: (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs),
    residentMb: after.residentBytes / 1e6,
  };
}

/** A server, its viewers and its producer. */
class Stand {
  readonly found: Delays[] = [];
  readonly server: MeasuredServer;
  readonly #crowd: Crowd;
  readonly #producer: BenchProducer;
  readonly #stuck: number;

  private constructor(server: MeasuredServer, crowd: Crowd, producer: BenchProducer, stuck: number) {
    this.server = server;
    this.#crowd = crowd;
    this.#producer = producer;
    this.#stuck = stuck;
  }

  static async open(
    start: () => Promise<MeasuredServer>,
    viewers: number,
    children: number,
    stuck = 0,
  ): Promise<Stand> {
    const server = await start();
    const crowd = await Crowd.open(server, viewers, children);
    return new Stand(server, crowd, await BenchProducer.connect(server, 'load'), stuck);
  }

  async run(ms: number): Promise<void> {
    const options = { ms, stuck: this.#stuck };
    this.found.push(await measure(this.server, this.#crowd, this.#producer, options));
  }

  /** Median over the slices. */
  of(part: keyof Delays): number {
    return median(this.found.map((one) => one[part]));
  }

  /** Over the calmer half of the slices: what else the machine does makes messages late, never early. */
  calm(part: 'p50' | 'p99'): number {
    const sorted = this.found.map((one) => one[part]).sort((a, b) => a - b);
    return median(sorted.slice(0, Math.ceil(sorted.length / 2)));
  }

  get missing(): number {
    return this.found.reduce((sum, { missing }) => sum + missing, 0);
  }

  async close(): Promise<void> {
    this.#crowd.close();
    await this.server.stop();
  }
}

/** Runs both in turn, slice by slice: what the machine does beside them meets both. */
async function compare(slices: number, ms: number, stands: Readonly<Record<string, Stand>>): Promise<void> {
  for (const stand of Object.values(stands)) await stand.run(WARM_MS);
  for (const stand of Object.values(stands)) stand.found.length = 0;
  const names = Object.keys(stands);
  for (let slice = 0; slice < slices; slice += 1) {
    for (const name of slice % 2 === 0 ? names : names.toReversed()) await stands[name]!.run(ms);
  }
  for (const [name, stand] of Object.entries(stands)) {
    const slicesP99 = stand.found.map(({ p99 }) => p99.toFixed(1)).join(' ');
    const delays = `p50 ${stand.of('p50').toFixed(1)} ms, p99 of each slice ${slicesP99} ms, ${stand.missing} missing`;
    const cost = `${(100 * stand.of('cpu')).toFixed(0)} % of a core, ${stand.of('residentMb').toFixed(0)} MB`;
    console.log(`  ${name}: ${delays}; ${cost}`);
  }
}

async function manyViewers(): Promise<readonly Figure[]> {
  const own = await Stand.open(startStreamViz, VIEWERS, CHILDREN);
  const bare = await Stand.open(() => startMeasured(BARE), VIEWERS, CHILDREN);
  try {
    await compare(SLICES, SLICE_MS, { [`${VIEWERS} viewers`]: own, [`${VIEWERS} viewers, bare ws`]: bare });
    const name = `${VIEWERS} viewers x 16 KiB x ${HZ} Hz`;
    const cpu = own.of('cpu');
    const resident = own.of('residentMb');
    return [
      figure(
        `${name}, p99`,
        own.calm('p99'),
        'ms',
        own.calm('p99') / bare.calm('p99'),
        'bare ws with the same bytes',
        2,
      ),
      figure(`${name}, p50`, own.of('p50'), 'ms', own.of('p50') / bare.of('p50'), 'bare ws', null),
      figure(`${name}, CPU`, 100 * cpu, '% of a core', cpu / 0.6, '60 %', 1),
      figure(`${name}, CPU beside bare ws`, 100 * cpu, '% of a core', cpu / bare.of('cpu'), 'bare ws', null),
      figure(`${name}, memory`, resident, 'MB resident', resident / 150, '150 MB', 1),
      figure(`${name}, messages missing`, own.missing, 'messages', own.missing, 'none', 0),
    ];
  } finally {
    await own.close();
    await bare.close();
  }
}

async function stuckViewer(): Promise<readonly Figure[]> {
  const free = await Stand.open(startStreamViz, FEW, 1);
  const stuck = await Stand.open(startStreamViz, FEW, 1, 1);
  try {
    await compare(2 * SLICES, SLICE_MS / 2, { [`${FEW} viewers`]: free, [`${FEW} viewers, one stuck`]: stuck });
    // What was sent before it counted as slow is held once; then nothing more, however long it lasts.
    const used = async (stand: Stand): Promise<number> => (await stand.server.usage(true)).residentBytes;
    const before = [await used(free), await used(stuck)] as const;
    await free.run(STUCK_MS);
    await stuck.run(STUCK_MS);
    const grown = [(await used(free)) - before[0], (await used(stuck)) - before[1]] as const;
    const more = (grown[1] - grown[0]) / 1e6;
    const sent = (STUCK_MS / 1000) * HZ * 16e-3;
    const p99 = stuck.calm('p99');
    return [
      figure(`1 stuck viewer among ${FEW}, p99 of the others`, p99, 'ms', p99 / free.calm('p99'), 'without it', 1.2),
      figure(
        '1 stuck viewer, memory it adds',
        more,
        'MB',
        more / sent,
        `the ${sent.toFixed(1)} MB it did not take`,
        0.5,
      ),
    ];
  } finally {
    await free.close();
    await stuck.close();
  }
}

report([...(await manyViewers()), ...(await stuckViewer())]);
