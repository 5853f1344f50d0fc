// From a message's building in a real kernel to the frame that shows it in a real JupyterLab: 50k samples/s raw and 1M samples/s folded.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumFlags, findChromium } from '../scripts/lab/chromium.ts';
import { startJupyter } from '../scripts/lab/jupyter.ts';
import { LabPage, writeNotebook } from '../scripts/lab/lab-page.ts';
import { measurePaintLatency } from '../scripts/lab/paint-latency.ts';

const BUDGET_MS = 100;
const SECONDS = 20;
const CASES = [
  { name: '50k samples/s, raw', perSecond: 50_000 },
  { name: '1M samples/s, folded', perSecond: 1_000_000 },
];

/** Sends `perSecond` samples in 100 steps a second from a thread; knows how many it sent. */
const sender = (perSecond: number): string => `
import threading, time
import numpy as np
import stream_viz as sv
load = sv.metric("load", title="Load")
sent, stop = 0, threading.Event()
def work(step=${perSecond / 100}):
    global sent
    due = time.perf_counter()
    values = np.sin(np.arange(step) / 50)
    while not stop.is_set():
        load.send_many(values, every=0.01 / step)
        sent += step
        due += 0.01
        time.sleep(max(0, due - time.perf_counter()))
threading.Thread(target=work, daemon=True).start()
`;

/** From the declaration in the kernel to the first task after the frame in which the first widget's canvas has pixels; the runtime is loaded in between. */
async function firstPaint(): Promise<object> {
  const source =
    'import time\nimport stream_viz as sv\nfirst = sv.metric("first")\nprint(f"AT{time.time()}")\nfirst.send(1)';
  const lab = await LabPage.open(
    browser,
    server.url,
    server.token,
    writeNotebook(dir, 'first.ipynb', ['import stream_viz', source]),
  );
  await lab.run(0);
  const painted = lab.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          if (document.querySelector('.sv-card canvas')) {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
            port2.postMessage(null);
          } else requestAnimationFrame(look);
        };
        look();
      }),
  );
  await lab.run(1);
  const declared = Number(/AT([\d.]+)/.exec(await lab.outputText(1))?.[1]) * 1000;
  const ms = (await painted) - declared;
  await lab.close();
  return {
    name: 'first widget of a kernel, declared to painted',
    value: ms,
    unit: 'ms',
    ratio: ms / 1000,
    against: '1 s',
    budget: '<= 1 x',
    ok: ms <= 1000,
  };
}

const base = mkdtempSync(join(tmpdir(), 'streamviz-bench-'));
const dir = join(base, 'notebooks');
mkdirSync(dir);
const server = await startJupyter({ dir, state: join(base, 'jupyter') });
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
const figures: object[] = [];
try {
  figures.push(await firstPaint());
  for (const { name, perSecond } of CASES) {
    const notebook = writeNotebook(dir, `painted-${perSecond}.ipynb`, [
      sender(perSecond),
      'stop.set(); time.sleep(0.3); print(f"SENT{sent}")',
    ]);
    const lab = await LabPage.open(browser, server.url, server.token, notebook);
    await lab.run(0);
    const load = (report: Awaited<ReturnType<typeof lab.inspect>>) => report?.series[0];
    await lab.until((report) => (load(report)?.count ?? 0) > perSecond * 2);
    const before = await lab.inspect();
    const beganMs = performance.now();
    const latency = await measurePaintLatency(lab.page, `kernel-${await lab.kernelId()}`, SECONDS * 1000);
    const seconds = (performance.now() - beganMs) / 1000;
    const after = await lab.inspect();
    const rate = ((load(after)?.count ?? 0) - (load(before)?.count ?? 0)) / seconds;
    await lab.run(1);
    const sent = Number(/SENT(\d+)/.exec(await lab.outputText(1))?.[1]);
    await lab.until((report) => load(report)?.count === sent);
    console.log(
      `  ${name}: ${rate.toFixed(0)} samples/s arrived, ${load(after)?.folded ?? 0} folded, counts equal (${sent})`,
    );
    const entry = (q: string, ms: number, budget: boolean) => ({
      name: `sent to painted, ${name}, ${q} of ${latency.messages} messages`,
      value: ms,
      unit: 'ms',
      ratio: ms / BUDGET_MS,
      against: `${BUDGET_MS} ms`,
      budget: budget ? '<= 1 x' : null,
      ok: budget ? ms <= BUDGET_MS : null,
    });
    figures.push(entry('p50', latency.p50Ms, false), entry('p99', latency.p99Ms, true));
    await lab.close();
  }
} finally {
  await browser.close();
  await server.stop();
  rmSync(base, { recursive: true, force: true });
}
writeFileSync(process.env.STREAMVIZ_BENCH_REPORT ?? 'bench-painted.json', JSON.stringify(figures));
