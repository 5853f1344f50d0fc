import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StreamVizError } from '../../../src/core/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ownId = (): number | null => process.getuid?.() ?? null;

/** Where files live until the machine is started anew: `$XDG_RUNTIME_DIR/stream-viz`, else a folder of this user's own. */
export function runtimeFolder(environment: Environment): string {
  const base = environment.XDG_RUNTIME_DIR;
  return base ? join(base, 'stream-viz') : join(tmpdir(), `stream-viz-${ownId() ?? 'user'}`);
}

/** Where token and ports are kept: `$STREAM_VIZ_STATE`, `$XDG_STATE_HOME/stream-viz` or `~/.local/state/stream-viz`. */
export function stateFolder(environment: Environment): string {
  if (environment.STREAM_VIZ_STATE) return environment.STREAM_VIZ_STATE;
  return join(environment.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'stream-viz');
}

/**
 * Makes a folder that this user alone may enter, or takes one that is so.
 *
 * @throws StreamVizError `FOLDER_UNSAFE` where it is another user's, a link or no folder: in a shared /tmp anybody may have made it
 */
export function ensureOwnFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const info = lstatSync(path);
  const owner = ownId();
  if (!info.isDirectory() || (owner !== null && info.uid !== owner)) {
    throw new StreamVizError(
      'FOLDER_UNSAFE',
      `${path} is not a folder of this user; remove it, or set XDG_RUNTIME_DIR`,
      {
        details: { path },
      },
    );
  }
  if (owner !== null && (info.mode & 0o077) !== 0) chmodSync(path, 0o700);
}

/** The text of a file that this user alone may read; null where there is none, or one that others own or may read or change. */
export function readOwnFile(path: string): string | null {
  try {
    const info = lstatSync(path);
    const owner = ownId();
    if (!info.isFile() || info.size > 65_536) return null;
    if (owner !== null && (info.uid !== owner || (info.mode & 0o077) !== 0)) return null;
    return readFileSync(path, 'utf8');
  } catch {
    return null; // not there, or not for us: both mean that there is nothing to go by
  }
}

/** Writes a file with mode 0600 at once: a reader sees the old text or the new one. */
export function writeOwnFile(path: string, text: string): void {
  replaceBy(path, text, renameSync);
}

/** As {@link writeOwnFile} where there is none; false, nothing changed, where there is one already. */
export function createOwnFile(path: string, text: string): boolean {
  try {
    replaceBy(path, text, linkSync);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function replaceBy(path: string, text: string, place: (from: string, to: string) => void): void {
  ensureOwnFolder(dirname(path));
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    place(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
