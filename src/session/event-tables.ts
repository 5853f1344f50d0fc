import type { EventsOptions } from '../dashboard/events-spec.ts';

/**
 * Tables of one `events` widget, by its name. No widget has such an id: its kind would be `events.block`.
 *
 * | table | rows |
 * |---|---|
 * | `events:NAME` | one: what the producer counted |
 * | `events.block:START:NAME` | the panes that begin in one block of time, START in us; each heals within its own limit |
 * | `events.recent:NAME` | the newest raw events |
 */
const BLOCK = 'events.block:';
const RECENT = 'events.recent:';
/** Column that names a pane, the key of a block. */
export const PANE_COLUMN = 'pane';
/** Blocks in `keepUs`. */
const BLOCKS = 6;

export function recentTable(name: string): string {
  return RECENT + name;
}

export function blockTable(name: string, startUs: number): string {
  return `${BLOCK}${startUs}:${name}`;
}

export function isBlockTable(id: string): boolean {
  return id.startsWith(BLOCK);
}

/** Length of a block, us: a sixth of what is kept, in whole panes. */
export function blockLengthUs({ perUs, keepUs }: Pick<EventsOptions, 'perUs' | 'keepUs'>): number {
  return Math.ceil(Math.ceil(keepUs / BLOCKS) / perUs) * perUs;
}

/** Starts of the blocks that hold `[fromUs, toUs]`, ascending. */
export function blockStarts(fromUs: number, toUs: number, lengthUs: number): number[] {
  const starts: number[] = [];
  for (let start = Math.floor(fromUs / lengthUs) * lengthUs; start <= toUs; start += lengthUs) starts.push(start);
  return starts;
}
