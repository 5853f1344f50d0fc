import { expect, test } from '@jest/globals';
import { Documents } from '../src/documents.ts';
import type { Feed, Feeds } from '../src/feeds.ts';
import type { HostConsole, HostNotebook, HostSessionContext, HostTracker } from '../src/host.ts';
import { FakeSignal } from './fake-signal.ts';

class FakeTracker<Panel extends HostNotebook | HostConsole> implements HostTracker<Panel> {
  readonly panels: Panel[];
  readonly currentWidget = null;
  readonly currentChanged = new FakeSignal<Panel | null>();
  readonly widgetAdded = new FakeSignal<Panel>();

  constructor(...panels: Panel[]) {
    this.panels = panels;
  }

  add(panel: Panel): void {
    this.panels.push(panel);
    this.widgetAdded.emit(panel);
  }

  forEach(visit: (panel: Panel) => void): void {
    this.panels.forEach((panel) => {
      visit(panel);
    });
  }
}

const context = (): HostSessionContext => ({}) as HostSessionContext;
const notebook = (resolver: object | null, sessionContext = context()): HostNotebook =>
  ({ sessionContext, content: { rendermime: { resolver } } }) as HostNotebook;
const codeConsole = (resolver: object): HostConsole =>
  ({ sessionContext: context(), console: { rendermime: { resolver } } }) as HostConsole;

/** Feeds that say for which contexts they were opened. */
function fakeFeeds() {
  const opened = new Map<HostSessionContext, Feed>();
  const open = (tied: HostSessionContext): Feed => {
    const feed = opened.get(tied) ?? ({} as Feed);
    opened.set(tied, feed);
    return feed;
  };
  return { opened, feeds: { open } as Feeds };
}

test('a feed is opened for what there is and for what is added, before anybody asks', () => {
  const { opened, feeds } = fakeFeeds();
  const [first, second, third] = [notebook({}), notebook({}), codeConsole({})];
  const notebooks = new FakeTracker<HostNotebook>(first);
  const consoles = new FakeTracker<HostConsole>();
  new Documents({ notebooks, consoles, feeds });
  expect([...opened.keys()]).toEqual([first.sessionContext]);
  notebooks.add(second);
  consoles.add(third);
  expect([...opened.keys()]).toEqual([first, second, third].map(({ sessionContext }) => sessionContext));
});

test('a resolver finds the feed of its notebook or console and of no other', () => {
  const { opened, feeds } = fakeFeeds();
  const [mine, other, repl] = [{}, {}, {}];
  const [first, second, third] = [notebook(mine), notebook(other), codeConsole(repl)];
  const documents = new Documents({
    notebooks: new FakeTracker(first, second),
    consoles: new FakeTracker(third),
    feeds,
  });
  expect(documents.feedOf(mine)).toBe(opened.get(first.sessionContext));
  expect(documents.feedOf(other)).toBe(opened.get(second.sessionContext));
  expect(documents.feedOf(repl)).toBe(opened.get(third.sessionContext));
  expect(documents.feedOf({})).toBeNull();
});

test('no resolver finds nothing, also where a notebook has none', () => {
  const documents = new Documents({
    notebooks: new FakeTracker(notebook(null)),
    consoles: null,
    feeds: fakeFeeds().feeds,
  });
  expect(documents.feedOf(null)).toBeNull();
});

test('two views of one notebook are visited each, with the one feed of their kernel', () => {
  const { feeds } = fakeFeeds();
  const shared = context();
  const notebooks = new FakeTracker(notebook({}, shared));
  const visited: [HostNotebook, Feed][] = [];
  new Documents({ notebooks, consoles: null, feeds }).eachNotebook((panel, feed) => visited.push([panel, feed]));
  notebooks.add(notebook({}, shared));
  expect(visited.map(([panel]) => panel)).toEqual(notebooks.panels);
  expect(new Set(visited.map(([, feed]) => feed)).size).toBe(1);
});

test('a host without trackers has no documents', () => {
  const documents = new Documents({ notebooks: null, consoles: null, feeds: fakeFeeds().feeds });
  documents.eachNotebook(() => {
    throw new Error('visited');
  });
  expect(documents.feedOf({})).toBeNull();
});
