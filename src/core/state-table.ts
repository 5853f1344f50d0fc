/**
 * The state of a store as plain columns: what a snapshot writes and a restored store starts from.
 *
 * A store's `save()` returns one table for each of its parts; `restore` of the same class takes them and behaves from then
 * on as if it had never stopped. Columns of one table have one length. Arrays are copies: neither side changes the other's.
 * `src/wire/state-arrow.ts` turns tables into Arrow bytes and back.
 */
export interface StateTable {
  /** Which part of the store this is; unique within one `save()`. */
  readonly name: string;
  /** Single values (options, counters, edges): JSON values; a number that is not finite is written as its text. */
  readonly meta: Readonly<Record<string, StateValue>>;
  readonly columns: Readonly<Record<string, StateColumn>>;
}

export type StateValue =
  | string
  | number
  | boolean
  | null
  | readonly StateValue[]
  | { readonly [key: string]: StateValue };

/** Numbers, texts, or one byte string per row (null: none). */
export type StateColumn = Float64Array | Uint8Array | Uint32Array | readonly string[] | readonly (Uint8Array | null)[];
