// What the open panel costs a real JupyterLab: 100 metrics at 20 Hz, compact and full, beside an empty JupyterLab in the same run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../scripts/lab/chromium.ts';
import { startJupyter } from '../scripts/lab/jupyter.ts';
import { LabPage, writeNotebook } from '../scripts/lab/lab-page.ts';
import { extensionShare } from '../scripts/lab-extension.ts';
import { tracedTasks } from './trace-tasks.ts';

const SECONDS = 10;
const METRICS = 100;
const HZ = 20;
const LONG_MS = 50;
const FRAME_MS = 1000 / 60;

/** From a thread, so that the kernel is idle and the notebook quiet. */
const SEND = `
import math, threading, time
import stream_viz as sv
sv.configure(auto_display=False)
metrics = [sv.metric(f"metric {i}", thresholds={"warning": 60, "critical": 90}) for i in range(${METRICS})]
stop = threading.Event()
def work():
    due, tick = time.perf_counter(), 0
    while not stop.is_set():
        for i, metric in enumerate(metrics):
            metric.send(50 + 49 * math.sin((tick + 3 * i) / 30))
        tick += 1
        due += ${1 / HZ}
        time.sleep(max(0, due - time.perf_counter()))
threading.Thread(target=work, daemon=True).start()
`;

/** Our scripts: the extension's, and runtimes that kernels sent. */
const OURS = /\/extensions\/stream-viz\/|^blob:/;

interface Load {
  /** Share of the main thread's time. */
  readonly share: number;
  /** From a key to the frame that shows it, 95th percentile, ms. */
  readonly keyMs: number;
}

async function measure(page: Page): Promise<Load> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const taskSeconds = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) if (name === 'keydown') seen.push(duration);
    }).observe({ type: 'event', durationThreshold: 16, buffered: false } as PerformanceObserverInit);
  });
  const [began, before] = [performance.now(), await taskSeconds()];
  await page.waitForTimeout(SECONDS * 1000);
  const share = ((await taskSeconds()) - before) / ((performance.now() - began) / 1000);
  await page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').last().locator('.cm-content').click();
  for (const letter of 'typing in a cell while the panel is open') await page.keyboard.type(letter, { delay: 40 });
  await page.waitForTimeout(500);
  const keys = await page.evaluate(() => (globalThis as unknown as { seen: number[] }).seen);
  await cdp.detach();
  // Keys that were shown within a frame are not reported.
  const all = [...keys, ...new Array<number>(Math.max(0, 41 - keys.length)).fill(FRAME_MS)].sort((a, b) => a - b);
  return { share, keyMs: all[Math.floor(all.length * 0.95)] ?? FRAME_MS };
}

const base = mkdtempSync(join(tmpdir(), 'streamviz-bench-'));
const dir = join(base, 'notebooks');
mkdirSync(dir);
const server = await startJupyter({ dir, state: join(base, 'jupyter'), share: extensionShare() });
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
const figures: object[] = [];
try {
  const open = async (name: string, cells: readonly string[]): Promise<LabPage> =>
    LabPage.open(browser, server.url, server.token, writeNotebook(dir, name, cells), { width: 1400, height: 1000 });
  const empty = await open('empty.ipynb', ['', '']);
  const nothing = await measure(empty.page);
  await empty.close();

  const lab = await open('busy.ipynb', [SEND, '']);
  await lab.run(0);
  await lab.until((report) => report.series.length === METRICS && (report.series[0]?.count ?? 0) > HZ);
  for (const [mode, button] of [
    ['compact', '.jp-SideBar [data-id="stream-viz-panel"]'],
    ['full', '.sv-panel-mode[aria-label="Full"]'],
  ] as const) {
    // From the click that opens it: then it has most to do.
    const tasks = await tracedTasks(browser, lab.page, OURS, async () => {
      await lab.page.locator(button).click();
      await lab.page.waitForTimeout(SECONDS * 1000);
    });
    const seen = await measure(lab.page);
    const name = `Lab panel, ${METRICS} metrics at ${HZ} Hz, ${mode}`;
    const longest = tasks.reduce((most, task) => (task.cpuMs > most.cpuMs ? task : most));
    const longestWall = Math.max(...tasks.map(({ wallMs }) => wallMs));
    figures.push(
      {
        ...{ name: `${name}: main thread`, value: seen.share * 100, unit: '%', ratio: seen.share / nothing.share },
        ...{ against: `an empty JupyterLab (${(nothing.share * 100).toFixed(1)} %)`, budget: null, ok: null },
      },
      {
        name: `${name}: longest task of ours in the ${SECONDS} s from its opening, processor time`,
        ...{ value: longest.cpuMs, unit: 'ms', ratio: longest.cpuMs / LONG_MS },
        against: `${LONG_MS} ms (by the clock the longest took ${longestWall.toFixed(0)} ms, what the machine did else included)`,
        ...{ budget: '<= 1 x', ok: longest.cpuMs <= LONG_MS },
      },
      {
        ...{ name: `${name}: key to frame, p95`, value: seen.keyMs, unit: 'ms', ratio: seen.keyMs / nothing.keyMs },
        ...{ against: `an empty JupyterLab (${nothing.keyMs.toFixed(0)} ms)`, budget: null, ok: null },
      },
    );
  }
  await lab.close();
} finally {
  await browser.close();
  await server.stop();
  rmSync(base, { recursive: true, force: true });
}
writeFileSync(process.env.STREAMVIZ_BENCH_REPORT ?? 'bench-lab-panel.json', JSON.stringify(figures));
