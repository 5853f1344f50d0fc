/** What the server says of itself to every viewer. */
export interface ViewerFace {
  /** Name of this life of the server. */
  readonly serverId: string;
  readonly version: string;
  readonly title: string | null;
  /** Options of the page: theme, favicon, logo, autoRefreshMs, defaultRangeUs, timezone. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Who is logged in at this viewer; null where nobody is. Default: nobody. */
  readonly user?: string | null;
}
