import { json, problems } from '../answers.ts';
import { REFRESH, SECTION } from '../parameters.ts';
import type { PathPart } from '../path-part.ts';
import { count, flag, list, named, number, object, orNull, text } from '../schema.ts';

/** What a session shows. */
export const DASHBOARD_PART: PathPart = {
  path: '/api/dashboard/{section}',
  item: {
    get: {
      operationId: 'dashboard',
      summary: 'What a session shows',
      parameters: [SECTION, REFRESH],
      responses: {
        200: json('Its widgets and its document', named('Dashboard')),
        ...problems({ 400: ['PARAMETER_INVALID'], 404: ['SESSION_UNKNOWN'] }),
      },
    },
  },
  schemas: {
    Dashboard: object({
      session: text(),
      name: text('What people call it'),
      connected: flag('Whether its producer is'),
      epoch: object({ id: text(), startedUs: number('When its producer began, us since 1970') }),
      seq: count('Number of the newest message'),
      title: orNull(text()),
      timezone: orNull(text()),
      problems: named('WidgetProblems'),
      widgets: list(
        object({
          id: text(),
          kind: text('`metric`, `gauge`, `table`, `events`, or one that this server does not know'),
          name: text(),
          title: text(),
          problems: named('WidgetProblems'),
        }),
      ),
      document: named('Document'),
    }),
  },
};
