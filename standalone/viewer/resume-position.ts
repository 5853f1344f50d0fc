import type { EpochStore } from '../../src/session/epoch-store.ts';
import type { ResumePosition } from '../../src/transport/socket.ts';

/** Where a store stands. It names its document where every series and table is the producer's as of its message. */
export function positionOf({ epochId: epoch, seq, data }: EpochStore): ResumePosition {
  const isSound = [...data.series.values()].every(({ exact }) => exact) && [...data.tables.values()].every(isWhole);
  return { epoch, seq, ...(isSound && data.complete ? { document: data.document?.revision ?? 0 } : {}) };
}

const isWhole = ({ complete }: { readonly complete: boolean }): boolean => complete;
