import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readOwnFile, writeOwnFile } from './state-folder.ts';
import type { StatedOptions } from './stated-options.ts';

/** Where a running server is found by other programs of the same user. */
export interface RuntimeEntry {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** null: none is asked for. */
  readonly token: string | null;
  readonly pid: number;
  readonly startedUs: number;
  readonly version: string;
  /** Whether people log in: then a link has no token, which is for programs. */
  readonly hasUsers: boolean;
  /** Names of its accounts and what they may do; empty for none. */
  readonly accounts: string;
  /** What it was started with (stated-options.ts); empty where that is not known. */
  readonly options: StatedOptions;
}

const KEY = /^[\w.-]{1,100}$/;

/** The discovery file of one key, `server-<key>.json` (0600). Servers of different keys know nothing of each other. */
export class RuntimeFile {
  readonly path: string;

  /** @param key Letters, digits, `_`, `.` and `-`; anything else counts as `default`. */
  constructor(folder: string, key: string) {
    this.path = join(folder, `server-${KEY.test(key) ? key : 'default'}.json`);
  }

  /** What is written there; null where there is nothing, or nothing that can be trusted and read. */
  read(): RuntimeEntry | null {
    try {
      return entryOf(JSON.parse(readOwnFile(this.path) ?? 'null'));
    } catch {
      return null; // half a file: as none
    }
  }

  write(entry: RuntimeEntry): void {
    writeOwnFile(this.path, `${JSON.stringify(entry)}\n`);
  }

  /** Removes the file where it is still that of this process: a later server's stays. */
  release(pid: number): void {
    if (this.read()?.pid === pid) rmSync(this.path, { force: true });
  }
}

function entryOf(input: unknown): RuntimeEntry | null {
  if (typeof input !== 'object' || input === null) return null;
  const { url, host, port, token, pid, startedUs, version, hasUsers, accounts, options } = input as Record<
    string,
    unknown
  >;
  if (typeof url !== 'string' || typeof host !== 'string' || typeof version !== 'string') return null;
  if (typeof port !== 'number' || typeof pid !== 'number' || typeof startedUs !== 'number') return null;
  return {
    ...{ url, host, port, token: typeof token === 'string' ? token : null, pid, startedUs, version },
    ...{ hasUsers: hasUsers === true, accounts: typeof accounts === 'string' ? accounts : '' },
    options: typeof options === 'object' && options !== null ? (options as StatedOptions) : {},
  };
}
