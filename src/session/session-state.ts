import { isStreamVizError } from '../core/errors.ts';
import { flagIn, metaNumber, numberIn, stateInvalid, tableNamed, textIn } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import { decodeState, encodeState } from '../wire/state-arrow.ts';
import { EpochStore } from './epoch-store.ts';
import { SessionData } from './session-data.ts';
import { packTables, unpackTables } from './state-pack.ts';
import { partsOf, tablesUnder } from './state-parts.ts';

/*
 * One (session, epoch) as Arrow bytes and back: document, counts, samples, cells, windows and their results, tables and the
 * blocks of keyed events.
 *
 * 1. A restored store that is given the messages that come later holds what the saved one would hold, bit for bit.
 * 2. What belongs to a page or a connection is no part of it: listeners, zoomed spans, the problem shown, the estimate of the
 *    producer's clock (the next message makes it), when open windows were read, and windows that a server tells.
 * 3. Bytes that are no such state restore nothing: `STATE_INVALID`.
 */

const FORMAT = 1;
const COUNTS = ['received', 'applied', 'lost', 'doubled', 'stale', 'invalid', 'unknown'] as const;

/** As of a new store; session and epoch are those of the bytes. */
export type RestoreOptions = Omit<ConstructorParameters<typeof EpochStore>[0], 'session' | 'epochId' | 'data'>;

/** Arrow bytes of a store (`state-arrow.ts` says which): O(everything held). */
export function saveSession(store: EpochStore): Uint8Array {
  const { session, epochId, status, slow, messages } = store;
  const meta = {
    format: FORMAT,
    ...{ session, epochId, status, slow },
    goneAt: metaNumber(store.goneAtUs),
    round: metaNumber(store.roundMs),
    ...messages,
  };
  return encodeState(packTables([{ name: 'epoch', meta, columns: {} }, ...tablesUnder('data', store.data.save())]));
}

/**
 * The store of {@link saveSession}'s bytes.
 *
 * @throws StreamVizError `STATE_INVALID`
 */
export function restoreSession(bytes: Uint8Array, options: RestoreOptions): EpochStore {
  try {
    return fromTables(unpackTables(decodeState(bytes)), options);
  } catch (error) {
    // A key or a document that is none.
    throw isStreamVizError(error) && error.code !== 'STATE_INVALID' ? stateInvalid(error.message) : error;
  }
}

function fromTables(tables: readonly StateTable[], options: RestoreOptions): EpochStore {
  const table = tableNamed(tables, 'epoch');
  if (numberIn(table, 'format') !== FORMAT) throw stateInvalid(`it is of format ${numberIn(table, 'format')}`);
  const data = SessionData.restore(partsOf(tables).get('data') ?? [], options.limits);
  const store = new EpochStore({
    ...options,
    session: textIn(table, 'session'),
    epochId: textIn(table, 'epochId'),
    data,
  });
  store.status = statusIn(table);
  store.slow = flagIn(table, 'slow');
  store.goneAtUs = numberIn(table, 'goneAt');
  store.roundMs = numberIn(table, 'round');
  for (const name of COUNTS) store.messages[name] = numberIn(table, name);
  return store;
}

function statusIn(table: StateTable): EpochStore['status'] {
  const status = textIn(table, 'status');
  if (status === 'waiting' || status === 'live' || status === 'gone') return status;
  throw stateInvalid(`a session is ${status}`);
}
