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

/** What is known of the epochs before one. */
interface Earlier {
  /** No sample of theirs is later, us; -Infinity: there is none. */
  readonly earlierUs: number;
}

/** The totals as JSON. */
export function savedTotals(
  { epoch, samplesTotal, documentRevision, tables, stats, document }: SessionTotals,
  { earlierUs }: Earlier,
): string {
  const earlier = Number.isFinite(earlierUs) ? earlierUs : null;
  return JSON.stringify({ epoch, samplesTotal, documentRevision, tables, stats, document, earlier });
}

/** What {@link savedTotals} wrote. @throws StreamVizError `STATE_INVALID` where it is something else */
export function readTotals(json: string): Earlier & { readonly epoch: EpochMark; readonly totals: PlainTotals } {
  const { epoch, earlier, ...totals } = parsed(json);
  if (typeof epoch?.id !== 'string' || typeof epoch.startedUs !== 'number' || !isTotals(totals)) {
    throw new StreamVizError('STATE_INVALID', 'The totals of a saved session are none.');
  }
  const { id, startedUs } = epoch;
  // One that was saved without: by the clock the epochs before were over when it began.
  const earlierUs = typeof earlier === 'number' ? earlier : earlier === null ? Number.NEGATIVE_INFINITY : startedUs;
  return { epoch: { id, startedUs }, totals, earlierUs };
}

function parsed(json: string): Partial<PlainTotals> & {
  readonly epoch?: Partial<EpochMark>;
  readonly earlier?: unknown;
} {
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
