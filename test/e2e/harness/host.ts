/** One Jupyter server, one relay before it and one browser, for the tests of a file. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { chromiumFlags, findChromium } from '../../../scripts/lab/chromium.ts';
import { type JupyterOptions, startJupyter } from '../../../scripts/lab/jupyter.ts';
import { LabPage, type OpenOptions, writeNotebook } from '../../../scripts/lab/lab-page.ts';
import { Relay } from './relay.ts';

export class Host {
  readonly dir: string;
  readonly server: Awaited<ReturnType<typeof startJupyter>>;
  readonly relay: Relay;
  readonly browser: Browser;
  readonly #app: 'lab' | 'notebook';
  #notebooks = 0;

  private constructor(
    app: 'lab' | 'notebook',
    dir: string,
    server: Awaited<ReturnType<typeof startJupyter>>,
    relay: Relay,
    browser: Browser,
  ) {
    this.#app = app;
    this.dir = dir;
    this.server = server;
    this.relay = relay;
    this.browser = browser;
  }

  /** @param environment Which Python the server runs on, and what else it finds under share/jupyter. Default: .venv, without the extension. */
  static async open(
    app: 'lab' | 'notebook' = 'lab',
    environment: Pick<JupyterOptions, 'interpreter' | 'share'> = {},
  ): Promise<Host> {
    const base = mkdtempSync(join(tmpdir(), 'streamviz-e2e-'));
    const dir = join(base, 'notebooks');
    mkdirSync(dir);
    const server = await startJupyter({ app, dir, state: join(base, 'jupyter'), ...environment });
    const relay = await Relay.open(server.url);
    const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
    return new Host(app, dir, server, relay, browser);
  }

  /** Opens a host for `work` alone and closes it whatever happens. */
  static async use(work: (host: Host) => Promise<void>): Promise<void> {
    const host = await Host.open();
    try {
      await work(host);
    } finally {
      await host.close();
    }
  }

  /** Opens a new notebook of `cells` through the relay. */
  async notebook(cells: readonly string[], options: OpenOptions = {}): Promise<LabPage> {
    return this.window(this.write(cells), options);
  }

  /** Writes a new notebook of `cells` and returns its name. */
  write(cells: readonly string[]): string {
    return writeNotebook(this.dir, `test-${this.#notebooks++}.ipynb`, cells);
  }

  /** Opens a notebook in a browser window of its own; one that runs keeps its kernel. */
  async window(name: string, options: OpenOptions = {}): Promise<LabPage> {
    return LabPage.open(this.browser, this.relay.url, this.server.token, name, { app: this.#app, ...options });
  }

  /** Closes the notebook in front of `lab` and opens a new one of `cells` there: a new kernel in a page that is loaded already. */
  async next(lab: LabPage, cells: readonly string[]): Promise<LabPage> {
    const name = this.write(cells);
    await lab.save();
    await lab.command('application:close');
    await lab.command('docmanager:open', { path: name });
    await lab.ready(name);
    return lab;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.relay.close();
    await this.server.stop();
    rmSync(join(this.dir, '..'), { recursive: true, force: true });
  }
}
