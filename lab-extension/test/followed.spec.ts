import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Followed } from '../src/followed.ts';
import type { HostConsole, HostNotebook } from '../src/host.ts';
import { FakeConsole, FakeNotebook, FakeShell, FakeTracker } from './fake-documents.ts';

function setUp(hasSignal = true) {
  const notebooks = new FakeTracker<HostNotebook>();
  const consoles = new FakeTracker<HostConsole>();
  const shell = new FakeShell(hasSignal);
  const followed = new Followed({ notebooks, consoles, shell });
  const open = (path: string, notebook = new FakeNotebook(path)): FakeNotebook => {
    notebooks.focus(notebook.host);
    shell.front(notebook);
    return notebook;
  };
  const show = (notebook: FakeNotebook): void => {
    notebooks.focus(notebook.host);
    shell.front(notebook);
  };
  return { notebooks, consoles, shell, followed, open, show };
}

test('nothing was in front, nothing is followed', () => {
  const { followed } = setUp();
  expect(followed.current).toBeNull();
  followed.pin();
  expect(followed.pinned).toBe(false);
});

test('what is in front when the panel comes is followed', () => {
  const notebooks = new FakeTracker<HostNotebook>();
  const notebook = new FakeNotebook('a.ipynb');
  notebooks.focus(notebook.host);
  const shell = new FakeShell();
  shell.currentWidget = notebook;
  expect(new Followed({ notebooks, consoles: null, shell }).current).toBe(notebook);
});

test('the notebook in front is followed, also back and forth; a terminal and a launcher change nothing', () => {
  const { followed, shell, open, show } = setUp();
  const [a, b] = [open('a.ipynb'), open('b.ipynb')];
  expect(followed.current).toBe(b);
  show(a);
  expect(followed.current).toBe(a);
  shell.front({});
  expect(followed.current).toBe(a);
  shell.front(null);
  expect(followed.current).toBe(a);
});

test('a console is followed like a notebook, and the notebook that was there before it when it comes back', () => {
  const { followed, consoles, shell, open } = setUp();
  const a = open('a.ipynb');
  const repl = new FakeConsole('Console 1');
  consoles.focus(repl.host);
  shell.front(repl);
  expect(followed.current).toBe(repl);
  shell.front(a); // the tracker's own current one is still `a`: only the shell tells
  expect(followed.current).toBe(a);
});

test('without a shell that tells, the trackers do', () => {
  const { followed, notebooks } = setUp(false);
  const a = new FakeNotebook('a.ipynb');
  notebooks.focus(a.host);
  expect(followed.current).toBe(a);
});

test('a pin holds whatever comes to the front and however its notebook is called; closing it unpins', () => {
  const { followed, open, show } = setUp();
  const [a, b] = [open('a.ipynb'), open('b.ipynb')];
  show(a);
  followed.pin();
  show(b);
  expect([followed.current, followed.pinned]).toEqual([a, true]);
  a.rename('c.ipynb');
  expect([followed.current, followed.pinned]).toEqual([a, true]);
  a.close();
  expect([followed.current, followed.pinned]).toEqual([b, false]);
});

test('a pin stays while any view of its notebook is open', () => {
  const { followed, notebooks, open } = setUp();
  const a = open('a.ipynb');
  followed.pin();
  const clone = new FakeNotebook('a.ipynb', a.sessionContext);
  notebooks.focus(clone.host);
  a.close();
  expect([followed.current, followed.pinned]).toEqual([clone, true]);
  clone.close();
  expect([followed.current, followed.pinned]).toEqual([null, false]);
});

test('any history: never a closed one, the newest open one unless pinned, and a call for each change and no other', () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('show' as const), at: fc.nat(3) }),
    fc.record({ kind: fc.constant('close' as const), at: fc.nat(3) }),
    fc.record({ kind: fc.constantFrom('pin' as const, 'unpin' as const, 'terminal' as const), at: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const { followed, shell, show } = setUp();
      const notebooks = Array.from({ length: 4 }, (_, i) => new FakeNotebook(`${i}.ipynb`));
      let order: FakeNotebook[] = [];
      let pinned: FakeNotebook | null = null;
      const expected = (): FakeNotebook | null => pinned ?? order.at(-1) ?? null;
      let calls = 0;
      followed.watch(() => {
        calls += 1;
      });
      for (const { kind, at } of acts) {
        const notebook = notebooks[at]!;
        const before = [expected(), pinned !== null];
        const callsBefore = calls;
        if (kind === 'show' && !notebook.isDisposed) {
          order = [...order.filter((other) => other !== notebook), notebook];
          show(notebook);
        } else if (kind === 'close' && !notebook.isDisposed) {
          order = order.filter((other) => other !== notebook);
          if (pinned === notebook) pinned = null;
          notebook.close();
        } else if (kind === 'pin') {
          pinned = expected();
          followed.pin();
        } else if (kind === 'unpin') {
          pinned = null;
          followed.unpin();
        } else if (kind === 'terminal') shell.front({});
        expect([followed.current, followed.pinned]).toEqual([expected(), pinned !== null]);
        const isChange = before[0] !== expected() || before[1] !== (pinned !== null);
        expect(calls - callsBefore).toBe(isChange ? 1 : 0);
      }
    }),
  );
});

test('disposed it listens to nothing', () => {
  const { followed, notebooks, consoles, shell, open } = setUp();
  const a = open('a.ipynb');
  followed.dispose();
  followed.dispose();
  expect([notebooks, consoles].map(({ currentChanged }) => currentChanged.listeners)).toEqual([0, 0]);
  expect([shell.currentChanged?.listeners, a.disposed.listeners]).toEqual([0, 0]);
});
