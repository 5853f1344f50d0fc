import type { SeriesState } from '../../../src/session/series-state.ts';
import { isCounter, metricNames, type Sessions, widgetsOf } from './known-metrics.ts';
import { isoText, secondsOf } from './time-text.ts';

/** Values of one label that are listed; `values` tells how many there are. */
const MOST_VALUES = 100;

/**
 * The answer of `/api/metrics`: every name of each session with its kind, unit, labels, first and last time.
 *
 * Times are seconds since 1970 and ISO 8601; on a step axis they are steps. O(series).
 */
export function metricList(sessions: Sessions): Record<string, unknown> {
  const metrics: Record<string, unknown>[] = [];
  const tables: Record<string, unknown>[] = [];
  for (const session of sessions.values()) {
    const { store } = session;
    const byName = new Map<string, SeriesState[]>(metricNames([session]).map((name) => [name, []]));
    for (const series of store.data.series.values()) byName.get(series.name)?.push(series);
    for (const [name, series] of byName) {
      const widgets = widgetsOf(store.document, name);
      const axis = series[0]?.axis ?? widgets[0]?.options.axis ?? 'time';
      metrics.push({
        session: session.session,
        name,
        kind: isCounter(store.document, name) ? 'counter' : (widgets[0]?.kind ?? 'metric'),
        unit: widgets[0]?.options.unit ?? null,
        title: widgets[0]?.options.title ?? name,
        axis,
        widgets: widgets.map(({ id }) => id),
        lines: series.length,
        samples: series.reduce((sum, { n }) => sum + n, 0),
        labels: labelsOf(series),
        ...timesOf(series, axis),
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
  return { metrics, tables };
}

function labelsOf(series: readonly SeriesState[]): Record<string, unknown> {
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

function timesOf(series: readonly SeriesState[], axis: 'time' | 'step'): Record<string, unknown> {
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
