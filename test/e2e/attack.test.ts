/** What people do to a notebook: two windows, refresh, restart, re-run, delete, fork, and every word of the Python interface. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabPage, SessionReport } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';
import { expectEqualToTruth, RECORDED, truthOf } from './harness/truth.ts';

let host: Host;
/** A page that most tests share, each with a notebook and a kernel of its own. */
let lab: LabPage;
beforeAll(async () => {
  host = await Host.open();
  lab = await host.notebook(['']);
});
afterAll(async () => {
  await host?.close();
});

const seriesOf = (report: SessionReport | null, name: string) => report?.series.find((series) => series.name === name);
const card = (lab: LabPage, title: string): Locator => lab.page.locator('.sv-card').filter({ hasText: title });
const cellCards = (lab: LabPage, index: number): Locator =>
  lab.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').nth(index).locator('.sv-card');

/** Lab's own objects in the page. */
interface LabWindow {
  readonly jupyterapp: {
    readonly shell: {
      readonly currentWidget: { readonly id: string; readonly content: { activeCellIndex: number } } | null;
      activateById(id: string): void;
    };
  };
}

const frontPanel = (lab: LabPage): Promise<string> =>
  lab.page.evaluate(() => (window as unknown as LabWindow).jupyterapp.shell.currentWidget?.id ?? '');

async function activate(lab: LabPage, panel: string): Promise<void> {
  await lab.page.evaluate((id) => (window as unknown as LabWindow).jupyterapp.shell.activateById(id), panel);
  await expect.poll(() => frontPanel(lab)).toBe(panel);
}

async function selectCell(lab: LabPage, index: number): Promise<void> {
  await lab.page.evaluate((i) => {
    const panel = (window as unknown as LabWindow).jupyterapp.shell.currentWidget;
    if (panel) panel.content.activeCellIndex = i;
  }, index);
}

/** Objects of a class that live in the page's memory, in the document or not, after a garbage collection. */
async function living(lab: LabPage, className: string): Promise<number> {
  const cdp = await lab.context.newCDPSession(lab.page);
  try {
    await cdp.send('HeapProfiler.collectGarbage');
    const prototype = await cdp.send('Runtime.evaluate', { expression: `${className}.prototype` });
    const { objects } = await cdp.send('Runtime.queryObjects', {
      prototypeObjectId: prototype.result.objectId ?? '',
      objectGroup: 'living',
    });
    const counted = await cdp.send('Runtime.callFunctionOn', {
      objectId: objects.objectId ?? '',
      functionDeclaration: 'function () { return this.length; }',
      returnByValue: true,
    });
    return Number(counted.result.value);
  } finally {
    await cdp.send('Runtime.releaseObjectGroup', { objectGroup: 'living' });
    await cdp.detach();
  }
}

const numbers = (text: string, word: string): number[] =>
  (new RegExp(`${word}((?: \\d+)+)`).exec(text)?.[1] ?? '').trim().split(' ').map(Number);

const SENDER = `
cpu = Recorded("cpu", title="CPU usage")
stop = threading.Event()

def work():
    i = 0
    while not stop.is_set():
        cpu.send(i % 31)
        i += 1
        time.sleep(0.002)

thread = threading.Thread(target=work, daemon=True)
thread.start()
`;
const STOP = 'stop.set(); thread.join(); tell()';

describe('windows, refresh and kernels', () => {
  test('two windows on one kernel hold the same exact data; one closed, the other goes on; a later one gets the history', async () => {
    const name = host.write([RECORDED, SENDER, STOP]);
    const first = await host.window(name);
    await first.run(0);
    await first.run(1);
    await first.until((report) => (seriesOf(report, 'cpu')?.count ?? 0) > 200);
    await first.save();
    const second = await host.window(name);
    const before = await second.until((report) => seriesOf(report, 'cpu')?.exact === true);
    await card(second, 'CPU usage').first().waitFor();
    await first.close();
    await second.until((report) => report.seq > before.seq + 40 && seriesOf(report, 'cpu')?.exact === true);
    const third = await host.window(name);
    await card(third, 'CPU usage').first().waitFor();
    const truth = await truthOf(second, 2);
    for (const lab of [second, third]) {
      const report = await lab.until(
        (now) => seriesOf(now, 'cpu')?.exact === true && seriesOf(now, 'cpu')?.count === truth.cpu?.count,
      );
      expectEqualToTruth(seriesOf(report, 'cpu'), truth.cpu);
      expect(lab.problems).toEqual([]);
      await lab.close();
    }
  });

  test('after a refresh in a busy cell nothing is shown until it ends, then everything is back and exact', async () => {
    const go = join(host.dir, 'go');
    const lab = await host.notebook([
      RECORDED,
      `import os
cpu = Recorded("cpu", title="CPU usage")
i = 0
while not os.path.exists("go"):
    cpu.send(i % 19)
    i += 1
    time.sleep(0.002)`,
      'tell()',
    ]);
    await lab.run(0);
    await lab.run(1, { wait: false });
    await lab.until((report) => (seriesOf(report, 'cpu')?.count ?? 0) > 100);
    await card(lab, 'CPU usage').first().waitFor();
    await lab.save();
    await lab.page.reload();
    await lab.page.locator('.jp-Cell').nth(2).waitFor();
    await lab.page.locator('.jp-OutputArea-output').first().waitFor();
    expect(await lab.page.locator('.sv-card').count()).toBe(0);
    writeFileSync(go, '');
    await lab.ready();
    await card(lab, 'CPU usage').first().waitFor();
    const truth = await truthOf(lab, 2);
    const report = await lab.until(
      (now) => seriesOf(now, 'cpu')?.exact === true && seriesOf(now, 'cpu')?.count === truth.cpu?.count,
    );
    expectEqualToTruth(seriesOf(report, 'cpu'), truth.cpu);
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('two notebooks with two kernels on one page share one runtime, and each session is its own', async () => {
    const cells = (value: number) => [
      `import stream_viz as sv\ncpu = sv.metric("cpu", title="CPU of ${value}")\nfor i in range(100):\n    cpu.send(${value})`,
      'cpu.send(-1)',
    ];
    const other = host.write(cells(7));
    const lab = await host.notebook(cells(5));
    let runtimes = 0;
    await lab.page.exposeFunction('countRuntime', () => {
      runtimes++;
    });
    await lab.page.evaluate(() => {
      const create = URL.createObjectURL.bind(URL);
      URL.createObjectURL = (blob) => {
        if (blob instanceof Blob && blob.size > 100_000)
          void (window as unknown as { countRuntime(): void }).countRuntime();
        return create(blob);
      };
    });
    await lab.run(0);
    const first = await lab.until((now) => seriesOf(now, 'cpu')?.count === 100);
    const firstPanel = await frontPanel(lab);
    await lab.command('docmanager:open', { path: other });
    await expect.poll(() => frontPanel(lab)).not.toBe(firstPanel);
    await lab.ready();
    await expect.poll(() => lab.kernelId()).not.toBe('');
    await lab.run(0);
    const second = await lab.until((now) => seriesOf(now, 'cpu')?.count === 100);
    expect(second.session).not.toBe(first.session);
    expect([seriesOf(first, 'cpu')?.sum, seriesOf(second, 'cpu')?.sum]).toEqual([500, 700]);
    await lab.run(1);
    await lab.until((now) => seriesOf(now, 'cpu')?.count === 101);
    await activate(lab, firstPanel);
    expect(seriesOf(await lab.inspect(), 'cpu')?.count).toBe(100);
    await lab.run(1);
    await lab.until((now) => seriesOf(now, 'cpu')?.count === 101 && seriesOf(now, 'cpu')?.sum === 499);
    expect(runtimes).toBe(1);
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('an interrupt leaves everything live; a kernel that dies is said on the widget, and a re-run is live', async () => {
    const lab = await host.notebook([
      'import os, time\nimport stream_viz as sv\ncpu = sv.metric("cpu", title="CPU usage")\nfor i in range(100):\n    cpu.send(i)',
      'while True:\n    cpu.send(1)\n    time.sleep(0.005)',
      'cpu.send(123)',
      'os._exit(1)',
    ]);
    await lab.run(0);
    await lab.run(1, { wait: false });
    await lab.until((now) => (seriesOf(now, 'cpu')?.count ?? 0) > 200);
    await lab.interrupt();
    await expect.poll(() => lab.outputText(1)).toContain('KeyboardInterrupt');
    await lab.run(2);
    const alive = await lab.until((now) => seriesOf(now, 'cpu')?.last === 123 && seriesOf(now, 'cpu')?.exact === true);
    expect(alive.status).toBe('live');
    await lab.run(3, { wait: false });
    await expect.poll(() => card(lab, 'CPU usage').first().innerText(), { timeout: 30_000 }).toContain('Disconnected');
    expect(await card(lab, 'CPU usage').first().innerText()).toContain('123');
    const ok = lab.page.locator('.jp-Dialog .jp-mod-accept');
    await ok.click({ timeout: 20_000 });
    await lab.ready();
    await expect
      .poll(async () => {
        await lab.run(0).catch(() => undefined); // the new kernel may still be on its way
        return (await lab.inspect())?.epoch;
      })
      .not.toBe(alive.epoch);
    const after = await lab.until((now) => now.epoch !== alive.epoch && seriesOf(now, 'cpu')?.last === 99);
    expect(after.status).toBe('live');
    await expect.poll(() => cellCards(lab, 0).first().innerText()).not.toContain('Disconnected');
    expect(lab.problems).toEqual([]);
    await lab.close();
  });
});

describe('re-runs, deletion and forks', () => {
  test("a forked child that sends doubles nothing, warns once and leaves the server's log alone", async () => {
    await host.next(lab, [
      `import os, time, warnings
import stream_viz as sv
warnings.simplefilter("always")
cpu = sv.metric("cpu", title="CPU usage")
for i in range(100):
    cpu.send(1)`,
      `cpu.send(1)
child = os.fork()
if child == 0:
    for i in range(300):
        cpu.send(1000)
        sv.metric("of the child").send(2)
        time.sleep(0.005)
    os._exit(0)
for i in range(300):
    cpu.send(1)
    time.sleep(0.005)
print("CHILD", os.waitpid(child, 0)[1])`,
    ]);
    await lab.run(0);
    await lab.until((now) => seriesOf(now, 'cpu')?.count === 100);
    const logged = host.server.log().length;
    await lab.run(1);
    const report = await lab.until(
      (now) => seriesOf(now, 'cpu')?.count === 401 && seriesOf(now, 'cpu')?.exact === true,
    );
    expect(seriesOf(report, 'cpu')).toMatchObject({ sum: 401, max: 1, n: 401 });
    expect(report.series).toHaveLength(1);
    const output = await lab.outputText(1);
    const added = host.server.log().slice(logged);
    expect(output).toContain('CHILD 0');
    expect(`${output}${added}`.match(/this process was forked/g)).toHaveLength(1);
    expect(added.length).toBeLessThan(2000);
  });

  test('20 re-runs leave no more models, comms, canvases and cards than one, and deleting the cell frees the page', async () => {
    await host.next(lab, [
      'import stream_viz as sv',
      `cpu = sv.metric("cpu", title="CPU usage")
room = sv.gauge("room", title="Room")
jobs = sv.table("jobs", title="Jobs", key="id")
cpu.send(1); room.send(2); jobs.send({"id": 1})`,
      `from ipywidgets.widgets import widget
print("KERNEL", len(widget._instances), len(get_ipython().kernel.comm_manager.comms))`,
    ]);
    await lab.run(0);
    const settle = async () => {
      await lab.run(2);
      await expect.poll(() => lab.page.locator('.sv-card').count()).toBe(3);
      await expect.poll(() => card(lab, 'CPU usage').locator('canvas').count()).toBeGreaterThan(0);
      return {
        kernel: numbers(await lab.outputText(2), 'KERNEL'),
        canvases: await living(lab, 'HTMLCanvasElement'),
        observers: await living(lab, 'ResizeObserver'),
        cards: await lab.page.locator('.sv-card').count(),
      };
    };
    const none = await living(lab, 'HTMLCanvasElement');
    for (let i = 0; i < 3; i++) await lab.run(1);
    const early = await settle();
    for (let i = 0; i < 20; i++) await lab.run(1);
    const late = await settle();
    expect(late.kernel).toEqual(early.kernel);
    expect(late.kernel).toHaveLength(2);
    expect(late.canvases).toBeLessThanOrEqual(early.canvases + 2);
    expect(late.observers).toBeLessThanOrEqual(early.observers + 4);
    expect(seriesOf(await lab.until((now) => seriesOf(now, 'cpu')?.count === 23), 'cpu')?.exact).toBe(true);

    await selectCell(lab, 1);
    await lab.command('notebook:delete-cell');
    await expect.poll(() => lab.page.locator('.sv-card').count()).toBe(0);
    await lab.run(1);
    const [models = 0] = numbers(await lab.outputText(1), 'KERNEL');
    expect(models).toBeLessThan(late.kernel[0] ?? 0);
    await expect.poll(() => living(lab, 'HTMLCanvasElement'), { timeout: 10_000 }).toBeLessThanOrEqual(none + 4);
    expect(lab.problems).toEqual([]);
  });
});

describe('the Python interface in a notebook', () => {
  test('clear, close and clashes: data go, widgets go, and the words say what to do', async () => {
    await host.next(lab, [
      `import stream_viz as sv
cpu = sv.metric("cpu", title="CPU usage")
room = sv.metric("room", title="Room")
for i in range(50):
    cpu.send(i); room.send(i)`,
      'cpu.clear()\ncpu.send(7)',
      'sv.clear()\nroom.send(8)',
      'room.close()',
      'try:\n    room.send(1)\nexcept sv.StreamVizError as error:\n    print("REFUSED", error.code)',
      'try:\n    sv.table("cpu")\nexcept sv.StreamVizError as error:\n    print("REFUSED", error.code, error)',
      'sv.close()\nsv.close()',
      'again = sv.metric("cpu", title="CPU again")\nagain.send(3)',
    ]);
    await lab.run(0);
    await lab.until((now) => seriesOf(now, 'cpu')?.count === 50 && seriesOf(now, 'room')?.count === 50);
    await lab.run(1);
    await lab.until((now) => seriesOf(now, 'cpu')?.count === 1 && seriesOf(now, 'cpu')?.last === 7);
    await lab.run(2);
    await lab.until((now) => (seriesOf(now, 'cpu')?.count ?? 0) === 0 && seriesOf(now, 'room')?.last === 8);
    await lab.run(3);
    await expect.poll(() => card(lab, 'Room').count()).toBe(0);
    expect(await card(lab, 'CPU usage').count()).toBe(1);
    await lab.run(4);
    expect(await lab.outputText(4)).toContain('REFUSED WIDGET_CLOSED');
    await lab.run(5);
    const clash = await lab.outputText(5);
    expect(clash).toContain('REFUSED NAME_TAKEN');
    expect(clash).toMatch(/metric/);
    await lab.run(6);
    await expect.poll(() => lab.page.locator('.sv-card').count()).toBe(0);
    await lab.until((now) => now.series.length === 0);
    await lab.run(7);
    await card(lab, 'CPU again').waitFor();
    await lab.until((now) => seriesOf(now, 'cpu')?.count === 1 && seriesOf(now, 'cpu')?.last === 3);
    expect(lab.problems).toEqual([]);
  });

  test('what is displayed where: one view in each cell that names a widget, none where it was asked not to', async () => {
    await host.next(lab, [
      'import stream_viz as sv\ncpu = sv.metric("cpu", title="CPU usage")\ncpu.send(75)',
      'sv.metric("quiet", title="Quiet", display=False).send(1)',
      'cpu = sv.metric("cpu")\ncpu',
      'sv.show()',
      'sv.metric("cpu").send(3)',
      'cpu.send(75)',
      'cpu',
      'sv.configure(auto_display=False)\nsv.metric("silent", title="Silent").send(1)',
      'sv.show(sv.metric("silent"))',
      'sv.configure(auto_display=None)\nsv.metric("loud", title="Loud").send(1)',
    ]);
    for (let i = 0; i < 10; i++) await lab.run(i);
    const expected = [1, 0, 1, 2, 1, 0, 1, 0, 1, 1];
    await expect
      .poll(async () => Promise.all(expected.map((_, i) => cellCards(lab, i).count())), { timeout: 20_000 })
      .toEqual(expected);
    const outputs = (index: number) => lab.page.locator('.jp-Cell').nth(index).locator('.jp-OutputArea-child').count();
    expect(await Promise.all(expected.map((_, i) => outputs(i)))).toEqual([1, 0, 1, 1, 1, 0, 1, 0, 1, 1]);
    await lab.scrollTo(0);
    await expect.poll(() => cellCards(lab, 0).locator('.sv-value').innerText()).toMatch(/^75/);
    expect(lab.problems).toEqual([]);
  });

  test('clear_output in a loop that displays again leaves one view, and so does a task that outlives its cell', async () => {
    await host.next(lab, [
      `import asyncio, time
import stream_viz as sv
from IPython.display import clear_output
cpu = sv.metric("cpu", title="CPU usage")
for i in range(10):
    clear_output(wait=True)
    print("step", i)
    cpu.send(i)
    display(cpu)
    time.sleep(0.02)`,
      `async def work():
    while True:
        sv.metric("task", title="From a task").send(1)
        await asyncio.sleep(0.01)
task = asyncio.create_task(work())`,
      'await asyncio.sleep(0.2)\nsv.metric("other", title="Other").send(1)\nawait asyncio.sleep(0.2)',
      'task.cancel()\nfrom ipywidgets.widgets import widget\nprint("KERNEL", len(widget._instances))',
    ]);
    for (let i = 0; i < 3; i++) await lab.run(i);
    await expect.poll(async () => Promise.all([0, 1, 2].map((i) => cellCards(lab, i).count()))).toEqual([1, 1, 1]);
    expect(await lab.outputText(0)).toContain('step 9');
    await lab.run(3);
    expect(numbers(await lab.outputText(3), 'KERNEL')[0]).toBeLessThanOrEqual(2 * (2 + 3)); // hub, asset, three views, each with its layout
    expect(lab.problems).toEqual([]);
  });

  test('stats prints a table, and a snapshot is an output of its own that stays in the saved notebook', async () => {
    await host.next(lab, [
      'import stream_viz as sv\ncpu = sv.metric("cpu", title="CPU usage")\nfor i in range(1234):\n    cpu.send(i)',
      'sv.stats()',
      'sv.snapshot(cpu)',
    ]);
    for (let i = 0; i < 3; i++) await lab.run(i);
    const table = lab.page.locator('.jp-Cell').nth(1).locator('.jp-OutputArea table');
    await expect.poll(() => table.innerText()).toMatch(/name\s+sent[\s\S]*cpu\s+1,234/);
    expect(await cellCards(lab, 2).count()).toBe(0);
    await lab.page.locator('.jp-Cell').nth(2).locator('.jp-OutputArea svg polyline').first().waitFor();
    await lab.save();
    const [name] = await lab.page.evaluate(() => [
      (window as unknown as { jupyterapp: { shell: { currentWidget: { context: { path: string } } } } }).jupyterapp
        .shell.currentWidget.context.path,
    ]);
    const saved = JSON.parse(readFileSync(join(host.dir, name ?? ''), 'utf8')) as {
      cells: { outputs: { output_type: string; data: Record<string, string | string[]> }[] }[];
    };
    const still = saved.cells[2]?.outputs;
    expect(still).toHaveLength(1);
    const html = [still?.[0]?.data['text/html'] ?? ''].flat().join('');
    expect(html).toContain('<polyline');
    expect(html).toContain('1233');
    expect([still?.[0]?.data['text/plain'] ?? ''].flat().join('')).toContain('1,234 sent');
    expect(Object.keys(saved.cells[0]?.outputs[0]?.data ?? {})).toContain('text/html');
  });
});
