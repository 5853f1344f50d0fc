import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverBundle } from '../../../scripts/server-bundle.ts';
import { ask } from './asking.ts';

/** Tells its starter which of Node's own modules are loaded, whenever that asks. */
const PROBE = "process.on('message', () => process.send(process.moduleLoadList));";
const FETCH = /undici|webstreams/;

let folder: string;
let child: ChildProcess;
let server: { readonly port: number; readonly token: string };

/** Those of Node's modules that make up its fetch, as far as the server has loaded them. */
async function loadedOfFetch(): Promise<readonly string[]> {
  const names = new Promise<readonly string[]>((resolve) => child.once('message', (list) => resolve(list as string[])));
  child.send('');
  return (await names).filter((name) => FETCH.test(name));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streamviz-light-'));
  const script = join(folder, 'server.mjs');
  await build(serverBundle(script, '1.2.3'));
  writeFileSync(join(folder, 'viewer.html'), '<!doctype html><title>page</title>');
  const probe = `data:text/javascript,${encodeURIComponent(PROBE)}`;
  child = spawn(process.execPath, ['--import', probe, script, 'serve', '--port', '0', '--keep'], {
    env: { ...process.env, XDG_RUNTIME_DIR: folder, STREAM_VIZ_STATE: join(folder, 'state'), STREAM_VIZ_OPEN: '0' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  server = await new Promise((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(String(line)) as typeof server));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
});

afterAll(async () => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  rmSync(folder, { recursive: true });
});

describe('the server as it is shipped', () => {
  it("loads Node's fetch with the first call of the API, not for a page or its health", async () => {
    const { token } = server;
    expect((await ask(server, '/', { token: null })).text).toContain('<title>page</title>');
    expect((await ask(server, '/?token=wrong', { token: null })).status).toBe(401);
    expect((await ask(server, '/favicon.ico', { token: null })).status).toBe(404);
    expect((await ask(server, '/api/health', { token })).json.status).toBe('ok');
    expect(await loadedOfFetch()).toEqual([]);
    expect((await ask(server, '/api/metrics', { token })).status).toBe(200);
    expect((await loadedOfFetch()).length).toBeGreaterThan(0);
  });
});
