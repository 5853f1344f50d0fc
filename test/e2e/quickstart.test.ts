/** The notebook that the demo opens runs to its end, on this machine's real readings. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LabPage } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';

let host: Host;
beforeAll(async () => {
  host = await Host.open();
});
afterAll(async () => {
  await host?.close();
});

test('the quickstart runs from the top to its end and shows every reading', async () => {
  const name = '01-quickstart.ipynb';
  for (const file of [name, 'machine.py']) copyFileSync(join('notebooks', file), join(host.dir, file));
  const notebook = JSON.parse(readFileSync(join('notebooks', name), 'utf8')) as {
    readonly cells: readonly { readonly id: string; readonly cell_type: string }[];
  };
  const lab = await LabPage.open(host.browser, host.relay.url, host.server.token, name);
  const cell = (id: string): number => notebook.cells.findIndex((each) => each.id === id);
  await lab.run(cell('import'));
  await lab.run(cell('machine'));
  const names = ['load', 'memory', 'network'];
  await lab.until((report) => names.every((each) => (report.series.find(({ name }) => name === each)?.count ?? 0) > 3));
  await lab.until((report) =>
    report.tables.some(({ id, rows, exact }) => id === 'table:processes' && rows > 3 && exact),
  );
  await lab.run(cell('busy'), { wait: false });
  await lab.until((report) => (report.series.find((series) => series.name === 'overshoot')?.count ?? 0) > 1000);
  await lab.interrupt();
  await lab.run(cell('stats'));
  expect(await lab.outputText(cell('stats'))).toContain('overshoot');
  await lab.run(cell('snapshot'));
  expect(await lab.outputText(cell('snapshot'))).toContain('Memory in use');
  expect(lab.problems).toEqual([]);
  await lab.close();
});
