import type { SeriesState } from '../../../src/session/series-state.ts';
import type { ListedSeries } from '../history/reading/series-request.ts';
import { isCounter, metricNames, type Sessions, widgetsOf } from './known-metrics.ts';
import { isoText, secondsOf } from './time-text.ts';

/** Values of one label that are listed; `values` tells how many there are. */
const MOST_VALUES = 100;

/**
 * The answer of `/api/metrics`: every name of each session with its kind, unit, labels, first and last time; then what only the
 * disk has, such as of earlier runs or on another axis, whose number of samples is not known (null).
 *
 * Times are seconds since 1970 and ISO 8601; on a step axis they are steps. O(series).
 *
 * @param stored The series that the disk has.
 */
export function metricList(sessions: Sessions, stored: readonly ListedSeries[]): Record<string, unknown> {
  const past = byPlace(stored);
  const metrics: Record<string, unknown>[] = [];
  const tables: Record<string, unknown>[] = [];
  for (const session of sessions.values()) {
    const { store } = session;
    const byName = new Map<string, SeriesState[]>(metricNames([session]).map((name) => [name, []]));
    for (const series of store.data.series.values()) byName.get(series.name)?.push(series);
    for (const [name, series] of byName) {
      const widgets = widgetsOf(store.document, name);
      const axis = series[0]?.axis ?? widgets[0]?.options.axis ?? 'time';
      const place = placeOf({ session: session.session, name, axis });
      const before = past.get(place) ?? [];
      past.delete(place);
      const lines = new Set([...series, ...before].map(({ labels }) => JSON.stringify(labels)));
      metrics.push({
        session: session.session,
        name,
        kind: isCounter(store.document, name) ? 'counter' : (widgets[0]?.kind ?? 'metric'),
        unit: widgets[0]?.options.unit ?? null,
        title: widgets[0]?.options.title ?? name,
        axis,
        widgets: widgets.map(({ id }) => id),
        lines: lines.size,
        samples: series.reduce((sum, { n }) => sum + n, 0),
        labels: labelsOf([...series, ...before]),
        ...timesOf([...series, ...before], axis),
      });
    }
    for (const [id, table] of store.data.tables) {
      tables.push({
        session: session.session,
        id,
        rows: table.rowCount,
        columns: table.columns.map(({ name }) => name),
      });
    }
  }
  for (const series of past.values()) {
    const { session, name, axis } = series[0]!;
    metrics.push({
      ...{ session, name, kind: 'metric', unit: null, title: name, axis, widgets: [] },
      ...{ lines: series.length, samples: null, labels: labelsOf(series), ...timesOf(series, axis) },
    });
  }
  return { metrics, tables };
}

/** A series of the disk, as those of memory are read. */
type PastSeries = Pick<ListedSeries, 'session' | 'name' | 'axis'> &
  Pick<SeriesState, 'labels' | 'firstTimeUs' | 'lastTimeUs'>;

const placeOf = ({ session, name, axis }: Pick<ListedSeries, 'session' | 'name' | 'axis'>): string =>
  JSON.stringify([session, name, axis]);

/** The series by session, name and axis: steps and times have no range in common. */
function byPlace(stored: readonly ListedSeries[]): Map<string, PastSeries[]> {
  const past = new Map<string, PastSeries[]>();
  for (const { session, name, axis, labels, firstUs: firstTimeUs, lastUs: lastTimeUs } of stored) {
    const pairs = JSON.parse(labels) as SeriesState['labels'];
    const one = { session, name, axis, labels: pairs, firstTimeUs, lastTimeUs };
    const held = past.get(placeOf(one));
    if (held === undefined) past.set(placeOf(one), [one]);
    else held.push(one);
  }
  return past;
}

function labelsOf(series: readonly Pick<SeriesState, 'labels'>[]): Record<string, unknown> {
  const values = new Map<string, Set<string>>();
  for (const { labels } of series) {
    for (const [name, value] of labels) {
      const held = values.get(name);
      if (held === undefined) values.set(name, new Set([value]));
      else held.add(value);
    }
  }
  const entries = [...values].map(([name, all]) => [name, { count: all.size, values: [...all].slice(0, MOST_VALUES) }]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function timesOf(
  series: readonly Pick<SeriesState, 'firstTimeUs' | 'lastTimeUs'>[],
  axis: 'time' | 'step',
): Record<string, unknown> {
  let firstUs = Number.NaN;
  let lastUs = Number.NaN;
  for (const { firstTimeUs, lastTimeUs } of series) {
    if (!(firstUs <= firstTimeUs)) firstUs = firstTimeUs;
    if (!(lastUs >= lastTimeUs)) lastUs = lastTimeUs;
  }
  if (axis === 'step') return { first: stepOrNull(firstUs), last: stepOrNull(lastUs) };
  return {
    first: secondsOf(firstUs),
    last: secondsOf(lastUs),
    firstTime: Number.isNaN(firstUs) ? null : isoText(firstUs),
    lastTime: Number.isNaN(lastUs) ? null : isoText(lastUs),
  };
}

const stepOrNull = (step: number): number | null => (Number.isNaN(step) ? null : step);
