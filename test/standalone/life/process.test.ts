// The server as a process: how it starts, is found, is joined and ends.
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { bundledServer, ownFolders, removeBundle, startProcess } from './server-process.ts';

afterAll(removeBundle);
beforeAll(async () => {
  await bundledServer();
});

const runtimeFile = (environment: Readonly<Record<string, string>>) =>
  join(environment.XDG_RUNTIME_DIR!, 'stream-viz', 'server-test.json');

const health = async (said: Record<string, unknown>) => {
  const answer = await fetch(`${said.url}/api/health`, { headers: { authorization: `Bearer ${said.token}` } });
  return (await answer.json()) as Record<string, unknown>;
};

/** A viewer that is there until it is closed. */
async function viewer(said: Record<string, unknown>): Promise<WebSocket> {
  const socket = new WebSocket(`${String(said.url).replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${said.token}` },
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

test('it says one line that it is ready, writes where it is, and SIGTERM ends it cleanly', async () => {
  const environment = ownFolders();
  const { child, said, ended, stderr } = await startProcess(environment, { options: { port: 0 } });
  expect(said).toMatchObject({ ready: true, joined: false, pid: child.pid, host: '127.0.0.1' });
  const entry = JSON.parse(readFileSync(runtimeFile(environment), 'utf8')) as Record<string, unknown>;
  expect(entry).toMatchObject({ url: said.url, port: said.port, token: said.token, pid: child.pid, version: '1.2.3' });
  expect(await health(said)).toMatchObject({ status: 'ok', version: '1.2.3', pid: child.pid, sessions: 0, viewers: 0 });
  const socket = await viewer(said);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(await closed).toBe(1001);
  expect([existsSync(runtimeFile(environment)), stderr()]).toEqual([false, '']);
});

test('clients that never answer do not keep it from ending', async () => {
  const { child, said, ended } = await startProcess(ownFolders(), { options: { port: 0 } });
  const half = connect(Number(said.port), '127.0.0.1');
  half.on('error', () => undefined);
  half.write('GET / HTTP/1.1\r\nHost: loc');
  const deaf = await viewer(said);
  deaf.pause();
  const began = performance.now();
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(performance.now() - began).toBeLessThan(5500);
  deaf.terminate();
  half.destroy();
});

test('the end of its standard input is not its end', async () => {
  const { child, said } = await startProcess(ownFolders(), { options: { port: 0 } });
  child.stdin!.end();
  await new Promise((resolve) => child.stdin!.once('close', resolve));
  expect(await health(said)).toMatchObject({ status: 'ok' });
});

test('a second starter joins the first and ends; of two at once one does', async () => {
  const environment = ownFolders();
  const pair = await Promise.all(
    [1, 2].map(() => startProcess(environment, { options: { port: null, linger: '1h' } })),
  );
  const [started, joined] = pair.sort((a, b) => Number(a.said.joined) - Number(b.said.joined));
  expect([started!.said.joined, joined!.said.joined]).toEqual([false, true]);
  expect(joined!.said).toMatchObject({
    ready: true,
    url: started!.said.url,
    token: started!.said.token,
    pid: started!.child.pid,
  });
  expect(await joined!.ended).toBe(0);
  const third = await startProcess(environment, { words: ['serve', '--linger', '1h'] });
  expect(third.said).toMatchObject({ joined: true, pid: started!.child.pid, differing: [] });
  const words = ['serve', '--linger', '3600s', '--theme', 'dark', '--persistence', 'sqlite:////nowhere/x.db'];
  const fourth = await startProcess(environment, { words });
  expect(fourth.said).toMatchObject({ joined: true, differing: ['theme', 'persistence'] });
});

test('a server on another port beside a living one leaves that one to be found', async () => {
  const environment = ownFolders();
  const first = await startProcess(environment, { options: { port: null } });
  const second = await startProcess(environment, { options: { port: 0 } });
  expect(second.said).toMatchObject({ ready: true, joined: false });
  const third = await startProcess(environment, { options: {} });
  expect(third.said).toMatchObject({ joined: true, pid: first.child.pid });
  second.child.kill('SIGTERM');
  await second.ended;
  expect(existsSync(runtimeFile(environment))).toBe(true);
});

test('a runtime file of a server that was killed is taken over; token and port come back', async () => {
  const environment = ownFolders();
  const first = await startProcess(environment, { options: { script: 'app.py' } });
  first.child.kill('SIGKILL');
  await first.ended;
  expect(existsSync(runtimeFile(environment))).toBe(true);
  const second = await startProcess(environment, { options: { script: 'app.py' } });
  expect(second.said).toMatchObject({
    joined: false,
    port: first.said.port,
    token: first.said.token,
    pid: second.child.pid,
  });
});

test('a script that only joined starts the next server on the same port, one that was sent there does not', async () => {
  const environment = ownFolders();
  const first = await startProcess(environment, { options: { script: 'first.py', port: 0 } });
  const hello = (script: string | null) =>
    JSON.stringify({
      ...{ kind: 'hello', session: `of ${script}`, epoch: { id: `epoch of ${script}`, startedUs: 1 }, seq: 0, from: 1 },
      script,
    });
  for (const script of ['joined.py', null]) {
    const socket = new WebSocket(`${String(first.said.url).replace('http', 'ws')}/ingest`, {
      headers: { authorization: `Bearer ${first.said.token}` },
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send(hello(script));
    await new Promise((resolve) => socket.once('message', resolve));
    socket.close();
  }
  first.child.kill('SIGTERM');
  await first.ended;
  const next = await startProcess(environment, { options: { script: 'joined.py' } });
  expect(next.said).toMatchObject({ joined: false, port: first.said.port });
  next.child.kill('SIGTERM');
  await next.ended;
  const kept = JSON.parse(readFileSync(join(environment.STREAM_VIZ_STATE!, 'ports.json'), 'utf8')) as object;
  expect(Object.keys(kept)).toEqual([':first.py', ':joined.py']);
});

test('a taken port is an error with its fix where it was asked for, else the next free one is used', async () => {
  const environment = ownFolders();
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as { port: number };
  const asked = await startProcess(environment, { options: { port } });
  expect(asked.said).toMatchObject({ ready: false, code: 'PORT_TAKEN' });
  expect(await asked.ended).toBe(1);
  const first = await startProcess(environment, { options: { script: 's' } });
  const second = await startProcess({ ...environment, STREAM_VIZ_KEY: 'other' }, { options: { script: 's' } });
  expect(second.said).toMatchObject({ ready: true, joined: false });
  expect(second.said.port).not.toBe(first.said.port);
  blocker.close();
});

test.each([
  [{ words: ['--prot', '1'] }, 'OPTION_UNKNOWN', 'did you mean --port?'],
  [{ options: { buffersize: 1 } }, 'OPTION_UNKNOWN', 'did you mean buffer_size?'],
  [{ options: { host: '0.0.0.0', auth: false } }, 'AUTH_REQUIRED', 'auth=False'],
  [{ line: 'hello\n' }, 'OPTION_INVALID', 'one line of JSON'],
])('%j: exit code 2, one line for a program and one for a person', async (how, code, words) => {
  const { said, ended, stderr } = await startProcess(ownFolders(), how);
  expect(said).toMatchObject({ ready: false, code, message: expect.stringContaining(words) });
  expect(await ended).toBe(2);
  expect(stderr()).toContain(words);
});

test('without anybody it lingers, and with linger 0 it ends at once when the last viewer leaves', async () => {
  const environment = ownFolders();
  const { said, ended } = await startProcess(environment, { options: { port: 0, linger: 0 } });
  const [first, second] = [await viewer(said), await viewer(said)];
  first.close();
  await expect.poll(async () => (await health(said)).viewers).toBe(1);
  second.close();
  expect(await ended).toBe(0);
  expect(existsSync(runtimeFile(environment))).toBe(false);
});

test('garbage of every kind leaves it running, with nothing uncaught', async () => {
  const { child, said, stderr } = await startProcess(ownFolders(), { options: { port: 0 } });
  const url = `${String(said.url).replace('http', 'ws')}`;
  const headers = { authorization: `Bearer ${said.token}` };
  const frames: readonly (string | Uint8Array)[] = [
    '',
    '{',
    'null',
    '{"kind":"subscribe"}',
    new Uint8Array(3),
    new Uint8Array(1000).fill(255),
    Uint8Array.of(2, 0, 0, 0, 123, 125, 0, 0),
  ];
  for (const path of ['/ws', '/ingest']) {
    for (const frame of frames) {
      const socket = new WebSocket(url + path, { headers });
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(frame);
      socket.send(frame);
      await new Promise((resolve) => setImmediate(resolve));
      socket.terminate();
    }
  }
  await expect.poll(async () => (await health(said)).viewers).toBe(0);
  expect([child.exitCode, stderr()]).toEqual([null, '']);
});
