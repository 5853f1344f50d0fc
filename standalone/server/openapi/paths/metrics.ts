import { answer, json, PAST_UNREADABLE, problems } from '../answers.ts';
import { REFRESH } from '../parameters.ts';
import type { PathPart } from '../path-part.ts';
import { count, list, named, object, oneOfTexts, orNull, text } from '../schema.ts';

const LABELS = {
  type: 'object',
  additionalProperties: object({ count: count('Different values'), values: list(text(), 'The first 100 of them') }),
  description: 'Values of each label',
} as const;

const METRIC = object(
  {
    session: text(),
    name: text(),
    kind: oneOfTexts(['metric', 'counter', 'gauge']),
    unit: orNull(text()),
    title: text(),
    axis: named('Axis'),
    widgets: list(text(), 'Ids of the widgets that show it'),
    lines: count('Series'),
    samples: orNull(count('Finite samples so far; null where only the history file has them')),
    labels: LABELS,
    first: named('Time'),
    last: named('Time'),
    firstTime: orNull(text('ISO 8601 in UTC; not on a step axis')),
    lastTime: orNull(text('ISO 8601 in UTC; not on a step axis')),
  },
  ['firstTime', 'lastTime'],
);

/** What the sessions have, and what the server says of itself. */
export const METRICS_PARTS: readonly PathPart[] = [
  {
    path: '/api/metrics',
    item: {
      get: {
        operationId: 'listMetrics',
        summary: 'Names of all sessions',
        parameters: [REFRESH],
        responses: {
          200: json('All metrics and tables', named('MetricList')),
          ...problems({ 400: ['PARAMETER_INVALID'], 503: PAST_UNREADABLE }),
        },
      },
    },
    schemas: {
      MetricList: object({
        metrics: list(METRIC),
        tables: list(object({ session: text(), id: text(), rows: count(), columns: list(text()) })),
      }),
    },
  },
  {
    path: '/metrics',
    item: {
      get: {
        operationId: 'serverMetrics',
        summary: 'What the server says of itself, for Prometheus',
        description:
          'Text of the form that `Accept` prefers. A server ends after its `linger` however often it is asked.',
        responses: {
          200: answer('Metrics', { 'text/plain': text(), 'application/openmetrics-text': text() }),
          ...problems(),
        },
      },
    },
  },
];
