// The bundled server as processes of one test: each has folders of its own and ends with the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { serverBundle } from '../../../scripts/server-bundle.ts';

let made: Promise<string> | null = null;

/** To be called when all tests of a file are done. */
export async function removeBundle(): Promise<void> {
  if (made !== null) rmSync(dirname(await made), { recursive: true });
  made = null;
}

/** Path of server.mjs, bundled once. */
export function bundledServer(): Promise<string> {
  made ??= (async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'streamviz-server-')), 'server.mjs');
    await build(serverBundle(file, '1.2.3'));
    return file;
  })();
  return made;
}

export interface Started {
  readonly child: ChildProcess;
  /** The one line of JSON it said. */
  readonly said: Record<string, unknown>;
  readonly ended: Promise<number | null>;
  stderr(): string;
}

/** Folders that servers of one test share. */
export function ownFolders(): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-life-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    XDG_RUNTIME_DIR: folder,
    STREAM_VIZ_STATE: join(folder, 'state'),
    STREAM_VIZ_KEY: 'test',
    STREAM_VIZ_OPEN: '0',
  };
}

/** Starts a server as a program does, and waits for its line. */
export async function startProcess(
  environment: Readonly<Record<string, string>>,
  how: { readonly words?: readonly string[]; readonly options?: unknown; readonly line?: string },
): Promise<Started> {
  const { words = [], options, line = options === undefined ? null : `${JSON.stringify(options)}\n` } = how;
  const child = spawn(process.execPath, [await bundledServer(), ...words], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: 'pipe',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => {
    stderr += piece;
  });
  child.stdin.on('error', () => undefined);
  if (line !== null) child.stdin.write(line);
  let text = '';
  const said = await new Promise<string>((resolve) => {
    child.stdout.on('data', (piece: Buffer) => {
      text += piece;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.on('close', () => resolve(text));
  });
  return { child, said: JSON.parse(said || '{}') as Started['said'], ended, stderr: () => stderr };
}
