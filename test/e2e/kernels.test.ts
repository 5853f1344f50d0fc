/** What happens around a notebook: two windows, two kernels, a refresh, an interrupt, a kernel that dies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Host } from './harness/host.ts';
import { activate, card, cellCards, frontPanel, seriesOf } from './harness/notebook-page.ts';
import { expectEqualToTruth, RECORDED, truthOf } from './harness/truth.ts';

let host: Host;
beforeAll(async () => {
  host = await Host.open();
});
afterAll(async () => {
  await host?.close();
});

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
