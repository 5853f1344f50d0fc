/** What is left behind by forks, by running a cell again and by deleting it: nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabPage } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';
import { card, living, numbers, selectCell, seriesOf } from './harness/notebook-page.ts';

let host: Host;
/** A page that the tests share, each with a notebook and a kernel of its own. */
let lab: LabPage;
beforeAll(async () => {
  host = await Host.open();
  lab = await host.notebook(['']);
});
afterAll(async () => {
  await host?.close();
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
