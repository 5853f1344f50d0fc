/** Runs one Python script and the dashboard server it starts, apart from everything the person at the machine runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { python, root } from '../setup.mjs';

const START_MS = 30_000;
const END_MS = 5000;
/** Settings of the person's own scripts, which must not lead this one elsewhere. */
const FOREIGN = ['STREAM_VIZ_SERVER', 'STREAM_VIZ_JOIN', 'STREAM_VIZ_KEY', 'STREAMVIZ'];

export interface ScriptOptions {
  readonly script: string;
  /** Folder for the server's runtime file, token and ports. */
  readonly state: string;
  /** Takes what the script says on stderr. Default: it goes on to the terminal. */
  readonly onSaid?: (data: Buffer) => void;
}

export interface RunningScript {
  /** As the script printed it. */
  readonly link: string;
  /** Resolves when the script has ended. */
  readonly ended: Promise<void>;
  readonly scriptPid: number;
  /** Process of the server; null where none is running. */
  serverPid(): number | null;
  /** Ends the script as Ctrl-C does, then its server. Twice is harmless. */
  stop(): Promise<void>;
}

interface RuntimeEntry {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

/**
 * Starts a script with the checkout's Python and waits for its link; no browser opens.
 *
 * Its runtime folder is its own, its token and port are found again by the next start with the same `state`.
 */
export async function startScript({ script, state, onSaid }: ScriptOptions): Promise<RunningScript> {
  const runtime = join(state, `run-${process.pid}`);
  mkdirSync(runtime, { recursive: true, mode: 0o700 });
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.includes(name)));
  const env = {
    ...own,
    XDG_RUNTIME_DIR: runtime,
    STREAM_VIZ_STATE: join(state, 'state'),
    STREAM_VIZ_NODE: process.execPath,
    STREAM_VIZ_OPEN: '0',
  };
  // A group of its own: Ctrl-C at the terminal comes here alone, and the script gets exactly one.
  const child = spawn(python, [script], { cwd: root, env, detached: true, stdio: ['ignore', 'inherit', 'pipe'] });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const file = join(runtime, 'stream-viz', 'server-default.json');
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      await endScript(child, closed);
      await endServer(readEntry(file));
      rmSync(runtime, { recursive: true, force: true });
    })();
    return stopped;
  };
  try {
    const link = await linkOf(child, onSaid ?? ((data) => process.stderr.write(data)));
    return { link, ended: closed, scriptPid: child.pid ?? 0, serverPid: () => readEntry(file)?.pid ?? null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function linkOf(child: ChildProcess, onSaid: (data: Buffer) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`no link within ${START_MS / 1000} s`)), START_MS);
    child.stderr?.on('data', (data: Buffer) => {
      onSaid(data);
      said = (said + data.toString('utf8')).slice(-4000);
      const link = /StreamViz: (https?:\/\/\S+)\s/.exec(said)?.[1];
      if (link === undefined) return;
      clearTimeout(timer);
      resolve(link);
    });
    child.once('close', (code) => fail(new Error(`the script ended with ${code} before it had a link:\n${said}`)));
    child.once('error', fail);
  });
}

function readEntry(file: string): RuntimeEntry | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RuntimeEntry;
  } catch {
    return null; // no server, or it has ended by itself
  }
}

async function endScript(child: ChildProcess, closed: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGINT');
  const force = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await closed;
  clearTimeout(force);
}

/** Ends a server once it has said itself that it is the process of its runtime file. */
async function endServer(entry: RuntimeEntry | null): Promise<void> {
  if (entry === null || !(await isAlive(entry))) return;
  process.kill(entry.pid, 'SIGTERM');
  const end = performance.now() + END_MS;
  while (performance.now() < end && (await isAlive(entry))) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function isAlive({ url, token, pid }: RuntimeEntry): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/health`, { headers: { authorization: `Bearer ${token}` } });
    return ((await answer.json()) as { readonly pid?: number }).pid === pid;
  } catch {
    return false; // it listens no longer
  }
}
