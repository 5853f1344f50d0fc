/** Folders of one test, and every process that was started for them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from '../../../scripts/setup.mjs';
import { until } from './until.ts';

export const staticFolder = join(root, 'python', 'stream_viz', 'static');
export const serverScript = join(staticFolder, 'server.mjs');

/** Takes what is to be called when something is over. */
export type Lifetime = (end: () => void) => void;

/** What a server says of itself in its runtime file. */
export interface ServerEntry {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly pid: number;
}

/** A process with all it said. */
export class Program {
  readonly child: ChildProcess;
  /** Exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  stdout = '';
  stderr = '';
  isOver = false;

  constructor(command: string, words: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    this.child = spawn(command, words, { env: { ...env }, stdio: 'pipe' });
    this.child.stdin!.on('error', () => undefined);
    this.child.stdout!.on('data', (piece: Buffer) => {
      this.stdout += piece;
    });
    this.child.stderr!.on('data', (piece: Buffer) => {
      this.stderr += piece;
    });
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => {
        this.stderr += String(error);
        this.isOver = true;
        resolve(null);
      });
      this.child.once('exit', (code) => {
        this.isOver = true;
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  tell(line: string): void {
    this.child.stdin!.write(`${line}\n`);
  }

  /** Waits for a line of stdout that begins with `word`; returns what follows it. */
  async said(word: string, mostMs = 30_000): Promise<string> {
    const pattern = new RegExp(`^${word}(.*)$`, 'm');
    const found = await until(
      `a line '${word}'`,
      () => pattern.exec(this.stdout)?.[1] ?? (this.isOver ? 'OVER' : null),
      {
        mostMs,
        shown: () => [this.stdout, this.stderr],
      },
    );
    if (found === 'OVER') throw new Error(`ended without a line '${word}': ${this.stdout} ${this.stderr}`);
    return found.trim();
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/**
 * A world of its own for one test: runtime file, token, ports and scripts in a temporary folder.
 *
 * When the test ends, every process that was started with these folders is ended, servers of killed scripts too.
 */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'streamviz-standalone-'));
  readonly env: Readonly<Record<string, string | undefined>>;

  /** @param lifetime Is told how to end it. Default: with the test that makes it. */
  constructor(extra: Readonly<Record<string, string>> = {}, lifetime: Lifetime = onTestFinished) {
    this.env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      PYTHONDONTWRITEBYTECODE: '1',
      XDG_RUNTIME_DIR: this.folder,
      STREAM_VIZ_STATE: join(this.folder, 'state'),
      STREAM_VIZ_KEY: 'test',
      STREAM_VIZ_OPEN: '0',
      STREAM_VIZ_NODE: process.execPath,
      ...extra,
    };
    lifetime(() => this.close());
  }

  /** Starts a program in this place. */
  run(command: string, words: readonly string[], extra: Readonly<Record<string, string | undefined>> = {}): Program {
    return new Program(command, words, { ...this.env, ...extra });
  }

  /** Path of a new folder. */
  made(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Path of a file with this text. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** What the runtime file says; null where there is none. */
  entry(): ServerEntry | null {
    try {
      return JSON.parse(readFileSync(join(this.folder, 'stream-viz', 'server-test.json'), 'utf8')) as ServerEntry;
    } catch {
      return null; // not written yet, or gone
    }
  }

  /** Waits for a server that answers, another one than that of process `than`. */
  server(than?: number): Promise<ServerEntry> {
    return until('a server that answers', async () => {
      const entry = this.entry();
      return entry !== null && entry.pid !== than && (await isAnswering(entry)) ? entry : null;
    });
  }

  /** Ends every process of this place and removes its folders. Twice is harmless. */
  close(): void {
    for (const pid of processesWith(`STREAM_VIZ_STATE=${join(this.folder, 'state')}`)) endProcess(pid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What a server answers to a path, as JSON. */
export async function asked<T>({ url, token }: Pick<ServerEntry, 'url' | 'token'>, path: string): Promise<T> {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as T;
}

/** Whether a process runs. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // there is no such process
  }
}

/** SIGKILL for a process of ours. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return; // it has ended by itself
  }
}

/** Bytes of memory a process has resident. */
export function residentBytes(pid: number): number {
  return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

async function isAnswering(entry: ServerEntry): Promise<boolean> {
  try {
    return (await asked<{ pid?: number }>(entry, '/api/health')).pid === entry.pid;
  } catch {
    return false; // not listening yet
  }
}

function processesWith(variable: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable);
      } catch {
        return false; // it ended meanwhile, or is another user's
      }
    });
}
