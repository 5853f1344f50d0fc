import { StreamVizError } from '../../../src/core/errors.ts';
import type { EpochMark } from './producer-hello.ts';
import type { SessionTotals } from './snapshot.ts';

/** Everything a session holds, to go on from later. */
export interface SavedSession {
  /** JSON: what its newest message said of the whole session. */
  readonly totals: string;
  /** Bytes of `saveSession`. */
  readonly body: Uint8Array;
}

type PlainTotals = Omit<SessionTotals, 'epoch' | 'windowed'>;

/** The totals as JSON. */
export function savedTotals({ epoch, samplesTotal, documentRevision, tables, stats, document }: SessionTotals): string {
  return JSON.stringify({ epoch, samplesTotal, documentRevision, tables, stats, document });
}

/** What {@link savedTotals} wrote. @throws StreamVizError `STATE_INVALID` where it is something else */
export function readTotals(json: string): { readonly epoch: EpochMark; readonly totals: PlainTotals } {
  const { epoch, ...totals } = parsed(json);
  if (typeof epoch?.id !== 'string' || typeof epoch.startedUs !== 'number' || !isTotals(totals)) {
    throw new StreamVizError('STATE_INVALID', 'The totals of a saved session are none.');
  }
  const { id, startedUs } = epoch;
  return { epoch: { id, startedUs }, totals };
}

function parsed(json: string): Partial<PlainTotals> & { readonly epoch?: Partial<EpochMark> } {
  try {
    return Object(JSON.parse(json));
  } catch (cause) {
    throw new StreamVizError('STATE_INVALID', 'The totals of a saved session are no JSON.', { cause });
  }
}

const isTotals = (input: Partial<PlainTotals>): input is PlainTotals =>
  typeof input.samplesTotal === 'number' &&
  typeof input.documentRevision === 'number' &&
  typeof input.tables === 'object' &&
  input.tables !== null &&
  typeof input.stats === 'object' &&
  input.document !== undefined;
