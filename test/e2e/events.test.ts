/** Keyed events from a real kernel to a real page: counts, names and flags are the kernel's, also after losses. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabPage } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';

const SETUP = `
import itertools, json, threading, time
import stream_viz as sv
borrows = sv.events("borrows", key="tool", actor="user", flags=["overage"], per="1m", keep="6h", window="1h")
`;
const FIRST = `
for i in range(1000):
    borrows.send(tool=f"tool {i % 7}", user=f"user {i % 13}", overage=i % 10 == 0)
borrows.send(tool=None)
`;
const STREAM = `
stop = threading.Event()
def work():
    for i in itertools.count():
        if stop.is_set():
            return
        borrows.send(tool=f"tool {i % 9}", user=f"user {i % 17}", overage=i % 3 == 0, time=time.time() - i % 1800)
        time.sleep(0.002)
thread = threading.Thread(target=work, daemon=True)
thread.start()
`;
const STOP = 'stop.set(); thread.join()';
const BURST = `
began = time.perf_counter()
for i in range(200_000):
    borrows.send(tool=f"tool {i % 9}", user="bob", overage=False)
print("SECONDS", time.perf_counter() - began)
`;
const TRUTH = `
print("TRUTH" + json.dumps([[row["tool"], row["count"], row["actor_count"] if row["exact"] else -1, row["overage"]]
                            for row in borrows.values("1h")]))
`;

type Row = readonly [tool: string, count: number, actors: number, overage: number];

/** The rows of the card as numbers; actors that are "at least" are -1. */
function shown(lab: LabPage): Promise<Row[]> {
  return lab.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.sv-events-table .sv-table-row')].map((row): Row => {
      const texts = [...row.querySelectorAll('.sv-table-td')].map((cell) => cell.textContent ?? '');
      const number = (text = ''): number => Number(text.split(' · ')[0]!.replace(/,/g, ''));
      return [texts[0]!, number(texts[1]), texts[2]!.startsWith('≥') ? -1 : number(texts[2]), number(texts[3])];
    }),
  );
}

async function truth(lab: LabPage, cell: number): Promise<Row[]> {
  await lab.run(cell);
  const text = await lab.outputText(cell);
  return JSON.parse(text.slice(text.lastIndexOf('TRUTH') + 5).split('\n')[0]!) as Row[];
}

const byTool = (rows: readonly Row[]): Row[] =>
  [...rows].filter(([, count]) => count > 0).sort((a, b) => (a[0] < b[0] ? -1 : 1));

let host: Host;
beforeAll(async () => {
  host = await Host.open();
});
afterAll(async () => {
  await host?.close();
});

test('the card shows what the kernel counted, through a burst and through losses', async () => {
  const name = host.write([SETUP, FIRST, STREAM, STOP, BURST, TRUTH]);
  const lab = await host.window(name);
  await lab.run(0);
  await lab.page.waitForSelector('.sv-card[data-widget="events:borrows"][data-state="waiting"]');
  await lab.run(1);
  await expect.poll(() => shown(lab).then((rows) => rows.length), { timeout: 15_000 }).toBe(7);
  await expect.poll(async () => byTool(await shown(lab)), { timeout: 15_000 }).toEqual(byTool(await truth(lab, 5)));
  await lab.page.waitForSelector('.sv-status:has-text("1 without key")');

  // Two in three messages are lost while 500 events a second enter panes of the last half hour.
  host.relay.lose(({ seq }) => seq % 3 !== 0);
  await lab.run(2);
  const lostFrom = host.relay.seen.filter((message) => message.lost).length;
  await expect
    .poll(() => host.relay.seen.filter((message) => message.lost).length, { timeout: 60_000 })
    .toBeGreaterThan(lostFrom + 40);
  await lab.run(3);
  host.relay.lose(() => false);
  const counted = byTool(await truth(lab, 5));
  expect(counted.length).toBe(9);
  await expect.poll(async () => byTool(await shown(lab)), { timeout: 60_000 }).toEqual(counted);

  const bytesBefore = host.relay.seen.reduce((sum, { bytes }) => sum + bytes, 0);
  await lab.run(4);
  const seconds = Number((await lab.outputText(4)).split('SECONDS ')[1]);
  const after = byTool(await truth(lab, 5));
  await expect.poll(async () => byTool(await shown(lab)), { timeout: 60_000 }).toEqual(after);
  const bytes = host.relay.seen.reduce((sum, message) => sum + message.bytes, 0) - bytesBefore;
  expect(bytes / (seconds + 10)).toBeLessThan(400_000);

  // A page that opens later holds the same, and the window a reader chooses is answered from what it has.
  await lab.save();
  const late = await host.window(name);
  await expect.poll(async () => byTool(await shown(late)), { timeout: 60_000 }).toEqual(after);
  await late.page.getByRole('radio', { name: 'last 6 hours' }).first().click();
  await expect.poll(async () => byTool(await shown(late)), { timeout: 10_000 }).toEqual(after);
  expect([...lab.problems, ...late.problems]).toEqual([]);
  await late.close();
  await lab.close();
}, 240_000);
