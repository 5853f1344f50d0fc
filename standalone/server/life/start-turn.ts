import { rmSync } from 'node:fs';
import { createOwnFile, readOwnFile } from './state-folder.ts';

const LOOK_AGAIN_MS = 25;
/** A turn held for so long is that of a process that hangs. */
const STALE_MS = 10_000;

/**
 * Waits until no other starter of the same runtime file is between looking for a server and writing its own entry, so
 * that of two scripts started at once the second joins the first.
 *
 * @param path Of the runtime file.
 * @returns Ends the turn; twice is harmless.
 */
export async function takeTurn(path: string): Promise<() => void> {
  const lock = `${path}.lock`;
  const began = Date.now();
  while (!createOwnFile(lock, String(process.pid))) {
    if (!isHeld(readOwnFile(lock)) || Date.now() - began > STALE_MS) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return () => {
    if (readOwnFile(lock) === String(process.pid)) rmSync(lock, { force: true });
  };
}

/** Whether the process of a lock still runs. */
function isHeld(text: string | null): boolean {
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
