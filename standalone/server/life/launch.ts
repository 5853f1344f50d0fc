import { isLoopback, type ServerOptions } from '../options.ts';
import { type RunningServer, type ServerSurroundings, startServer } from '../server.ts';
import { KeptPorts } from './kept-ports.ts';
import { keptToken } from './kept-token.ts';
import { isAlive } from './living-server.ts';
import { type RuntimeEntry, RuntimeFile } from './runtime-file.ts';
import { takeTurn } from './start-turn.ts';
import { ensureOwnFolder, runtimeFolder, stateFolder } from './state-folder.ts';
import { statedOptions } from './stated-options.ts';

/** What a start led to: a server of this process, or one that was there. */
export type Launch =
  | { readonly kind: 'started'; readonly server: RunningServer; readonly release: () => void }
  | { readonly kind: 'joined'; readonly entry: RuntimeEntry };

/**
 * Starts a server, or finds the one that runs for this user.
 *
 * 1. A living server of the same key is joined, unless another port or an address for other machines is asked for that it
 *    has not. Of two starters at once one waits for the other.
 * 2. The token is the one kept for this user; the port is the script's previous one where it is free.
 * 3. Scripts that join later find this port again too, should they start the next server.
 * 4. The discovery file is written once the server listens. A server beside a living one leaves that one's file alone.
 */
export async function launch(
  options: ServerOptions,
  surroundings: ServerSurroundings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Launch> {
  const runtime = runtimeFolder(environment);
  const state = stateFolder(environment);
  ensureOwnFolder(runtime);
  const file = new RuntimeFile(runtime, environment.STREAM_VIZ_KEY ?? '');
  const endTurn = await takeTurn(file.path);
  try {
    const found = file.read();
    const living = found !== null && (await isAlive(found)) ? found : null;
    if (living !== null && suits(living, options)) return { kind: 'joined', entry: living };
    const ports = new KeptPorts(state);
    const { script } = options;
    const server = await startServer(
      { ...options, token: options.token ?? (options.auth ? keptToken(state, { renew: options.newToken }) : null) },
      { ...surroundings, environment, previousPort: script === null ? null : ports.portOf(script) },
    );
    if (script !== null) ports.keep(script, server.port);
    keepPortsOf(server, ports);
    if (living === null) file.write(entryOf(server, options));
    return { kind: 'started', server, release: () => file.release(process.pid) };
  } finally {
    endTurn();
  }
}

/** Remembers the port for every script that joins, so that its next run, alone, is found where its tabs look for it. */
function keepPortsOf({ hub, port }: RunningServer, ports: KeptPorts): void {
  hub.observe({
    changed: ({ connected, script }) => {
      if (!connected || script === null || ports.portOf(script) === port) return;
      try {
        ports.keep(script, port);
      } catch {
        // A full disk: ports are a comfort.
      }
    },
  });
}

/** Whether a living server is what was asked for. A new token is a wish for another one. */
function suits({ host, port, token, accounts }: RuntimeEntry, options: ServerOptions): boolean {
  if (options.newToken || (options.token !== null && options.token !== token)) return false;
  // Whoever asks for accounts must not end up where there are others, or none.
  const asked = accountsText(options.accounts);
  if (asked !== '' && asked !== accounts) return false;
  if (options.port !== null && options.port !== port) return false;
  return host === options.host || isLoopback(options.host);
}

function entryOf({ url, host, port, token, users, version }: RunningServer, options: ServerOptions): RuntimeEntry {
  return {
    ...{ url, host, port, token, pid: process.pid, startedUs: Date.now() * 1000, version },
    ...{ hasUsers: users.length > 0, accounts: accountsText(options.accounts), options: statedOptions(options) },
  };
}

/** Names of accounts and what they may do, without any secret. */
function accountsText({ users, keys }: ServerOptions['accounts']): string {
  const names = [...users.map(({ name }) => name), ...keys.map(({ name, role }) => `${name}=${role}`)];
  return names.sort().join(',');
}
