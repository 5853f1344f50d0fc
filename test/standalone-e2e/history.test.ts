// History that survives: real scripts, servers that are killed, and a real Chromium that shows what is left.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { python } from '../../scripts/setup.mjs';
import type { SessionInspection } from '../../src/session/inspection.ts';
import { assertFold, foldOf } from './harness/exactness.ts';
import { asked, endProcess, Place, type ServerEntry } from './harness/place.ts';
import { RecordingScript, SERIES } from './harness/recording-script.ts';
import { until } from './harness/until.ts';
import { openBrowser, ViewerTab } from './harness/viewer-tab.ts';
import { WireViewer } from './harness/wire-viewer.ts';

/** Pictures for people to look at, where a folder for them is named. */
const shots = process.env.STREAMVIZ_SHOTS;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

interface Health {
  readonly history: { readonly state: string; readonly restoredSessions: number; readonly keptMessages: number };
}

const health = (server: ServerEntry): Promise<Health> => asked<Health>(server, '/api/health');

/** Sends one value by HTTP; whether a server took it. */
async function post({ url, token }: ServerEntry, value: number): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ metric: 'outside', value }),
    });
    return answer.ok;
  } catch {
    return false; // nobody listens
  }
}

/** Sends a wave by HTTP, ten values a second, for so long. Returns how many were taken. */
async function postFor(server: ServerEntry, ms: number): Promise<number> {
  let taken = 0;
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (await post(server, 20 + 5 * Math.sin(Date.now() / 700))) taken += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return taken;
}

const countsOf = (held: SessionInspection): readonly (readonly [string, number])[] =>
  held.series.map(({ name, count }) => [name, count] as const);

async function shoot(tab: ViewerTab, name: string): Promise<void> {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.page.emulateMedia({ colorScheme });
    await tab.page.waitForTimeout(600);
    await tab.page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`) });
  }
}

test('a server that is killed comes back with all it had acknowledged: script, page and HTTP go on where they were', async () => {
  const place = new Place();
  const file = join(place.folder, 'history.db');
  const first = `sv.configure(persistence="sqlite:///${file}", keep=True)`;
  const script = new RecordingScript(place, 'app', { rate: 100, env: { RECORDING_FIRST: first } });
  const epoch = await script.epoch();
  const one = await place.server();
  expect(await health(one)).toMatchObject({ history: { state: 'on', restoredSessions: 0 } });
  const viewer = new WireViewer({ ...one, width: 500, rangeUs: null });
  const session = await until('the session', () => viewer.live.list.all.find((info) => info.epoch === epoch)?.session);
  const tab = await ViewerTab.open(browser, one, { view: 'range=1m', viewport: { width: 1280, height: 800 } });
  await until('some samples in the page', async () => (await tab.count(session)) > 200);
  expect(await post(one, 1)).toBe(true);

  endProcess(one.pid);
  const { acknowledged } = script.record(epoch);
  const two = await place.server(one.pid);
  expect([two.url, two.token]).toEqual([one.url, one.token]);
  expect(await health(two)).toMatchObject({ history: { state: 'on', restoredSessions: 2 } });
  // The tab that was open all the time has every sample, without a gap: the script had kept what was not acknowledged.
  await tab.chipSays(/^Live/);
  const held = await tab.reaches(session, epoch, acknowledged + 40);
  for (const name of SERIES) {
    const line = held.series.find((series) => series.name === name)!;
    assertFold(line, foldOf(script.record(epoch).upTo(held.seq, name)), `page ${name}`);
    expect([name, line.exact, line.pending]).toEqual([name, true, []]);
  }
  expect(await post(two, 2)).toBe(true);
  const outside = await until('what came by HTTP', async () => {
    const held = await tab.inspect('http');
    return (held?.seq ?? 0) > 1 ? held : null;
  });
  expect([outside.seq, countsOf(outside)]).toEqual([2, [['outside', 2]]]);
  expect(tab.errors).toEqual([]);
});

test('a server started alone shows what was there, and draws the time without one as a gap', async () => {
  const place = new Place();
  const words = [
    '-m',
    'stream_viz',
    '--port',
    '0',
    '--keep',
    '--persistence',
    `sqlite:///${join(place.folder, 'h.db')}`,
  ];
  place.run(python, words);
  const one = await place.server();
  const env = { STREAM_VIZ_SERVER: `${one.url}/?token=${one.token}` };
  const script = new RecordingScript(place, 'app', { rate: 100, env });
  const epoch = await script.epoch();
  const before = await ViewerTab.open(browser, one, { view: 'range=1m', viewport: { width: 1280, height: 800 } });
  const taken = await postFor(one, 8000);
  const seq = await script.stop();
  const viewer = new WireViewer({ ...one, width: 500, rangeUs: null });
  const session = await until('the session', () => viewer.live.list.all.find((info) => info.epoch === epoch)?.session);
  const shown = await before.reaches(session, epoch, seq);
  await until('all that came by HTTP', async () => (await before.count('http')) === taken);
  await script.program.kill();
  endProcess(one.pid);

  await new Promise((resolve) => setTimeout(resolve, 7000));
  place.run(python, words.with(3, new URL(one.url).port));
  const two = await place.server(one.pid);
  expect(await health(two)).toMatchObject({ history: { state: 'on', restoredSessions: 2 } });
  const more = await postFor(two, 3000);
  const tab = await ViewerTab.open(browser, two, { view: 'range=1m', viewport: { width: 1280, height: 800 } });
  const held = await tab.reaches(session, epoch, seq);
  // The same history and dashboard, to the sample and to the bit of its lines.
  expect([held.seq, held.documentRevision]).toEqual([seq, shown.documentRevision]);
  expect(held.series.map(({ name, count, exact }) => [name, count, exact])).toEqual(
    shown.series.map(({ name, count }) => [name, count, true]),
  );
  for (const name of SERIES) {
    const line = held.series.find((series) => series.name === name)!;
    assertFold(line, foldOf(script.record(epoch).upTo(seq, name)), `page ${name}`);
  }
  // What comes by HTTP goes on in its session; nothing came in between.
  await until('both stretches', async () => (await tab.count('http')) === taken + more);
  const { lines } = await asked<{ lines: readonly { time: readonly number[]; value: readonly number[] }[] }>(
    two,
    '/api/query?metric=outside&session=http',
  );
  const { time: times, value } = lines[0]!;
  expect(value.length).toBe(taken + more);
  const widest = Math.max(...times.slice(1).map((time, i) => time - times[i]!));
  expect(widest).toBeGreaterThanOrEqual(7);
  await shoot(tab, 'history-after-restart');
  expect(tab.errors).toEqual([]);
});

test('SIGTERM writes everything and closes the file within five seconds, with code 0', async () => {
  const place = new Place();
  const file = join(place.folder, 'h.db');
  const words = ['-m', 'stream_viz', '--port', '0', '--keep', '--persistence', `sqlite:///${file}`];
  const program = place.run(python, words);
  const one = await place.server();
  const taken = await postFor(one, 1500);
  const began = performance.now();
  process.kill(one.pid, 'SIGTERM');
  expect(await program.ended).toBe(0);
  expect(performance.now() - began).toBeLessThan(5000);
  // Closed in order: what was written ahead is in the file itself.
  expect([existsSync(file), existsSync(`${file}-wal`), program.stderr]).toEqual([true, false, '']);
  place.run(python, words);
  const two = await place.server(one.pid);
  const viewer = new WireViewer({ ...two, width: 500, rangeUs: null });
  await until('the session', () => viewer.live.list.all.some(({ session }) => session === 'http'));
  await until('every value', () => viewer.store('http').series('outside')[0]?.count === taken);
});

test('a script whose file cannot be used says why, once, and goes on in memory', async () => {
  const place = new Place();
  const file = join(place.folder, 'missing', 'h.db');
  const first = `sv.configure(persistence="sqlite:///${file}")`;
  const script = new RecordingScript(place, 'app', { rate: 50, env: { RECORDING_FIRST: first } });
  const server = await place.server();
  await script.epoch();
  expect(await health(server)).toMatchObject({ history: { state: 'off', problem: { code: 'HISTORY_PATH' } } });
  expect(await script.stop()).toBeGreaterThan(0);
  const said = script.program.stderr.split('\n').filter((line) => line.includes('history'));
  expect(said).toEqual([
    expect.stringMatching(/^StreamViz: history is in memory alone: history .*missing.h\.db: there is no folder /),
  ]);
  expect(existsSync(join(place.folder, 'missing'))).toBe(false);
});
