/** Ten times the usual load between a real kernel and a real page: the wire keeps its bounds, and the numbers end exact. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabPage, SessionReport } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';

let host: Host;
let lab: LabPage;
beforeAll(async () => {
  host = await Host.open();
  lab = await host.notebook(['']);
});
afterAll(async () => {
  await host?.close();
});

const MESSAGE_MOST_BYTES = 524_288;
const seriesOf = (report: SessionReport, name: string) => report.series.find((series) => series.name === name);

/** At most 20 messages in any second of the producer's clock (a late tick may follow an early one: 2 more), none above 512 KB. */
function expectBoundedWire(epoch: string): void {
  const sent = host.relay.seen.filter((message) => message.epoch === epoch);
  expect(sent.length).toBeGreaterThan(20);
  expect(Math.max(...sent.map((message) => message.bytes))).toBeLessThanOrEqual(MESSAGE_MOST_BYTES);
  for (let i = 22; i < sent.length; i++) {
    expect((sent[i]?.sentUs ?? 0) - (sent[i - 22]?.sentUs ?? 0)).toBeGreaterThan(1e6);
  }
}

/** JSON that a cell printed after `word`. */
async function told<T>(lab: LabPage, index: number, word: string): Promise<T> {
  const text = await lab.outputText(index);
  const at = text.lastIndexOf(word);
  if (at < 0) throw new Error(`cell ${index} said ${text.slice(0, 2000)}`);
  return JSON.parse(text.slice(at + word.length).split('\n')[0] ?? '') as T;
}

describe('limits', () => {
  test('200 metrics at 100 samples a second each: at most 20 messages a second, none above 512 KB, every count exact', async () => {
    await host.next(lab, [
      `import time
import stream_viz as sv
many = [sv.metric(f"m{i}", title=f"Metric {i}") for i in range(200)]
start = time.time()
for step in range(500):
    for i, each in enumerate(many):
        each.send(step + i)
    time.sleep(max(0.0, start + (step + 1) * 0.01 - time.time()))`,
    ]);
    await lab.run(0);
    const report = await lab.until(
      (now) => now.series.length === 200 && now.series.every((series) => series.count === 500 && series.exact),
    );
    for (const [i, series] of report.series.entries()) {
      expect(series).toMatchObject({ min: i, max: 499 + i, first: i, last: 499 + i, sum: 500 * i + (499 * 500) / 2 });
    }
    expectBoundedWire(report.epoch);
    expect(lab.problems).toEqual([]);
  });

  test('a million samples a second for 5 s are folded, and count, sum, min, max, first and last are exact', async () => {
    await host.next(lab, [
      `import json, math, time
import numpy as np
import stream_viz as sv
flood = sv.metric("flood", title="Flood")
sums = []
start = time.time()
for step in range(100):
    values = np.arange(50_000.0) * 0.5 - step
    sums.append(float(values.sum()))
    flood.send_many(values, every=1e-6)
    time.sleep(max(0.0, start + (step + 1) * 0.05 - time.time()))
print("TOLD" + json.dumps({"sum": math.fsum(sums), "seconds": time.time() - start}))`,
    ]);
    await lab.run(0);
    const { sum, seconds } = await told<{ readonly sum: number; readonly seconds: number }>(lab, 0, 'TOLD');
    expect(seconds).toBeLessThan(7);
    const report = await lab.until(
      (now) => seriesOf(now, 'flood')?.count === 5_000_000 && seriesOf(now, 'flood')?.exact === true,
    );
    const flood = seriesOf(report, 'flood');
    expect(flood).toMatchObject({ n: 5_000_000, min: -99, max: 24_999.5, first: 0, last: 24_900.5 });
    expect(flood?.folded).toBeGreaterThan(1_000_000);
    expect(Math.abs((flood?.sum ?? 0) - sum)).toBeLessThanOrEqual(1e-12 * Math.abs(sum) * 2);
    expectBoundedWire(report.epoch);
    expect(lab.problems).toEqual([]);
  });

  test('a page 6 times slower makes no send slower, keeps no growing queue and ends exact', async () => {
    await host.next(lab, [
      `import json, time
import stream_viz as sv
many = [sv.metric(f"m{i}", title=f"Metric {i}") for i in range(30)]
def drive(steps):
    spent, start = 0.0, time.time()
    for step in range(steps):
        before = time.thread_time()
        for each in many:
            each.send(step)
        spent += time.thread_time() - before
        time.sleep(max(0.0, start + (step + 1) * 0.005 - time.time()))
    print("TOLD" + json.dumps({"spent": spent, "seconds": time.time() - start}))`,
      'drive(600)',
      'drive(600)',
    ]);
    const cdp = await lab.context.newCDPSession(lab.page);
    interface Drive {
      readonly spent: number;
      readonly seconds: number;
    }
    const heap = async (): Promise<number> => {
      await cdp.send('HeapProfiler.collectGarbage');
      return (await cdp.send('Runtime.getHeapUsage')).usedSize;
    };
    await lab.run(0);
    await lab.run(1);
    const fast = await told<Drive>(lab, 1, 'TOLD');
    await lab.until((now) => now.series.length === 30 && now.series.every((series) => series.count === 600));
    const before = await heap();
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 });
    await lab.run(2);
    const slow = await told<Drive>(lab, 2, 'TOLD');
    const atEnd = host.relay.seen.at(-1)?.seq ?? 0;
    const behind = atEnd - ((await lab.inspect())?.seq ?? 0);
    const report = await lab.until((now) => now.series.every((series) => series.count === 1200 && series.exact));
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    const grown = (await heap()) - before;
    console.log(
      `sends took ${fast.spent.toFixed(3)} s, with a slow page ${slow.spent.toFixed(3)} s; it was ${behind} messages behind and grew by ${(grown / 1e6).toFixed(1)} MB`,
    );
    expect(slow.spent).toBeLessThan(3 * fast.spent + 0.1);
    expect(slow.seconds).toBeLessThan(1.5 * fast.seconds);
    expect(behind).toBeLessThanOrEqual(60);
    expect(grown).toBeLessThan(20e6);
    expect(report.messages.lost).toBe(0);
    expectBoundedWire(report.epoch);
  });

  test('20,000 rows at once: no message above 512 KB, the newest 10,000 are held, and the table says what it shows', async () => {
    await host.next(lab, [
      `import stream_viz as sv
jobs = sv.table("jobs", title="Jobs", key="id")
jobs.apply([{"id": i, "state": "running", "owner": f"owner {i % 97}", "load": i / 7} for i in range(20_000)])`,
    ]);
    await lab.run(0);
    const caption = lab.page.locator('.sv-card').filter({ hasText: 'Jobs' }).locator('.sv-caption');
    const live = await lab.until((now) => now.tables[0]?.total === 10_000 && now.tables[0]?.exact === true);
    expect(live.tables[0]?.rows).toBeGreaterThan(1000);
    await expect
      .poll(() => caption.innerText())
      .toMatch(live.tables[0]?.rows === 10_000 ? /^\d+ of 10,000$/ : /^newest [\d,]+ of 10,000 rows$/);
    await lab.save();
    await lab.page.reload();
    await lab.ready();
    const later = await lab.until((now) => now.tables[0]?.total === 10_000 && (now.tables[0]?.rows ?? 0) > 1000);
    await expect
      .poll(() => caption.innerText(), { timeout: 10_000 })
      .toMatch(later.tables[0]?.rows === 10_000 ? /^\d+ of 10,000$/ : /^newest [\d,]+ of 10,000 rows$/);
    const sent = host.relay.seen.filter((message) => message.epoch === later.epoch);
    expect(Math.max(...sent.map((message) => message.bytes))).toBeLessThanOrEqual(MESSAGE_MOST_BYTES);
    console.log(`a page that was there holds ${live.tables[0]?.rows} rows, a later one ${later.tables[0]?.rows}`);
    expect(lab.problems).toEqual([]);
  });
});
