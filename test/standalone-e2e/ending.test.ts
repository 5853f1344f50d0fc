// How signals end the server, and what is there after it.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { python, root } from '../../scripts/setup.mjs';
import { bundledServer, ownFolders, removeBundle, startProcess } from '../standalone/life/server-process.ts';
import { type Address, addressOf, endOf, numberOf, output, scraped, textOf } from './harness/served.ts';
import { until } from './harness/until.ts';
import { WireEnd, WireProducer } from './harness/wire-producer.ts';

afterAll(removeBundle);

/** Sends frames as fast as they are taken until the connection is over. */
function stream(producer: WireProducer): void {
  const timer = setInterval(() => {
    if (producer.socket.readyState === WebSocket.OPEN) producer.socket.send(producer.rows('cpu', 500));
  }, 5);
  onTestFinished(() => clearInterval(timer));
}

/** Posts rows one request after another until the server is gone; counts what was answered as accepted. */
function posting({ url, token }: Address): { readonly accepted: number } {
  const posted = { accepted: 0 };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify(Array(20).fill({ metric: 'posted', value: 1 }));
  void (async () => {
    for (;;) {
      const answer = await fetch(`${url}/api/ingest`, { method: 'POST', headers, body });
      if (answer.ok) posted.accepted += ((await answer.json()) as { accepted: number }).accepted;
    }
  })().catch(() => undefined); // the server is gone
  return posted;
}

/** Whether this system lets a test have processes of its own numbering. */
const canUnshare =
  spawnSync('unshare', ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', 'true']).status === 0;

describe('SIGTERM', () => {
  test('with producers and viewers: code 0, everybody told goodbye, and all that was acknowledged is there after it', async () => {
    const environment = ownFolders();
    const file = join(environment.XDG_RUNTIME_DIR!, 'history.db');
    const words = ['serve', '--port', '0', '--persistence', `sqlite:///${file}`];
    const started = await startProcess(environment, { words });
    const server = addressOf(started);
    const producers = await Promise.all(['one', 'two', 'three'].map((name) => new WireProducer(server, name).join()));
    const viewers = [1, 2, 3].map(() => new WireEnd(server, '/ws'));
    for (const viewer of viewers) {
      await viewer.opened;
      viewer.socket.send(JSON.stringify({ v: [1, 0], kind: 'subscribe', id: 's', width: 512, rangeUs: null }));
    }
    for (const producer of producers) stream(producer);
    const posted = posting(server);
    await until(
      'acknowledgements',
      () => posted.accepted > 200 && producers.every(({ acknowledged }) => acknowledged > 50),
    );
    const { code, tookMs } = await endOf(started, () => started.child.kill('SIGTERM'));
    expect([code, started.stderr()]).toEqual([0, '']);
    expect(tookMs).toBeLessThan(5000);
    await until('goodbyes', () => [...producers, ...viewers].every(({ closed }) => closed !== null));
    expect([...producers, ...viewers].map(({ closed }) => closed)).toEqual(Array(6).fill(1001));
    console.log(`ended ${tookMs.toFixed(0)} ms after SIGTERM`);

    const again = addressOf(await startProcess(environment, { words }));
    const counted = async (path: string): Promise<number> => {
      const { status, text } = await textOf(again, path);
      expect([status, text]).toEqual([200, expect.stringContaining('lines')]);
      const { lines } = JSON.parse(text) as { lines: readonly { count: readonly number[] }[] };
      return lines[0]?.count[0] ?? 0;
    };
    for (const { plain, acknowledged } of producers) {
      const { text } = await textOf(again, `/api/dashboard/${plain.session}`);
      expect((JSON.parse(text) as { seq: number }).seq).toBeGreaterThanOrEqual(acknowledged);
      const held = await counted(`/api/query?metric=cpu&session=${plain.session}&aggregation=count`);
      expect(held).toBeGreaterThanOrEqual(500 * acknowledged);
    }
    expect(await counted('/api/query?metric=posted&aggregation=count')).toBeGreaterThanOrEqual(posted.accepted);
  });

  test('a backup as docs/operations.md makes it, while everything runs, is whole: another server shows what was acknowledged', async () => {
    const environment = ownFolders();
    const [file, copy] = ['history.db', 'backup.db'].map((name) => join(environment.XDG_RUNTIME_DIR!, name)) as [
      string,
      string,
    ];
    const words = ['serve', '--port', '0', '--persistence'];
    const server = addressOf(await startProcess(environment, { words: [...words, `sqlite:///${file}`] }));
    const producer = await new WireProducer(server, 'app').join();
    stream(producer);
    await until('acknowledgements', () => producer.acknowledged > 100);
    const { acknowledged } = producer;
    const command = /python -c "(import sqlite3; .*)"$/m.exec(
      readFileSync(join(root, 'docs', 'operations.md'), 'utf8'),
    )?.[1];
    const script = command
      ?.replaceAll('\\"', '"')
      .replace('/var/lib/streamviz/history.db', file)
      .replace('/backup/history.db', copy);
    await output(python, ['-c', script ?? 'raise SystemExit(1)'], '');
    const later = producer.acknowledged;
    await until('more after it', () => producer.acknowledged > later + 10);
    const restored = addressOf(await startProcess(ownFolders(), { words: [...words, `sqlite:///${copy}`] }));
    expect((await textOf(restored, '/api/health/ready')).status).toBe(200);
    const { seq } = JSON.parse((await textOf(restored, '/api/dashboard/app')).text) as { seq: number };
    expect(seq).toBeGreaterThanOrEqual(acknowledged);
    expect(seq).toBeLessThan(producer.acknowledged);
  });

  test('everything that was applied is acknowledged before the goodbye', async () => {
    const started = await startProcess(ownFolders(), { words: ['serve', '--port', '0'] });
    const producer = await new WireProducer(addressOf(started), 'app').join();
    for (let i = 0; i < 20; i += 1) producer.socket.send(producer.rows('cpu', 10));
    const server = addressOf(started);
    await until('all in the server', async () => {
      const { text } = await textOf(server, '/api/dashboard/app');
      return (JSON.parse(text) as { seq: number }).seq === 20;
    });
    producer.socket.send(producer.rows('cpu', 10));
    await until('the last one in the server', async () => {
      return numberOf(await scraped(server), 'streamviz_session_messages', { session: 'app' }) === 21;
    });
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
    await until('a goodbye', () => producer.closed !== null);
    expect([producer.closed, producer.acknowledged]).toEqual([1001, 21]);
  });

  test('a second signal ends it at once, with the code of that signal', async () => {
    const started = await startProcess(ownFolders(), { words: ['serve', '--port', '0'] });
    const deaf = new WireEnd(addressOf(started), '/ws');
    await deaf.opened;
    deaf.socket.pause();
    started.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(started.child.exitCode).toBeNull();
    const { code, tookMs } = await endOf(started, () => started.child.kill('SIGINT'));
    expect(code).toBe(130);
    expect(tookMs).toBeLessThan(500);
  });

  test('before it is ready ends it at once', async () => {
    const child = spawn(process.execPath, [await bundledServer()], {
      env: { ...ownFolders(), PATH: process.env.PATH },
      stdio: 'pipe',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.once('close', resolve));
    // It waits for the line of its starter by now.
    await new Promise((resolve) => setTimeout(resolve, 700));
    const began = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(performance.now() - began).toBeLessThan(500);
  });

  test.runIf(canUnshare)('ends it as process 1 of a container, too', async () => {
    // A process of a namespace of its own, as in a container; the signal comes from outside of it.
    const environment = ownFolders();
    const words = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child', process.execPath];
    const child = spawn('unshare', [...words, await bundledServer(), 'serve', '--port', '0'], {
      env: { ...environment, PATH: process.env.PATH },
      stdio: 'pipe',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.once('close', resolve));
    const line = await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
    const said = JSON.parse(String(line)) as Address;
    expect(said.pid).toBe(1);
    const inner = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
    const began = performance.now();
    process.kill(inner, 'SIGTERM');
    expect(await ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('SIGHUP', () => {
  test('of a terminal that is closed ends it in order', async () => {
    const environment = ownFolders();
    // Says what it wrote, closes the terminal, and says how the server ended.
    const script = `
import json, os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
text = b""
while b"token=" not in text:
    text += os.read(terminal, 4096)
os.close(terminal)
print(json.dumps(os.waitpid(pid, 0)[1]))
`;
    const words = ['-c', script, process.execPath, await bundledServer(), 'serve', '--port', '0'];
    const child = spawn(python, words, {
      env: { ...environment, PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said = await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
    expect(JSON.parse(String(said))).toBe(0);
  });

  test('of anything else does nothing', async () => {
    const started = await startProcess(ownFolders(), { words: ['serve', '--port', '0', '--log-level', 'info'] });
    started.child.kill('SIGHUP');
    await until('a line about it', () => started.stderr().includes('signal.ignored'));
    expect((await textOf(addressOf(started), '/api/health/ready')).status).toBe(200);
  });
});
