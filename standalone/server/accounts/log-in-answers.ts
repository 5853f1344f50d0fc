import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access, Refused } from '../access.ts';
import { accessRequest } from '../http/plain-answers.ts';
import { formHeaders } from '../http/security-headers.ts';
import type { Log } from '../log/log.ts';
import type { Traffic } from '../metrics/traffic.ts';
import { deniedPage, type FormFace, logInPage } from './form-pages.ts';
import { viewOf } from './view-query.ts';

export interface LogInEnvironment {
  readonly access: () => Access;
  readonly formFace: FormFace;
  readonly traffic: Traffic;
  readonly cors: readonly string[];
  readonly log: Log;
}

/** A name and a password are far shorter. */
const MOST_BODY = 8192;
const FORM = 'application/x-www-form-urlencoded';
const PATHS = ['/login', '/logout'];

/**
 * `/login` and `/logout`, where there are users.
 *
 * 1. The view that was asked for is the query of the log-in page, and after it the query of the dashboard: no address that
 *    a request holds is ever gone to.
 * 2. Both change state by POST alone, from a page of this server alone.
 * 3. Nothing here is kept by a cache.
 */
export class LogInAnswers {
  readonly #environment: LogInEnvironment;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(environment: LogInEnvironment) {
    this.#environment = environment;
    this.#headers = {
      ...formHeaders(environment.cors),
      'Cache-Control': 'no-store',
      'Content-Type': 'text/html; charset=utf-8',
    };
  }

  /** Answers; false, and nothing is done, where the request is for something else or nobody logs in. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const { method = 'GET', url = '/' } = incoming;
    const path = url.split('?')[0] ?? '';
    const { access, log } = this.#environment;
    if (!PATHS.includes(path) || !access().hasUsers) return false;
    const isRead = method === 'GET' || method === 'HEAD';
    if (method !== 'POST' && !(isRead && path === '/login')) {
      this.#send(outgoing, 405, { Allow: path === '/login' ? 'GET, POST' : 'POST', 'Content-Type': 'text/plain' }, '');
      return true;
    }
    const refused = access().admitPlace(accessRequest(incoming));
    if (refused !== null) this.#deny(outgoing, refused);
    else if (path === '/logout') this.#logOut(incoming, outgoing);
    else if (isRead) this.#offer(incoming, outgoing);
    else {
      this.#logIn(incoming, outgoing).catch((error: unknown) => {
        log.write('error', 'fault.request', { error: error instanceof Error ? error : new Error(String(error)) });
        outgoing.destroy();
      });
    }
    return true;
  }

  #deny(outgoing: ServerResponse, { status, code, message }: Refused): void {
    const { formFace, traffic } = this.#environment;
    traffic.refused(code);
    this.#send(outgoing, status, {}, deniedPage(formFace, { message, code, hasLogIn: false }));
  }

  #offer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const view = viewOf(queryOf(incoming));
    const { access, formFace } = this.#environment;
    if (access().isLoggedIn(accessRequest(incoming))) this.#lead(outgoing, `./${questioned(view)}`);
    else this.#send(outgoing, 200, {}, logInPage(formFace, { view, problem: null, name: '' }));
  }

  async #logIn(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const view = viewOf(queryOf(incoming));
    const isForm = (incoming.headers['content-type'] ?? '').toLowerCase().split(';')[0]?.trim() === FORM;
    const body = isForm ? await bodyOf(incoming) : null;
    if (body === null) {
      this.#send(outgoing, isForm ? 413 : 415, { 'Content-Type': 'text/plain', Connection: 'close' }, '');
      return;
    }
    const fields = new URLSearchParams(body);
    const name = fields.get('name') ?? '';
    const said = await this.#environment.access().logIn(accessRequest(incoming), name, fields.get('password') ?? '');
    if (said.ok) {
      this.#lead(outgoing, `./${questioned(view)}`, { 'Set-Cookie': said.cookie });
      return;
    }
    const { status, code, message, retryAfter } = said;
    this.#environment.traffic.refused(code);
    const retry: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
    const problem = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
    const html = logInPage(this.#environment.formFace, { view, problem, name: name.slice(0, 64) });
    this.#send(outgoing, status, { ...retry, ...challenge(status) }, html);
  }

  #logOut(incoming: IncomingMessage, outgoing: ServerResponse): void {
    incoming.resume();
    const cookie = this.#environment.access().logOut(accessRequest(incoming));
    this.#lead(outgoing, 'login', { 'Set-Cookie': cookie });
  }

  #lead(outgoing: ServerResponse, location: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#send(outgoing, 303, { ...headers, Location: location }, '');
  }

  #send(outgoing: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
    outgoing.writeHead(status, { ...this.#headers, ...headers, 'Content-Length': String(Buffer.byteLength(body)) });
    // Of HEAD Node itself leaves the body out.
    outgoing.end(body);
  }
}

/** `Bearer` opens no box of the browser's own for a password. */
const challenge = (status: number): Record<string, string> => (status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});

const questioned = (view: string): string => (view === '' ? '' : `?${view}`);

const queryOf = ({ url = '/' }: IncomingMessage): URLSearchParams =>
  new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** The body as text; null where it is too long. */
function bodyOf(incoming: IncomingMessage): Promise<string | null> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    incoming.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= MOST_BODY) pieces.push(piece);
      else {
        pieces.length = 0;
        incoming.pause();
        resolve(null);
      }
    });
    incoming.on('end', () => resolve(bytes <= MOST_BODY ? Buffer.concat(pieces).toString('utf8') : null));
    // A client that is gone: what is answered goes nowhere.
    incoming.on('error', () => resolve(null));
  });
}
