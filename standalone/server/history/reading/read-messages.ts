import type { ListedSeries, SeriesColumns, SeriesRequest } from './series-request.ts';

/** What the server's thread asks the worker that reads. */
export type ReadQuestion =
  | { readonly kind: 'list'; readonly name: string | null }
  | { readonly kind: 'read'; readonly requests: readonly SeriesRequest[] };
export type ReadRequest = { readonly id: number } & ReadQuestion;

/** What it answers; in any order. */
export type ReadAnswer =
  | { readonly id: number; readonly kind: 'list'; readonly series: readonly ListedSeries[] }
  | { readonly id: number; readonly kind: 'read'; readonly columns: readonly (SeriesColumns | null)[] }
  | { readonly id: number; readonly kind: 'failed'; readonly code: string; readonly message: string };
