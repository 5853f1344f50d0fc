import { expect, test } from '@jest/globals';
import type { Documents } from '../src/documents.ts';
import type { Feed } from '../src/feeds.ts';
import type { HostMessage } from '../src/host.ts';
import { type KeptNotebook, keepOutputs } from '../src/kept-outputs.ts';
import { LiveSettings } from '../src/settings.ts';
import { FakeSignal } from './fake-signal.ts';

function openFile() {
  const signals = {
    saveState: new FakeSignal<string>(),
    disposed: new FakeSignal<void>(),
    iopubMessage: new FakeSignal<HostMessage>(),
    cells: new FakeSignal<unknown>(),
  };
  const model = { dirty: false, cells: Object.assign([], { changed: signals.cells }) };
  const { saveState, disposed, iopubMessage } = signals;
  const context = { path: 'a.ipynb', ready: Promise.resolve(), saveState, disposed, model, contentsModel: null };
  const view = () => ({ context, sessionContext: { iopubMessage } }) as unknown as KeptNotebook;
  const listening = () => Object.values(signals).map(({ listeners }) => listeners);
  return { signals, view, listening };
}

const feed = { session: null, runtimeOf: () => null, has: () => false, subscribe: () => () => undefined };

function keep(settings: LiveSettings, ...views: readonly KeptNotebook[]): void {
  const eachNotebook: Documents<KeptNotebook>['eachNotebook'] = (visit) => {
    for (const view of views) visit(view, feed as unknown as Feed);
  };
  keepOutputs({ documents: { eachNotebook } as Documents<KeptNotebook>, settings, files: null });
}

test('a file is kept once, however many views of it are open', async () => {
  const [one, two] = [openFile(), openFile()];
  keep(new LiveSettings(), one.view());
  keep(new LiveSettings(), two.view(), two.view());
  await Promise.resolve();
  expect(two.listening()).toEqual(one.listening());
  expect(Math.min(...one.listening())).toBeGreaterThan(0);
});

test('nothing listens after the file was closed, also when it closes before it was ready', async () => {
  for (const waits of [true, false]) {
    const file = openFile();
    keep(new LiveSettings(), file.view());
    if (waits) await Promise.resolve();
    file.signals.disposed.emit();
    await Promise.resolve();
    const { saveState, iopubMessage, cells } = file.signals;
    expect([saveState, iopubMessage, cells].map(({ listeners }) => listeners)).toEqual([0, 0, 0]);
  }
});

test('where lost outputs are not wanted, nobody looks at the cells', async () => {
  const settings = new LiveSettings();
  settings.set('restoreLostOutputs', false);
  const file = openFile();
  keep(settings, file.view());
  await Promise.resolve();
  expect(file.signals.cells.listeners).toBe(0);
  expect(file.signals.saveState.listeners).toBe(1);
});
