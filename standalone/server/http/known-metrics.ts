import { nearestName } from '../../../src/core/windows/nearest-name.ts';
import type { DashboardDocument } from '../../../src/dashboard/document.ts';
import type { WidgetSpec } from '../../../src/dashboard/widget-specs.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import type { LiveSession } from '../hub/session-hub.ts';
import { HttpProblem } from './http-problem.ts';

/** The series of a name in one session. */
export interface MetricSeries {
  readonly session: LiveSession;
  readonly series: readonly SeriesState[];
}

export type Sessions = ReadonlyMap<string, LiveSession>;

/** The widgets that show a name as numbers. */
export function widgetsOf(
  document: DashboardDocument | null,
  name: string,
): readonly (WidgetSpec & { readonly kind: 'metric' | 'gauge' })[] {
  return (document?.widgets ?? []).flatMap((widget) =>
    (widget.kind === 'metric' || widget.kind === 'gauge') && widget.name === name ? [widget] : [],
  );
}

/** Whether a name's values are totals of a counter. */
export function isCounter(document: DashboardDocument | null, name: string): boolean {
  return widgetsOf(document, name).some(({ options }) => options.window?.counter === true);
}

/**
 * The session of a name.
 *
 * @throws HttpProblem 404 `SESSION_UNKNOWN` with the nearest one
 */
export function sessionNamed(sessions: Sessions, name: string): LiveSession {
  const found = sessions.get(name);
  if (found !== undefined) return found;
  throw unknown('SESSION_UNKNOWN', 'session', name, [...sessions.keys()]);
}

/** A session by its name or by its place (from 0); a name that is a number comes first. @throws HttpProblem 404 */
export function sectionNamed(sessions: Sessions, section: string): LiveSession {
  const byPlace = /^\d{1,4}$/.test(section) ? [...sessions.values()][Number(section)] : undefined;
  return sessions.get(section) ?? byPlace ?? sessionNamed(sessions, section);
}

/**
 * The series of a metric that have all of the labels, session by session.
 *
 * A metric that a document declares and that has no samples yet gives none.
 * @throws HttpProblem 404 `METRIC_UNKNOWN`, `SESSION_UNKNOWN`, each with the nearest name
 */
export function seriesOf(
  sessions: Sessions,
  wanted: { readonly metric: string; readonly session: string | null; readonly labels: ReadonlyMap<string, string> },
): readonly MetricSeries[] {
  const chosen = wanted.session === null ? [...sessions.values()] : [sessionNamed(sessions, wanted.session)];
  const found: MetricSeries[] = [];
  let isKnown = false;
  for (const session of chosen) {
    const { data } = session.store;
    const named = [...data.series.values()].filter(({ name }) => name === wanted.metric);
    if (named.length > 0 || widgetsOf(data.document, wanted.metric).length > 0) isKnown = true;
    const series = named.filter((one) => hasLabels(one, wanted.labels));
    if (series.length > 0) found.push({ session, series });
  }
  if (isKnown) return found;
  throw unknown('METRIC_UNKNOWN', 'metric', wanted.metric, metricNames(chosen));
}

/** Whether a series has all of these labels with these values. */
export function hasLabels({ labels }: Pick<SeriesState, 'labels'>, wanted: ReadonlyMap<string, string>): boolean {
  for (const [name, value] of wanted)
    if (!labels.some((label) => label[0] === name && label[1] === value)) return false;
  return true;
}

/** Every name that has series, or widgets of numbers. */
export function metricNames(sessions: Iterable<LiveSession>): readonly string[] {
  const names = new Set<string>();
  for (const { store } of sessions) {
    for (const { name } of store.data.series.values()) names.add(name);
    for (const { kind, name } of store.document?.widgets ?? [])
      if (kind === 'metric' || kind === 'gauge') names.add(name);
  }
  return [...names];
}

/** @throws always: 404 with the nearest of the known names */
function unknown(code: string, what: string, name: string, known: readonly string[]): HttpProblem {
  const nearest = known.length === 0 ? null : nearestName(name, known);
  const advice = nearest === null ? `there is no ${what} yet` : `did you mean ${nearest}?`;
  return new HttpProblem(404, code, `unknown ${what} ${name}; ${advice}`, { details: { [what]: name, nearest } });
}

/** The problem of a widget that a document does not have. */
export function unknownWidget(id: string, known: readonly string[]): HttpProblem {
  return unknown('WIDGET_UNKNOWN', 'widget', id, known);
}
