import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { Access, AccessRequest } from '../access.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import { pathUnknown } from './api-paths.ts';
import { HttpProblem, problemOf, problemParts } from './http-problem.ts';
import { Parameters } from './parameters.ts';
import { securityHeaders } from './security-headers.ts';
import type { ServedFile, ViewerFiles } from './viewer-files.ts';

/** What a server says of how it is. */
export interface Health {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly viewers: number;
  readonly producers: number;
}

export interface PlainEnvironment {
  readonly hub: SessionHub;
  readonly access: () => Access;
  readonly files: ViewerFiles;
  readonly cors: readonly string[];
  readonly health: () => Health;
  /** Takes a line about a bug. */
  readonly log: (line: string) => void;
  /** Somebody used the API. */
  readonly onUse: () => void;
}

interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

const HEALTH = '/api/health';

/**
 * What every dashboard asks for, answered with Node's own means: the page, its files, and how the server is.
 *
 * 1. The answers carry the same headers, and problems have the same shape, as those of the API (app.ts).
 * 2. Nothing here touches `Request`, `Response` or `Headers`: their first use makes Node load its whole fetch, 5 MB that
 *    a server never needs that draws dashboards and answers no programs.
 * 3. The page's files are told to anybody: they say nothing of the data.
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
    if (path.startsWith('/api/') && path !== HEALTH) return false;
    const query = new URLSearchParams(at < 0 ? '' : url.slice(at));
    this.#send(incoming, outgoing, this.#answerOf(accessRequest(incoming), path, query));
    return true;
  }

  #answerOf(request: AccessRequest, path: string, query: URLSearchParams): PlainAnswer {
    try {
      const refused = this.#environment.access().admitPlace(request);
      if (refused !== null) throw new HttpProblem(refused.status, refused.code, refused.message);
      if (path === HEALTH) return this.#health(request, query);
      const file = this.#environment.files.file(path);
      if (file === null) throw pathUnknown(path);
      return path === '/' && query.has('token') ? this.#entrance(request, query) : page(request, file);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 500) this.#environment.log(`INTERNAL ${request.method} ${path}: ${oneLine(error)}`);
      return problemParts(problem);
    }
  }

  /** That a server is here anybody may know; who asks for more must show the token. */
  #health(request: AccessRequest, query: URLSearchParams): PlainAnswer {
    const { access, onUse, health, hub } = this.#environment;
    const headers = { 'Content-Type': 'application/json' };
    const admission = access().admit(request);
    if (!admission.ok) {
      if (admission.code === 'TOKEN_MISSING') return { status: 200, headers, body: '{"status":"ok"}' };
      throw new HttpProblem(admission.status, admission.code, admission.message);
    }
    onUse();
    new Parameters(query, []);
    const { version, uptimeSeconds: uptime, viewers, producers } = health();
    const sessions = hub.sessions.size;
    const said = { status: 'ok', version, uptime, sessions, viewers, producers, pid: process.pid };
    return { status: 200, headers, body: JSON.stringify(said) };
  }

  /** A link with the token becomes a cookie and the same link without it. */
  #entrance(request: AccessRequest, query: URLSearchParams): PlainAnswer {
    const access = this.#environment.access();
    const admission = access.admit(request);
    if (!admission.ok) {
      const headers = { 'Content-Type': 'text/plain; charset=UTF-8' };
      return { status: admission.status, headers, body: `${admission.message}\n` };
    }
    query.delete('token');
    // `?kiosk` stays `?kiosk`.
    const rest = query.toString().replaceAll(/=(?=&|$)/g, '');
    const location = { Location: rest === '' ? '/' : `/?${rest}` };
    const { cookie } = access;
    return { status: 302, headers: cookie === null ? location : { ...location, 'Set-Cookie': cookie }, body: null };
  }

  #send(incoming: IncomingMessage, outgoing: ServerResponse, { status, headers, body }: PlainAnswer): void {
    const { access, cors } = this.#environment;
    const sent: Record<string, string> = { 'Cache-Control': 'no-store', ...headers, ...this.#security };
    const { origin } = incoming.headers;
    if (origin !== undefined && access().allowsOrigin(origin)) {
      sent['Access-Control-Allow-Origin'] = origin;
      sent['Access-Control-Expose-Headers'] = 'Idempotency-Replayed, Retry-After';
    }
    if (cors.length > 0) sent.Vary = sent.Vary === undefined ? 'Origin' : `${sent.Vary}, Origin`;
    if (body !== null) sent['Content-Length'] = String(Buffer.byteLength(body));
    outgoing.writeHead(status, sent);
    outgoing.end(incoming.method === 'HEAD' || body === null ? undefined : body);
  }
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

/** A bug as one line of the log. */
export function oneLine(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? String(error)) : String(error)).replaceAll(/\s*\n\s*/g, ' | ');
}
