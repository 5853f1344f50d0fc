import { json, openProblems, problems } from '../answers.ts';
import type { PathPart } from '../path-part.ts';
import { count, flag, list, named, number, object, oneOf, oneOfTexts, orNull, text } from '../schema.ts';

/** How a server is: as a person, as a program that restarts it, and as one that sends it work wants to know it. */
export const HEALTH_PARTS: readonly PathPart[] = [
  {
    path: '/api/health',
    item: {
      get: {
        operationId: 'health',
        summary: 'How the server is',
        description: 'Without a token `status` alone: that a server is here anybody may know.',
        security: [{}, { bearer: [] }],
        responses: {
          200: json('It answers', oneOf(named('Health'), named('Alive'))),
          ...problems(),
        },
      },
    },
    schemas: {
      Alive: { ...object({ status: oneOfTexts(['ok']) }), maxProperties: 1 },
      Health: object({
        status: oneOfTexts(['ok']),
        ready: flag('Whether it should be sent work'),
        reasons: list(named('Reason'), 'Why it should not'),
        version: text(),
        uptime: number('Seconds'),
        sessions: count('Sessions held'),
        viewers: count('Connected viewers, event streams included'),
        producers: count('Connected producers'),
        history: orNull(named('History')),
        pid: count('Number of its process'),
      }),
      History: object({
        state: oneOfTexts(
          ['on', 'failing', 'off'],
          'Everything is written; nothing can be, it is tried again; nothing is, until a new start',
        ),
        path: text('Of the file'),
        problem: orNull(named('Reason')),
        fileBytes: count('What the file holds'),
        waitingBytes: count('On their way to the disk'),
        keptMessages: count('On disk since the server began'),
        keptBytes: count(),
        droppedMessages: count('Left out because too much was on its way'),
        droppedSamples: count(),
        restoredSessions: count('Found at the start'),
        damagedMessages: count('Of those found, what could not be read'),
      }),
    },
  },
  {
    path: '/api/health/live',
    item: {
      get: {
        operationId: 'live',
        summary: 'Whether the server is alive',
        description: 'Where this does not answer, restarting helps. Asks for no token.',
        security: [{}],
        responses: { 200: json('It is', named('Alive')), ...openProblems() },
      },
    },
  },
  {
    path: '/api/health/ready',
    item: {
      get: {
        operationId: 'ready',
        summary: 'Whether the server should be sent work',
        description:
          '503 while it restores its history, while its history cannot be written, and once it closes: waiting helps, restarting does not. Asks for no token; `details.reasons` has codes alone.',
        security: [{}],
        responses: {
          200: json('It should', object({ status: oneOfTexts(['ready']) })),
          ...openProblems({ 503: ['UNREADY'] }),
        },
      },
    },
  },
];
