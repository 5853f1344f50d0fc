import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { nearestName } from '../../../src/core/windows/nearest-name.ts';
import type { Access } from '../access.ts';
import type { LogIn } from '../accounts/log-ins.ts';
import type { HistorySource } from '../history/reading/series-request.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import type { ServerLimits } from '../limits.ts';
import { type Log, oneLine } from '../log/log.ts';
import type { Traffic } from '../metrics/traffic.ts';
import { API_PATHS, pathUnknown } from './api-paths.ts';
import { dashboardAnswer } from './dashboard-answer.ts';
import { HttpProblem, pastProblem, problemOf, problemResponse } from './http-problem.ts';
import type { Ingest } from './ingest/ingest.ts';
import { sectionNamed } from './known-metrics.ts';
import { metricList } from './metric-list.ts';
import { packedResponse } from './packed-answer.ts';
import { Parameters } from './parameters.ts';
import { accessRequest, type Health, refusalProblem } from './plain-answers.ts';
import { plotAnswer } from './plot-answer.ts';
import {
  ANSWER_FORMS,
  type AnswerForm,
  ARROW_TYPE,
  answerArrow,
  answerCsv,
  answerJson,
  formOf,
} from './query/answer-forms.ts';
import { cacheControl, parseQueryCall, refreshOf } from './query/query-call.ts';
import { answerQuery } from './query/query-lines.ts';
import { securityHeaders } from './security-headers.ts';
import type { EventStreams } from './stream/event-stream.ts';

interface AppBindings {
  readonly Bindings: HttpBindings;
  /** The log-in of who asks; null for everybody else. */
  readonly Variables: { logIn: LogIn | null };
}

type AppContext = Context<AppBindings>;

export interface AppEnvironment {
  readonly hub: SessionHub;
  readonly access: () => Access;
  readonly limits: ServerLimits;
  readonly streams: EventStreams;
  readonly ingest: Ingest;
  /** Where the past is that memory no longer has; null: nowhere. */
  readonly past: () => HistorySource | null;
  readonly cors: readonly string[];
  /** Before every path where a proxy hands it on; empty for none. */
  readonly basePath: string;
  /** The clock, us. */
  readonly now: () => number;
  readonly health: () => Health;
  readonly traffic: Traffic;
  readonly log: Log;
  /** Somebody used the API. */
  readonly onUse: () => void;
}

const ALLOWED_HEADERS = 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID';

/**
 * The API of a server, but for its health (plain-answers.ts).
 *
 * 1. Every answer carries the security headers; every error is `{error: {code, message, details}}`.
 * 2. Nothing of the data is told without the token.
 * 3. A bug is logged in one line and answered with 500; the server goes on.
 */
export function createApp(environment: AppEnvironment): Hono<AppBindings> {
  const app = new Hono<AppBindings>();
  const { hub, limits, cors, now } = environment;
  const security = securityHeaders(cors);
  const refuse = (problem: HttpProblem): Response => {
    environment.traffic.refused(problem.code);
    return problemResponse(problem);
  };

  app.use(async (c, next) => {
    const refused = environment.access().admitPlace(accessRequest(c.env.incoming));
    if (refused !== null) c.res = refuse(refusalProblem(refused));
    else await next();
    for (const [name, value] of Object.entries(security)) c.res.headers.set(name, value);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
    const origin = c.req.header('origin');
    if (origin !== undefined && environment.access().allowsOrigin(origin)) {
      c.res.headers.set('Access-Control-Allow-Origin', origin);
      c.res.headers.set('Access-Control-Expose-Headers', 'Idempotency-Replayed, Retry-After');
      if (environment.access().isNamedOrigin(origin)) c.res.headers.set('Access-Control-Allow-Credentials', 'true');
    }
    if (cors.length > 0) c.res.headers.append('Vary', 'Origin');
    if (c.req.method !== 'GET') return;
    const packed = await packedResponse(accessRequest(c.env.incoming), c.res);
    if (packed !== c.res) c.res = packed;
  });

  app.options('/api/*', (c) => {
    const headers = { 'Access-Control-Allow-Methods': 'GET, POST', 'Access-Control-Allow-Headers': ALLOWED_HEADERS };
    const origin = c.req.header('origin');
    const isAllowed = origin !== undefined && environment.access().allowsOrigin(origin);
    return c.body(null, 204, isAllowed ? { ...headers, 'Access-Control-Max-Age': '600' } : {});
  });

  app.use('/api/*', async (c, next) => {
    const wanted = c.req.path === '/api/ingest' ? 'send' : 'view';
    const admission = await environment.access().admit(accessRequest(c.env.incoming), wanted);
    if (admission.ok) {
      c.set('logIn', admission.logIn);
      environment.onUse();
      await next();
      return undefined;
    }
    throw refusalProblem(admission);
  });

  app.get('/api/metrics', async (c) => {
    const parameters = new Parameters(queryOf(c), ['refresh']);
    const stored = await environment
      .past()
      ?.list(null)
      .catch((error: unknown) => {
        throw pastProblem(error);
      });
    return cached(c, parameters, metricList(hub.sessions, stored ?? []));
  });

  app.get('/api/dashboard/:section', (c) => {
    const parameters = new Parameters(queryOf(c), ['refresh']);
    return cached(c, parameters, dashboardAnswer(sectionNamed(hub.sessions, c.req.param('section'))));
  });

  app.get('/api/plot/:section/:id{.+}', (c) => {
    const parameters = new Parameters(queryOf(c), ['width', 'start', 'end', 'refresh']);
    const live = sectionNamed(hub.sessions, c.req.param('section'));
    return cached(c, parameters, plotAnswer(live, c.req.param('id'), parameters, now()));
  });

  app.get('/api/query', async (c) => {
    const call = parseQueryCall(queryOf(c));
    const form = call.format === null ? formOf(c.req.header('accept') ?? null) : formNamed(call.format);
    if (form === null)
      throw new HttpProblem(406, 'NOT_ACCEPTABLE', `expected application/json, text/csv or ${ARROW_TYPE} in Accept`);
    const answer = await answerQuery({ sessions: hub.sessions, past: environment.past(), limits }, call, now());
    c.header('Cache-Control', cacheControl(call.refreshSeconds));
    c.header('Vary', 'Accept');
    if (form === 'csv')
      return c.body(answerCsv(answer), 200, { 'Content-Type': 'text/csv; charset=utf-8; header=present' });
    if (form === 'arrow') return c.body(answerArrow(answer), 200, { 'Content-Type': ARROW_TYPE });
    return c.body(answerJson(answer), 200, { 'Content-Type': 'application/json; charset=utf-8' });
  });

  app.get('/api/stream', (c) => {
    const parameters = new Parameters(queryOf(c), ['session', 'width', 'range', 'last_event_id']);
    const { viewers } = environment.health();
    if (viewers >= limits.viewers)
      throw new HttpProblem(503, 'LIMIT_VIEWERS', `this server takes ${limits.viewers} viewers`, { retryAfter: 5 });
    const body = environment.streams.open({
      session: parameters.text('session'),
      lastEventId: c.req.header('last-event-id') ?? parameters.text('last_event_id'),
      width: parameters.whole('width', 1, 8192) ?? 1024,
      rangeUs: parameters.text('range') === 'all' ? null : parameters.duration('range'),
      logIn: c.get('logIn'),
    });
    return c.body(body, 200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
  });

  app.get('/api/openapi.json', async (c) => {
    new Parameters(queryOf(c), []);
    const { openApiDocument } = await import('../openapi/document.ts');
    return c.json(openApiDocument({ version: environment.health().version, base: environment.basePath }));
  });

  app.post('/api/ingest', (c) => environment.ingest.post(c.req.raw));

  for (const path of API_PATHS) {
    app.all(path, (c) => {
      const allowed = path === '/api/ingest' ? 'POST' : 'GET';
      const message = `${c.req.method} is not for this path; expected ${allowed}`;
      const answer = refuse(new HttpProblem(405, 'METHOD_WRONG', message, { details: { allowed } }));
      answer.headers.set('Allow', allowed);
      return answer;
    });
  }

  app.notFound((c) => refuse(pathUnknown(c.req.path)));

  app.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.status === 500)
      environment.log.write('error', 'fault.request', {
        method: c.req.method,
        path: c.req.path,
        error: oneLine(error),
      });
    return refuse(problem);
  });
  return app;
}

/** {@link createApp} as Node's own server calls it. */
export function createApiListener(
  environment: AppEnvironment,
): (incoming: IncomingMessage, outgoing: ServerResponse) => unknown {
  return getRequestListener(createApp(environment).fetch, { overrideGlobalObjects: false });
}

function cached(c: AppContext, parameters: Parameters, value: Record<string, unknown>): Response {
  c.header('Cache-Control', cacheControl(refreshOf(parameters)));
  return c.json(value);
}

function formNamed(name: string): AnswerForm {
  const found = ANSWER_FORMS.find((form) => form === name);
  if (found !== undefined) return found;
  const nearest = nearestName(name, ANSWER_FORMS);
  throw new HttpProblem(
    400,
    'PARAMETER_INVALID',
    `format: expected ${ANSWER_FORMS.join(', ')}; did you mean ${nearest}?`,
    {
      details: { parameter: 'format', nearest },
    },
  );
}

const queryOf = (c: AppContext): URLSearchParams => new URL(c.req.url).searchParams;
