import { pageRegistry } from '../../src/registry.ts';
import type { Sessions } from '../../src/session/sessions.ts';

/**
 * Lets tests and support read the page's sessions where those of a notebook page are: under `Symbol.for('streamviz/1')`.
 *
 * Widgets of a notebook are not served here: attaching one throws.
 */
export function registerPage(sessions: Sessions, version: string, scope: object = globalThis): void {
  const refuse = (): never => {
    throw new Error('this page shows a server, it serves no notebook');
  };
  const runtime = {
    version,
    attachHub: refuse,
    mountView: refuse,
    inspect: (session: string) => sessions.inspect(session),
    observe: (session: string, listener: (seq: number, sentUs: number) => void) => sessions.observe(session, listener),
  };
  pageRegistry(scope).register(version, Promise.resolve(runtime));
}
