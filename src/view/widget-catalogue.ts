import type { WidgetSpec } from '../dashboard/widget-specs.ts';
import type { CreateWidget } from './widget-view.ts';
import { createEvents } from './widgets/events.ts';
import { createGauge } from './widgets/gauge.ts';
import { createMetric } from './widgets/metric.ts';
import { createTable } from './widgets/table.ts';

/** Builds the widgets of each kind this version knows. */
export type WidgetCatalogue = Readonly<Record<Exclude<WidgetSpec['kind'], 'unknown'>, CreateWidget>>;

export const WIDGET_CATALOGUE: WidgetCatalogue = {
  metric: createMetric,
  gauge: createGauge,
  table: createTable,
  events: createEvents,
};
