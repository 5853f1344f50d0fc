/** The extension in Notebook 7: the panel, and outputs that go on after a refresh while a cell runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extensionShare } from '../../scripts/lab-extension.ts';
import { Host } from './harness/host.ts';
import { card } from './harness/notebook-page.ts';

let host: Host;
beforeAll(async () => {
  host = await Host.open('notebook', { share: extensionShare() });
});
afterAll(async () => {
  await host?.close();
});

const BUSY = `
import pathlib, time
import stream_viz as sv
cpu = sv.metric("cpu", title="CPU usage")
i = 0
while not pathlib.Path("stop").exists():
    cpu.send(i % 1000)
    i += 1
    time.sleep(0.01)
cpu.send(-77)
`;

test('the panel shows the notebook, and after a refresh in a busy cell panel and output are live again and end with what was sent', async () => {
  const lab = await host.notebook([BUSY]);
  const value = lab.page.locator('#stream-viz-panel .sv-panel-value');
  const output = card(lab, 'CPU usage').locator('.sv-value').first();
  await lab.command('stream-viz:toggle-panel');
  await lab.run(0, { wait: false });
  await expect.poll(() => value.innerText()).toMatch(/^\d/);
  await lab.page.reload();
  await lab.ready();
  const first = await output.innerText();
  await expect.poll(() => output.innerText()).not.toBe(first);
  if (!(await value.isVisible())) await lab.command('stream-viz:toggle-panel');
  const before = await value.innerText();
  await expect.poll(() => value.innerText()).not.toBe(before);
  writeFileSync(join(host.dir, 'stop'), '');
  await expect.poll(() => value.innerText()).toMatch(/^−77/);
  await expect.poll(() => output.innerText()).toMatch(/^−77/);
  expect(lab.problems).toEqual([]);
  await lab.close();
});
