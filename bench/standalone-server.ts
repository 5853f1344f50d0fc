// Servers as processes of a benchmark: the bundled one with folders of its own, or a script beside it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
export const SERVER = join(ROOT, 'python', 'stream_viz', 'static', 'server.mjs');
const PROBE = join(import.meta.dirname, 'standalone-probe.mjs');

/** How the Python package starts a server, but for what is measured: flags and variables of python/stream_viz/_node.py. */
const FLAGS = ['--max-semi-space-size=2'];
const VARIABLES = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_TOP_PAD_: '0' };

/** What a process used so far. */
export interface Usage {
  /** CPU time of all its threads, ms. */
  readonly cpuMs: number;
  /** Resident memory, bytes; after a collection where one was asked for. */
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly bufferBytes: number;
  /** Wall clock of the answer, ms. */
  readonly atMs: number;
}

/** Variables that keep what a script or server writes in `folder`, and browsers closed. */
export function ownFolders(folder: string): Readonly<Record<string, string>> {
  return {
    XDG_RUNTIME_DIR: folder,
    STREAM_VIZ_STATE: join(folder, 'state'),
    STREAM_VIZ_KEY: 'bench',
    STREAM_VIZ_OPEN: '0',
  };
}

export interface MeasuredServer {
  readonly port: number;
  readonly token: string;
  readonly pid: number;
  /** From the call to the line that says it listens, ms. */
  readonly startMs: number;
  usage(collect?: boolean): Promise<Usage>;
  stop(): Promise<void>;
}

/** The first line of JSON of a process. */
async function readyLine(child: ChildProcess): Promise<Record<string, unknown>> {
  let text = '';
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece;
      const found = /^\{.*\}$/m.exec(text);
      if (found !== null) resolve(found[0]);
    });
    child.on('close', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
  });
  return JSON.parse(line) as Record<string, unknown>;
}

/** Starts `script` under Node with the probe loaded; it writes `{port, token?}` as one line. */
export async function startMeasured(
  script: string,
  words: readonly string[] = [],
  flags: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<MeasuredServer> {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-bench-'));
  const began = performance.now();
  const child = spawn(process.execPath, ['--expose-gc', '--import', PROBE, ...flags, script, ...words], {
    env: { ...process.env, ...variables, ...ownFolders(folder) },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { port, token } = await readyLine(child).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const startMs = performance.now() - began;
  return {
    port: Number(port),
    token: typeof token === 'string' ? token : '',
    pid: child.pid ?? Number.NaN,
    startMs,
    usage: (collect = false) =>
      new Promise<Usage>((resolve) => {
        child.once('message', (usage) => resolve(usage as Usage));
        child.send({ collect });
      }),
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('close');
        child.once('close', () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        child.kill('SIGKILL');
      }),
  };
}

/** The server of the package on a free port, its token included. */
export async function startStreamViz(words: readonly string[] = []): Promise<MeasuredServer> {
  return startMeasured(SERVER, ['serve', '--port', '0', '--keep', ...words], FLAGS, VARIABLES);
}
