import { pageRegistry, type Runtime } from '../../src/registry.ts';
import type { Sessions } from '../../src/session/sessions.ts';

/**
 * Lets tests and support read the page's sessions where those of a notebook page are: under `Symbol.for('streamviz/1')`.
 *
 * Notebooks are not served here: everything else throws.
 */
export function registerPage(sessions: Sessions, version: string, scope: object = globalThis): void {
  const refuse = (): never => {
    throw new Error('this page shows a server, it serves no notebook');
  };
  const runtime: Runtime = {
    version,
    attachHub: refuse,
    mountView: refuse,
    openTap: refuse,
    facts: refuse,
    watch: refuse,
    mountOutput: refuse,
    holds: refuse,
    setPaused: refuse,
    markGone: refuse,
    inspect: (session) => sessions.inspect(session),
    observe: (session, listener) => sessions.observe(session, listener),
  };
  pageRegistry(scope).register(version, Promise.resolve(runtime));
}
