import type { IncomingMessage, ServerResponse } from 'node:http';
import { LogInAnswers } from '../accounts/log-in-answers.ts';
import { routeOf } from './api-paths.ts';
import type { AppEnvironment } from './app.ts';
import { PlainAnswers, type PlainEnvironment } from './plain-answers.ts';

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

/** What answers requests: page, health and metrics at once; the rest of the API is loaded with the first request for it. */
export function createListener(environment: AppEnvironment & PlainEnvironment): Listener {
  const plain = new PlainAnswers(environment);
  const logIns = new LogInAnswers(environment);
  let api: Promise<Listener> | null = null;
  return (incoming, outgoing) => {
    count(environment, incoming, outgoing);
    // Whoever asks on and on over one connection would hold up the end.
    if (environment.readiness.isClosing) outgoing.shouldKeepAlive = false;
    if (logIns.answer(incoming, outgoing) || plain.answer(incoming, outgoing)) return;
    api ??= import('./app.ts').then(({ createApiListener }) => createApiListener(environment));
    api
      .then((listen) => listen(incoming, outgoing))
      .catch((error: unknown) => {
        environment.log.write('error', 'fault.request', { error: error instanceof Error ? error : String(error) });
        outgoing.destroy();
      });
  };
}

/** Counts and logs a request once its answer has ended; one that the client gave up before the head of the answer has none. */
function count({ traffic, log }: AppEnvironment, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const began = performance.now();
  outgoing.once('close', () => {
    if (!outgoing.headersSent) return;
    const path = (incoming.url ?? '/').split('?', 1)[0]!;
    const { statusCode: status } = outgoing;
    const tookMs = performance.now() - began;
    traffic.answered(path, status, path === '/api/stream' && status === 200 ? Number.NaN : tookMs);
    if (!log.isOn('debug')) return;
    const { method } = incoming;
    log.write('debug', 'request', { method, path: routeOf(path), status, tookMs: Math.round(tookMs * 10) / 10 });
  });
}
