import { scryptSync } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import type { MessagePort } from 'node:worker_threads';

/** Cost of one key: memory is `128 * N * r` bytes. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** A key to be derived. */
export interface ScryptJob {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly cost: ScryptCost;
  /** Length of the key. */
  readonly bytes: number;
}

export type ScryptRequest = ScryptJob & { readonly id: number };
export type ScryptAnswer = { readonly id: number } & ({ readonly key: Uint8Array } | { readonly problem: string });

/** What tells a thread that this is its work. */
export const SCRYPT_TASK = { scrypt: true } as const;

export const isScryptTask = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'scrypt' in input;

/** The thread that derives keys, one after another, and takes what processor time others leave. */
export function runScryptWorker(port: MessagePort): void {
  yieldToOthers();
  port.on('message', ({ id, password, salt, cost: { N, r, p }, bytes }: ScryptRequest) => {
    let answer: ScryptAnswer;
    try {
      answer = { id, key: scryptSync(password, salt, bytes, { N, r, p, maxmem: 256 * N * r }) };
    } catch (error) {
      answer = { id, problem: error instanceof Error ? error.message : String(error) };
    }
    port.postMessage(answer);
  });
}

/**
 * Lowers the priority of this thread alone, which Linux can: there a thread has a number of its own, and it is a thread that
 * `setpriority` means (setpriority(2), "C library/kernel differences"). Elsewhere nothing changes.
 */
function yieldToOthers(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_LOW);
  } catch {
    // No such system, or it is not allowed: then keys are derived as everything else is done.
  }
}
