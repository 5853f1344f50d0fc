// Two scripts, three viewers, a bad network and kills at random moments: afterwards every number is exact, and the viewers know it.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SEED } from '../seed.ts';
import { assertExact, assertFold, assertHolesListed, assertResumes, Differs, foldOf } from './harness/exactness.ts';
import { asked, endProcess, isRunning, Place, type ServerEntry } from './harness/place.ts';
import { RecordedEpoch, RecordingScript, SERIES } from './harness/recording-script.ts';
import { TcpProxy } from './harness/tcp-proxy.ts';
import { until } from './harness/until.ts';
import { openBrowser, ViewerTab } from './harness/viewer-tab.ts';
import { type Opening, WireViewer } from './harness/wire-viewer.ts';

const ROUNDS = Number(process.env.STREAMVIZ_ROUNDS ?? 10);

/** mulberry32: numbers in [0, 1) from a seed. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Sessions of a server by the id of their epoch. */
async function sessionOf(server: ServerEntry, epoch: string): Promise<string> {
  const viewer = await WireViewer.fresh({ ...server, width: 100, rangeUs: 1e6 });
  try {
    return await until('a session of an epoch', () => {
      return viewer.live.list.all.find((info) => info.epoch === epoch)?.session;
    });
  } finally {
    viewer.close();
  }
}

/** The server's own truth of an epoch: a raw viewer that joins anew, and HTTP. Both hold what the script had sent. */
async function assertServerHolds(server: ServerEntry, session: string, record: () => RecordedEpoch): Promise<void> {
  const fresh = await WireViewer.fresh({ ...server, width: 2048, rangeUs: 1e6 }, [session]);
  const store = fresh.store(session);
  const { seq } = store;
  const written = record();
  expect(seq).toBeGreaterThanOrEqual(written.acknowledged);
  assertExact(store, written, `server, ${session}`);
  fresh.close();
  interface Metrics {
    readonly metrics: readonly { readonly session: string; readonly name: string; readonly samples: number }[];
  }
  const { metrics } = await asked<Metrics>(server, '/api/metrics');
  for (const name of SERIES) {
    const samples = metrics.find((metric) => metric.session === session && metric.name === name)?.samples;
    if (samples !== undefined) expect(samples).toBeGreaterThanOrEqual(written.upTo(seq, name).length);
  }
}

test(`${ROUNDS} rounds of kills and cuts: log, server, raw viewer, pane viewer and page agree (STREAMVIZ_SEED=${SEED})`, async () => {
  const random = randomOf(SEED);
  const began = performance.now();
  const log: string[] = [];
  const note = (what: string) => log.push(`${((performance.now() - began) / 1000).toFixed(1)} s ${what}`);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;

  const place = new Place();
  const port = () => place.entry()?.port ?? null;
  const near = new RecordingScript(place, 'near', { rate: 400 });
  const server = await place.server();
  const producerNet = await TcpProxy.open(port);
  const far = new RecordingScript(place, 'far', {
    rate: 300,
    env: { STREAM_VIZ_SERVER: `http://127.0.0.1:${producerNet.port}/?token=${server.token}` },
  });
  const nets = await Promise.all([TcpProxy.open(port), TcpProxy.open(port), TcpProxy.open(port)]);
  const at = (net: TcpProxy) => ({ url: `http://127.0.0.1:${net.port}`, token: server.token });
  const scripts = [near, far];
  const sessions = new Map<RecordingScript, string>();
  for (const script of scripts) sessions.set(script, await sessionOf(await place.server(), await script.epoch()));
  const raw = new WireViewer({ ...at(nets[0]!), width: 2000, rangeUs: 1e6 });
  const panes = new WireViewer({ ...at(nets[1]!), width: 500, rangeUs: 60e6 });
  const tab = await ViewerTab.open(browser, at(nets[2]!), { view: 'range=15m' });
  const wire = [raw, panes];

  /** Whether everything that was said before this call has reached everybody. */
  const settle = async (): Promise<void> => {
    for (const script of scripts) {
      const epoch = await script.epoch();
      const session = sessions.get(script)!;
      const { acknowledged } = script.record(epoch);
      await until(`${script.name} is acknowledged again`, () => script.record(epoch).acknowledged > acknowledged, {
        shown: () => [log, script.program.stderr, script.record(epoch).acknowledged],
      });
      const wanted = script.record(epoch).acknowledged;
      for (const viewer of wire) await viewer.reaches(session, epoch, wanted);
      await tab.wake();
      await tab.reaches(session, epoch, wanted);
    }
  };
  const faults: Readonly<Record<string, () => Promise<void>>> = {
    'server killed': async () => {
      const { pid } = await place.server();
      endProcess(pid);
      await until('the server is gone', () => !isRunning(pid));
      await place.server(pid);
    },
    'near script killed': () => killScript(near),
    'far script killed': () => killScript(far),
    'server and near script killed': async () => {
      const { pid } = await place.server();
      endProcess(pid);
      await near.program.kill();
      near.again();
      await place.server(pid);
    },
    'producer cut within a frame': () => cutWithin(producerNet),
    'producer unplugged': () => unplug(producerNet),
    'raw viewer cut within a frame': () => cutWithin(nets[0]!),
    'pane viewer cut within a frame': () => cutWithin(nets[1]!),
    'page cut within a frame': () => cutWithin(nets[2]!),
    'viewers unplugged': async () => {
      await Promise.all(nets.map((net) => unplug(net)));
    },
    'all slow': async () => {
      for (const net of [producerNet, ...nets]) net.latencyMs = Math.floor(random() * 200);
    },
  };
  const killScript = async (script: RecordingScript): Promise<void> => {
    const epoch = await script.epoch();
    await script.program.kill();
    const session = sessions.get(script)!;
    const now = await place.server();
    const watcher = await WireViewer.fresh({ ...now, width: 100, rangeUs: 1e6 });
    await until('the server knows that the script is gone', () => watcher.live.list.get(session)?.connected === false);
    watcher.close();
    await assertServerHolds(now, session, () => script.record(epoch));
    script.again();
  };
  const cutWithin = async (net: TcpProxy): Promise<void> => {
    const { cuts } = net;
    net.cutWithin(1 + Math.floor(random() * 3000));
    await until('a cut', () => net.cuts > cuts);
  };
  const unplug = async (net: TcpProxy): Promise<void> => {
    const lengthMs = 200 + random() * 1000;
    const from = performance.now();
    net.drop();
    await until('the end of a loss', () => performance.now() - from > lengthMs);
    net.mend();
  };

  await settle();
  const names = Object.keys(faults);
  // Every fault comes once in eleven rounds, in an order that the seed says; half of the rounds have a second one at once.
  let bag: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (bag.length === 0) bag = [...names].sort(() => random() - 0.5);
    const first = bag.pop()!;
    const from = performance.now();
    const momentMs = random() * 500;
    await until('a random moment', () => performance.now() - from >= momentMs);
    note(first);
    const works = [faults[first]!()];
    const others = names.filter((name) => /producer|viewer|page|slow/.test(name) && name !== first);
    const second = random() < 0.5 && !/script/.test(first) ? pick(others) : null;
    if (second !== null) {
      note(`with ${second}`);
      works.push(faults[second]!());
    }
    await Promise.all(works).catch((error: unknown) => {
      throw new Error(`${log.join('; ')}: ${String(error)}`, { cause: error });
    });
    await settle();
    for (const net of [producerNet, ...nets]) net.latencyMs = 0;
  }

  // Away for longer than a snapshot has rows, from a server that is another one on return: a hole in the rows, for sure.
  note('server killed behind unplugged viewers');
  for (const net of nets) net.drop();
  for (const script of scripts) {
    const epoch = await script.epoch();
    const built = script.record(epoch).totals.size;
    await until('messages that no viewer gets', () => script.record(epoch).totals.size > built + 5);
  }
  const { pid } = await place.server();
  endProcess(pid);
  await place.server(pid);
  const backUs = Date.now() * 1000;
  for (const script of scripts) {
    const epoch = await script.epoch();
    await until('two seconds of samples', () => (script.record(epoch).samples.at(-1)?.timeUs ?? 0) > backUs + 2e6);
  }
  for (const net of nets) net.mend();
  await settle();

  const end = await place.server();
  let cells = 0;
  let inHoles = 0;
  for (const script of scripts) {
    const session = sessions.get(script)!;
    await until('live panes', () => {
      const [rows, panes] = wire.map((viewer) => viewer.store(session).data.series.get('["load",[]]'));
      return (rows?.ring.length ?? 0) > 100 && (panes?.folds.length ?? 0) > 10;
    });
    const seq = await script.stop();
    const epoch = await script.epoch();
    for (const viewer of wire) await viewer.reaches(session, epoch, seq);
    const held = await tab.reaches(session, epoch, seq);
    await assertServerHolds(end, session, () => script.record(epoch));
    // A script that has sent its samples still says each second that it lives: what it wrote down is read with what is held.
    const record = script.record(epoch);
    expect(record.totals.get(seq)).toBe(record.samples.length);
    for (const [i, viewer] of wire.entries()) {
      cells += assertExact(viewer.store(session), record, `${['raw', 'panes'][i]}, ${script.name}`);
    }
    // 60 s on 512 px: the pane viewer's live messages were 100 ms panes, the raw viewer's were rows.
    const finest = wire.map((viewer) => viewer.store(session).data.series.get('["load",[]]')!);
    expect(finest.map(({ cells: { durations } }) => durations[0])).toEqual([1e6, 1e5]);
    expect([finest[0]!.ring.length > 100, finest[1]!.folds.length > 10]).toEqual([true, true]);
    inHoles += assertHolesListed(raw.store(session), record, script.name);
    const fresh = await WireViewer.fresh({ ...end, width: 2048, rangeUs: 1e6 }, [session]);
    for (const series of fresh.live.sessions.inspect(session)!.series) {
      const { name } = series;
      const truth = foldOf(record.upTo(held.seq, name));
      const inPage = held.series.find((line) => line.name === name)!;
      const inRaw = raw.live.sessions.inspect(session)!.series.find((line) => line.name === name)!;
      assertFold(inPage, truth, `page, ${script.name} ${name}`);
      expect([inPage.exact, inPage.pending]).toEqual([true, []]);
      const { sum: _a, restored: _b, ...plain } = series;
      const { sum: _c, restored: _d, ...plainRaw } = inRaw;
      expect(plainRaw).toEqual(plain);
    }
    fresh.close();
    assertNotices(raw.store(session), script.record(epoch));
  }
  const openings = wire.flatMap((viewer) => viewer.openings);
  const resumes = assertResumes(openings);
  assertNoticesResumes(openings);
  console.log(
    `seed ${SEED}: ${log.join('; ')}; ${cells} cells compared, ${inHoles} samples in listed holes, ${JSON.stringify(resumes)}`,
  );
  expect(resumes.recovered + resumes.renewed).toBeGreaterThan(4);
  expect(inHoles).toBeGreaterThan(100);
  expect([tab.errors, place.entry()?.token]).toEqual([[], server.token]);
});

/** The check of resumes fails where one message is left out, comes twice, or a snapshot is not there. */
function assertNoticesResumes(openings: readonly Opening[]): void {
  const of = (recovered: boolean): Opening | undefined => {
    return openings.find((one) => one.recovered === recovered && one.toSeq > 0 && one.frames.length > 5);
  };
  for (const opening of [of(true), of(false)]) {
    if (opening === undefined) continue;
    const changed = (frames: Opening['frames']) => openings.map((one) => (one === opening ? { ...one, frames } : one));
    const { frames } = opening;
    expect(() => assertResumes(changed([...frames.slice(0, 2), ...frames.slice(1)]))).toThrow(Differs);
    if (!opening.recovered) expect(() => assertResumes(changed(frames.slice(1)))).toThrow(Differs);
    const isOneOf = frames[2]!.seq <= opening.toSeq && frames[2]!.epoch === opening.epoch;
    if (opening.recovered && isOneOf) {
      expect(() => assertResumes(changed([...frames.slice(0, 2), ...frames.slice(3)]))).toThrow(Differs);
    }
  }
}

/** The check fails where one sample is lost, comes twice or has another value. */
function assertNotices(store: ReturnType<WireViewer['store']>, record: RecordedEpoch): void {
  const at = Math.floor(record.samples.length / 2);
  const { samples } = record;
  const changed = (list: RecordedEpoch['samples']) =>
    Object.assign(Object.create(RecordedEpoch.prototype), { ...record, samples: list });
  const wrong = [
    [...samples.slice(0, at), ...samples.slice(at + 2)],
    [...samples.slice(0, at), samples[at]!, ...samples.slice(at - 1, at), ...samples.slice(at)],
    samples.map((sample, i) => (i === at ? { ...sample, value: sample.value + 1e-6 } : sample)),
  ];
  for (const list of wrong) expect(() => assertExact(store, changed(list), 'control')).toThrow(Differs);
  expect(assertExact(store, changed(samples), 'control')).toBeGreaterThan(0);
}
