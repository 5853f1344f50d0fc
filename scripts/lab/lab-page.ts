/** Drives one notebook in a real JupyterLab or Notebook 7. Waits on conditions only. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';

interface WindowPointReport {
  readonly startUs: number;
  readonly endUs: number;
  readonly value: number | null;
  readonly count: number;
  readonly final: boolean;
  readonly revision: number;
  readonly flags: number;
  readonly coverage: number;
}

/** One aggregation of a series' windows. */
export interface WindowReport {
  /** Canonical JSON of the window. */
  readonly window: string;
  readonly aggregation: string;
  readonly watermark: number | null;
  readonly results: number;
  readonly newest: WindowPointReport | null;
  readonly open: WindowPointReport | null;
  readonly counters: Readonly<Record<'late' | 'dropped' | 'missing' | 'invalid' | 'outOfOrder', number>>;
  readonly revisedAt: number | null;
}

export interface SeriesReport {
  readonly key: string;
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly n: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly firstTime: number;
  readonly last: number;
  readonly lastTime: number;
  readonly exact: boolean;
  readonly folded: number;
  readonly windows: readonly WindowReport[];
}

export interface SessionReport {
  readonly session: string;
  readonly epoch: string;
  readonly seq: number;
  readonly status: string;
  readonly roundMs: number;
  readonly messages: Readonly<Record<string, number>>;
  readonly series: readonly SeriesReport[];
  readonly tables: readonly {
    readonly id: string;
    readonly rows: number;
    readonly total: number;
    readonly exact: boolean;
  }[];
}

/** Writes a notebook of code cells into `dir` and returns its name. */
export function writeNotebook(dir: string, name: string, cells: readonly string[]): string {
  const notebook = {
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(join(dir, name), JSON.stringify(notebook, null, 1));
  return name;
}

// The page side uses Lab's own objects, which have no types here.
interface LabWindow {
  readonly jupyterapp: {
    readonly shell: { readonly currentWidget: LabPanel | null };
    readonly commands: { execute(id: string, args?: object): Promise<unknown> };
  };
}
interface LabPanel {
  readonly context: { readonly path: string; save(): Promise<void> };
  readonly sessionContext: {
    readonly isReady: boolean;
    readonly session: {
      readonly kernel: {
        readonly id: string;
        readonly status: string;
        restart(): Promise<void>;
        interrupt(): Promise<void>;
      } | null;
    } | null;
  };
  readonly content: { activeCellIndex: number; readonly widgets: readonly LabCell[] };
}

interface LabCell {
  readonly node: HTMLElement;
  readonly model: {
    readonly outputs?: {
      toJSON(): readonly { readonly output_type: string; readonly ename?: string; readonly evalue?: string }[];
    };
  };
}

export class LabPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors thrown by our code in this page. */
  readonly problems: string[] = [];

  private constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.context = context;
    page.on('pageerror', (error) => {
      const where = error.stack ?? String(error);
      // Loader and runtime are modules from blobs, or files of the extension; the host's own errors are its own.
      if (/blob:|\/extensions\/stream-viz\//.test(where)) this.problems.push(where);
    });
    page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
  }

  static async open(
    browser: Browser,
    base: string,
    token: string,
    notebook: string,
    options: OpenOptions = {},
  ): Promise<LabPage> {
    const size = { width: options.width ?? 1100, height: options.height ?? 900 };
    const context = await browser.newContext({ viewport: size, deviceScaleFactor: options.pixelRatio ?? 1 });
    const lab = new LabPage(await context.newPage(), context);
    const workspace = `w${Math.random().toString(36).slice(2)}`;
    const path =
      options.app === 'notebook' ? `/notebooks/${notebook}` : `/lab/workspaces/${workspace}/tree/${notebook}`;
    await lab.page.goto(`${base}${path}?token=${token}`);
    await lab.ready();
    return lab;
  }

  /** Waits until the kernel of the notebook in front (the one at `path`, where given) is connected. */
  async ready(path?: string): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => {
        const panel = (window as unknown as Partial<LabWindow>).jupyterapp?.shell.currentWidget;
        if (wanted !== undefined && panel?.context?.path !== wanted) return false;
        return Boolean(panel?.sessionContext?.isReady && panel.content?.widgets?.length);
      },
      path,
      { timeout: 90_000 },
    );
  }

  /** Starts cell `index`; resolves at once with `wait: false`, else when the cell has ended. Throws what the cell raised. */
  async run(index: number, options: { wait?: boolean } = {}): Promise<void> {
    await this.page.evaluate(
      async ([i, wait]) => {
        const app = (window as unknown as LabWindow).jupyterapp;
        const panel = app.shell.currentWidget;
        if (!panel) throw new Error('no notebook in front');
        panel.content.activeCellIndex = i;
        const done = app.commands.execute('notebook:run-cell');
        if (!wait) return;
        await done;
        const raised = panel.content.widgets[i]?.model.outputs
          ?.toJSON()
          .find((output) => output.output_type === 'error');
        if (raised) throw new Error(`cell ${i} raised ${raised.ename}: ${raised.evalue}`);
      },
      [index, options.wait !== false] as const,
    );
  }

  async command(id: string, args: object = {}): Promise<void> {
    await this.page.evaluate(
      async ([name, options]) => {
        await (window as unknown as LabWindow).jupyterapp.commands.execute(name, options);
      },
      [id, args] as const,
    );
  }

  async kernelId(): Promise<string> {
    return this.page.evaluate(
      () => (window as unknown as LabWindow).jupyterapp.shell.currentWidget?.sessionContext.session?.kernel?.id ?? '',
    );
  }

  async restartKernel(): Promise<void> {
    await this.page.evaluate(() =>
      (window as unknown as LabWindow).jupyterapp.shell.currentWidget?.sessionContext.session?.kernel?.restart(),
    );
  }

  /** Interrupts the running cell and waits until the kernel is idle: cells queued before that would be aborted. */
  async interrupt(): Promise<void> {
    await this.page.evaluate(() =>
      (window as unknown as LabWindow).jupyterapp.shell.currentWidget?.sessionContext.session?.kernel?.interrupt(),
    );
    await this.page.waitForFunction(
      () =>
        (window as unknown as LabWindow).jupyterapp.shell.currentWidget?.sessionContext.session?.kernel?.status ===
        'idle',
    );
  }

  async save(): Promise<void> {
    await this.page.evaluate(() => (window as unknown as LabWindow).jupyterapp.shell.currentWidget?.context.save());
  }

  async setTheme(name: 'JupyterLab Light' | 'JupyterLab Dark'): Promise<void> {
    await this.command('apputils:change-theme', { theme: name });
    await this.page.waitForFunction(
      (light) => document.body.dataset.jpThemeLight === light,
      String(name.endsWith('Light')),
    );
  }

  /** What the page holds of the kernel's session, or null before its first message. */
  async inspect(): Promise<SessionReport | null> {
    const session = `kernel-${await this.kernelId()}`;
    return this.page.evaluate(async (name) => {
      const registry = (
        globalThis as unknown as Record<symbol, { inspect(session: string): Promise<unknown> } | undefined>
      )[Symbol.for('streamviz/1')];
      return ((await registry?.inspect(name)) ?? null) as never;
    }, session);
  }

  /** Polls `inspect` until `condition` holds. Throws with the last report after `timeoutMs`. */
  async until(condition: (report: SessionReport) => boolean, timeoutMs = 30_000): Promise<SessionReport> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const report = await this.inspect();
      if (report && condition(report)) return report;
      if (performance.now() > end)
        throw new Error(`not reached in ${timeoutMs} ms; the page holds ${JSON.stringify(report).slice(0, 3000)}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** Brings cell `index` to the top of the page. */
  async scrollTo(index: number): Promise<void> {
    await this.page.evaluate((i) => {
      (window as unknown as LabWindow).jupyterapp.shell.currentWidget?.content.widgets[i]?.node.scrollIntoView({
        block: 'start',
      });
    }, index);
  }

  /** Plain text of the outputs of cell `index`. */
  async outputText(index: number): Promise<string> {
    return this.page.evaluate((i) => {
      const panel = (window as unknown as LabWindow).jupyterapp.shell.currentWidget;
      const area = panel?.content.widgets[i]?.node.querySelector('.jp-OutputArea');
      return area?.textContent ?? ''; // innerText is empty for a cell out of sight
    }, index);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

export interface OpenOptions {
  readonly app?: 'lab' | 'notebook';
  readonly width?: number;
  readonly height?: number;
  readonly pixelRatio?: number;
}
