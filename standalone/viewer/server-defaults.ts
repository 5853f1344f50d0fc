import type { PageRange } from '../../src/view/dashboard/view-controls.ts';
import { REFRESHES } from './ranges.ts';
import { THEMES, type ThemeChoice } from './url-state.ts';

/** What the server says a page looks like where its link says nothing. */
export interface ServerDefaults {
  readonly theme: ThemeChoice;
  readonly range: PageRange;
  readonly refreshMs: number;
  readonly timezone: string | null;
  /** Addresses on the page's own server; null for none. */
  readonly favicon: string | null;
  readonly logo: string | null;
}

/** The options of a greeting; what is missing or wrong is as if nobody had set it. A range of null is everything that is held. */
export function serverDefaults(options: Readonly<Record<string, unknown>>): ServerDefaults {
  const { theme, defaultRangeUs, autoRefreshMs, timezone, favicon, logo } = options;
  return {
    theme: THEMES.find((name) => name === theme) ?? 'auto',
    range: defaultRangeUs === null ? 'all' : isLength(defaultRangeUs) ? defaultRangeUs : 'own',
    refreshMs: isLength(autoRefreshMs) ? nearestRefresh(autoRefreshMs) : 0,
    timezone: isZone(timezone) ? timezone : null,
    favicon: isThere(favicon) ? 'favicon' : null,
    logo: isThere(logo) ? 'logo' : null,
  };
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

/** The offered rate that is nearest to what was asked for, so that the menu shows it. */
function nearestRefresh(ms: number): number {
  return REFRESHES.reduce((best, each) => (Math.abs(each.ms - ms) < Math.abs(best - ms) ? each.ms : best), 0);
}

function isZone(value: unknown): value is string {
  if (typeof value !== 'string' || value === '') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    // An unknown zone: the viewer's own is used.
    return false;
  }
}

/** Whatever a server says of a picture, it is only ever taken from the page's own server. */
function isThere(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value !== '');
}
