import { answer, PAST_UNREADABLE, problems } from '../answers.ts';
import { query, RANGE, REFRESH } from '../parameters.ts';
import type { PathPart } from '../path-part.ts';
import { count, flag, list, named, number, object, oneOfTexts, orNull, text, texts } from '../schema.ts';

const SOURCE = text('`raw`, or the length of the cells, such as `10s`');
const NOTE = text('Empty where the number is exact; else of `rebuilt`, `approximate`, `sketched`, `at least`');

const AGGREGATIONS = [
  ...['avg', 'sum', 'min', 'max', 'count', 'first', 'last', 'rate', 'increase', 'delta'],
  ...['stddev', 'variance', 'range', 'distinct', 'median'],
].map((name) => `\`${name}\``);

const CODES = {
  400: ['PARAMETER_MISSING', 'PARAMETER_INVALID', 'AGGREGATION_UNKNOWN', 'RANGE_EMPTY', 'AXIS_MIXED'],
  404: ['METRIC_UNKNOWN', 'SESSION_UNKNOWN'],
  406: ['NOT_ACCEPTABLE'],
  413: ['LIMIT_ROWS', 'LIMIT_SAMPLES', 'LIMIT_SERIES'],
  503: PAST_UNREADABLE,
} as const;

/** Samples of a metric, or one number for each step. */
export const QUERY_PART: PathPart = {
  path: '/api/query',
  item: {
    get: {
      operationId: 'query',
      summary: 'Samples of a metric, or one number for each step',
      description:
        'Neither `step` nor `aggregation`: each sample as it was sent. `step` alone: averages, of a counter the increase per second. Both: that number for each step that holds samples. `aggregation` alone: one number for the whole range.',
      parameters: [
        query('metric', 'Name', { required: true, example: 'cpu' }),
        query('session', 'Only this session. Default: all that have the metric'),
        query('labels', 'JSON object: only series with all of these labels', { example: '{"host":"a"}' }),
        ...RANGE,
        query('step', 'Length of a row: a duration, seconds, or steps; rows are aligned to 1970', { example: '1m' }),
        query('aggregation', `How a row becomes a number: ${AGGREGATIONS.join(', ')}, or a quantile such as \`p95\``, {
          example: 'p95',
        }),
        query('by', 'Labels with commas between them: series that agree in them are one line', { example: 'host' }),
        REFRESH,
        query('format', 'Default: what `Accept` prefers', { schema: oneOfTexts(['json', 'csv', 'arrow']) }),
      ],
      responses: {
        200: answer('Lines with their rows', {
          'application/json': named('QueryAnswer'),
          'text/csv': text('RFC 4180 with a header; one row each'),
          'application/vnd.apache.arrow.stream': {},
        }),
        ...problems(CODES),
      },
    },
  },
  schemas: {
    QueryAnswer: object({
      metric: text(),
      axis: named('Axis'),
      start: named('Time'),
      end: named('Time'),
      step: orNull(number('Seconds, or steps')),
      aggregation: orNull(text()),
      by: orNull(list(text())),
      lines: list(named('QueryLine')),
    }),
    QueryLine: object({
      session: orNull(text('null where series of several sessions are merged')),
      labels: texts(),
      parts: list(
        object({ start: named('Time'), end: named('Time'), source: SOURCE, count: count('Finite samples') }),
        'Which stretch is made from what',
      ),
      time: list(named('Time'), 'Start of each row'),
      end: list(named('Time'), 'End of each row'),
      value: list(named('Value')),
      count: list(count(), 'Finite samples of each row'),
      final: list(flag(), 'A sample at or after the end has come'),
      source: list(SOURCE),
      note: list(NOTE),
    }),
  },
};
