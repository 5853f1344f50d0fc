/** What the laboratory does to a world. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { until } from '../standalone-e2e/harness/until.ts';
import type { BadNetwork, Worry } from './bad-network.ts';
import type { SeededRandom } from './seeded-random.ts';
import { acknowledgedOf, type Onlooker, type Producer, type World } from './world.ts';

export interface FaultKind {
  readonly name: string;
  /** Viewers that no proxy stands before are disturbed, too. */
  readonly touchesServer?: boolean;
  /** Whose way it disturbs: two faults of one round do not share one. */
  readonly way?: 'producer' | 'viewer';
  /** Not beside another one: it kills or pauses what the other needs. */
  readonly isAlone?: boolean;
  /** Why it cannot be done here; null: it can. */
  cannot?(world: World): string | null;
  /** Does it and, where it has an end, ends it; the round mends networks afterwards. */
  run(world: World, random: SeededRandom, note: (words: string) => void): Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const producer = (world: World, name: 'near' | 'far'): Producer => world.producers.get(name)!;
const HOUR_MS = 3_600_000;

async function cutWithin(net: BadNetwork, random: SeededRandom): Promise<void> {
  const { cuts } = net;
  net.cutWithin(random.whole(1, 3000));
  await until('a cut', () => net.cuts > cuts);
}

async function unplugged(nets: readonly BadNetwork[], random: SeededRandom): Promise<void> {
  for (const net of nets) net.drop();
  await sleep(random.whole(200, 1200));
  for (const net of nets) net.mend();
}

/** Stops a process for a while; it is always woken. */
async function paused(pid: number, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(ms);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

const networkOf = (of: Producer | Onlooker): BadNetwork => {
  if (of.net === null) throw new Error(`${of.name} has no proxy`);
  return of.net;
};

const sum = ({ lost, doubled, overtaken, changed }: BadNetwork): number => lost + doubled + overtaken + changed;

/** Lets messages suffer until some have, and marks who may doubt its numbers. */
async function worried(
  of: Producer | Onlooker,
  what: Worry,
  random: SeededRandom,
  note: (words: string) => void,
): Promise<void> {
  const net = networkOf(of);
  const before = sum(net);
  const wanted = random.whole(1, 4);
  if ('viewer' in of) of.hasSuffered = true;
  if (what !== 'double') of.isDoubtful = true;
  if (what === 'change') of.isSpoilt = true;
  net.worry(what, 0.3, random);
  await until('messages that suffered', () => sum(net) - before >= wanted, { mostMs: 30_000 });
  note(`${sum(net) - before} messages`);
  net.mend();
  // What a changed length leaves waiting for ever ends here.
  if (what === 'change') net.cut();
}

const worries = (['lose', 'double', 'overtake', 'change'] as const).flatMap((what): FaultKind[] => {
  const words = { lose: 'lost', double: 'doubled', overtake: 'overtaken', change: 'changed by a bit' }[what];
  return [
    {
      name: `producer's messages ${words}`,
      way: 'producer',
      run: (world, random, note) => worried(producer(world, 'far'), what, random, note),
    },
    {
      name: `viewer's messages ${words}`,
      way: 'viewer',
      run: (world, random, note) => worried(world.onlookers.get(random.pick(['raw', 'panes']))!, what, random, note),
    },
  ];
});

/** Lets a process write no file beyond so many bytes; undefined: any. False where that cannot be done here. */
function limitFiles(pid: number, bytes: number | undefined): boolean {
  const limit = bytes === undefined ? 'unlimited' : String(bytes);
  return spawnSync('prlimit', ['--pid', String(pid), `--fsize=${limit}:unlimited`]).status === 0;
}

/** All kinds of fault. */
export const FAULTS: readonly FaultKind[] = [
  {
    name: 'server killed',
    touchesServer: true,
    isAlone: true,
    async run(world) {
      await world.killServer();
      await world.startServer();
    },
  },
  {
    name: 'script killed',
    way: 'producer',
    async run(world, random) {
      await world.restart([producer(world, random.pick(['near', 'far']))]);
    },
  },
  {
    name: 'server and script killed',
    touchesServer: true,
    isAlone: true,
    async run(world, random) {
      await world.killWith([producer(world, random.pick(['near', 'far']))]);
    },
  },
  {
    name: 'everything killed',
    touchesServer: true,
    isAlone: true,
    async run(world) {
      await world.killWith([...world.producers.values()]);
    },
  },
  {
    name: 'server told to end',
    touchesServer: true,
    isAlone: true,
    async run(world, _random, note) {
      const { server } = world;
      const began = performance.now();
      process.kill(server.pid, 'SIGTERM');
      await until('the end of the server', () => server.isOver, { shown: () => server.stderr });
      note(`${(performance.now() - began).toFixed(0)} ms`);
      await world.startServer();
    },
  },
  {
    name: 'server paused',
    touchesServer: true,
    isAlone: true,
    run: (world, random) => paused(world.server.pid, random.whole(200, 2500)),
  },
  {
    name: 'script paused',
    isAlone: true,
    run: (world, random) =>
      paused(producer(world, random.pick(['near', 'far'])).script.program.pid, random.whole(200, 2500)),
  },
  {
    name: "server's clock jumps",
    touchesServer: true,
    async run({ serverClock }, random, note) {
      serverClock.set(serverClock.shiftMs === 0 || random.chance(0.5) ? random.whole(-2 * HOUR_MS, 2 * HOUR_MS) : 0);
      note(`${(serverClock.shiftMs / 1000).toFixed(0)} s`);
      await sleep(300);
    },
  },
  {
    name: "script's clock jumps",
    async run({ scriptClock }, random, note) {
      scriptClock.set(scriptClock.shiftMs === 0 || random.chance(0.5) ? random.whole(-HOUR_MS, HOUR_MS) : 0);
      note(`${(scriptClock.shiftMs / 1000).toFixed(0)} s`);
      await sleep(300);
    },
  },
  {
    name: 'disk full',
    touchesServer: true,
    isAlone: true,
    cannot: ({ hasHistory }) => {
      if (!hasHistory) return 'the server has no history on disk';
      return spawnSync('prlimit', ['--version']).status === 0
        ? null
        : 'there is no prlimit here to make a disk look full';
    },
    async run(world, random, note) {
      const { pid } = world.server;
      if (!limitFiles(pid, statSync(world.historyFile).size + random.whole(0, 40_000))) {
        note('left out: prlimit is not allowed here');
        return;
      }
      await sleep(random.whole(500, 2500));
      const [near] = world.producers.values();
      const before = acknowledgedOf(near!);
      // A full disk stops nobody: the server goes on in memory.
      await until('acknowledgements while the disk is full', () => acknowledgedOf(near!) > before, {
        shown: () => world.server.stderr.slice(-2000),
      });
      limitFiles(pid, undefined);
    },
  },
  {
    name: 'producer cut within a frame',
    way: 'producer',
    run: (world, random) => cutWithin(networkOf(producer(world, random.pick(['near', 'far']))), random),
  },
  {
    name: 'producer unplugged',
    way: 'producer',
    run: (world, random) => unplugged([networkOf(producer(world, random.pick(['near', 'far'])))], random),
  },
  {
    name: 'viewer cut within a frame',
    way: 'viewer',
    run: (world, random) => cutWithin(networkOf(world.onlookers.get(random.pick(['raw', 'panes']))!), random),
  },
  {
    name: 'viewers unplugged',
    way: 'viewer',
    run: (world, random) =>
      unplugged(
        (['raw', 'panes'] as const).map((name) => networkOf(world.onlookers.get(name)!)),
        random,
      ),
  },
  {
    name: 'all slow',
    async run(world, random) {
      for (const net of world.nets) net.latencyMs = random.whole(0, 200);
      await sleep(500);
    },
  },
  {
    name: 'slow viewer',
    async run(world, random, note) {
      const { net } = world.onlookers.get('slow')!;
      const bytesPerSecond = random.pick([2000, 20_000, 60_000]);
      net!.bytesPerSecond = bytesPerSecond;
      note(`${bytesPerSecond} bytes a second`);
      await sleep(200);
    },
  },
  {
    name: 'stuck viewer',
    async run(world) {
      world.onlookers.get('slow')!.net!.isStuck = true;
    },
  },
  ...worries,
];
