/** A Jupyter server with jupyter-server-proxy, which hands `/proxy/PORT/` on to servers of the same machine. */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { python } from '../../../scripts/setup.mjs';
import { endProcess, type Place } from './place.ts';
import { until } from './until.ts';

/** Python of an environment that has it; null where there is none. */
export function pythonWithProxy(): string | null {
  const tried = [process.env.STREAMVIZ_PROXY_PYTHON, python];
  return tried.find((each) => each !== undefined && hasProxy(each)) ?? null;
}

const hasProxy = (command: string): boolean =>
  spawnSync(command, ['-c', 'import jupyter_server_proxy, jupyter_server']).status === 0;

export interface JupyterProxy {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

/** Starts one; it ends with the place. */
export async function startJupyterProxy(place: Place, command: string): Promise<JupyterProxy> {
  const port = await freePort();
  const token = 'jupyter-token-0123456789';
  const words = {
    ...{ ip: '127.0.0.1', port, token, open_browser: 'False', allow_root: 'True', root_dir: place.made('notebooks') },
    jpserver_extensions: "{'jupyter_server_proxy': True}",
  };
  const program = place.run(command, [
    ...['-m', 'jupyter_server', '--no-browser'],
    ...Object.entries(words).map(([name, value]) => `--ServerApp.${name}=${value}`),
  ]);
  const url = `http://127.0.0.1:${port}`;
  await until(
    'a Jupyter server that answers',
    () =>
      fetch(`${url}/api/status?token=${token}`).then(
        ({ ok }) => ok,
        () => false,
      ),
    { mostMs: 60_000, shown: () => program.stderr },
  ).catch((error: unknown) => {
    endProcess(program.pid);
    throw error;
  });
  return { url, token };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
