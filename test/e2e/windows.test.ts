/** Windows in a real JupyterLab: a real kernel sends, the page computes; numbers are compared with a naive recomputation in the kernel. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LabPage, type SessionReport } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';

let host: Host;
beforeAll(async () => {
  host = await Host.open();
});
afterAll(async () => {
  await host?.close();
});

const card = (lab: LabPage, title: string) => lab.page.locator('.sv-card').filter({ hasText: title }).first();
const windowsOf = (report: SessionReport, name: string) =>
  report.series.find((series) => series.name === name)?.windows ?? [];
const windowOf = (report: SessionReport, name: string, aggregation: string, size?: number) =>
  windowsOf(report, name).find(
    (window) => window.aggregation === aggregation && (size === undefined || window.window.includes(`"size":${size}`)),
  );

/** JSON that a cell printed after `word`. */
async function told<T>(lab: LabPage, index: number, word = 'TOLD'): Promise<T> {
  const text = await lab.outputText(index);
  const at = text.lastIndexOf(word);
  if (at < 0) throw new Error(`cell ${index} said ${text.slice(0, 2000)}`);
  return JSON.parse(text.slice(at + word.length).split('\n')[0] ?? '') as T;
}

describe('windows in a notebook', () => {
  test('count, avg, p95 and stddev of every window are those of the samples; the open one is provisional, then final', async () => {
    const lab = await host.notebook([
      `import json, math, time
import stream_viz as sv
load = sv.metric("load", title="Load", window="2s", aggregation=["count", "avg", "p95", "stddev"])
slow = load.view(window="4s", slide="1s", aggregation="max", title="Slow")
whole = sv.gauge("load", title="Whole", window="2s", aggregation="avg")
rows = []
first = math.floor(time.time()) + 1.0
while time.time() < first:
    time.sleep(0.001)
i = 0
while time.time() < first + 7:
    t, v = time.time(), (i * 7919 % 1009) / 10
    rows.append((round(t * 1e6), v))
    load.send(v, time=t)
    i += 1
    time.sleep(0.002)`,
      `def judged(size, slide, at):
    out = {}
    t0 = min(t for t, _ in rows)
    end = t0 // slide * slide
    while end <= at:
        end += slide
        inside = sorted(v for t, v in rows if end - size <= t < end)
        if inside and end <= at:
            n, mean = len(inside), sum(inside) / len(inside)
            out[str(end)] = {"count": n, "avg": mean, "p95": inside[math.ceil(0.95 * n) - 1], "max": inside[-1],
                "stddev": math.sqrt(sum((v - mean) ** 2 for v in inside) / (n - 1)) if n > 1 else None}
    return out
last = max(t for t, _ in rows)
print("TOLD" + json.dumps({"two": judged(2_000_000, 2_000_000, last), "four": judged(4_000_000, 1_000_000, last), "last": last}))`,
    ]);
    await lab.run(0, { wait: false });
    await card(lab, 'Load').waitFor();
    const busy = await lab.until((now) => (windowOf(now, 'load', 'avg')?.newest ?? null) !== null);
    expect(windowOf(busy, 'load', 'avg')?.open).toMatchObject({ final: false, revision: 0 });
    await expect.poll(() => card(lab, 'Slow').innerText()).toContain('so far');
    await lab.run(1);
    interface Judged {
      readonly [end: string]: Readonly<Record<'count' | 'avg' | 'p95' | 'max' | 'stddev', number>>;
    }
    const truth = await told<{ two: Judged; four: Judged; last: number }>(lab, 1);
    const report = await lab.until((now) => {
      const newest = windowOf(now, 'load', 'avg')?.newest;
      return newest !== null && newest !== undefined && newest.endUs > truth.last - 2e6;
    });
    for (const aggregation of ['count', 'avg', 'p95', 'stddev'] as const) {
      const found = windowOf(report, 'load', aggregation, 2_000_000);
      expect(found?.results).toBeGreaterThanOrEqual(3);
      const expected = truth.two[String(found?.newest?.endUs)]?.[aggregation] ?? Number.NaN;
      const bound = aggregation === 'p95' ? 0.0079 * expected : 1e-9 * (1 + expected);
      expect(Math.abs((found?.newest?.value ?? Number.NaN) - expected)).toBeLessThanOrEqual(bound);
      expect(found?.counters).toMatchObject({ late: 0, dropped: 0 });
    }
    const slow = windowOf(report, 'load', 'max', 4_000_000);
    expect(slow?.newest?.value).toBe(truth.four[String(slow?.newest?.endUs)]?.max);
    // After five idle seconds the clock moves the watermark on: the last window is final too.
    const idle = await lab.until((now) => windowOf(now, 'load', 'avg', 2_000_000)?.open === null);
    expect(windowOf(idle, 'load', 'count', 2_000_000)?.newest).toMatchObject({ final: true, revision: 0 });
    await expect.poll(() => card(lab, 'Whole').locator('[role=meter]').getAttribute('aria-valuenow')).not.toBeNull();
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('a late sample revises its final window and is counted, one beyond the allowance is dropped; both stand on the card', async () => {
    const lab = await host.notebook([
      `import time
import stream_viz as sv
late = sv.metric("late", title="Late", window="1s", aggregation="sum", allowed_lateness="5s")
base = int(time.time()) - 20
for s in range(15):
    for k in range(10):
        late.send(1, time=base + s + k / 10)`,
      'late.send(100, time=base + 12.55)',
      'late.send(100, time=base + 2.5)',
    ]);
    await lab.run(0);
    await lab.until((now) => windowOf(now, 'late', 'sum')?.results === 14);
    await lab.run(1);
    const revised = await lab.until((now) => windowOf(now, 'late', 'sum')?.counters.late === 1);
    expect(windowOf(revised, 'late', 'sum')?.counters.dropped).toBe(0);
    expect(windowOf(revised, 'late', 'sum')?.revisedAt).not.toBeNull();
    await lab.run(2);
    await lab.until((now) => windowOf(now, 'late', 'sum')?.counters.dropped === 1);
    await expect.poll(() => card(lab, 'Late').locator('.sv-status').innerText()).toContain('1 late · 1 dropped');
    await lab.close();
  });

  test('a counter shows its increase per second across a reset; a page that is opened later shows the same finals', async () => {
    const lab = await host.notebook([
      `import time
import stream_viz as sv
requests = sv.counter("requests", title="Requests", window="2s")
total = sv.metric("total", counter=True, window="2s", aggregation="increase", title="Total")
base = int(time.time()) // 2 * 2 - 20
for i, value in enumerate([5, 8, 12, 3, 4, 9, 20, 2, 2, 7]):
    total.send(value, time=base + i)
end = time.time() + 3
while time.time() < end:
    requests.inc()
    time.sleep(0.01)`,
    ]);
    await lab.run(0);
    // Steps: -, 3, 4, 3 (reset), 1, 5, 11, 2 (reset), 0, 5; windows of two samples each.
    const live = await lab.until((now) => windowOf(now, 'total', 'increase')?.results === 5);
    expect(windowOf(live, 'total', 'increase')?.newest).toMatchObject({ value: 5, count: 2, final: true });
    const rate = await lab.until((now) => (windowOf(now, 'requests', 'rate')?.newest?.value ?? 0) > 0);
    expect(windowOf(rate, 'requests', 'rate')?.newest?.value).toBeGreaterThan(10);
    await lab.save();
    await lab.page.reload();
    await lab.ready();
    const again = await lab.until((now) => windowOf(now, 'total', 'increase')?.results === 5);
    expect(windowOf(again, 'total', 'increase')?.newest).toMatchObject({ value: 5, count: 2, final: true });
    await lab.close();
  });

  test('the windows notebook runs from the top to its end', async () => {
    const name = '02-windows.ipynb';
    copyFileSync(join('notebooks', name), join(host.dir, name));
    const { cells } = JSON.parse(readFileSync(join('notebooks', name), 'utf8')) as {
      readonly cells: readonly { readonly id: string; readonly cell_type: string }[];
    };
    const lab = await LabPage.open(host.browser, host.relay.url, host.server.token, name);
    for (const [i, { id, cell_type }] of cells.entries()) {
      if (cell_type === 'code' && id !== 'stop') await lab.run(i);
    }
    const report = await lab.until((now) => {
      const [quantile, orders] = [windowOf(now, 'overshoot', 'p99'), windowOf(now, 'orders', 'sum')];
      return (quantile?.newest ?? null) !== null && orders?.counters.late === 1 && orders.counters.dropped === 1;
    }, 60_000);
    expect(windowOf(report, 'loss', 'avg')?.results).toBe(20);
    await lab.until((now) => windowOf(now, 'clicks', 'count')?.results === 4);
    await expect.poll(() => card(lab, 'Licences').textContent()).toContain('Solver');
    await lab.run(cells.findIndex(({ id }) => id === 'stop'));
    expect(await lab.outputText(cells.findIndex(({ id }) => id === 'stop'))).toContain('borrows');
    expect(lab.problems).toEqual([]);
    await lab.close();
  });

  test('steps: log sends several names at one step, windows of 100 steps are exact, the axis shows plain numbers', async () => {
    const lab = await host.notebook([
      `import stream_viz as sv
sv.metric("loss", x="step", window=100, aggregation="avg", title="Loss")
for step in range(450):
    sv.log({"loss": step % 100, "acc": step / 450}, step=step)`,
    ]);
    await lab.run(0);
    const report = await lab.until((now) => windowOf(now, 'loss', 'avg')?.results === 4);
    expect(windowOf(report, 'loss', 'avg')?.newest).toMatchObject({
      startUs: 300,
      endUs: 400,
      value: 49.5,
      count: 100,
    });
    expect(windowOf(report, 'loss', 'avg')?.open).toMatchObject({ startUs: 400, count: 50, final: false });
    expect(report.series.find((series) => series.name === 'acc')).toMatchObject({ count: 450, max: 449 / 450 });
    await card(lab, 'Loss').hover();
    await lab.close();
  });
});
