/** Damaged, unknown and newer messages between a real kernel and a real page, and a page that cannot draw: words, then exact data. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabPage, SessionReport } from '../../scripts/lab/lab-page.ts';
import { Host } from './harness/host.ts';
import type { Alterable } from './harness/kernel-frame.ts';
import type { AlterRule } from './harness/relay.ts';
import { expectEqualToTruth, RECORDED, truthOf } from './harness/truth.ts';

let host: Host;
/** A page that the tests share which need no untouched one. */
let lab: LabPage;
beforeAll(async () => {
  host = await Host.open();
  lab = await host.notebook(['']);
});
afterAll(async () => {
  await host?.close();
});

const cpuOf = (report: SessionReport | null) => report?.series.find((series) => series.name === 'cpu');
const card = (lab: LabPage, title: string): Locator => lab.page.locator('.sv-card').filter({ hasText: title }).first();
const code = (lab: LabPage): Locator => card(lab, 'CPU usage').locator('.sv-message-code');
const words = (lab: LabPage): Locator => card(lab, 'CPU usage').locator('.sv-message-text');
const text = (value: string): Buffer => Buffer.from(value, 'utf8');

interface Part {
  readonly role: string;
  readonly buffer: number;
}
const partsOf = (message: Alterable): readonly Part[] => message.header.parts as readonly Part[];
const withHeader =
  (fields: Readonly<Record<string, unknown>>): AlterRule =>
  ({ header, buffers }) => ({ header: { ...header, ...fields }, buffers });
/** Changes every buffer of messages with live rows; the others of that time are lost to the page too, by a field of a wrong type. */
const withParts =
  (change: (part: Buffer) => Buffer): AlterRule =>
  (message) =>
    partsOf(message).some(({ role }) => role === 'samples')
      ? { header: message.header, buffers: message.buffers.map(change) }
      : { header: { ...message.header, seq: 'three' }, buffers: message.buffers };
const withPart =
  (role: string, bytes: Buffer): AlterRule =>
  ({ header, buffers }) => ({
    header: { ...header, parts: [...(header.parts as readonly Part[]), { role, buffer: buffers.length }] },
    buffers: [...buffers, bytes],
  });
const flipped = (part: Buffer): Buffer => {
  const copy = Buffer.from(part);
  for (let i = 0; i < Math.min(96, copy.length); i++) copy[i] = (copy[i] ?? 0) ^ 0xa5;
  return copy;
};

const SENDER = `
cpu = Recorded("cpu", title="CPU usage")
stop = threading.Event()

def work():
    i = 0
    while not stop.is_set():
        cpu.send(((i * 2654435761) % 10007) / 7 - 300)
        i += 1
        time.sleep(0.004)

thread = threading.Thread(target=work, daemon=True)
thread.start()
`;

const REFUSED: readonly (readonly [fact: string, rule: AlterRule, code: RegExp, words: RegExp])[] = [
  ['a part cut in half', withParts((part) => part.subarray(0, part.length >> 1)), /^ARROW_\w+$/, /./],
  ['a part cut to nothing', withParts((part) => part.subarray(0, 0)), /^ARROW_\w+$/, /./],
  ['flipped bytes', withParts(flipped), /^ARROW_\w+$/, /./],
  [
    'a buffer that is not there',
    ({ header }) => ({ header: { ...header, parts: [{ role: 'samples', buffer: 7 }] }, buffers: [] }),
    /^MESSAGE_INVALID$/,
    /buffer/,
  ],
  ['a number that is text', withHeader({ seq: 'three' }), /^MESSAGE_INVALID$/, /seq.*whole number/],
  ['a corrupt document', withPart('document', text('{"revision": ')), /^DOCUMENT_INVALID$/, /document/],
  ['a newer major version', withHeader({ v: [2, 0] }), /^PROTOCOL_VERSION$/, /newer StreamViz.*[Rr]eload|[Rr]eload/],
];

const IGNORED: readonly (readonly [fact: string, rule: AlterRule])[] = [
  ['a newer minor version with a new field', withHeader({ v: [1, 7], weather: 'fine' })],
  ['a role that is not known', withPart('forecast', text('tomorrow'))],
];

describe('bad messages', () => {
  test('each is said with its code on the widget, the next good one takes the words away, and the data end exact', async () => {
    await host.next(lab, [RECORDED, SENDER, 'stop.set(); thread.join(); tell()']);
    await lab.run(0);
    await lab.run(1);
    await lab.until((report) => (cpuOf(report)?.count ?? 0) > 100);
    await lab.scrollTo(1); // a card out of sight is not drawn
    for (const [fact, rule, expectedCode, expectedWords] of REFUSED) {
      host.relay.alter(rule);
      await expect.poll(() => code(lab).innerText(), { message: fact, timeout: 10_000 }).toMatch(expectedCode);
      expect(await words(lab).innerText(), fact).toMatch(expectedWords);
      const bad = await lab.inspect();
      host.relay.alter(() => null);
      await expect.poll(() => code(lab).count(), { message: fact, timeout: 10_000 }).toBe(0);
      await lab.until((report) => report.seq > (bad?.seq ?? 0) + 2 && report.status === 'live');
    }
    const refused = await lab.until((report) => cpuOf(report)?.exact === true);
    expect(refused.messages.invalid).toBeGreaterThanOrEqual(REFUSED.length);
    for (const [fact, rule] of IGNORED) {
      const from = await lab.inspect();
      host.relay.alter(rule);
      const read = await lab.until((report) => report.seq > (from?.seq ?? 0) + 20);
      expect(read.messages.invalid, fact).toBe(from?.messages.invalid);
      expect(read.messages.unknown, fact).toBeGreaterThanOrEqual((from?.messages.unknown ?? 0) + 15);
      expect(cpuOf(read)?.count ?? 0, fact).toBeGreaterThan(cpuOf(from)?.count ?? 0);
      expect(await code(lab).count(), fact).toBe(0);
    }
    const before = await lab.inspect();
    host.relay.alter(withHeader({ kind: 'weather' }));
    await lab.until((report) => (report.messages.unknown ?? 0) > (before?.messages.unknown ?? 0) + 10);
    expect(await code(lab).count()).toBe(0);
    host.relay.alter(() => null);

    const truth = await truthOf(lab, 2);
    const report = await lab.until((now) => cpuOf(now)?.exact === true && cpuOf(now)?.count === truth.cpu?.count);
    expectEqualToTruth(cpuOf(report), truth.cpu);
    expect(lab.problems).toEqual([]);
  });

  test('a widget of a kind that this page does not know says what it needs, and the others of its cell are drawn', async () => {
    host.relay.alter((message) => {
      const document = partsOf(message).find(({ role }) => role === 'document');
      if (!document) return null;
      const known = message.buffers[document.buffer]?.toString('utf8') ?? '';
      const altered = known
        .replace('"kind":"gauge"', '"kind":"hologram"')
        .replace('"kind": "gauge"', '"kind": "hologram"');
      return { header: message.header, buffers: message.buffers.with(document.buffer, text(altered)) };
    });
    await host.next(lab, [
      'import stream_viz as sv\ncpu = sv.metric("cpu", title="CPU usage")\nroom = sv.gauge("room", title="Room")\ncpu.send(5)\nroom.send(6)',
    ]);
    await lab.run(0);
    await expect.poll(() => lab.page.locator('.sv-card').count()).toBe(2);
    await expect.poll(() => card(lab, 'CPU usage').locator('.sv-value').innerText()).toMatch(/^5/);
    expect(await lab.page.locator('.sv-message').allInnerTexts()).toContainEqual(
      expect.stringMatching(/"hologram" needs a StreamViz newer than[\s\S]*WIDGET_UNKNOWN/),
    );
    expect(lab.problems).toEqual([]);
    host.relay.alter(() => null);
  });
});

describe('a page that cannot draw', () => {
  let fresh: LabPage;

  test('a kernel whose drawing code is empty is said in words, not with endless loading, and spoils nothing for the next kernel of the page', async () => {
    fresh = await host.notebook([
      'from stream_viz import _widgets\n_widgets.static_text = lambda name: ""',
      'import stream_viz as sv\nsv.metric("cpu", title="CPU usage").send(5)',
    ]);
    await fresh.run(0);
    await fresh.run(1);
    const alert = fresh.page.locator('[role="alert"]').filter({ hasText: 'StreamViz could not start here' });
    await expect.poll(() => alert.innerText()).toMatch(/drawing code.*empty or damaged/);
  });

  test('drawing code that cannot be loaded is said in every view; once it can be, the next cell brings it and its data', async () => {
    const lab = await host.next(fresh, [
      RECORDED,
      'cpu = Recorded("cpu", title="CPU usage")\nfor i in range(50):\n    cpu.send(i)',
      'sv.show()\ncpu.send(50)',
      'sv.show()\nfor i in range(50):\n    cpu.send(i)\n    time.sleep(0.01)',
      'tell()',
    ]);
    await lab.page.evaluate(() => {
      const page = window as unknown as { blocked: boolean };
      page.blocked = true;
      const create = URL.createObjectURL.bind(URL);
      URL.createObjectURL = (blob) =>
        page.blocked && blob instanceof Blob && blob.size > 100_000 ? 'blob:null/refused' : create(blob);
    });
    for (const index of [0, 1, 2]) await lab.run(index);
    const alerts = lab.page.locator('[role="alert"]').filter({ hasText: 'StreamViz could not start here' });
    await expect.poll(() => alerts.count()).toBe(2);
    expect(await alerts.first().innerText()).toMatch(/could not start here: \S+/);
    await lab.page.evaluate(() => {
      (window as unknown as { blocked: boolean }).blocked = false;
    });
    await lab.run(3);
    await card(lab, 'CPU usage').waitFor();
    const truth = await truthOf(lab, 4);
    const report = await lab.until((now) => cpuOf(now)?.exact === true && cpuOf(now)?.count === truth.cpu?.count);
    expectEqualToTruth(cpuOf(report), truth.cpu);
    await lab.close();
  });

  test('a view that nothing reaches says so after its patience, and is live when something does', async () => {
    host.relay.lose(() => true);
    await host.next(lab, [RECORDED, 'cpu = Recorded("cpu", title="CPU usage")\ncpu.send(5)', 'tell()']);
    await lab.run(0);
    await lab.run(1);
    const note = lab.page.locator('.sv-cell-words');
    await expect.poll(() => note.innerText()).toContain('Loading');
    await expect.poll(() => note.innerText(), { timeout: 10_000 }).toContain('No data has come yet');
    host.relay.lose(() => false);
    await card(lab, 'CPU usage').waitFor();
    const truth = await truthOf(lab, 2);
    const report = await lab.until((now) => cpuOf(now)?.exact === true && cpuOf(now)?.count === truth.cpu?.count);
    expectEqualToTruth(cpuOf(report), truth.cpu);
    expect(await note.isVisible()).toBe(false);
  });
});
