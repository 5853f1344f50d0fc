/** Every word of the Python interface, as it shows in a notebook. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabPage } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';
import { card, cellCards, numbers, seriesOf } from './harness/notebook-page.ts';

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
