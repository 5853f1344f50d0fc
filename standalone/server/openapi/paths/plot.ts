import { json, problems } from '../answers.ts';
import { inPath, query, RANGE, REFRESH, SECTION } from '../parameters.ts';
import type { PathPart } from '../path-part.ts';
import { anything, count, flag, list, named, object, oneOfTexts, orNull, type Schema, text, texts } from '../schema.ts';

const HEAD = {
  session: text(),
  id: text(),
  name: text(),
  title: text(),
  seq: count('Number of the newest message'),
  problems: named('WidgetProblems'),
} as const;

const withKind = (kind: Schema, more: Readonly<Record<string, Schema>>): Schema => object({ ...HEAD, kind, ...more });
const counts = (...names: readonly string[]): Schema =>
  object(Object.fromEntries(names.map((name) => [name, count()] as const)));

const LINE_HEAD = {
  labels: texts(),
  exact: flag('Its counts are those of its producer'),
  counters: counts('folded', 'late', 'invalid', 'missing', 'expired'),
  window: object({
    aggregation: text(),
    counters: counts('late', 'dropped', 'missing', 'invalid', 'outOfOrder'),
    open: orNull(object({ start: named('Time'), end: named('Time'), value: named('Value'), count: count() })),
    note: text(),
  }),
  lastTime: named('Time'),
  lastValue: named('Value'),
} as const;

const TABLE = {
  columns: list(object({ name: text(), type: oneOfTexts(['datetime', 'number', 'text', 'bool']) })),
  rows: list(list(anything('A cell: text, number, true, false or null; a time is ISO 8601')), 'The newest 10,000'),
  total: count('Rows so far'),
  exact: flag('These are the rows its producer has'),
  omitted: count('Rows that are held and not listed'),
} as const;

/** What one widget shows. */
export const PLOT_PART: PathPart = {
  path: '/api/plot/{section}/{id}',
  item: {
    get: {
      operationId: 'plot',
      summary: 'What one widget shows',
      parameters: [
        SECTION,
        inPath('id', 'Id of a widget, such as `metric:cpu`'),
        query('width', 'Pixels', { schema: { type: 'integer', minimum: 1, maximum: 8192, default: 1024 } }),
        ...RANGE,
        REFRESH,
      ],
      responses: {
        200: json('Lines, newest values, or rows', named('Plot')),
        ...problems({ 400: ['PARAMETER_INVALID', 'RANGE_EMPTY'], 404: ['SESSION_UNKNOWN', 'WIDGET_UNKNOWN'] }),
      },
    },
  },
  schemas: {
    Plot: {
      oneOf: ['PlotLines', 'PlotGauge', 'PlotTable', 'PlotEvents', 'PlotUnknown'].map(named),
      discriminator: {
        propertyName: 'kind',
        mapping: { metric: 'PlotLines', gauge: 'PlotGauge', table: 'PlotTable', events: 'PlotEvents' },
      },
    },
    PlotLines: withKind(oneOfTexts(['metric']), {
      unit: orNull(text()),
      axis: named('Axis'),
      start: named('Time'),
      end: named('Time'),
      width: count('Pixels'),
      omitted: count('Lines beyond the first 1,000'),
      lines: list(named('PlotLine')),
    }),
    PlotLine: object(
      {
        ...LINE_HEAD,
        mode: oneOfTexts(['points', 'columns'], 'Each sample; or mean, smallest and largest of each pixel column'),
        time: list(named('Time')),
        value: list(named('Value')),
        min: list(named('Value'), 'Of columns'),
        max: list(named('Value'), 'Of columns'),
        breaks: list(count(), 'No line leads to these entries'),
        gaps: list(list(named('Time')), 'Start and end of what is known to be missing'),
      },
      ['window', 'min', 'max'],
    ),
    PlotGauge: withKind(oneOfTexts(['gauge']), {
      unit: orNull(text()),
      axis: named('Axis'),
      min: named('Value'),
      max: named('Value'),
      lines: list(object(LINE_HEAD, ['window'])),
    }),
    PlotTable: withKind(oneOfTexts(['table']), TABLE),
    PlotEvents: withKind(oneOfTexts(['events']), { ...TABLE, recent: object(TABLE) }),
    PlotUnknown: withKind(oneOfTexts(['unknown']), {}),
  },
};
