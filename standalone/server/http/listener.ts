import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppEnvironment } from './app.ts';
import { oneLine, PlainAnswers, type PlainEnvironment } from './plain-answers.ts';

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

/** What answers requests: page and health at once; the rest of the API is loaded with the first request for it. */
export function createListener(environment: AppEnvironment & PlainEnvironment): Listener {
  const plain = new PlainAnswers(environment);
  let api: Promise<Listener> | null = null;
  return (incoming, outgoing) => {
    if (plain.answer(incoming, outgoing)) return;
    api ??= import('./app.ts').then(({ createApiListener }) => createApiListener(environment));
    api
      .then((listen) => listen(incoming, outgoing))
      .catch((error: unknown) => {
        environment.log(`INTERNAL ${oneLine(error)}`);
        outgoing.destroy();
      });
  };
}
