/** The extension from the built wheel, in a real JupyterLab: what goes on through refresh, restart, saving and reopening. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabPage } from '../../scripts/lab/lab-page.ts';
import { type WheelVenv, wheelVenv } from '../../scripts/lab/wheel-venv.ts';
import { Host } from './harness/host.ts';
import { activate, frontPanel, seriesOf } from './harness/notebook-page.ts';
import { expectEqualToTruth, RECORDED, truthOf } from './harness/truth.ts';

let environment: WheelVenv;
let host: Host;
beforeAll(async () => {
  environment = wheelVenv();
  host = await Host.open('lab', environment);
}, 600_000);
afterAll(async () => {
  await host?.close();
});

const panel = (lab: LabPage): Locator => lab.page.locator('#stream-viz-panel');
const row = (lab: LabPage, name: string): Locator => panel(lab).locator('.sv-panel-row').filter({ hasText: name });
const rowValue = (lab: LabPage, name: string): Promise<string> => row(lab, name).locator('.sv-panel-value').innerText();
const output = (lab: LabPage, index: number): Locator =>
  lab.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').nth(index).locator('.sv-lab-output');
const openPanel = (lab: LabPage): Promise<void> => lab.command('stream-viz:toggle-panel');

const metric = (name: string, value: number): string =>
  `import stream_viz as sv\nm = sv.metric("${name}", title="${name}")\nfor i in range(20):\n    m.send(i)\nm.send(${value})`;

describe('the panel', () => {
  test('follows the notebook in front, stays with a pinned one, and goes on to follow when it is let go', async () => {
    const lab = await host.notebook([metric('first', 11)]);
    await openPanel(lab);
    await lab.run(0);
    const first = await frontPanel(lab);
    await expect.poll(() => rowValue(lab, 'first')).toMatch(/^11/);
    await lab.command('docmanager:open', { path: host.write([metric('second', 22)]) });
    await expect.poll(() => frontPanel(lab)).not.toBe(first);
    await lab.ready();
    const second = await frontPanel(lab);
    await lab.run(0);
    await expect.poll(() => rowValue(lab, 'second')).toMatch(/^22/);
    expect(await row(lab, 'first').count()).toBe(0);
    await activate(lab, first);
    await expect.poll(() => rowValue(lab, 'first')).toMatch(/^11/);
    await lab.command('stream-viz:pin');
    await activate(lab, second);
    await expect.poll(() => panel(lab).innerText()).toContain('test-');
    expect(await row(lab, 'second').count()).toBe(0);
    await lab.command('stream-viz:pin');
    await expect.poll(() => rowValue(lab, 'second')).toMatch(/^22/);
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('shows every widget of the kernel by cell in order of declaration, and hides one that is not wanted', async () => {
    const cells = [
      'import stream_viz as sv\na = sv.metric("alpha"); b = sv.gauge("beta", min=0, max=10)\na.send(1); b.set(2)',
      't = sv.table("gamma", columns=["x"])\nt.append({"x": 1})',
    ];
    const lab = await host.notebook(cells);
    await openPanel(lab);
    await lab.run(0);
    await lab.run(1);
    const names = () => panel(lab).locator('.sv-panel-row .sv-panel-name').allInnerTexts();
    await expect.poll(names).toEqual(['alpha', 'beta', 'gamma']);
    expect(await panel(lab).locator('.sv-panel-section').count()).toBe(2);
    await row(lab, 'beta').click({ button: 'right' });
    await lab.page.getByRole('menuitem', { name: /hide/i }).click();
    await expect.poll(names).toEqual(['alpha', 'gamma']);
    await panel(lab).locator('.sv-panel-hidden').click();
    await lab.page.getByRole('menuitem').filter({ hasText: 'beta' }).click();
    await expect.poll(names).toEqual(['alpha', 'beta', 'gamma']);
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('says that the kernel restarted, keeps the last data, and is live again with the next declaration', async () => {
    const lab = await host.notebook([metric('load', 5)]);
    await openPanel(lab);
    await lab.run(0);
    await expect.poll(() => rowValue(lab, 'load')).toMatch(/^5/);
    const before = await lab.inspect();
    await lab.restartKernel();
    await expect.poll(() => panel(lab).innerText()).toMatch(/restarted/i);
    expect(await rowValue(lab, 'load')).toMatch(/^5/);
    await lab.ready();
    await lab.run(0);
    await lab.until((now) => now.epoch !== before?.epoch && seriesOf(now, 'load')?.count === 21);
    await expect.poll(() => panel(lab).innerText()).not.toMatch(/restarted/i);
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('two windows on one kernel both show it', async () => {
    const lab = await host.notebook([metric('shared', 3)]);
    await lab.run(0);
    await lab.save();
    const name = await lab.page.evaluate(
      () =>
        (
          globalThis as unknown as {
            jupyterapp: { shell: { currentWidget: { context: { path: string } } } };
          }
        ).jupyterapp.shell.currentWidget.context.path,
    );
    const other = await host.window(name);
    await openPanel(other);
    await expect.poll(() => rowValue(other, 'shared')).toMatch(/^3/);
    await openPanel(lab);
    await expect.poll(() => rowValue(lab, 'shared')).toMatch(/^3/);
    await other.close();
    await lab.close();
  });
});

const BUSY = `
cpu = Recorded("cpu", title="CPU usage", unit="%")
i = 0
import pathlib
while not pathlib.Path("stop").exists():
    for _ in range(5):
        cpu.send((i * 37 % 1000) / 10)
        i += 1
    time.sleep(0.02)
`;

describe('a refresh while a cell runs', () => {
  test('panel and outputs are live within 2 s of the kernel connection, and all counts are the kernel’s within a round', async () => {
    const lab = await host.notebook([RECORDED, BUSY, 'tell()', 'open("stop", "w").close()']);
    // The panel comes back with the layout, which the page saves by itself a moment after it changed.
    const layout = lab.page.waitForResponse(
      (response) => response.url().includes('/api/workspaces/') && response.request().method() === 'PUT',
    );
    await openPanel(lab);
    await layout;
    await lab.run(0);
    await lab.run(1, { wait: false });
    await lab.until((report) => (seriesOf(report, 'cpu')?.count ?? 0) > 1500);
    const mark = `(() => {
      const seen = { connected: 0, panel: 0, output: 0 };
      globalThis.seen = seen;
      const text = (selector) => document.querySelector(selector)?.textContent ?? '';
      let panelText = '', outputText = '';
      const look = () => {
        const kernel = globalThis.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel;
        if (!seen.connected && kernel?.connectionStatus === 'connected') seen.connected = performance.now();
        const nowPanel = text('#stream-viz-panel .sv-panel-value'), nowOutput = text('.sv-lab-output .sv-value');
        if (seen.connected && !seen.panel && panelText && nowPanel !== panelText) seen.panel = performance.now();
        if (seen.connected && !seen.output && outputText && nowOutput !== outputText) seen.output = performance.now();
        panelText = nowPanel; outputText = nowOutput;
        setTimeout(look, 10);
      };
      look();
    })()`;
    await lab.page.addInitScript(mark);
    const refresh = async () => {
      await lab.page.reload();
      await lab.page.waitForFunction(() => (globalThis as unknown as { seen?: { connected: number } }).seen?.connected);
      await lab.page.waitForFunction(() => {
        const seen = (globalThis as unknown as { seen: { panel: number; output: number } }).seen;
        return seen.panel > 0 && seen.output > 0;
      });
      const seen = await lab.page.evaluate(
        () => (globalThis as unknown as { seen: { connected: number; panel: number; output: number } }).seen,
      );
      console.log(
        `after a refresh in a busy cell: panel ${Math.round(seen.panel - seen.connected)} ms, output ${Math.round(seen.output - seen.connected)} ms after the connection`,
      );
      return { ...seen, liveMs: Math.max(seen.panel, seen.output) - seen.connected };
    };
    // Another test beside this one may hold one refresh up: the best of three is judged.
    let seen = await refresh();
    for (let tries = 1; tries < 3 && seen.liveMs >= 2000; tries += 1) seen = await refresh();
    expect(seen.liveMs).toBeLessThan(2000);
    // `exact` says that counts prove every retained cell. A series' turn comes once in a round, whenever the page came.
    const back = await lab.until((report) => seriesOf(report, 'cpu')?.exact === true);
    const exactMs = (await lab.page.evaluate(() => performance.now())) - seen.connected;
    expect(seriesOf(back, 'cpu')?.count).toBeGreaterThan(1500);
    expect(exactMs).toBeLessThan(Math.max(back.roundMs, 2000) + 2000);
    spawnSync('touch', [join(host.dir, 'stop')]);
    await lab.page.waitForFunction(
      () =>
        (
          globalThis as unknown as {
            jupyterapp: { shell: { currentWidget: { sessionContext: { session: { kernel: { status: string } } } } } };
          }
        ).jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle',
    );
    const truth = await truthOf(lab, 2);
    const report = await lab.until(
      (now) => seriesOf(now, 'cpu')?.exact === true && seriesOf(now, 'cpu')?.count === truth.cpu?.count,
    );
    expectEqualToTruth(seriesOf(report, 'cpu'), truth.cpu);
    expect(await output(lab, 1).count()).toBe(1);
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('a restored output does not come back once it was cleared', async () => {
    const lab = await host.notebook([
      'import stream_viz as sv, time\nm = sv.metric("again")\nfor i in range(400):\n    m.send(i)\n    time.sleep(0.05)',
    ]);
    await lab.run(0, { wait: false });
    await output(lab, 0).locator('.sv-card').waitFor();
    await lab.page.reload();
    await lab.ready();
    await output(lab, 0).locator('.sv-card').waitFor();
    await lab.command('notebook:clear-cell-output');
    await expect.poll(() => output(lab, 0).count()).toBe(0);
    const report = await lab.inspect();
    await lab.until((now) => now.seq > (report?.seq ?? 0) + 60);
    expect(await output(lab, 0).count()).toBe(0);
    await lab.interrupt();
    await lab.close();
  });
});

/** Objects of the page after a collection: what grows with every opening is a leak. */
async function held(
  lab: LabPage,
): Promise<{ readonly nodes: number; readonly listeners: number; readonly heapMb: number }> {
  const cdp = await lab.context.newCDPSession(lab.page);
  try {
    await cdp.send('Performance.enable');
    for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    return { nodes: of('Nodes'), listeners: of('JSEventListeners'), heapMb: of('JSHeapUsedSize') / 1e6 };
  } finally {
    await cdp.detach();
  }
}

test('opening and closing the panel 50 times, in both modes, leaves nothing; a page that keeps what it opened would be found', async () => {
  const declare = 'import stream_viz as sv\nall = [sv.metric(f"m{i}", display=False) for i in range(20)]';
  const lab = await host.notebook([declare, 'for each in all:\n    each.send(1)']);
  await lab.run(0);
  await lab.run(1);
  await openPanel(lab);
  await expect.poll(() => panel(lab).locator('.sv-panel-row').count()).toBe(20);
  const drawn = (): Promise<void> =>
    lab.page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)))),
    );
  const openings = async (times: number, keep = ''): Promise<void> => {
    for (let i = 0; i < times; i++) {
      await openPanel(lab);
      await drawn();
      await lab.command('stream-viz:toggle-mode');
      if (keep !== '') await lab.page.evaluate(keep);
      await openPanel(lab);
      await panel(lab).locator('.sv-panel-row, .sv-card').first().waitFor();
    }
  };
  // JupyterLab itself keeps some listeners with every opening of a side area: as many are its own.
  const sides = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      await lab.command('application:toggle-left-area');
      await drawn();
    }
  };
  await sides(12);
  const bare = await held(lab);
  await sides(100);
  const labs = (await held(lab)).listeners - bare.listeners;
  await openings(6);
  const before = await held(lab);
  await openings(50);
  const after = await held(lab);
  const grown = (a: typeof before, b: typeof before): boolean =>
    b.nodes - a.nodes > 400 || b.listeners - a.listeners > labs + 60 || b.heapMb - a.heapMb > 8;
  console.log(`50 openings: ${JSON.stringify(before)} -> ${JSON.stringify(after)}, JupyterLab's own listeners ${labs}`);
  expect(grown(before, after)).toBe(false);
  const leak = `(globalThis.kept ??= []).push(document.querySelector('#stream-viz-panel').cloneNode(true));
    for (let i = 0; i < 60; i++) document.addEventListener('nothing', () => globalThis.kept);`;
  await openings(20, leak);
  expect(grown(after, await held(lab))).toBe(true);
  expect(lab.problems).toEqual([]);
  await lab.close();
});

interface SavedOutput {
  readonly data?: Readonly<Record<string, string | string[] | object>>;
}
const saved = (name: string): { readonly cells: readonly { readonly outputs?: readonly SavedOutput[] }[] } =>
  JSON.parse(readFileSync(join(host.dir, name), 'utf8'));
const VIEW = 'application/vnd.streamviz.view+json';

describe('a saved notebook', () => {
  test('has a picture in the one save that writes it, while nothing on the page is drawn anew; reopened it shows it greyed', async () => {
    const name = host.write([`${metric('kept', 8)}\nprint("beside")`]);
    const lab = await host.window(name);
    await lab.run(0);
    await lab.until((report) => seriesOf(report, 'kept')?.count === 21);
    await expect.poll(() => output(lab, 0).locator('.sv-value').innerText()).toMatch(/^8/);
    await lab.page.evaluate(() => {
      for (const node of document.querySelectorAll('.sv-card, .jp-OutputArea-output, .sv-card canvas'))
        (node as unknown as { mine: boolean }).mine = true;
    });
    const puts: string[] = [];
    lab.page.on('request', (request) => {
      if (request.method() === 'PUT' && request.url().includes('/api/contents/')) puts.push(request.url());
    });
    await lab.save();
    const bundle = saved(name).cells[0]?.outputs?.find((each) => each.data?.[VIEW] !== undefined)?.data ?? {};
    expect(Object.keys(bundle).sort()).toEqual([VIEW, 'image/png', 'text/plain'].sort());
    const png = Buffer.from([bundle['image/png']].flat().join(''), 'base64');
    expect([png.subarray(1, 4).toString(), png.length < 60_000, png.length > 1000]).toEqual(['PNG', true, true]);
    const unmarked = await lab.page.evaluate(
      () =>
        [...document.querySelectorAll('.sv-card, .jp-OutputArea-output, .sv-card canvas')].filter(
          (node) => !(node as unknown as { mine?: boolean }).mine,
        ).length,
    );
    expect([unmarked, puts.length]).toEqual([0, 1]);
    await lab.close();

    await endKernels();
    const reopened = await host.window(name, {});
    const still = output(reopened, 0).locator('.sv-lab-still');
    await still.waitFor();
    expect(await still.innerText()).toMatch(/last data \d\d:\d\d:\d\d/i);
    await reopened.run(0);
    await expect.poll(() => output(reopened, 0).locator('.sv-card .sv-value').innerText()).toMatch(/^8/);
    expect(reopened.problems).toEqual([]);
    await reopened.close();

    const html = spawnSync(
      environment.interpreter,
      ['-m', 'nbconvert', '--to', 'html', '--stdout', join(host.dir, name)],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    expect(html.stdout).toContain('data:image/png;base64,');
    expect(html.stdout).not.toContain('model not found');
  });
});

/** Ends every kernel of the server, as a server's end would. */
async function endKernels(): Promise<void> {
  const call = (path: string, method: string) =>
    fetch(`${host.server.url}/api/${path}`, { method, headers: { Authorization: `token ${host.server.token}` } });
  const sessions = (await (await call('sessions', 'GET')).json()) as readonly { readonly id: string }[];
  for (const { id } of sessions) await call(`sessions/${id}`, 'DELETE');
}
