/** The same package in Notebook 7. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Host } from './harness/host.ts';
import { expectEqualToTruth, RECORDED, truthOf } from './harness/truth.ts';

let host: Host;
beforeAll(async () => {
  host = await Host.open('notebook');
});
afterAll(async () => {
  await host?.close();
});

test('Notebook 7: a metric is live in a busy cell and its numbers are those that were sent', async () => {
  const busy =
    'cpu = Recorded("cpu", title="CPU usage")\nfor i in range(1500):\n    cpu.send(i % 23)\n    time.sleep(0.002)';
  const lab = await host.notebook([RECORDED, busy, 'tell()']);
  await lab.run(0);
  await lab.run(1, { wait: false });
  const cpu = (report: Awaited<ReturnType<typeof lab.inspect>>) =>
    report?.series.find((series) => series.name === 'cpu');
  const early = await lab.until((report) => (cpu(report)?.count ?? 0) > 10);
  expect(cpu(early)?.count).toBeLessThan(1500);
  await lab.page.locator('.sv-card').filter({ hasText: 'CPU usage' }).waitFor();
  const truth = await truthOf(lab, 2);
  const report = await lab.until((now) => cpu(now)?.count === truth.cpu?.count);
  expectEqualToTruth(cpu(report), truth.cpu);
  expect(lab.problems).toEqual([]);
  await lab.close();
});

test('Notebook 7: after a refresh the widget is back with its history; a restart is said, and a re-run is live again', async () => {
  const cell =
    'import time\nimport stream_viz as sv\ncpu = sv.metric("cpu", title="CPU usage")\nfor i in range(300):\n    cpu.send(i)\n    time.sleep(0.003)';
  const lab = await host.notebook([cell]);
  const card = lab.page.locator('.sv-card').filter({ hasText: 'CPU usage' }).first();
  await lab.run(0);
  const before = await lab.until((report) => report.series[0]?.count === 300);
  await lab.save();
  await lab.page.reload();
  await lab.ready();
  const back = await lab.until((report) => report.series[0]?.exact === true && report.series[0].count === 300);
  expect([back.epoch, back.series[0]?.last]).toEqual([before.epoch, 299]);
  await expect.poll(() => card.locator('.sv-value').innerText(), { timeout: 20_000 }).toMatch(/^299/);
  await lab.restartKernel();
  await expect.poll(() => card.innerText(), { timeout: 20_000 }).toContain('Disconnected');
  await lab.run(0);
  await lab.until((report) => report.epoch !== before.epoch && report.series[0]?.count === 300);
  await expect.poll(() => card.innerText()).not.toContain('Disconnected');
  expect(lab.problems).toEqual([]);
  await lab.close();
});
