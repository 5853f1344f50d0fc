import { json, problems } from '../answers.ts';
import { query } from '../parameters.ts';
import type { PathPart } from '../path-part.ts';
import { count, list, named, number, object, oneOf, oneOfTexts, orNull, text } from '../schema.ts';

const ROW_CODES = [
  ...['ROW_INVALID', 'ROW_TOO_LARGE', 'JSON_INVALID', 'FIELD_UNKNOWN', 'METRIC_INVALID', 'VALUE_INVALID'],
  ...['TIME_INVALID', 'TIME_AHEAD', 'TIME_EXPIRED', 'LABELS_INVALID', 'LABELS_TOO_MANY', 'NAME_TOO_LONG'],
  ...['LIMIT_SERIES', 'LIMIT_SERIES_RATE'],
] as const;

const CODES = {
  400: ['PARAMETER_INVALID', 'HEADER_INVALID', 'JSON_INVALID', 'BODY_BROKEN', 'COLUMN_MISSING', 'COLUMN_TYPE']
    .concat(['ARROW_INVALID', 'ARROW_COMPRESSED', 'ARROW_ENDIANNESS', 'ARROW_FORMAT', 'ARROW_RANGE', 'ARROW_ROWS'])
    .concat(['ARROW_SCHEMA', 'ARROW_TRUNCATED']),
  409: ['REQUEST_RUNNING'],
  413: ['BODY_TOO_LARGE'],
  415: ['TYPE_UNKNOWN'],
  429: ['LIMIT_RATE'],
  503: ['LIMIT_SESSIONS', 'LIMIT_PRODUCERS'],
} as const;

/** Takes samples. */
export const INGEST_PART: PathPart = {
  path: '/api/ingest',
  item: {
    post: {
      operationId: 'ingest',
      summary: 'Takes samples',
      description: 'Once it is answered, a query sees the rows. A bad row is refused alone.',
      parameters: [
        query('session', 'Name of the session they go into', { schema: { type: 'string', default: 'http' } }),
        {
          ...{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,256}$' } },
          description: 'A request sent again under its key is answered again and changes nothing',
        },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: oneOf(named('IngestRow'), list(named('IngestRow'))) },
          'application/x-ndjson': { schema: { type: 'string', description: 'One row on each line' } },
          'application/vnd.apache.arrow.stream': {},
        },
      },
      responses: { 200: json('What became of the rows', named('IngestAnswer')), ...problems(CODES) },
    },
  },
  schemas: {
    IngestRow: {
      ...object(
        {
          metric: { type: 'string', minLength: 1 },
          value: orNull(number('null: a missing value')),
          time: oneOf(number('Seconds since 1970'), text('ISO 8601'), { type: 'null', description: 'Now' }),
          labels: {
            type: ['object', 'null'],
            additionalProperties: { type: ['string', 'number', 'boolean'] },
            description: 'What tells the series of a metric apart',
          },
        },
        ['time', 'labels'],
      ),
      additionalProperties: false,
    },
    IngestAnswer: object({
      accepted: count('Rows taken'),
      refused: list(
        object({ row: count('Place in the body, from 0'), code: oneOfTexts(ROW_CODES), message: text() }),
        'The first 100 rows that were not taken',
      ),
      refusedTotal: count('Rows not taken'),
      session: text(),
      epoch: text(),
      seq: count('Number of the newest message'),
    }),
  },
};
