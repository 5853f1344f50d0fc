import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { Access, AccessRequest, Refused } from '../access.ts';
import { deniedPage, type FormFace } from '../accounts/form-pages.ts';
import { viewOf } from '../accounts/view-query.ts';
import type { HistoryStatus } from '../history/history.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import type { Readiness } from '../life/readiness.ts';
import { type Log, oneLine } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { METRIC_TYPES, metricFormatOf, metricsText } from '../metrics/text-format.ts';
import type { Traffic } from '../metrics/traffic.ts';
import { pathUnknown } from './api-paths.ts';
import { HttpProblem, problemOf, problemParts } from './http-problem.ts';
import { packedBody } from './packed-answer.ts';
import { Parameters } from './parameters.ts';
import { securityHeaders } from './security-headers.ts';
import type { ServedFile, ViewerFiles } from './viewer-files.ts';

/** What a server says of how it is. */
export interface Health {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly viewers: number;
  readonly producers: number;
  /** null: in memory alone. */
  readonly history: HistoryStatus | null;
}

export interface PlainEnvironment {
  readonly hub: SessionHub;
  readonly access: () => Access;
  readonly files: ViewerFiles;
  readonly cors: readonly string[];
  /** How pages look that stand before the dashboard. */
  readonly formFace: FormFace;
  readonly health: () => Health;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly traffic: Traffic;
  readonly log: Log;
  /** Somebody used the API. */
  readonly onUse: () => void;
}

interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

const HEALTH = '/api/health';
const LIVE = `${HEALTH}/live`;
const READY = `${HEALTH}/ready`;
const METRICS = '/metrics';
const JSON_HEADERS = { 'Content-Type': 'application/json' };
/** After so many seconds it may be ready. */
const RETRY_AFTER = 1;

/**
 * What every dashboard and every watch over servers asks for, answered with Node's own means: the page, its files, how the
 * server is, and its metrics.
 *
 * 1. The answers carry the same headers, and problems have the same shape, as those of the API (app.ts).
 * 2. Nothing here touches `Request`, `Response` or `Headers`: their first use makes Node load its whole fetch, 5 MB that
 *    a server never needs that draws dashboards and answers no programs.
 * 3. The page's files are told to anybody: they say nothing of the data. So is whether the server lives and is ready: what
 *    asks for that often cannot keep a secret.
 */
export class PlainAnswers {
  readonly #environment: PlainEnvironment;
  readonly #security: Readonly<Record<string, string>>;

  constructor(environment: PlainEnvironment) {
    this.#environment = environment;
    this.#security = securityHeaders(environment.cors);
  }

  /** Answers; false, and nothing is done, where the request is for something else. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const { method, url = '/' } = incoming;
    if (method !== 'GET' && method !== 'HEAD') return false;
    const at = url.indexOf('?');
    const path = at < 0 ? url : url.slice(0, at);
    if (path.startsWith('/api/') && path !== HEALTH && path !== LIVE && path !== READY) return false;
    const query = new URLSearchParams(at < 0 ? '' : url.slice(at));
    void this.#answerOf(accessRequest(incoming), path, query).then((answer) => this.#send(incoming, outgoing, answer));
    return true;
  }

  async #answerOf(request: AccessRequest, path: string, query: URLSearchParams): Promise<PlainAnswer> {
    try {
      const refused = this.#environment.access().admitPlace(request);
      if (refused !== null) return this.#denied(request, refused);
      if (path === HEALTH) return await this.#health(request, query);
      if (path === LIVE) return { status: 200, headers: JSON_HEADERS, body: '{"status":"ok"}' };
      if (path === READY) return this.#ready();
      if (path === METRICS) return await this.#metrics(request, query);
      const file = this.#environment.files.file(path);
      if (file === null) throw pathUnknown(path);
      return path === '/' ? await this.#entrance(request, query, file) : page(request, file);
    } catch (error) {
      const problem = problemOf(error);
      const { traffic, log } = this.#environment;
      traffic.refused(problem.code);
      if (problem.status === 500)
        log.write('error', 'fault.request', { method: request.method, path, error: oneLine(error) });
      return problemParts(problem);
    }
  }

  /** That a server is here anybody may know; who asks for more must be let in. */
  async #health(request: AccessRequest, query: URLSearchParams): Promise<PlainAnswer> {
    const { access, onUse, health, hub, readiness } = this.#environment;
    const headers = JSON_HEADERS;
    if (!access().showsCredential(request)) return { status: 200, headers, body: '{"status":"ok"}' };
    const admission = await access().admit(request);
    if (!admission.ok) throw refusalProblem(admission);
    onUse();
    new Parameters(query, []);
    const { version, uptimeSeconds: uptime, viewers, producers, history } = health();
    const sessions = hub.sessions.size;
    const { isReady: ready, reasons } = readiness;
    const said = {
      ...{ status: 'ok', ready, reasons, version, uptime, sessions, viewers, producers },
      ...{ history, pid: process.pid },
    };
    return { status: 200, headers, body: JSON.stringify(said) };
  }

  /** Codes alone: what is behind them, who has the token finds in {@link #health}. */
  #ready(): PlainAnswer {
    const { readiness } = this.#environment;
    if (readiness.isReady) return { status: 200, headers: JSON_HEADERS, body: '{"status":"ready"}' };
    const reasons = readiness.reasons.map(({ code }) => code);
    const message = `this server should not be sent work now: ${reasons.join(', ')}`;
    return problemParts(new HttpProblem(503, 'UNREADY', message, { details: { reasons }, retryAfter: RETRY_AFTER }));
  }

  /** Being watched is no use: a server that nobody else needs still ends after its `linger`. */
  async #metrics(request: AccessRequest, query: URLSearchParams): Promise<PlainAnswer> {
    const { access, metrics } = this.#environment;
    const admission = await access().admit(request, 'view');
    if (!admission.ok) throw refusalProblem(admission);
    new Parameters(query, []);
    const format = metricFormatOf(request.headers.accept?.toString() ?? null);
    const headers = { 'Content-Type': METRIC_TYPES[format], Vary: 'Accept' };
    return { status: 200, ...packedBody(request, headers, metricsText(metrics.read(), format)) };
  }

  /** The page; a link with a token or key becomes a cookie and the same link without it, and where users log in they do so first. */
  async #entrance(request: AccessRequest, query: URLSearchParams, file: ServedFile): Promise<PlainAnswer> {
    const access = this.#environment.access();
    const isLink = query.has('token');
    if (!isLink && !access.hasUsers) return page(request, file);
    const view = viewOf(query);
    const rest = view === '' ? '' : `?${view}`;
    const logIn = { status: 303, headers: { Location: `login${rest}` }, body: null };
    if (!access.showsCredential(request)) return logIn;
    const admission = await access.admit(request, 'view');
    if (!admission.ok) return admission.code.startsWith('LOGIN_') ? logIn : this.#denied(request, admission);
    if (!isLink) return page(request, file);
    // Relative: only the browser knows what a proxy has taken off the path.
    const location = { Location: `./${rest}` };
    const cookie = access.cookieOf(request);
    return { status: 302, headers: cookie === null ? location : { ...location, 'Set-Cookie': cookie }, body: null };
  }

  /** A refusal as a page where a person looks at it. */
  #denied(request: AccessRequest, refused: Refused): PlainAnswer {
    const { traffic, formFace, access } = this.#environment;
    if (!String(request.headers.accept ?? '').includes('text/html')) throw refusalProblem(refused);
    traffic.refused(refused.code);
    const { status, code, message } = refused;
    const { headers } = problemParts(refusalProblem(refused));
    const hasLogIn = access().hasUsers && (status === 401 || code === 'ROLE_REFUSED');
    const body = deniedPage(formFace, { message, code, hasLogIn });
    return { status, headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' }, body };
  }

  #send(incoming: IncomingMessage, outgoing: ServerResponse, { status, headers, body }: PlainAnswer): void {
    const { access, cors } = this.#environment;
    const sent: Record<string, string> = { 'Cache-Control': 'no-store', ...headers, ...this.#security };
    const { origin } = incoming.headers;
    if (origin !== undefined && access().allowsOrigin(origin)) {
      sent['Access-Control-Allow-Origin'] = origin;
      sent['Access-Control-Expose-Headers'] = 'Idempotency-Replayed, Retry-After';
      if (access().isNamedOrigin(origin)) sent['Access-Control-Allow-Credentials'] = 'true';
    }
    if (cors.length > 0) sent.Vary = sent.Vary === undefined ? 'Origin' : `${sent.Vary}, Origin`;
    if (body !== null) sent['Content-Length'] = String(Buffer.byteLength(body));
    outgoing.writeHead(status, sent);
    outgoing.end(incoming.method === 'HEAD' || body === null ? undefined : body);
  }
}

/** A refusal as an answer to a program. */
export function refusalProblem({ status, code, message, retryAfter }: Refused): HttpProblem {
  return new HttpProblem(status, code, message, retryAfter === undefined ? {} : { retryAfter });
}

/** A file, packed where the browser takes that; nothing where it has it. */
function page({ headers: asked }: AccessRequest, file: ServedFile): PlainAnswer {
  const headers = {
    'Content-Type': file.type,
    ETag: file.etag,
    'Cache-Control': 'no-cache',
    Vary: 'Accept-Encoding',
  };
  if (asked['if-none-match'] === file.etag) return { status: 304, headers, body: null };
  if (!file.isPacked) return { status: 200, headers, body: file.bytes };
  const takesPacked = /\bgzip\b/.test(String(asked['accept-encoding'] ?? ''));
  if (!takesPacked) return { status: 200, headers, body: gunzipSync(file.bytes) };
  return { status: 200, headers: { ...headers, 'Content-Encoding': 'gzip' }, body: file.bytes };
}

/** What of a request decides whether it is let in. */
export function accessRequest(incoming: IncomingMessage, isUpgrade = false): AccessRequest {
  return {
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    headers: incoming.headers,
    remoteAddress: incoming.socket.remoteAddress ?? '',
    isUpgrade,
  };
}
