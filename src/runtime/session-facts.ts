import type { SessionFacts } from '../registry.ts';
import type { EpochStore } from '../session/epoch-store.ts';
import { versionNotice } from './version-notice.ts';

/** What facts depend on: a message that changes any other thing of a store has another number. */
type Basis = readonly unknown[];
const held = new WeakMap<EpochStore, { readonly basis: Basis; readonly facts: SessionFacts }>();

/**
 * The facts of a store; null where nothing was heard yet. The same object while nothing changed, however many ask: O(series) after
 * a message, else O(1).
 *
 * @param version The producer's package version where the document does not say it.
 * @param runtime Version of the code that draws.
 */
export function sessionFacts(store: EpochStore | null, version: string | null, runtime: string): SessionFacts | null {
  if (store === null) return null;
  const { epochId, status, seq, document, problem } = store;
  if (status === 'waiting' && problem === null) return null;
  const producer = document?.version ?? version;
  const basis: Basis = [epochId, status, seq, document, problem, producer, runtime];
  const last = held.get(store);
  if (last?.basis.every((value, i) => value === basis[i])) return last.facts;
  const facts = readFacts(store, producer, runtime);
  held.set(store, { basis, facts });
  return facts;
}

function readFacts(store: EpochStore, producer: string | null, runtime: string): SessionFacts {
  const { session, epochId, status, seq, document } = store;
  const problem = store.problem ?? versionNotice(producer, runtime);
  return {
    session,
    epoch: epochId,
    status,
    seq,
    version: producer,
    views: (document?.views ?? []).map(({ id, cell, widgets }) => ({ id, cell, widgets })),
    problem: problem === null ? null : { code: problem.code, message: problem.message },
    complete: isComplete(store),
  };
}

/** Everything that is shown is proved to be the producer's as of the newest message. */
function isComplete({ status, data }: EpochStore): boolean {
  if (status === 'waiting' || data.document === null || !data.complete) return false;
  for (const series of data.series.values()) if (!series.exact) return false;
  for (const table of data.tables.values()) if (!table.exact) return false;
  return true;
}
