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
