/** A server, scripts, viewers and the networks between them, for some rounds of faults. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  endProcess,
  isRunning,
  type Lifetime,
  Place,
  type Program,
  residentBytes,
} from '../standalone-e2e/harness/place.ts';
import { RecordingScript } from '../standalone-e2e/harness/recording-script.ts';
import { until } from '../standalone-e2e/harness/until.ts';
import { WindowedScript } from '../standalone-e2e/harness/windowed-script.ts';
import { WireViewer } from '../standalone-e2e/harness/wire-viewer.ts';
import { BadNetwork } from './bad-network.ts';
import { ShiftedClock } from './shifted-clock.ts';

export const TOKEN = 'a-token-of-the-fault-laboratory';
/** Samples a second of a script. */
const RATES = { near: 200, far: 150, calm: 100 } as const;
/** Of each of the two series of the script that fills the buffers of slow viewers. */
const HEAVY_RATE = 12_000;

export type ScriptName = keyof typeof RATES;
export type ViewerName = 'raw' | 'panes' | 'slow' | 'calm';

/** A script and the epoch it runs. */
export interface Producer {
  readonly name: ScriptName;
  readonly script: RecordingScript;
  /** null: it is connected without a proxy. */
  readonly net: BadNetwork | null;
  epoch: string;
  session: string;
  /** Something happened to its messages that only a new epoch makes good: its numbers may lack samples, but must say so. */
  isDoubtful: boolean;
  /** Its messages were changed on the way: nothing is asked of its numbers. */
  isSpoilt: boolean;
}

/** A viewer and what became of its messages. */
export interface Onlooker {
  readonly name: ViewerName;
  readonly net: BadNetwork | null;
  viewer: WireViewer;
  /** The network did to its messages what none may: another one takes its place after the round. */
  hasSuffered: boolean;
  isDoubtful: boolean;
  isSpoilt: boolean;
}

export interface WorldOptions {
  /** Path of server.mjs. */
  readonly bundle: string;
  readonly hasHistory: boolean;
  readonly lifetime: Lifetime;
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * One server with three recorded scripts (`near` and `far` behind proxies, `calm` not), one that only makes load, and four
 * viewers (`raw`, `panes` and `slow` behind proxies, `calm` not). `near` and the server have clocks that can be moved.
 */
export class World {
  readonly place: Place;
  readonly port: number;
  readonly hasHistory: boolean;
  readonly serverClock: ShiftedClock;
  readonly scriptClock: ShiftedClock;
  readonly producers = new Map<ScriptName, Producer>();
  readonly onlookers = new Map<ViewerName, Onlooker>();
  /** What servers that have ended said on standard error. */
  readonly said: string[] = [];
  server: Program;
  /** Looks at a server that was killed together with these scripts, before they run again. */
  afterKill: (killed: readonly Producer[]) => Promise<void> = async () => undefined;
  starts = 0;
  readonly #bundle: string;
  readonly #lifetime: Lifetime;

  private constructor({ bundle, hasHistory, lifetime }: WorldOptions, port: number) {
    this.#bundle = bundle;
    this.#lifetime = lifetime;
    this.port = port;
    this.hasHistory = hasHistory;
    this.place = new Place({ STREAM_VIZ_SERVER: `http://127.0.0.1:${port}/?token=${TOKEN}` }, lifetime);
    this.serverClock = new ShiftedClock(this.place.made('server-clock'));
    this.scriptClock = new ShiftedClock(this.place.made('script-clock'));
    this.server = this.#run();
  }

  static async open(options: WorldOptions): Promise<World> {
    const world = new World(options, await freePort());
    await world.answers();
    const net = async () => {
      const made = await BadNetwork.open(() => world.port);
      options.lifetime(() => made.close());
      return made;
    };
    for (const name of ['near', 'far', 'calm'] as const) {
      const own = name === 'calm' ? null : await net();
      const env = {
        ...(own === null ? {} : { STREAM_VIZ_SERVER: `http://127.0.0.1:${own.port}/?token=${TOKEN}` }),
        ...(name === 'near' ? { PYTHONPATH: world.scriptClock.env.PYTHONPATH! } : {}),
      };
      const script = new RecordingScript(world.place, name, { rate: RATES[name], env });
      world.producers.set(name, {
        ...{ name, script, net: own, epoch: '', session: '', isDoubtful: false, isSpoilt: false },
      });
    }
    new WindowedScript(world.place, HEAVY_RATE);
    for (const producer of world.producers.values()) await world.greet(producer);
    for (const name of ['raw', 'panes', 'slow', 'calm'] as const) {
      const own = name === 'calm' ? null : await net();
      world.onlookers.set(name, {
        ...{
          name,
          net: own,
          viewer: world.viewerOf(name, own),
          hasSuffered: false,
          isDoubtful: false,
          isSpoilt: false,
        },
      });
    }
    return world;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get historyFile(): string {
    return join(this.place.folder, 'history.db');
  }

  /** Waits until the server answers. */
  async answers(): Promise<void> {
    await until(
      'a server that answers',
      async () => {
        if (this.server.isOver) return true;
        try {
          return (await fetch(`${this.url}/api/health`, { signal: AbortSignal.timeout(2000) })).ok;
        } catch {
          return false; // not listening yet
        }
      },
      { mostMs: 60_000, shown: () => [this.server.stdout, this.server.stderr] },
    );
    if (this.server.isOver) throw new Error(`the server ended: ${this.server.stdout} ${this.server.stderr}`);
  }

  /** SIGKILL. */
  async killServer(): Promise<void> {
    const { pid } = this.server;
    endProcess(pid);
    await until('the server is gone', () => !isRunning(pid));
    await this.server.ended;
    this.said.push(this.server.stderr);
  }

  async startServer(): Promise<void> {
    this.server = this.#run();
    await this.answers();
  }

  /** Kills the server and these scripts, starts the server and then the scripts. */
  async killWith(producers: readonly Producer[]): Promise<void> {
    await Promise.all([this.killServer(), ...producers.map(({ script }) => script.program.kill())]);
    await this.startServer();
    await this.afterKill(producers);
    await this.restart(producers);
  }

  /** Kills scripts and runs them again, as other epochs. */
  async restart(producers: readonly Producer[]): Promise<void> {
    await Promise.all(producers.map(({ script }) => script.program.kill()));
    for (const producer of producers) {
      producer.script.again();
      await this.greet(producer);
      producer.isDoubtful = false;
      producer.isSpoilt = false;
    }
  }

  /** Waits for the epoch of a script and finds its session. */
  async greet(producer: Producer): Promise<void> {
    producer.epoch = await producer.script.epoch();
    const viewer = this.fresh({ width: 100, rangeUs: 1e6 });
    try {
      producer.session = await until(
        `the session of ${producer.name}`,
        // By its messages: the list says which epoch was told when its producer came.
        () => viewer.live.list.all.find(({ session }) => viewer.store(session).epochId === producer.epoch)?.session,
        {
          mostMs: 60_000,
          shown: () => [
            producer.script.program.stderr,
            viewer.live.state,
            viewer.live.list.all.map(({ session }) => [
              session,
              viewer.store(session).epochId,
              viewer.store(session).seq,
            ]),
            producer.epoch,
          ],
        },
      );
    } finally {
      viewer.close();
    }
  }

  /** A viewer of the server itself; to be closed. */
  fresh({ width, rangeUs }: { readonly width: number; readonly rangeUs: number | null }): WireViewer {
    return new WireViewer({ url: this.url, token: TOKEN, width, rangeUs }, this.#lifetime);
  }

  viewerOf(name: ViewerName, net: BadNetwork | null): WireViewer {
    const url = net === null ? this.url : `http://127.0.0.1:${net.port}`;
    const sight = name === 'panes' ? { width: 500, rangeUs: 60e6 } : { width: 2000, rangeUs: 1e6 };
    return new WireViewer({ url, token: TOKEN, ...sight }, this.#lifetime);
  }

  /** Another viewer in the place of one whose messages suffered. */
  replace(onlooker: Onlooker): void {
    onlooker.viewer.close();
    onlooker.viewer = this.viewerOf(onlooker.name, onlooker.net);
    onlooker.hasSuffered = false;
    onlooker.isDoubtful = false;
    onlooker.isSpoilt = false;
  }

  /** Every proxy. */
  get nets(): readonly BadNetwork[] {
    return [...this.producers.values(), ...this.onlookers.values()].flatMap(({ net }) => (net === null ? [] : [net]));
  }

  /** Memory of the server, and the most of any script, bytes. */
  memory(): { readonly server: number; readonly script: number } {
    const scripts = [...this.producers.values()].map(({ script }) => residentBytes(script.program.pid));
    return { server: residentBytes(this.server.pid), script: Math.max(...scripts) };
  }

  #run(): Program {
    this.starts += 1;
    const program = this.place.run(process.execPath, [this.#bundle], {
      ...this.serverClock.env,
      PYTHONPATH: undefined,
    });
    const persistence = this.hasHistory ? { persistence: `sqlite:///${this.historyFile}` } : {};
    program.tell(JSON.stringify({ port: this.port, token: TOKEN, keep: true, open: false, ...persistence }));
    return program;
  }
}

/** The newest message of an epoch that was acknowledged; 0: none. Reads the end of the record alone. */
export function acknowledgedOf({ script, epoch }: Producer): number {
  const file = openSync(join(script.folder, `${epoch}.messages`), 'r');
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, 8192));
    readSync(file, tail, 0, tail.length, size - tail.length);
    const found = [...tail.toString('latin1').matchAll(/^a (\d+)$/gm)].map(([, seq]) => Number(seq));
    return found.length === 0 ? script.record(epoch).acknowledged : Math.max(...found);
  } finally {
    closeSync(file);
  }
}
