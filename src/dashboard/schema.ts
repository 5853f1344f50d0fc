import { COLOR_NAMES } from './colors.ts';
import {
  CONFIGURE_OPTIONS,
  EVENTS_OPTIONS,
  GAUGE_OPTIONS,
  METRIC_OPTIONS,
  type OptionDefinitions,
  TABLE_OPTIONS,
} from './option-definitions.ts';
import { KNOWN_UNITS } from './units.ts';

/** Options by widget kind and Python name, as producers in other languages check them. */
export interface WidgetSchema {
  readonly version: 1;
  readonly widgets: Readonly<Record<'metric' | 'gauge' | 'table' | 'events', { readonly options: OptionDefinitions }>>;
  readonly configure: { readonly options: OptionDefinitions };
  readonly units: readonly string[];
  readonly colors: readonly string[];
}

/** The schema the build writes to `widget-schema.json`: plain JSON, the same at every call. */
export function widgetSchema(): WidgetSchema {
  return {
    version: 1,
    widgets: {
      metric: { options: METRIC_OPTIONS },
      gauge: { options: GAUGE_OPTIONS },
      table: { options: TABLE_OPTIONS },
      events: { options: EVENTS_OPTIONS },
    },
    configure: { options: CONFIGURE_OPTIONS },
    units: KNOWN_UNITS,
    colors: COLOR_NAMES,
  };
}
