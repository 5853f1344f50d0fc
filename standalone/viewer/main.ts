// The page's script: finds its server, tells who refuses, starts the page.
import { type LastError, type Refusal, refusalOf } from '../../src/transport/socket-state.ts';
import { registerPage } from './page-registry.ts';
import { ViewerPage } from './viewer-page.ts';

declare const __STREAMVIZ_VERSION__: string;

/** Why a connection never opened: a browser keeps the answer to itself, a plain request does not. */
async function explain(): Promise<Refusal | null> {
  const answer = await fetch('api/health', { cache: 'no-store' });
  if (answer.ok) return null;
  const said = (await answer.json().catch(() => null)) as { readonly error?: LastError } | null;
  return refusalOf(answer.status, said?.error ?? null);
}

const url = new URL('ws', location.href);
url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
url.search = '';
url.hash = '';
const page = new ViewerPage(document.body, { url: url.href, explain, version: __STREAMVIZ_VERSION__ });
registerPage(page.live.sessions, __STREAMVIZ_VERSION__);
