/** What must hold after every round, and how often it was looked at. */
import { DatabaseSync } from 'node:sqlite';
import type { EpochStore } from '../../src/session/epoch-store.ts';
import { assertExact, assertHolesListed, Differs, foldOf } from '../standalone-e2e/harness/exactness.ts';
import { type RecordedEpoch, SERIES } from '../standalone-e2e/harness/recording-script.ts';

export const INVARIANTS = {
  held: 'nothing acknowledged is lost: the server holds it, and every sample of it exactly once',
  kept: 'with history on disk what was acknowledged is there after a kill of server and script',
  file: 'after a kill the file of the history is whole, as SQLite checks it',
  past: 'with history on disk a query still counts every sample of runs that were killed, once',
  shown: 'viewers hold every sample exactly once, cell by cell, or say that they do not',
  holes: 'every sample that cannot be drawn lies in a hole that is listed',
  doubts: 'where messages were lost or overtaken on the way, no number claims to be whole, and none is too large',
  resumes: 'a viewer that comes back gets all it missed in order and once, or one snapshot',
  memory: 'memory of server and scripts is bounded',
  others: 'who has nothing to do with a fault stays connected and goes on',
  silent: 'the server writes of no error of its own',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** Bytes that a server with four small scripts may take, and one of them. */
const MOST_BYTES = { server: 450e6, script: 250e6 };

/** Most time without anything new for a viewer that no fault concerns. Two busy cores, not the product, need as much. */
const MOST_SILENCE_MS = 5000;

export function assertMemory({ server, script }: { readonly server: number; readonly script: number }): void {
  if (server > MOST_BYTES.server || script > MOST_BYTES.script) {
    throw new Differs(`memory: server ${(server / 1e6).toFixed(0)} MB, script ${(script / 1e6).toFixed(0)} MB`);
  }
}

export function assertUnaffected(before: number, connections: number, silenceMs: number): void {
  if (connections !== before) throw new Differs(`a viewer beside the fault connected ${connections - before} times`);
  if (silenceMs > MOST_SILENCE_MS) throw new Differs(`a viewer beside the fault waited ${silenceMs.toFixed(0)} ms`);
}

/** @throws Differs where SQLite finds anything wrong with a file, which another process may have open. */
export function assertFile(path: string): void {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const found = db.prepare('PRAGMA integrity_check').all();
    const said = found.map((row) => Object.values(row).join(' ')).join('; ');
    if (said !== 'ok') throw new Differs(`the file of the history: ${said.slice(0, 500)}`);
  } finally {
    db.close();
  }
}

/** Whether a script sent in the order of its times: its clock was never set back. */
export const isInOrder = (samples: RecordedEpoch['samples']): boolean =>
  samples.every(({ timeUs }, i) => i === 0 || timeUs >= samples[i - 1]!.timeUs);

/**
 * A store holds exactly what was sent, and lists what it cannot draw sample by sample.
 *
 * Where the script's clock was set back, rows of later times may have come in cells alone, which is no hole: then only the
 * first is asked.
 * @returns cells compared, samples in holes.
 */
export function assertWhole(store: EpochStore, record: RecordedEpoch, where: string): readonly [number, number] {
  const cells = assertExact(store, record, where);
  return [cells, isInOrder(record.samples) ? assertHolesListed(store, record, where) : 0];
}

/**
 * A store whose messages suffered says so: a series that lacks samples is not exact and lists a hole, and no count is too large.
 *
 * @returns how many samples it lacks.
 * @throws Differs
 */
export function assertHonest(store: EpochStore, record: RecordedEpoch, where: string): number {
  let missing = 0;
  for (const name of SERIES) {
    const sent = record.upTo(store.seq, name);
    const series = store.data.series.get(JSON.stringify([name, []]));
    if (series === undefined) {
      // Its first messages are gone: then nothing at all is claimed of it, but the session knows how many samples there are.
      if (sent.length > 0 && !store.data.series.has(JSON.stringify([name, []]))) missing += sent.length;
      continue;
    }
    const truth = foldOf(sent);
    const shown = series.summary();
    const count = shown?.count ?? 0;
    if (count > truth.count || series.n > truth.count)
      throw new Differs(`${where} ${name}: ${count} of ${truth.count} samples`);
    if (count === truth.count) continue;
    missing += truth.count - count;
    // Of samples that came late, after the script's clock was set back, nobody knows where they belong.
    if (series.n === truth.count && series.pending.length === 0 && isInOrder(sent)) {
      throw new Differs(`${where} ${name}: lacks ${truth.count - count} samples and lists no hole`);
    }
    if (series.n === truth.count && series.exact) throw new Differs(`${where} ${name}: claims to be exact`);
  }
  return missing;
}
