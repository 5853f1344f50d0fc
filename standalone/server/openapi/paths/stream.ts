import { answer, problems } from '../answers.ts';
import { query } from '../parameters.ts';
import type { PathPart } from '../path-part.ts';
import { text } from '../schema.ts';

/** Every message as it comes. */
export const STREAM_PART: PathPart = {
  path: '/api/stream',
  item: {
    get: {
      operationId: 'stream',
      summary: 'Every message as server-sent events',
      description:
        'A session begins with `resumed` and, unless it was recovered, one `snapshot`; then each message is a `batch`. Others are `session`, `removed` and `error`. Fields are those of docs/protocol.md.',
      parameters: [
        query('session', 'Only this session'),
        query('width', 'Pixels that a snapshot is made for', {
          schema: { type: 'integer', minimum: 1, maximum: 8192, default: 1024 },
        }),
        query('range', 'Time that a snapshot is made for: a duration or `all`'),
        query('last_event_id', 'As the header `Last-Event-ID`'),
        {
          ...{ name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } },
          description: 'Goes on behind this event: all that was missed, in order, or a snapshot; never a part',
        },
      ],
      responses: {
        200: answer('Events, until one side ends it', { 'text/event-stream': text() }),
        ...problems({ 400: ['PARAMETER_INVALID'], 503: ['LIMIT_VIEWERS'] }),
      },
    },
  },
};
