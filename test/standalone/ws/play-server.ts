import type { Pane } from '../../../src/core/pane.ts';
import type { EpochStore } from '../../../src/session/epoch-store.ts';
import { inspectStore } from '../../../src/session/inspection.ts';
import { ToldSeries } from '../../../src/session/told-series.ts';
import type { LiveSession } from '../../../standalone/server/hub/live-session.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import type { ServerLimits } from '../../../standalone/server/limits.ts';
import { Heartbeats } from '../../../standalone/server/ws/heartbeats.ts';
import type { SocketSurroundings } from '../../../standalone/server/ws/producer-socket.ts';
import { ViewerHall } from '../../../standalone/server/ws/viewer-hall.ts';
import { cellPane } from '../../core/cell-pane.ts';
import type { SenderOptions } from '../../session/fake-sender.ts';
import { need } from '../../session/invariants.ts';
import { randomOf } from '../../session/random-history.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { LinkedSender } from './linked-sender.ts';
import { Viewer } from './viewer.ts';
import { allWindows } from './windows-of.ts';

const TICK_MS = 100;
const TIERS = [1e6, 1e7, 6e7, 6e8];
const RANGES = [100_000, 1e6, 1e7, 6e7, 3e8, 3.6e9, null];

/** Windows on two of the series. */
const WINDOWED = [
  { name: 'a', options: { window: '2s', aggregation: ['avg', 'p90'], allowedLateness: '1s' } },
  { name: 'a', options: { session: '300ms', aggregation: ['count', 'increase'], counter: true } },
  { name: 'b', options: { window: '3s', slide: '1s', aggregation: ['max', 'distinct'], lateness: '200ms' } },
].map((widget, i) => ({ id: `w${i}`, kind: 'metric', ...widget }));

/** What happened in all histories, so that a test can tell that it tried what it says. */
export const tally = {
  recovered: 0,
  snapshots: 0,
  conflated: 0,
  folded: 0,
  exact: 0,
  doubles: 0,
  epochs: 0,
  compared: 0,
  cells: 0,
  whole: 0,
  told: 0,
  finals: 0,
};

const close = (a: number, b: number, scale: number): boolean => Math.abs(a - b) <= 1e-12 * Math.max(scale, 1e-300);

/** Exact in everything but the sum. `scale` bounds the sum of absolute values. */
function samePane(a: Pane | null, b: Pane | null): boolean {
  if (a === null || b === null) return a === b;
  const scale = a.count * Math.max(Math.abs(a.min), Math.abs(a.max));
  return (
    close(a.sum, b.sum, scale) &&
    (['count', 'min', 'max', 'first', 'firstTime', 'last', 'lastTime'] as const).every((field) => a[field] === b[field])
  );
}

/** What a viewer must agree with the server in, where it has everything the server has. */
function plain(store: EpochStore): unknown {
  const { series, tables, documentRevision, epoch, seq } = inspectStore(store);
  return {
    ...{ epoch, seq, documentRevision },
    series: series
      .map(({ sum: _sum, pending: _pending, restored: _restored, windows: _windows, ...rest }) => rest)
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    tables: [...tables].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/** Windows that a viewer is told are the server's. @param isAll Open results and counters, too. */
function checkWindows(server: EpochStore, viewer: EpochStore, isAll: boolean, what: string): void {
  const [wanted, own] = [allWindows(server, viewer), allWindows(viewer)];
  for (const [key, { windows }] of viewer.data.series) {
    for (const [window, store] of windows.stores) {
      if (!(store instanceof ToldSeries)) continue;
      const [a, b] = [wanted[`${key} ${window}`]!, own[`${key} ${window}`]!];
      // What is older than a viewer's range was not told whole.
      const finals = a.finals.slice(-b.finals.length || a.finals.length);
      need(JSON.stringify(finals) === JSON.stringify(b.finals), `${what}: results differ`, key, window, a, b);
      // A watermark that moves on with the clock and ends no window is no news.
      const rest = ({ finals: _finals, watermark: _watermark, ...others }: typeof a) => JSON.stringify(others);
      if (isAll) need(rest(a) === rest(b), `${what}: open results differ`, key, window, a, b);
      tally.told += 1;
      tally.finals += finals.length;
    }
  }
}

function checkEqual(server: EpochStore, viewer: EpochStore, what: string): void {
  const [a, b] = [plain(server), plain(viewer)];
  need(JSON.stringify(a) === JSON.stringify(b), `${what}: inspections differ`, a, b);
  for (const [key, held] of server.data.series) {
    const own = viewer.data.series.get(key)!;
    need(samePane(held.summary(), own.summary()), `${what}: summaries differ`, key, held.summary(), own.summary());
    tally.compared += 1;
  }
  for (const [id, table] of server.data.tables) {
    const rows = (store: EpochStore) =>
      store.data.tables
        .get(id)!
        .rows()
        .map(({ id: rowId, firstId, cells }) => [rowId, firstId, cells]);
    need(JSON.stringify(rows(server)) === JSON.stringify(rows(viewer)), `${what}: rows differ`, id, table.rowCount);
  }
}

/** Every cell the server shows is what the viewer knows of that time, where the viewer shows it as finely. */
function checkCells(server: EpochStore, viewer: EpochStore, what: string): void {
  for (const [key, held] of server.data.series) {
    const own = viewer.data.series.get(key)!;
    const top = held.cells.durations.length - 1;
    held.cells.eachShown(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, (duration, start, tier, row) => {
      const mine = own.cells.query(duration, start);
      const pane = cellPane(held.cells.tiers[tier]!, row);
      // A snapshot may have been coarser here: then the coarser cell is compared.
      if (mine?.count === pane?.count) {
        tally.cells += 1;
        need(samePane(pane, mine), `${what}: a cell differs`, key, start, pane, mine);
      }
      const coarse = Math.floor(start / held.cells.durations[top]!) * held.cells.durations[top]!;
      const [a, b] = [held, own].map(({ cells }) => cells.query(cells.durations[cells.durations.length - 1]!, coarse));
      need(samePane(a!, b!), `${what}: a coarsest cell differs`, key, coarse, a, b);
    });
  }
}

/** Numbers of the messages that the server applied, by session and epoch. */
type AppliedLog = ReadonlyMap<string, readonly number[]>;

/**
 * A resumption is all of it or a snapshot, in rising order, and live messages follow; on the last connection, from which
 * everything has arrived, each one that the server applied, unless the viewer was slow.
 */
function checkResumptions(viewer: Viewer, log: AppliedLog): void {
  for (const resumption of viewer.resumptions) {
    const { said, frames } = resumption;
    const applied = log.get(`${said.session} ${said.epoch}`) ?? [];
    const own = frames.filter(({ epoch }) => epoch === said.epoch);
    if (said.recovered === true) {
      const missed = applied.filter((seq) => seq > Number(said.fromSeq) && seq <= Number(said.toSeq));
      need(missed.length === said.missed, 'all that was applied was missed', said, missed);
      const came = own.slice(0, missed.length);
      need(
        came.every(({ seq, kind }, i) => seq === missed[i] && kind === 'batch'),
        'missed ones in order',
        said,
        came,
      );
    } else if (frames.length > 0 && Number(said.toSeq) > 0) {
      need(frames[0]!.kind === 'snapshot' && frames[0]!.seq === said.toSeq, 'a snapshot comes first', said, frames[0]);
    }
    for (let i = 1; i < frames.length; i += 1) {
      const [before, after] = [frames[i - 1]!, frames[i]!];
      need(after.epoch !== before.epoch || after.seq > before.seq, 'numbers rise', before, after);
    }
    const isLast = viewer.resumptions.findLast((other) => other.said.session === said.session) === resumption;
    if (!isLast || viewer.server!.conflated > 0) continue;
    tally.whole += 1;
    const fromSeq = said.recovered === true ? Number(said.fromSeq) : Number(said.toSeq);
    const live = own.filter(({ kind }) => kind === 'batch').map(({ seq }) => seq);
    const wanted = applied.filter((seq) => seq > fromSeq);
    need(JSON.stringify(live) === JSON.stringify(wanted), 'every live message, once', said, live, wanted);
  }
}

/**
 * Plays one random history: two producers that double, lose, break and restart, viewers of every class that come late, go,
 * resume and are slow, over rings of any size. Equal seeds are equal histories.
 *
 * @throws Broken with what does not hold.
 */
export function playServer(seed: number): void {
  const next = randomOf(seed);
  const chance = (p: number) => next() < p;
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const of = <T>(choices: readonly T[]): T => choices[whole(0, choices.length - 1)]!;

  const clock = new FakeClock();
  const limits: Partial<ServerLimits> = {
    ringBytes: of([20_000, 200_000, 64e6]),
    ringMs: of([500, 3000, 120_000]),
    slowBytes: of([3000, 60_000]),
    caughtUpBytes: 2500,
    newSeriesPerSecond: Number.POSITIVE_INFINITY,
    viewerMessagesPerSecond: Number.POSITIVE_INFINITY,
  };
  const environment = clock.environment(limits);
  const hub = new SessionHub(environment);
  const log = new Map<string, number[]>();
  hub.observe({
    applied: ({ session, epochId }, seq) => {
      const key = `${session} ${epochId}`;
      log.set(key, [...(log.get(key) ?? []), seq]);
    },
  });
  const heartbeats = new Heartbeats(environment);
  const face = () => ({ serverId: 's', version: '0', title: null, options: {} });
  const hall = new ViewerHall({ hub, environment, heartbeats, face });
  const surroundings: SocketSurroundings = { hub, environment, heartbeats, serverId: 's' };
  const nowMs = () => Math.floor(clock.nowUs / 1000);

  const keyCells = of([12, 60]);
  const options: SenderOptions = {
    rate: 1000 / TICK_MS,
    roundMs: of([1000, 3000]),
    keyCells,
    limit: keyCells + 11 + whole(0, 20),
    ring: of([50, 3000]),
    foldAt: of([40, 100_000]),
    keyBytes: of([500, 65_536]),
    rowCap: 4000,
    tableCap: of([5, 60]),
    keyRows: of([4, 200]),
    sliceRows: of([2, 50]),
    pauseMaxMs: 5000,
    widgets: chance(0.5) ? WINDOWED : [],
  };
  let epochs = 0;
  const begin = (name: string): LinkedSender => {
    epochs += 1;
    tally.epochs += 1;
    return new LinkedSender(
      name,
      { id: String(epochs).padStart(32, '0'), startedUs: clock.nowUs + epochs },
      options,
      nowMs(),
    );
  };
  const senders = [begin('one'), begin(of(['one', 'two']))];
  const viewers = Array.from({ length: 4 }, () => {
    return new Viewer(() => clock.nowUs, { width: of([300, 800, 2000]), rangeUs: of(RANGES) }, of([0, 1, 2, 2, 2]));
  });
  const rates = new Map(['a', 'b', 'c'].map((name) => [name, of([0, 1, 3, 30, 120])]));
  const jitterUs = of([0, 0, 2000, 300_000]);
  const ticks = whole(15, 45);

  const traffic = ({ sender }: LinkedSender): void => {
    for (const [name, rate] of rates) {
      const count = chance(0.9) ? whole(0, 2 * rate) : 0;
      for (let i = 0; i < count; i += 1) {
        let time = clock.nowUs + Math.floor((i * TICK_MS * 1000) / count) + Math.floor(next() * jitterUs);
        if (chance(0.002)) time -= of([1e6, 2e7, 3e8]);
        const value = chance(0.01) ? Math.round(next() * 1e9) : next() * 100;
        sender.send(JSON.stringify([name, []]), time, value, TIERS);
      }
    }
    if (chance(0.2)) sender.change('keyed', `k${whole(0, 12)}`, chance(0.3) ? null : whole(0, 999));
    if (chance(0.2)) sender.change('log', null, whole(0, 999));
    if (chance(0.02)) sender.publish(`title ${whole(0, 9)}`);
    if (chance(0.01)) sender.clear(JSON.stringify([of(['a', 'b', 'c']), []]));
  };

  const disturb = (): void => {
    for (const [i, linked] of senders.entries()) {
      if (!linked.isConnected) {
        if (chance(0.5)) linked.connect(surroundings, nowMs());
      } else if (chance(0.04)) linked.cut();
      else if (chance(0.01)) {
        linked.bye();
        senders[i] = begin(linked.asked);
      } else if (chance(0.05)) linked.repeat(next());
    }
    for (const viewer of viewers) {
      if (!viewer.isConnected) {
        if (chance(0.2)) viewer.connect(hall, chance(0.6));
        continue;
      }
      if (chance(0.06)) viewer.cut();
      if (chance(0.05)) {
        viewer.rangeUs = of(RANGES);
        viewer.tell({ kind: 'control', id: 'c', rangeUs: viewer.rangeUs });
      }
      viewer.socket.drain(of([0, 1000, 30_000, Number.POSITIVE_INFINITY]));
      viewer.read();
    }
  };

  const checkNow = (viewer: Viewer, session: LiveSession): void => {
    const store = viewer.store(session.session);
    // A position that differs is one that the viewer is behind at, and knows.
    if (store === null || store.epochId !== session.epochId || store.seq !== session.seq) return;
    if (session.seq % 10 === 0) checkWindows(session.store, store, false, 'now');
    for (const [key, held] of session.store.data.series) {
      const own = store.data.series.get(key);
      need(own !== undefined, 'a series never came', key);
      need(own.n === held.n, 'n differs', key, own.n, held.n);
      if (own.exact) {
        tally.exact += 1;
        need(own.count <= held.n, 'more than was sent', key);
        if (held.exact) need(samePane(held.summary(), own.summary()), 'exact, but other', key);
      }
      if (held.exact) need(own.exact, 'not exact where the server is', key, own.cells.hole, held.n, own.count);
    }
  };

  for (let tick = 0; tick < ticks; tick += 1) {
    for (const linked of senders) {
      if (chance(0.95)) traffic(linked);
      linked.tick(nowMs(), chance(0.03) ? 0 : chance(0.05) ? 2 : 1);
      linked.read();
    }
    disturb();
    clock.advance(TICK_MS);
    for (const viewer of viewers) for (const session of hub.sessions.values()) checkNow(viewer, session);
  }

  for (const linked of senders) if (!linked.isConnected) linked.connect(surroundings, nowMs());
  for (const viewer of viewers) if (!viewer.isConnected) viewer.connect(hall);
  const rounds = senders.map(({ sender }) => sender.rounds.length);
  for (let tick = 0; tick < 3000; tick += 1) {
    for (const linked of senders) {
      linked.tick(nowMs());
      linked.read();
    }
    for (const viewer of viewers) {
      viewer.socket.drain();
      viewer.read();
    }
    clock.advance(TICK_MS);
    if (senders.every(({ sender }, i) => !sender.hasPending && sender.rounds.length > rounds[i]! + 2)) break;
  }
  clock.advance(500);
  for (const linked of senders) linked.read();
  for (const viewer of viewers) {
    viewer.socket.drain();
    viewer.read();
    checkResumptions(viewer, log);
    need(viewer.socket.closed === null, 'a viewer was closed', viewer.socket.closed);
    tally.conflated += viewer.server!.conflated;
    for (const { said } of viewer.resumptions) {
      if (said.recovered === true && Number(said.missed) > 0) tally.recovered += 1;
      if (said.recovered === false) tally.snapshots += 1;
    }
    for (const linked of senders) {
      const session = hub.sessions.get(linked.session)!;
      const store = viewer.store(session.session)!;
      need(store.messages.doubled === 0, 'something came twice', store.messages);
      need(store.messages.invalid === 0, 'a frame could not be read', store.problem?.message);
      const what = `class ${viewer.server!.liveClass}`;
      checkEqual(session.store, store, what);
      checkCells(session.store, store, what);
      checkWindows(session.store, store, true, what);
      for (const { folds } of store.data.series.values()) tally.folded += folds.length;
      for (const { exact } of session.store.data.series.values()) need(exact, 'the server is not exact');
      need(linked.unacknowledged === 0, 'not acknowledged', linked.unacknowledged);
    }
  }
  for (const session of hub.sessions.values()) tally.doubles += session.store.messages.doubled;
  let ringBytes = 0;
  for (const { ring } of hub.sessions.values()) ringBytes += ring.bytes;
  need(ringBytes <= limits.ringBytes!, 'more is held for resuming than allowed', ringBytes);
  hub.close();
  hall.close();
  heartbeats.close();
  for (const linked of senders) linked.cut();
  need(clock.timers === 0, 'a timer was left', clock.timers);
}
