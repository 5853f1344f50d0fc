// How a server comes, is found, is joined and goes: real scripts, real processes.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { python, root } from '../../scripts/setup.mjs';
import { asked, endProcess, isRunning, Place, type Program } from './harness/place.ts';
import { until } from './harness/until.ts';
import { WireViewer } from './harness/wire-viewer.ts';

/** Sends `count` values, says where, then does what its line of stdin says. */
const SCRIPT = `
import sys
import stream_viz as sv

exec(sys.argv[1])
cpu = sv.metric("cpu")
for i in range(100):
    cpu.send(i)
print("LINK", sv.start(), flush=True)
said = sys.stdin.readline().strip()
if said == "wait":
    sv.wait()
    print("WAITED", flush=True)
elif said == "more":
    for i in range(100):
        cpu.send(i)
`;

const runScript = (place: Place, name: string, first = ''): Program =>
  place.run(python, [place.write(`${name}.py`, SCRIPT), first]);

/** Where a script said that its dashboard is. */
async function linkOf(program: Program): Promise<{ readonly url: string; readonly token: string }> {
  const link = new URL(await program.said('LINK'));
  return { url: link.origin, token: link.searchParams.get('token') ?? '' };
}

const runtimeFile = (place: Place): string => join(place.folder, 'stream-viz', 'server-test.json');

test('python -m stream_viz listens, says one line, is joined, and SIGTERM ends it with code 0', async () => {
  const place = new Place();
  const began = performance.now();
  const program = place.run(python, ['-m', 'stream_viz', '--port', '0']);
  const said = JSON.parse(await until('its line', () => program.stdout.split('\n')[0] || null)) as Record<
    string,
    unknown
  >;
  console.log(`python -m stream_viz listened after ${(performance.now() - began).toFixed(0)} ms`);
  // The server takes the place of the Python process.
  expect(said).toMatchObject({ ready: true, joined: false, pid: program.pid, host: '127.0.0.1' });
  const script = runScript(place, 'app');
  expect(await linkOf(script)).toEqual({ url: said.url, token: said.token });
  const again = place.run(python, ['-m', 'stream_viz', 'serve']);
  expect(await again.ended).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ joined: true, pid: program.pid });
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect([existsSync(runtimeFile(place)), program.stderr]).toEqual([false, '']);
});

test('a script starts the server, a second one joins, and the next run takes its own place beside the other', async () => {
  const place = new Place();
  const first = runScript(place, 'one');
  const link = await linkOf(first);
  const { pid } = await place.server();
  const second = runScript(place, 'two');
  expect(await linkOf(second)).toEqual(link);
  first.tell('more');
  expect(await first.ended).toBe(0);
  expect(first.stderr.trim().split('\n')).toEqual([expect.stringContaining(link.url)]);
  const viewer = await WireViewer.fresh({ ...link, width: 2048, rangeUs: null });
  const named = (name: string) => viewer.live.list.all.filter((info) => info.name === name);
  const countOf = (name: string) => viewer.store(named(name)[0]?.session ?? '').series('cpu')[0]?.count;
  // What was sent last before an orderly end is there.
  await until(
    'the last values of the script that ended',
    () => countOf('one') === 200 && named('one')[0]?.connected === false,
  );
  const next = runScript(place, 'one');
  expect(await linkOf(next)).toEqual(link);
  await until('the next run in the same place', () => countOf('one') === 100 && named('one')[0]?.connected === true);
  expect([named('one').length, named('two').length, viewer.connections]).toEqual([1, 1, 1]);
  expect([(await place.server()).pid, isRunning(pid)]).toEqual([pid, true]);
});

test('scripts started at once share one server', async () => {
  const place = new Place();
  const scripts = ['a', 'b', 'c', 'd'].map((name) => runScript(place, name));
  const links = await Promise.all(scripts.map(linkOf));
  expect(new Set(links.map(({ url }) => url)).size).toBe(1);
  const { sessions, producers } = await asked<Record<string, number>>(links[0]!, '/api/health');
  expect([sessions, producers]).toEqual([4, 4]);
});

test('with linger=0 the server ends with its last script and viewer; it outlives a script that was killed for a viewer', async () => {
  const place = new Place();
  const script = runScript(place, 'app', 'sv.configure(linger=0)');
  const link = await linkOf(script);
  const { pid } = await place.server();
  const viewer = await WireViewer.fresh({ ...link, width: 500, rangeUs: null });
  await script.kill();
  await until('the viewer hears that the script is gone', () => viewer.live.list.all[0]?.connected === false);
  expect(isRunning(pid)).toBe(true);
  viewer.close();
  await until('the end of the server', () => !isRunning(pid));
  expect(existsSync(runtimeFile(place))).toBe(false);
});

test('after a kill -9 of script and server the next run has the same port and token, and an open viewer goes live by itself', async () => {
  const place = new Place();
  const first = runScript(place, 'app');
  const link = await linkOf(first);
  const viewer = await WireViewer.fresh({ ...link, width: 2048, rangeUs: null });
  const session = viewer.live.list.all[0]!.session;
  await until('all values', () => viewer.store(session).series('cpu')[0]?.count === 100);
  const epoch = viewer.store(session).epochId;
  const { pid } = await place.server();
  endProcess(pid);
  await first.kill();
  await until('the viewer notices', () => viewer.live.state.kind !== 'live');
  const second = runScript(place, 'app');
  expect(await linkOf(second)).toEqual(link);
  await until('the new epoch in the old viewer', () => {
    return viewer.store(session).epochId !== epoch && viewer.store(session).series('cpu')[0]?.count === 100;
  });
  expect(viewer.live.state.kind).toBe('live');
});

test('a script restarts a server that was killed, and lets one that was ended in order stay ended', async () => {
  const place = new Place();
  const script = runScript(place, 'app');
  const link = await linkOf(script);
  const first = await place.server();
  script.tell('wait');
  endProcess(first.pid);
  const second = await place.server(first.pid);
  expect([second.url, second.token]).toEqual([link.url, link.token]);
  const viewer = await WireViewer.fresh({ ...link, width: 2048, rangeUs: null });
  await until('all values in the new server', () =>
    viewer.live.list.all.some((info) => viewer.store(info.session).series('cpu')[0]?.count === 100),
  );
  process.kill(second.pid, 'SIGTERM');
  await script.said('WAITED');
  expect(await script.ended).toBe(0);
  expect([isRunning(second.pid), existsSync(runtimeFile(place))]).toEqual([false, false]);
});

test.each([
  ['no Node on PATH', { STREAM_VIZ_NODE: '', PATH: '/nonexistent' }, 'no Node.js was found'],
  ['a Node that does not run', { STREAM_VIZ_NODE: '/nonexistent/node' }, 'is no Node that runs'],
])('%s: a script says one line that names the remedy, and goes on', async (_what, env, words) => {
  const place = new Place();
  const path = place.write(
    'app.py',
    'import stream_viz as sv\ncpu = sv.metric("cpu")\nfor i in range(100): cpu.send(i)\nprint("DONE", [row.sent for row in sv.stats()][0], flush=True)\n',
  );
  const program = place.run(python, [path], env);
  expect(await program.ended).toBe(0);
  expect(program.stdout.trim()).toBe('DONE 100');
  const lines = program.stderr.trim().split('\n');
  expect(lines).toEqual([expect.stringMatching(/pip install stream-viz/)]);
  expect(lines[0]).toContain(words);
  const started = place.run(python, ['-m', 'stream_viz'], env);
  expect([await started.ended, started.stderr.trim().split('\n').length, started.stderr.includes(words)]).toEqual([
    1,
    1,
    true,
  ]);
});

test.each([[['serve', '--port', '0']], [['--port', '0', '--title', 'Mill']]])(
  'streamviz %j serves the page',
  async (words) => {
    const place = new Place();
    const program = place.run(process.execPath, [join(root, 'dist', 'streamviz.mjs'), ...words]);
    const server = await place.server();
    const page = await fetch(`${server.url}/`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('viewer.mjs')]);
    program.child.kill('SIGINT');
    expect(await program.ended).toBe(0);
  },
);
