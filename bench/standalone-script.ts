// Scripts of a benchmark that draw through the package, each with a server of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { python } from '../scripts/setup.mjs';
import type { ServerAddress } from './standalone-producer.ts';
import { ownFolders } from './standalone-server.ts';

export interface RunningScript extends ServerAddress {
  readonly pid: number;
  readonly serverPid: number;
  /** Wall clock when it was started, ms. */
  readonly beganMs: number;
  /** The line of JSON it prints at its end; empty where it was stopped before. */
  readonly said: Promise<string>;
  stop(): Promise<void>;
}

/** Starts bench/standalone_script.py with these words; resolves once its server listens. */
export async function startScript(words: readonly string[]): Promise<RunningScript> {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-bench-'));
  const beganMs = performance.timeOrigin + performance.now();
  const child = spawn(python, [join(import.meta.dirname, 'standalone_script.py'), ...words], {
    env: { ...process.env, ...ownFolders(folder) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = jsonLine(child);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const { port, token, pid } = await runtimeFile(join(folder, 'stream-viz', 'server-bench.json'), child);
  return {
    ...{ port, token, beganMs, said },
    pid: child.pid ?? Number.NaN,
    serverPid: pid,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function jsonLine(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece;
      const found = /^\{.*\}$/m.exec(text);
      if (found !== null) resolve(found[0]);
    });
    child.once('close', () => resolve(''));
  });
}

async function runtimeFile(file: string, child: ChildProcess): Promise<{ port: number; token: string; pid: number }> {
  for (;;) {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as { port: number; token: string; pid: number };
    } catch {
      // It is not there yet, or half written.
      if (child.exitCode !== null) throw new Error(`the script ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
