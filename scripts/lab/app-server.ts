// Starts Voila or marimo of .venv on one notebook, with directories of its own, for the end-to-end tests.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { python } from '../setup.mjs';

export interface AppServer {
  readonly url: string;
  log(): string;
  stop(): Promise<void>;
}

/** A port that was free a moment ago: neither program says which one it took by itself. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

/** Serves `file`, a notebook in `state`, and waits until it answers. */
export async function startApp(app: 'voila' | 'marimo', file: string, state: string): Promise<AppServer> {
  const port = await freePort();
  const own = (name: string): string => {
    const path = join(state, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const options = {
    voila: ['--no-browser', `--port=${port}`, '--progressive_rendering=True'],
    marimo: ['--headless', '--port', String(port), '--no-token'],
  }[app];
  const command = app === 'voila' ? ['voila', file] : ['marimo', 'run', file];
  const child = spawn(python, ['-m', ...command, ...options], {
    cwd: state,
    env: {
      ...process.env,
      HOME: own('home'),
      JUPYTER_RUNTIME_DIR: own('runtime'),
      JUPYTER_CONFIG_DIR: own('config'),
      JUPYTER_DATA_DIR: own('data'),
      IPYTHONDIR: own('ipython'),
      PYTHONWARNINGS: 'ignore',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (data: Buffer): void => {
    output += data;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const url = `http://localhost:${port}/`;
  const began = Date.now();
  // A page of Voila is a kernel: whether it listens is asked of a path that it does not have.
  while (!(await answers(`${url}static/none`))) {
    if (child.exitCode !== null || Date.now() - began > 60_000) {
      child.kill('SIGKILL');
      throw new Error(`${app} did not start:\n${output.slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    log: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(force);
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch {
    return false; // not listening yet
  }
}
