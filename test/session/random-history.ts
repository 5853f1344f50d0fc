import { Receiver } from '../../src/session/receiver.ts';
import type { Message } from '../../src/wire/message-types.ts';
import { FakeSender, type SenderOptions } from './fake-sender.ts';
import { checkHealed, checkNow, need } from './invariants.ts';

/** A seeded source of random numbers in [0, 1): mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Dice {
  readonly next: () => number;
  constructor(seed: number) {
    this.next = randomOf(seed);
  }
  chance(p: number): boolean {
    return this.next() < p;
  }
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  of<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }
}

type Loss = (seq: number, nowMs: number) => boolean;

function lossOf(dice: Dice, endMs: number): Loss {
  const kind = dice.of(['none', 'nth', 'burst', 'random', 'tail', 'mixed']);
  const nth = dice.whole(2, 9);
  const p = dice.of([0.02, 0.1, 0.4]);
  const at = dice.next() * endMs;
  const length = dice.of([1000, 3000, 3000, 20_000, 60_000]);
  return (seq, nowMs) =>
    ((kind === 'nth' || kind === 'mixed') && seq % nth === 0) ||
    ((kind === 'burst' || kind === 'mixed') && nowMs >= at && nowMs < at + length) ||
    ((kind === 'random' || kind === 'mixed') && dice.chance(p)) ||
    (kind === 'tail' && nowMs > endMs - 1500);
}

interface Path {
  readonly delayMs: number;
  readonly lost: Loss;
  lastMs: number;
}

class Viewer {
  readonly joinMs: number;
  readonly receiver: Receiver;
  readonly paths: readonly Path[];
  readonly shared: Loss;
  nowMs = 0;

  constructor(dice: Dice, joinMs: number, endMs: number, keyCells: number) {
    this.joinMs = joinMs;
    const cellLimit = keyCells + 11 + dice.whole(0, 60);
    this.receiver = new Receiver({
      now: () => this.nowMs * 1000,
      schedule: () => () => undefined,
      limits: { cellLimit },
    });
    this.paths = Array.from({ length: dice.whole(1, 2) }, () => ({
      delayMs: dice.of([5, 60, 300]),
      lost: lossOf(dice, endMs),
      lastMs: 0,
    }));
    this.shared = lossOf(dice, endMs);
  }
}

interface Flight {
  readonly atMs: number;
  readonly order: number;
  readonly viewer: Viewer;
  readonly path: string;
  readonly message: Message;
}

/** Windows of 2 ms, as event times here are microseconds; nothing comes later than they allow. */
const WINDOWED = [
  { window: '2ms', aggregation: ['avg', 'last', 'delta', 'max'], allowedLateness: '1h' },
  { window: '3ms', slide: '1ms', aggregation: ['sum', 'count', 'increase'], lateness: '1ms', allowedLateness: '1h' },
  { window: '5ms', slide: '2ms', aggregation: ['p50', 'stddev'], counter: true, allowedLateness: '1h' },
  { session: '1ms', aggregation: ['min', 'rate'], allowedLateness: '1h' },
].map((options, i) => ({ id: `windows ${i}`, kind: 'metric', name: `s${i % 2}`, options }));

function optionsOf(dice: Dice, stepMs: number, broken: SenderOptions['broken']): SenderOptions {
  const keyCells = dice.of([3, 6, 12, 60]);
  return {
    rate: 1000 / stepMs,
    roundMs: dice.of([2000, 10_000]),
    keyCells,
    limit: keyCells + 11 + dice.whole(0, 20),
    ring: dice.of([5, 1000]),
    foldAt: dice.of([2, 8, 40]),
    keyBytes: dice.of([500, 65_536]),
    rowCap: dice.of([3, 4000]),
    tableCap: dice.of([5, 60]),
    keyRows: dice.of([4, 200]),
    sliceRows: dice.of([2, 50]),
    pauseMaxMs: 20_000,
    widgets: dice.chance(0.5) ? WINDOWED : [],
    ...(broken === undefined ? {} : { broken }),
  };
}

/**
 * Plays one random history of a producer and two viewers (one late) over lossy, doubling, reordering paths.
 *
 * Invariants are checked at random moments and after one keyframe round that arrives whole. Equal seeds are equal histories.
 *
 * @throws Broken with the invariant that does not hold.
 */
export function playHistory(seed: number, broken?: SenderOptions['broken']): { messages: number } {
  const dice = new Dice(seed);
  const stepMs = dice.of([200, 250, 500, 1000]);
  const endMs = dice.of([3, 5, 5, 8, 8, 12, 20, dice.chance(0.3) ? 45 : 5]) * 1000;
  const options = optionsOf(dice, stepMs, broken);
  const restartedUs = dice.chance(0.8) ? 1000 : -1000;
  const keys = Array.from({ length: dice.whole(1, 4) }, (_, i) => `["s${i}",[]]`);
  const tiers = new Map(keys.map((key) => [key, [dice.of([1000, 1000, 500, 250]), 1000, 10_000, 60_000]]));
  const speed = dice.of([0, 1, 1, 3]);
  const stretch = dice.of([1, 10, 30, 300]);
  const floats = dice.chance(0.5);
  let restartMs = dice.chance(0.25) ? endMs / 2 : Number.POSITIVE_INFINITY;
  const viewers = [0, dice.next() * endMs].map((joinMs) => new Viewer(dice, joinMs, endMs, options.keyCells));
  let sender = new FakeSender({ id: 'first', startedUs: 0 }, options);
  let flights: Flight[] = [];
  let order = 0;
  let messages = 0;
  let deafSeq = 0;

  const traffic = (nowMs: number): void => {
    for (const key of keys) {
      const count = dice.chance(0.97) ? dice.whole(0, 2 * speed) : dice.whole(5, 60);
      for (let i = 0; i < count; i += 1) {
        let time = nowMs * stretch + dice.whole(0, 400);
        if (dice.chance(0.08)) time -= dice.of([300, 3000, 40_000, 300_000]);
        if (dice.chance(0.005)) time += 100_000;
        sender.send(key, time, floats ? dice.next() * 1e6 : dice.whole(-99, 99), [...new Set(tiers.get(key)!)]);
      }
    }
    if (dice.chance(0.2)) {
      sender.change('keyed', `k${dice.whole(0, 12)}`, dice.chance(0.3) ? null : dice.whole(0, 999));
    }
    if (dice.chance(0.2)) sender.change('log', null, dice.whole(0, 999));
    if (dice.chance(0.02)) sender.publish(`title ${dice.whole(0, 9)}`);
    if (dice.chance(0.008)) sender.clear(dice.of(keys));
    if (dice.chance(0.01)) sender.listen(!sender.listening, nowMs);
    if (nowMs >= restartMs) {
      restartMs = Number.POSITIVE_INFINITY;
      sender = new FakeSender({ id: 'second', startedUs: restartedUs }, options, nowMs);
    }
  };

  const launch = (message: Message, nowMs: number, quiet: boolean): void => {
    messages += 1;
    for (const viewer of viewers) {
      if (nowMs < viewer.joinMs || (!quiet && viewer.shared(message.seq, nowMs))) continue;
      viewer.paths.forEach((path, i) => {
        if (!quiet && path.lost(message.seq, nowMs)) return;
        const copies = dice.chance(0.05) ? 2 : 1;
        for (let copy = 0; copy < copies; copy += 1) {
          path.lastMs = Math.max(path.lastMs, nowMs + dice.next() * path.delayMs);
          order += 1;
          flights.push({ atMs: path.lastMs, order, viewer, path: `path ${i}`, message });
        }
      });
    }
  };

  const land = (untilMs: number): void => {
    const landing = flights.filter(({ atMs }) => atMs <= untilMs);
    flights = flights.filter(({ atMs }) => atMs > untilMs);
    landing.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    for (const { atMs, viewer, path, message } of landing) {
      viewer.nowMs = atMs;
      viewer.receiver.deliver(message, path);
    }
  };

  const currentStore = ({ receiver }: Viewer) => {
    const store = receiver.peek('kernel-1');
    return store !== null && store.epochId === sender.epoch.id ? store : null;
  };

  let nowMs = 0;
  for (; ; nowMs += stepMs) {
    const quiet = nowMs >= endMs;
    if (!quiet) traffic(nowMs);
    else if (!sender.listening) sender.listen(true, nowMs);
    const message = sender.tick(nowMs);
    if (message !== null) launch(message, nowMs, quiet);
    land(nowMs + stepMs);
    for (const viewer of viewers) {
      viewer.nowMs = nowMs + stepMs;
      viewer.receiver.drain();
      const store = currentStore(viewer);
      if (store !== null && dice.chance(0.05)) checkNow(sender, store);
    }
    if (quiet && !sender.hasPending && nowMs > endMs + (restartedUs < 0 ? 8000 : 500)) {
      if (deafSeq === 0) deafSeq = Math.max(sender.seq, sender.changedSeq) + 1;
      if ((sender.rounds.at(-1)?.from ?? 0) >= deafSeq) break;
    }
    need(nowMs < endMs + 4_000_000, 'no round ever ends');
  }
  land(Number.POSITIVE_INFINITY);
  for (const viewer of viewers) {
    viewer.nowMs = Math.max(viewer.nowMs, nowMs) + 9999;
    viewer.receiver.drain();
    const store = currentStore(viewer);
    need(store !== null, 'I1 the epoch never came');
    checkNow(sender, store);
    checkHealed(sender, store);
  }
  return { messages };
}
