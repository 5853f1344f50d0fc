/** The main job in a real JupyterLab, with a real kernel and a real Chromium. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabPage, SessionReport } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';
import { expectEqualToTruth, RECORDED, truthOf } from './harness/truth.ts';

let host: Host;
beforeAll(async () => {
  host = await Host.open();
});
afterAll(async () => {
  await host?.close();
});

const seriesOf = (report: SessionReport | null, name: string) => report?.series.find((series) => series.name === name);
const card = (lab: LabPage, title: string) => lab.page.locator('.sv-card').filter({ hasText: title });

/** A point of the card's picture has been painted in something else than its background. */
async function paintedPixels(lab: LabPage, title: string): Promise<number> {
  return card(lab, title)
    .first()
    .evaluate((element) => {
      let painted = 0;
      for (const canvas of element.querySelectorAll('canvas')) {
        const context = canvas.getContext('2d');
        if (!context || canvas.width === 0 || canvas.height === 0) continue;
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) painted++;
      }
      return painted;
    });
}

describe('JupyterLab', () => {
  test('a metric appears under a busy cell at once, moves, and its numbers are those that were sent', async () => {
    const busy = `
cpu = Recorded("cpu", title="CPU usage", unit="%")
go = time.time() + 6
i = 0
while time.time() < go:
    cpu.send((i * 37 % 1000) / 10)
    i += 1
    time.sleep(0.002)
cpu.send(47.25)
`;
    const lab = await host.notebook([RECORDED, busy, 'tell()']);
    await lab.run(0);
    await lab.run(1, { wait: false });
    await card(lab, 'CPU usage').waitFor({ timeout: 5000 });
    const first = await lab.until((report) => (seriesOf(report, 'cpu')?.count ?? 0) > 10);
    const later = await lab.until(
      (report) => (seriesOf(report, 'cpu')?.count ?? 0) > (seriesOf(first, 'cpu')?.count ?? 0) + 500,
    );
    expect(later.seq).toBeGreaterThan(first.seq);
    expect(await paintedPixels(lab, 'CPU usage')).toBeGreaterThan(500);
    const truth = await truthOf(lab, 2);
    const report = await lab.until((now) => seriesOf(now, 'cpu')?.count === truth.cpu?.count);
    expectEqualToTruth(seriesOf(report, 'cpu'), truth.cpu);
    await expect.poll(() => card(lab, 'CPU usage').first().locator('.sv-value').innerText()).toMatch(/^47\.\d+\s*%$/);
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('after a page refresh with an idle kernel the widgets come back with their history', async () => {
    const lab = await host.notebook([
      RECORDED,
      'cpu = Recorded("cpu", title="CPU usage")\nfor i in range(3000):\n    cpu.send(i % 17)\n    time.sleep(0.0005)',
      'tell()',
    ]);
    await lab.run(0);
    await lab.run(1);
    const truth = await truthOf(lab, 2);
    await lab.until((now) => seriesOf(now, 'cpu')?.count === truth.cpu?.count);
    await lab.save();
    await lab.page.reload();
    await lab.ready();
    const report = await lab.until(
      (now) => seriesOf(now, 'cpu')?.exact === true && seriesOf(now, 'cpu')?.count === truth.cpu?.count,
    );
    expectEqualToTruth(seriesOf(report, 'cpu'), truth.cpu);
    await card(lab, 'CPU usage').first().waitFor();
    await expect.poll(() => paintedPixels(lab, 'CPU usage')).toBeGreaterThan(500);
    await lab.close();
  });

  test('a kernel restart is said on the widget, its last data stay, and a re-run is live again', async () => {
    const cell =
      'import time\nimport stream_viz as sv\ncpu = sv.metric("cpu", title="CPU usage")\nfor i in range(200):\n    cpu.send(i)\n    time.sleep(0.005)';
    const lab = await host.notebook([cell]);
    await lab.run(0);
    const before = await lab.until((now) => seriesOf(now, 'cpu')?.count === 200);
    await lab.restartKernel();
    await expect.poll(() => card(lab, 'CPU usage').first().innerText(), { timeout: 20_000 }).toContain('Disconnected');
    expect(await card(lab, 'CPU usage').first().innerText()).toContain('199');
    await lab.run(0);
    const after = await lab.until((now) => now.epoch !== before.epoch && seriesOf(now, 'cpu')?.count === 200);
    expect(after.status).toBe('live');
    await expect.poll(() => card(lab, 'CPU usage').first().innerText()).not.toContain('Disconnected');
    await lab.close();
  });

  test('a second view of the output shows the same data, and a removed option returns to its default on a re-run', async () => {
    const lab = await host.notebook([
      'import stream_viz as sv\nfirst = {"unit": "ms"}',
      'cpu = sv.metric("cpu", title="CPU usage", **first)\ncpu.send(5)',
      'first = {}',
    ]);
    await lab.run(0);
    await lab.run(1);
    await expect.poll(() => card(lab, 'CPU usage').first().locator('.sv-value').innerText()).toContain('ms');
    await lab.page.locator('.jp-Cell').nth(1).click();
    await lab.command('notebook:create-output-view');
    await expect.poll(() => card(lab, 'CPU usage').count()).toBe(2);
    await expect.poll(() => card(lab, 'CPU usage').last().locator('.sv-value').innerText()).toContain('5');
    await lab.page.locator('.lm-TabBar-tab').filter({ hasText: '.ipynb' }).first().click();
    await lab.run(2);
    await lab.run(1);
    await expect.poll(() => card(lab, 'CPU usage').first().locator('.sv-value').innerText()).not.toContain('ms');
    await lab.close();
  });

  test('light and dark follow the host live', async () => {
    const lab = await host.notebook([
      'import stream_viz as sv\ncpu = sv.metric("cpu", title="CPU usage")\ncpu.send(5)',
    ]);
    await lab.run(0);
    const colour = () =>
      card(lab, 'CPU usage')
        .first()
        .locator('.sv-value')
        .evaluate((element) => getComputedStyle(element).color);
    await card(lab, 'CPU usage').first().waitFor();
    await lab.setTheme('JupyterLab Light');
    await expect.poll(colour).toBe('rgb(23, 27, 33)');
    await lab.setTheme('JupyterLab Dark');
    await expect.poll(colour).toBe('rgb(236, 238, 241)');
    await lab.setTheme('JupyterLab Light');
    await lab.close();
  });

  test('a thread sends while the kernel is idle, and a declaration in a thread displays nothing and says how to show it', async () => {
    const lab = await host.notebook([
      RECORDED,
      `cpu = Recorded("cpu", title="From a thread")
def work():
    for i in range(1000):
        cpu.send(i % 13)
        time.sleep(0.002)
    sv.metric("silent", title="Declared in a thread")
thread = threading.Thread(target=work)
thread.start()`,
      'thread.join(); tell()',
      'sv.show(sv.metric("silent"))',
    ]);
    await lab.run(0);
    await lab.run(1);
    await lab.until((now) => (seriesOf(now, 'cpu')?.count ?? 0) > 100);
    const truth = await truthOf(lab, 2);
    const said = `${await lab.outputText(1)}${await lab.outputText(2)}`;
    expect(said.match(/sv\.show\(/g)).toHaveLength(1);
    const report = await lab.until((now) => seriesOf(now, 'cpu')?.count === truth.cpu?.count);
    expectEqualToTruth(seriesOf(report, 'cpu'), truth.cpu);
    expect(await card(lab, 'Declared in a thread').count()).toBe(0);
    await lab.run(3);
    await card(lab, 'Declared in a thread').first().waitFor();
    await lab.close();
  });

  test('50 widgets share one runtime and one hub, at most 20 messages a second', async () => {
    const lab = await host.notebook([
      'import time\nimport stream_viz as sv\nmany = [sv.metric(f"m{i}", title=f"Metric {i}") for i in range(50)]\nfor step in range(200):\n    for i, each in enumerate(many):\n        each.send(step + i)\n    time.sleep(0.02)',
    ]);
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
    const report = await lab.until(
      (now) => now.series.length === 50 && now.series.every((series) => series.count === 200),
    );
    expect(report.series.every((series, i) => series.last === 199 + i)).toBe(true);
    expect(runtimes).toBe(1);
    expect(await lab.page.locator('.sv-card').count()).toBe(50);
    const times = host.relay.seen.filter((message) => message.epoch === report.epoch).map((message) => message.sentUs);
    for (let i = 22; i < times.length; i++) expect((times[i] ?? 0) - (times[i - 22] ?? 0)).toBeGreaterThan(1e6);
    await lab.close();
  });

  test('a cell out of sight is not drawn and loses no data, and is right when it returns', async () => {
    const filler = 'for i in range(200):\n    print(i)';
    const lab = await host.notebook([
      RECORDED,
      'cpu = Recorded("cpu", title="Out of sight")\ncpu.send(1)',
      filler,
      'for i in range(800):\n    cpu.send(i % 29)\n    time.sleep(0.002)',
      'tell()',
    ]);
    for (const index of [0, 1]) await lab.run(index);
    await card(lab, 'Out of sight').first().waitFor();
    await lab.run(2);
    await lab.page.evaluate(() => document.querySelectorAll('.jp-Cell')[4]?.scrollIntoView());
    await lab.page.evaluate(() => {
      const counts = window as unknown as { drawn: number };
      counts.drawn = 0;
      const target = [...document.querySelectorAll('.sv-card')].find((element) =>
        element.textContent?.includes('Out of sight'),
      );
      const original = CanvasRenderingContext2D.prototype.clearRect;
      CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        if (target?.contains(this.canvas)) counts.drawn++;
        original.apply(this, area);
      };
    });
    await expect
      .poll(() =>
        card(lab, 'Out of sight')
          .first()
          .evaluate((element) => {
            const box = element.getBoundingClientRect();
            return box.bottom < 0 || box.top > innerHeight || box.height === 0;
          }),
      )
      .toBe(true);
    await lab.page.waitForTimeout(1200); // Lab throttles its observers to one second
    await lab.page.evaluate(() => {
      (window as unknown as { drawn: number }).drawn = 0;
    });
    await lab.run(3);
    const truth = await truthOf(lab, 4);
    const report = await lab.until((now) => seriesOf(now, 'cpu')?.count === truth.cpu?.count);
    expect(await lab.page.evaluate(() => (window as unknown as { drawn: number }).drawn)).toBe(0);
    expectEqualToTruth(seriesOf(report, 'cpu'), truth.cpu);
    await lab.page.evaluate(() => document.querySelectorAll('.jp-Cell')[1]?.scrollIntoView());
    const last = new RegExp(`^${truth.cpu?.last}(\\.0+)?$`);
    await expect.poll(() => card(lab, 'Out of sight').first().locator('.sv-value').innerText()).toMatch(last);
    await lab.close();
  });

  test('clearing the output frees the view, and a gauge and a keyed table show what was sent', async () => {
    const lab = await host.notebook([
      `import stream_viz as sv
room = sv.gauge("room", title="Room", unit="°C", min=0, max=40, thresholds=[18, 26, 40])
jobs = sv.table("jobs", title="Jobs", key="id")
room.send(21.5)
jobs.apply([{"id": i, "state": "running", "big": 2**60 + i} for i in range(20)])
jobs.apply([{"id": 3, "state": "done"}], deletes=[4])`,
    ]);
    await lab.run(0);
    await expect.poll(() => card(lab, 'Room').first().innerText()).toContain('21.5');
    const report = await lab.until((now) => now.tables[0]?.rows === 19 && now.tables[0]?.exact === true);
    expect(report.tables[0]?.total).toBe(19);
    await expect.poll(() => card(lab, 'Jobs').first().innerText()).toContain('done');
    expect((await card(lab, 'Jobs').first().innerText()).replaceAll(',', '')).toContain(String(2n ** 60n + 3n));
    await lab.command('notebook:clear-cell-output');
    await expect.poll(() => lab.page.locator('.sv-card').count()).toBe(0);
    expect(lab.problems).toEqual([]);
    await lab.close();
  });
});
