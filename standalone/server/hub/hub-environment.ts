import type { ServerLimits } from '../limits.ts';

/** What the hub and its sockets need from outside; they have no clock and no timer of their own. */
export interface HubEnvironment {
  /** Local clock, us since the Unix epoch. */
  readonly now: () => number;
  /** Calls `run` once after `ms`; the returned function cancels it, twice is harmless. */
  readonly schedule: (run: () => void, ms: number) => () => void;
  readonly limits: ServerLimits;
}
