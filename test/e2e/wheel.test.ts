/** What `pip install` of the built wheel gives in an environment of its own: widgets, panel, commands, settings. */
import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabPage } from '../../scripts/lab/lab-page.ts';
import { labextensionList, type WheelVenv, wheelVenv } from '../../scripts/lab/wheel-venv.ts';
import { Host } from './harness/host.ts';

const CELLS = [
  'import stream_viz as sv\ncpu = sv.metric("cpu", title="CPU usage")\ncpu',
  'for i in range(50):\n    cpu.send(i)',
  'print(sv.__file__)',
];

let environment: WheelVenv;
let host: Host;
beforeAll(async () => {
  environment = wheelVenv();
  host = await Host.open('lab', environment);
}, 600_000);
afterAll(async () => {
  await host?.close();
});

/** Id of the part of the page that the panel is in, and whether it is to be seen. */
const place = (lab: LabPage) =>
  lab.page.evaluate(() => {
    const panel = document.querySelector('#stream-viz-panel');
    return [panel?.parentElement?.id ?? '', panel?.checkVisibility() ?? false];
  });

test('JupyterLab lists the extension as enabled and OK, and every requirement of the wheel is met', () => {
  const plain = stripVTControlCharacters(labextensionList(environment));
  expect(plain).toMatch(/stream-viz v\S+ enabled OK \(python, stream-viz-core\)/);
  const { status, stdout } = spawnSync(environment.interpreter, ['-m', 'pip', 'check'], { encoding: 'utf8' });
  expect([stdout.trim(), status]).toEqual(['No broken requirements found.', 0]);
});

test('panel and outputs are drawn by the extension, with the drawing code that it brings, loaded once', async () => {
  const lab = await host.notebook(CELLS);
  const loaded: string[] = [];
  lab.page.on('request', (request) => loaded.push(request.url()));
  await lab.page.reload();
  await lab.ready();
  for (const cell of [0, 1, 2]) await lab.run(cell);
  await lab.page.locator('.sv-lab-output .sv-card').filter({ hasText: 'CPU usage' }).waitFor();
  await lab.until((report) => report.series[0]?.count === 50);
  const own = loaded.filter((url) => url.includes('/extensions/stream-viz/')).map((url) => url.replace(/.*\//, ''));
  expect(own.map((name) => name.replace(/\.\w+\.js.*/, '')).sort()).toEqual(['extension', 'runtime']);
  const printed = await lab.page.locator('.jp-OutputArea-output pre').last().innerText();
  expect(printed).toContain('lab-venv');

  expect(await place(lab)).toEqual(['jp-right-stack', false]);
  await lab.command('stream-viz:toggle-panel');
  expect(await place(lab)).toEqual(['jp-right-stack', true]);
  await lab.page.locator('#stream-viz-panel').getByText('CPU usage').waitFor();
  await lab.command('stream-viz:toggle-panel');
  expect(await place(lab)).toEqual(['jp-right-stack', false]);
  expect(lab.problems).toEqual([]);
  await lab.close();
});

/** Resolves when Lab has written down that the panel is open on the left. */
const leftIsKept = (lab: LabPage) =>
  lab.page.waitForRequest((request) => {
    if (request.method() !== 'PUT' || !request.url().includes('/api/workspaces/')) return false;
    const { data } = request.postDataJSON() as { readonly data: Record<string, { left?: { current?: string } }> };
    return data['layout-restorer:data']?.left?.current === 'stream-viz-panel';
  });

test('the side is a setting that holds at once and in the next page, where the panel is open as it was left', async () => {
  const lab = await host.notebook(CELLS);
  await lab.command('stream-viz:toggle-panel');
  await lab.command('settingeditor:open', { query: 'StreamViz' });
  const kept = leftIsKept(lab);
  await lab.page.locator('.jp-SettingsPanel select').first().selectOption({ label: 'left' });
  await expect.poll(() => place(lab)).toEqual(['jp-left-stack', true]);
  await (await kept).response();
  await lab.page.reload();
  await expect.poll(() => place(lab)).toEqual(['jp-left-stack', true]);
  await lab.close();
});

test('the View menu has every command, and exporting downloads the series', async () => {
  const lab = await host.notebook(CELLS);
  await lab.run(0);
  await lab.run(1);
  await lab.until((report) => report.series[0]?.count === 50);
  await lab.page.locator('.lm-MenuBar-itemLabel', { hasText: /^View$/ }).click();
  await lab.page.locator('.lm-Menu-itemLabel', { hasText: /^StreamViz$/ }).hover();
  for (const label of [
    'Full Widgets in the Panel',
    'Pin the Panel to This Notebook',
    'Pause All Widgets',
    'Clear Data',
  ]) {
    await lab.page.locator('.lm-Menu-itemLabel', { hasText: label }).waitFor();
  }
  const downloaded = lab.page.waitForEvent('download');
  await lab.page.locator('.lm-Menu-itemLabel', { hasText: 'Export Data as CSV' }).click();
  expect((await downloaded).suggestedFilename()).toMatch(/^test-\d+-series\.csv$/);
  await lab.command('stream-viz:clear');
  await lab.until((report) => (report.series[0]?.count ?? 0) === 0);
  expect(lab.problems).toEqual([]);
  await lab.close();
});
