import type { DatabaseSync } from 'node:sqlite';
import { decodeFrame } from '../../../../src/wire/frame.ts';
import { decodeMessage } from '../../../../src/wire/message.ts';
import { decodeCells } from '../segments/cell-segment.ts';
import type { StoredPart } from '../segments/part-table.ts';
import { decodeSamples } from '../segments/sample-segment.ts';

/** What a file holds, and what of it is not as it was written. */
export interface Verified {
  readonly segments: number;
  readonly samples: number;
  readonly messages: number;
  /** One line each; the first hundred. */
  readonly problems: readonly string[];
  readonly problemsTotal: number;
}

const MOST_PROBLEMS = 100;

/** Reads everything in a file: SQLite's own check, every segment against its row and its neighbours, every message. */
export function verifyHistory(db: DatabaseSync): Verified {
  const problems: string[] = [];
  let problemsTotal = 0;
  const say = (words: string) => {
    problemsTotal += 1;
    if (problems.length < MOST_PROBLEMS) problems.push(words);
  };
  for (const row of db.prepare('pragma integrity_check').all()) {
    const words = String(Object.values(row)[0]);
    if (words !== 'ok') say(`SQLite: ${words}`);
  }
  let segments = 0;
  let samples = 0;
  let before: { readonly series: number; readonly tier: number; readonly t1: number } | null = null;
  const rows = db.prepare('select id, series, tier, t0, t1, n, enc, body from seg order by series, tier, t0');
  for (const row of rows.iterate()) {
    const part = row as unknown as StoredPart & { readonly series: number };
    segments += 1;
    if (part.tier === 0) samples += part.n;
    if (before?.series === part.series && before.tier === part.tier && part.t0 < before.t1)
      say(`segment ${part.id}: it overlaps the one before`);
    before = part;
    const problem = problemOf(part);
    if (problem !== null) say(`segment ${part.id}: ${problem}`);
  }
  let messages = 0;
  for (const { seq, body } of db.prepare('select seq, body from log').iterate()) {
    messages += 1;
    try {
      const { header, buffers } = decodeFrame(body as Uint8Array);
      decodeMessage(header, buffers);
    } catch (error) {
      say(`message ${String(seq)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { segments, samples, messages, problems, problemsTotal };
}

/** What is wrong with a segment; null where nothing is. */
function problemOf({ tier, t0, t1, n, enc, body }: StoredPart): string | null {
  try {
    if (tier === 0) {
      const { time } = decodeSamples(enc, body);
      const isRight = time.length === n && time[0] === t0 && time[n - 1] === t1;
      return isRight
        ? null
        : `${time.length} samples from ${time[0]} to ${time.at(-1)}, expected ${n} from ${t0} to ${t1}`;
    }
    const { length, start } = decodeCells(enc, body);
    const isRight = length === n && start[0] === t0 && start[length - 1]! + Math.abs(tier) === t1;
    return isRight ? null : `${length} cells from ${start[0]}, expected ${n} from ${t0} to ${t1}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
