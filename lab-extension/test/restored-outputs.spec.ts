import { beforeEach, describe, expect, test } from '@jest/globals';
import type { KeyStore } from '../src/browser-store.ts';
import type { HostMessage } from '../src/host.ts';
import { RestoredOutputs, SeenViews } from '../src/restored-outputs.ts';
import { VIEW_MIME } from '../src/view-bundle.ts';
import { FakeFeed, SPEC } from './fake-feed.ts';
import { FakeCell, FakeNotebook, textOutput, viewOutput } from './fake-notebook.ts';
import { FakeSignal } from './fake-signal.ts';

class FakeStore implements KeyStore {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

let feed: FakeFeed;
let store: FakeStore;
let seen: SeenViews;
let iopubMessage: FakeSignal<HostMessage>;

beforeEach(() => {
  feed = new FakeFeed();
  store = new FakeStore();
  seen = new SeenViews(store);
  iopubMessage = new FakeSignal();
});

function open(model: FakeNotebook): { readonly restored: RestoredOutputs; readonly put: string[] } {
  const put: string[] = [];
  const onRestored = ({ view }: { readonly view: string }, cell: string): number => put.push(`${view} in ${cell}`);
  return { restored: new RestoredOutputs({ model, feed, seen, iopubMessage, onRestored }), put };
}

/** A page refresh: nothing of the page is left but the browser's memory. */
function refresh(): void {
  feed = new FakeFeed();
  seen = new SeenViews(store);
  iopubMessage = new FakeSignal();
}

const display = (view: string): HostMessage => ({
  header: { msg_type: 'display_data' },
  content: { data: { [VIEW_MIME]: { ...SPEC, view } }, metadata: {} },
});

describe('an output that a refresh lost', () => {
  test('comes back under its cell when the document comes, with its type and words', () => {
    const cells = [new FakeCell('a'), new FakeCell('b', textOutput('hello'))];
    const { put } = open(new FakeNotebook(cells));
    feed.hear();
    feed.runtime.declare([
      ['v1', 'a'],
      ['v2', 'b'],
      ['v3', null],
      ['v4', 'gone'],
    ]);
    expect(put).toEqual(['v1 in a', 'v2 in b']);
    expect(cells.map((cell) => cell.views())).toEqual([['v1'], ['v2']]);
    const { data, output_type: type } = cells[1]!.file[1] as { data: Record<string, unknown>; output_type: string };
    expect([type, data[VIEW_MIME]]).toEqual(['display_data', { ...SPEC, view: 'v2' }]);
    expect(Object.keys(data)).toEqual([VIEW_MIME, 'text/plain']);
  });

  test('comes back once, however many messages and documents come', () => {
    const cell = new FakeCell('a');
    open(new FakeNotebook([cell]));
    feed.hear();
    for (let round = 0; round < 3; round++) {
      feed.runtime.declare([['v1', 'a']]);
      feed.runtime.tell();
      feed.tell();
    }
    expect(cell.views()).toEqual(['v1']);
  });

  test('one whose cell is declared later comes when it does', () => {
    const cell = new FakeCell('a');
    open(new FakeNotebook([cell]));
    feed.hear();
    feed.runtime.declare([['v1', 'a']]);
    feed.runtime.declare([
      ['v1', 'a'],
      ['v2', 'a'],
    ]);
    expect(cell.views()).toEqual(['v1', 'v2']);
  });
});

describe('never put back is', () => {
  test('what the file has', () => {
    const cell = new FakeCell('a', viewOutput({ ...SPEC }));
    open(new FakeNotebook([cell]));
    feed.hear();
    feed.runtime.declare([['v1', 'a']]);
    expect(cell.views()).toEqual(['v1']);
  });

  test('what this page saw displayed, whether or not it is an output', () => {
    const cell = new FakeCell('a');
    open(new FakeNotebook([cell]));
    feed.hear();
    iopubMessage.emit(display('v1'));
    feed.runtime.declare([['v1', 'a']]);
    expect(cell.views()).toEqual([]);
  });

  test('what was cleared: as an output, after it came back, and before the refresh', () => {
    const cell = new FakeCell('a', viewOutput({ ...SPEC }));
    open(new FakeNotebook([cell]));
    feed.hear();
    cell.clear();
    feed.runtime.declare([
      ['v1', 'a'],
      ['v2', 'a'],
    ]);
    expect(cell.views()).toEqual(['v2']);
    cell.clear();
    feed.runtime.declare([
      ['v1', 'a'],
      ['v2', 'a'],
    ]);
    expect(cell.views()).toEqual([]);
    refresh();
    const again = new FakeCell('a');
    open(new FakeNotebook([again]));
    feed.hear();
    feed.runtime.declare([
      ['v1', 'a'],
      ['v2', 'a'],
      ['v3', 'a'],
    ]);
    expect(again.views()).toEqual(['v3']);
  });

  test('but what was displayed again after a clearing, and then lost, comes back', () => {
    const cell = new FakeCell('a', viewOutput({ ...SPEC }));
    open(new FakeNotebook([cell]));
    cell.clear();
    cell.outputs.add(viewOutput({ ...SPEC }));
    refresh();
    const again = new FakeCell('a');
    open(new FakeNotebook([again]));
    feed.hear();
    feed.runtime.declare([['v1', 'a']]);
    expect(again.views()).toEqual(['v1']);
  });

  test('what belongs to a session that is not this kernel’s now, is gone, or is of an earlier epoch', () => {
    const cell = new FakeCell('a');
    open(new FakeNotebook([cell]));
    feed.hear('kernel-2');
    feed.runtime.declare([['v1', 'a']]);
    expect(cell.views()).toEqual([]);
    feed.runtime.declare([['v1', 'a']], { status: 'gone' });
    feed.hear(SPEC.session);
    expect(cell.views()).toEqual([]);
    feed.runtime.declare([['v1', 'a']]);
    expect(cell.views()).toEqual(['v1']);
  });

  test('anything in a notebook that others write too', () => {
    const cell = new FakeCell('a');
    const model = new FakeNotebook([cell], { collaborative: true });
    open(model);
    feed.hear();
    feed.runtime.declare([['v1', 'a']]);
    expect([cell.views(), model.listeners, iopubMessage.listeners]).toEqual([[], 0, 0]);
  });
});

test('cells that come later are looked at, and those that go are let go of', () => {
  const model = new FakeNotebook([new FakeCell('a')]);
  const { restored } = open(model);
  const late = new FakeCell('b', viewOutput({ ...SPEC }));
  model.insert(late);
  feed.hear();
  feed.runtime.declare([['v1', 'b']]);
  expect([late.views(), late.changed.listeners]).toEqual([['v1'], 1]);
  model.remove(late);
  expect(late.changed.listeners).toBe(0);
  restored.dispose();
});

test('a cell that prints a lot is not read at every print', () => {
  const cell = new FakeCell('a', viewOutput({ ...SPEC }));
  open(new FakeNotebook([cell]));
  let reads = 0;
  const { get } = cell.outputs;
  (cell.outputs as { get: typeof get }).get = (index) => {
    reads++;
    return get(index);
  };
  for (let i = 0; i < 50; i++) cell.outputs.add(textOutput(String(i)));
  expect(reads).toBe(0);
});

test('the browser’s memory may be closed, full or damaged', () => {
  const closed: KeyStore = {
    getItem: () => {
      throw new Error('closed');
    },
    setItem: () => {
      throw new Error('full');
    },
  };
  for (const memory of [closed, null]) {
    const views = new SeenViews(memory);
    expect(views.has(SPEC)).toBe(false);
    views.clear(SPEC);
    expect(views.has(SPEC)).toBe(true);
  }
  for (const text of ['{', '7', '[7, null]']) {
    store.items.set('stream-viz:cleared-views', text);
    expect(new SeenViews(store).has(SPEC)).toBe(false);
  }
});

test('at most 500 cleared views are remembered, the newest', () => {
  for (let i = 0; i < 600; i++) seen.clear({ ...SPEC, view: `v${i}` });
  const later = new SeenViews(store);
  expect([later.has({ ...SPEC, view: 'v99' }), later.has({ ...SPEC, view: 'v100' })]).toEqual([false, true]);
});

test('dispose frees every listener, twice is harmless', () => {
  const cell = new FakeCell('a');
  const model = new FakeNotebook([cell]);
  const { restored } = open(model);
  feed.hear();
  feed.runtime.declare([]);
  restored.dispose();
  restored.dispose();
  const { listeners } = feed;
  expect([listeners.size, feed.runtime.watchers.size, model.listeners, iopubMessage.listeners]).toEqual([0, 0, 0, 0]);
  expect(cell.changed.listeners).toBe(0);
});
