import { beforeEach, describe, expect, test } from '@jest/globals';
import { dataTime, type OutputHost, OutputView } from '../src/output-view.ts';
import { PNG_MIME, VIEW_MIME } from '../src/view-bundle.ts';
import { FakeFeed, PNG, SPEC } from './fake-feed.ts';

const RESOLVER = {};
const STILL = { timeUs: Date.UTC(2026, 10, 21, 14, 2, 11) * 1000, seq: 9, samples: 40 };
const NOW_MS = Date.UTC(2026, 10, 21, 15, 0, 0);

let feed: FakeFeed;
let isOpen: boolean;
const host: OutputHost = {
  feedOf: (resolver) => (resolver === RESOLVER && isOpen ? feed : null),
  nowMs: () => NOW_MS,
};
const model = (data: Record<string, unknown> = {}, view: unknown = SPEC, metadata: Record<string, unknown> = {}) => ({
  data: { [VIEW_MIME]: view, 'text/plain': 'CPU usage 86.4 %', ...data },
  metadata,
});
const saved = (data: Record<string, unknown> = {}) =>
  model({ [PNG_MIME]: PNG, ...data }, { ...SPEC, still: STILL }, { [PNG_MIME]: { width: 640, height: 224 } });

function open(resolver: object | null = RESOLVER): { readonly view: OutputView; readonly node: HTMLElement } {
  const node = document.createElement('div');
  return { node, view: new OutputView({ node, resolver, host }) };
}

/** Counts what is changed in an element while `run` does its work. */
async function mutations(node: HTMLElement, run: () => void): Promise<number> {
  const seen: MutationRecord[] = [];
  const observer = new MutationObserver((records) => seen.push(...records));
  observer.observe(node, { childList: true, subtree: true, attributes: true, characterData: true });
  run();
  await Promise.resolve();
  seen.push(...observer.takeRecords());
  observer.disconnect();
  return seen.length;
}

beforeEach(() => {
  feed = new FakeFeed();
  isOpen = true;
});

test('where the drawing code could not be loaded the output says so, and shows a saved picture all the same', () => {
  feed.isLoaded = false;
  feed.hear();
  const { view, node } = open();
  view.renderModel(model());
  expect(node.textContent).toContain('Waiting');
  feed.isBroken = true;
  feed.tell();
  expect(node.textContent).toContain('could not be loaded');
  view.renderModel(saved());
  expect(node.querySelector('img')).not.toBeNull();
});

describe('a view whose data the page has', () => {
  test('is drawn live at once, and stays the same mount however often its model comes', async () => {
    feed.hear();
    feed.runtime.hold(SPEC);
    const { view, node } = open();
    view.renderModel(model());
    expect(node.textContent).toBe('live v1');
    const changed = await mutations(node, () => {
      view.renderModel(model());
      view.renderModel(saved());
      feed.tell();
      feed.runtime.tell();
    });
    expect([changed, feed.runtime.mounted]).toEqual([0, 1]);
  });

  test('is drawn from a session of another document by no one', () => {
    feed.hear();
    feed.runtime.hold(SPEC);
    const { view, node } = open({});
    view.renderModel(saved());
    expect([view.isLive, node.querySelector('img') !== null]).toEqual([false, true]);
  });

  test('goes live when its data come, whichever comes first: runtime, session or message', () => {
    const steps = { load: () => (feed.isLoaded = true), hear: () => feed.hear(), hold: () => feed.runtime.hold(SPEC) };
    const orders = ['load hear hold', 'hear load hold', 'hear hold load', 'hold hear load'] as const;
    for (const order of orders) {
      feed = new FakeFeed();
      feed.isLoaded = false;
      const { view, node } = open();
      view.renderModel(saved());
      for (const step of order.split(' ') as (keyof typeof steps)[]) {
        expect(view.isLive).toBe(false);
        steps[step]();
        feed.tell();
      }
      expect([order, view.isLive, node.querySelector('img')]).toEqual([order, true, null]);
      expect(feed.runtime.watchers.size).toBe(0);
    }
  });

  test('stays a saved picture until the document has the view; without a picture it is live at once', () => {
    feed.hear();
    feed.runtime.declare([]);
    feed.runtime.hold(SPEC);
    const [first, second] = [open(), open()];
    first.view.renderModel(saved());
    second.view.renderModel(model());
    expect([first.view.isLive, second.view.isLive]).toEqual([false, true]);
    feed.runtime.declare([['v1', 'a']]);
    expect([first.view.isLive, first.node.querySelector('img')]).toEqual([true, null]);
  });

  test('is found when the feed of its document opens later than its renderer', () => {
    isOpen = false;
    feed.hear();
    feed.runtime.hold(SPEC);
    const { view } = open();
    view.renderModel(model());
    expect(view.isLive).toBe(false);
    isOpen = true;
    view.connect();
    expect(view.isLive).toBe(true);
  });

  test('keeps its last pixels when the kernel restarts; a new view of the same output takes its place', () => {
    feed.hear();
    feed.runtime.hold(SPEC);
    const { view, node } = open();
    view.renderModel(model());
    feed.runtime.held.clear();
    feed.runtime.declare([], { epoch: 'f'.repeat(32) });
    feed.tell();
    expect(node.textContent).toBe('live v1');
    view.renderModel(model({}, { ...SPEC, view: 'v2', epoch: 'f'.repeat(32) }));
    expect(node.textContent).toBe('Waiting for data from the kernel.');
    feed.runtime.hold({ ...SPEC, epoch: 'f'.repeat(32) });
    expect([node.textContent, feed.runtime.mounted]).toEqual(['live v2', 1]);
  });

  test('says so in words where drawing fails', () => {
    feed.hear();
    feed.runtime.hold(SPEC);
    feed.runtime.failure = new Error('<b>no</b>');
    const { view, node } = open();
    view.renderModel(model());
    expect(node.querySelector('[role=alert]')?.textContent).toBe('StreamViz could not draw this view: <b>no</b>');
  });
});

describe('a view without data', () => {
  test('shows the saved picture in its size with the time of its newest data', () => {
    const { view, node } = open();
    view.renderModel(saved());
    const image = node.querySelector('img')!;
    expect(image.src).toBe(`data:image/png;base64,${PNG}`);
    expect([image.width, image.height, image.alt]).toEqual([640, 224, 'CPU usage 86.4 %']);
    expect(node.querySelector('figcaption')?.textContent).toBe(
      `Not live, last data ${dataTime(STILL.timeUs / 1000, NOW_MS)}`,
    );
  });

  test('without a picture waits in words: for the kernel that has its session, else for a run', () => {
    const { view, node } = open();
    view.renderModel(model());
    expect(node.textContent).toMatch(/^No data here yet/);
    feed.hear();
    expect(node.textContent).toBe('Waiting for data from the kernel.');
    feed.runtime.declare([], { epoch: 'f'.repeat(32) });
    expect(node.textContent).toMatch(/before the kernel restarted/);
  });

  test('a saved picture that came later replaces the words, once', async () => {
    const { view, node } = open();
    view.renderModel(model());
    view.renderModel(saved());
    expect(node.querySelectorAll('img')).toHaveLength(1);
    expect(await mutations(node, () => view.renderModel(saved()))).toBe(0);
  });
});

describe('what a file says is not trusted', () => {
  const png = (value: unknown): boolean => {
    const { view, node } = open();
    view.renderModel(saved({ [PNG_MIME]: value }));
    return node.querySelector('img') !== null;
  };

  test('only a PNG in base64 is shown', () => {
    expect([PNG, PNG.match(/.{1,20}/g)!.map((line) => `${line}\n`), `${PNG}\n`].map(png)).toEqual([true, true, true]);
    const refused = ['PHN2Zz4=', `${PNG}"onerror="x`, 'https://example.org/x.png', 7, null, { a: 1 }, [PNG, 7], ''];
    expect(refused.map(png)).toEqual(refused.map(() => false));
  });

  test('a spec of other types or lengths shows words and asks nothing', () => {
    const wrong = [null, 'v1', 7, [], {}, { ...SPEC, session: 7 }, { ...SPEC, epoch: '../x' }, { ...SPEC, view: '' }];
    const long = { ...SPEC, view: 'v'.repeat(201) };
    for (const view of [...wrong, long, { ...SPEC, version: 'x' }]) {
      feed.hear();
      feed.runtime.hold(SPEC);
      const shown = open();
      shown.view.renderModel(model({}, view));
      expect(shown.node.textContent).toBe('This output does not say which view it shows.');
    }
    expect(feed.runtime.mounts).toEqual([]);
  });

  test('texts are texts, and a size or a time out of bounds is none', () => {
    const text = '<img src=x onerror=alert(1)>';
    const { view, node } = open();
    const broken = { ...SPEC, still: { timeUs: 'x', seq: 1, samples: 1 } };
    view.renderModel({
      data: { [VIEW_MIME]: broken, [PNG_MIME]: PNG, 'text/plain': text },
      metadata: { [PNG_MIME]: { width: 1e9, height: '1' } },
    });
    expect(node.querySelectorAll('*')).toHaveLength(3);
    const image = node.querySelector('img')!;
    expect([image.alt, image.getAttribute('width'), image.getAttribute('height')]).toEqual([text, null, null]);
    expect(node.querySelector('figcaption')?.textContent).toBe('Not live');
  });
});

describe('an output that goes', () => {
  test('frees its mount and every listener; twice is harmless, and nothing comes back', () => {
    for (const isLive of [true, false]) {
      feed = new FakeFeed();
      feed.hear();
      if (isLive) feed.runtime.hold(SPEC);
      const { view, node } = open();
      view.renderModel(saved());
      expect([feed.listeners.size, feed.runtime.watchers.size]).toEqual([1, isLive ? 0 : 1]);
      view.dispose();
      view.dispose();
      view.renderModel(saved());
      feed.runtime.hold(SPEC);
      expect([feed.listeners.size, feed.runtime.watchers.size, feed.runtime.mounted]).toEqual([0, 0, 0]);
      expect(node.childNodes).toHaveLength(0);
    }
  });
});

test('the time of data is a clock today and has its day otherwise', () => {
  const noon = new Date(2026, 10, 21, 12, 3, 4).getTime();
  expect(dataTime(noon, noon + 3600e3)).toBe('12:03:04');
  expect(dataTime(noon, noon + 24 * 3600e3)).toMatch(/21.*2026.*12:03:04$|2026.*21.*12:03:04$/);
  expect(dataTime(Number.POSITIVE_INFINITY, noon)).toBe('–');
});
