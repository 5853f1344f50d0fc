import type { TimeSpan } from '../../src/session/session-view.ts';
import type { PageRange } from '../../src/view/dashboard/view-controls.ts';
import { lengthCode, parseLength, RANGES, REFRESHES } from './ranges.ts';

export type ThemeChoice = 'light' | 'dark' | 'auto';
export const THEMES: readonly ThemeChoice[] = ['light', 'dark', 'auto'];

/** What of a view a link holds. Null: not chosen, the server's default stands. */
export interface LinkedView {
  readonly range: PageRange | null;
  readonly span: TimeSpan | null;
  readonly refreshMs: number | null;
  readonly theme: ThemeChoice | null;
  readonly pausedAtUs: number | null;
  readonly search: string;
  readonly kiosk: boolean;
}

export const PLAIN_VIEW: LinkedView = {
  range: null,
  span: null,
  refreshMs: null,
  theme: null,
  pausedAtUs: null,
  search: '',
  kiosk: false,
};

const NAMES = ['range', 'from', 'to', 'refresh', 'theme', 'paused', 'q', 'kiosk'] as const;
/** Never stays in the address: whoever sees the screen would have it. */
const SECRET = 'token';
const LEAST_TIME_US = 0;
const MOST_TIME_US = 4e15;
const MOST_SEARCH = 200;

/**
 * The view a link asks for. What is unknown or wrong is left out and said in `notes`, one sentence each; parameters of
 * others are not looked at.
 */
export function parseView(query: string): { readonly view: LinkedView; readonly notes: readonly string[] } {
  const given = new URLSearchParams(query);
  const notes: string[] = [];
  const read = <T>(name: (typeof NAMES)[number], expected: string, parse: (text: string) => T | null): T | null => {
    const text = given.get(name);
    if (text === null || text === '') return null;
    const value = parse(text);
    if (value === null) notes.push(`The link's ${name}=${text.slice(0, 40)} is not ${expected}; it is left out.`);
    return value;
  };
  const range = read('range', 'a length such as 15m, 24h or all', parseRange);
  const from = read('from', 'a time such as 2026-03-03T14:00:00Z', parseTime);
  const to = read('to', 'a time such as 2026-03-03T14:15:00Z', parseTime);
  const refreshMs = read('refresh', `one of ${REFRESHES.map(({ code }) => code).join(', ')}`, parseRefresh);
  const theme = read('theme', 'light, dark or auto', (text) => THEMES.find((name) => name === text) ?? null);
  const pausedAtUs = read('paused', 'a time such as 2026-03-03T14:15:00Z', parseTime);
  const kiosk = given.get('kiosk');
  const hasBoth = from !== null && to !== null && from < to;
  if (!hasBoth && (from !== null || to !== null)) {
    notes.push('The link needs from= and to=, from before to; they are left out.');
  }
  return {
    view: {
      range,
      span: hasBoth ? { startUs: from, endUs: to } : null,
      refreshMs,
      theme,
      pausedAtUs,
      search: (given.get('q') ?? '').slice(0, MOST_SEARCH),
      kiosk: kiosk !== null && kiosk !== '0' && kiosk !== 'false',
    },
    notes,
  };
}

/**
 * The query that leads to a view, with a leading `?` or empty: what is default is left out, parameters of others stay,
 * a token goes. `parseView(viewQuery(view, ''))` equals `view`, times to the ms.
 */
export function viewQuery(view: LinkedView, query: string): string {
  const out = new URLSearchParams(query);
  for (const name of [...NAMES, SECRET]) out.delete(name);
  const put = (name: (typeof NAMES)[number], value: string | null): void => {
    if (value !== null) out.set(name, value);
  };
  put('range', view.range === null ? null : rangeCode(view.range));
  put('from', view.span === null ? null : timeCode(view.span.startUs));
  put('to', view.span === null ? null : timeCode(view.span.endUs));
  put('refresh', view.refreshMs === null ? null : refreshCode(view.refreshMs));
  put('theme', view.theme);
  put('paused', view.pausedAtUs === null ? null : timeCode(view.pausedAtUs));
  put('q', view.search === '' ? null : view.search);
  put('kiosk', view.kiosk ? '1' : null);
  // Colons are allowed in a query and make times readable.
  const text = out.toString().replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

function parseRange(text: string): PageRange | null {
  return RANGES.find(({ code }) => code === text)?.range ?? parseLength(text);
}

function rangeCode(range: PageRange): string {
  return typeof range === 'number' ? lengthCode(range) : range;
}

function parseRefresh(text: string): number | null {
  return REFRESHES.find(({ code }) => code === text)?.ms ?? null;
}

function refreshCode(ms: number): string {
  return REFRESHES.find((choice) => choice.ms === ms)?.code ?? 'live';
}

/** ISO 8601, or seconds since the Unix epoch. */
function parseTime(text: string): number | null {
  const isNumber = /^\d+(\.\d+)?$/.test(text);
  if (!isNumber && !/^\d{4}-\d\d-\d\d/.test(text)) return null;
  const us = isNumber ? Math.round(Number(text) * 1e6) : Date.parse(text) * 1000;
  return Number.isFinite(us) && us >= LEAST_TIME_US && us <= MOST_TIME_US ? us : null;
}

function timeCode(us: number): string {
  return new Date(Math.round(us / 1000)).toISOString().replace('.000Z', 'Z');
}
