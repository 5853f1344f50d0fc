// Starts a JupyterLab or Notebook server of .venv with directories of its own, for the demo and the end-to-end tests.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { python, root } from '../setup.mjs';

export interface JupyterOptions {
  /** Default `lab`. */
  readonly app?: 'lab' | 'notebook';
  /** Folder of the notebooks. */
  readonly dir: string;
  /** Folder for everything Jupyter writes about itself: runtime files, settings, workspaces, history. */
  readonly state: string;
  /** Python of the environment that has the app. Default that of .venv. */
  readonly interpreter?: string;
  /** A folder with more of what is under share/jupyter, such as `extensionShare()`. Default none. */
  readonly share?: string;
}

/** What makes `python -m jupyter` run the programs of its own environment: it looks them up on PATH. */
export function environmentOf(interpreter: string): NodeJS.ProcessEnv {
  const bin = dirname(interpreter);
  return { ...process.env, VIRTUAL_ENV: dirname(bin), PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
}

export interface JupyterServer {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  log(): string;
  stop(): Promise<void>;
}

/** Starts a server on a free loopback port with a random token and waits until it answers. */
export async function startJupyter(options: JupyterOptions): Promise<JupyterServer> {
  const { app = 'lab', dir, state, interpreter = python, share } = options;
  const token = randomBytes(12).toString('hex');
  const own = (name: string): string => {
    const path = join(state, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  // No question about Jupyter's news over the first picture.
  const notices = join(own('settings/@jupyterlab/apputils-extension'), 'notification.jupyterlab-settings');
  writeFileSync(notices, JSON.stringify({ fetchNews: 'false' }));
  const env = {
    ...environmentOf(interpreter),
    JUPYTER_RUNTIME_DIR: own('runtime'),
    JUPYTER_CONFIG_DIR: own('config'),
    JUPYTER_DATA_DIR: own('data'),
    JUPYTERLAB_SETTINGS_DIR: own('settings'),
    JUPYTERLAB_WORKSPACES_DIR: own('workspaces'),
    IPYTHONDIR: own('ipython'),
    PYTHONWARNINGS: 'ignore',
    ...(share === undefined ? {} : { JUPYTER_PATH: share }),
  };
  const expose =
    app === 'lab' ? '--LabApp.expose_app_in_browser=True' : '--JupyterNotebookApp.expose_app_in_browser=True';
  const flags = [
    ...['-m', 'jupyter', app, '--no-browser', '--allow-root', expose],
    ...[`--ServerApp.port=0`, `--ServerApp.root_dir=${dir}`, `--IdentityProvider.token=${token}`],
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
  ];
  const child = spawn(interpreter, flags, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (data: Buffer): void => {
    output += data;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const started = Date.now();
  let found: RegExpExecArray | null = null;
  for (;;) {
    found ??= /https?:\/\/(?:localhost|127\.0\.0\.1):(\d+)\//.exec(output);
    if (found && (await answers(`http://127.0.0.1:${found[1]}/api?token=${token}`))) break;
    if (child.exitCode !== null || Date.now() - started > 60_000) {
      child.kill('SIGKILL');
      throw new Error(`jupyter ${app} did not start:\n${output.slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: `http://127.0.0.1:${found[1]}`,
    token,
    pid: child.pid ?? 0,
    log: () => output,
    stop: async () => {
      child.kill('SIGINT');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(force);
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // not listening yet
  }
}
