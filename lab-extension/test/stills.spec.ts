import { describe, expect, test } from '@jest/globals';
import { writeStills, writeStillsOnSave } from '../src/stills.ts';
import { PNG_MIME, VIEW_MIME } from '../src/view-bundle.ts';
import { FakeFeed, PNG, SPEC, still, ViewRuntime } from './fake-feed.ts';
import { FakeCell, FakeNotebook, textOutput, viewOutput } from './fake-notebook.ts';
import { FakeSignal } from './fake-signal.ts';

type Output = { data: Record<string, unknown>; metadata: Record<string, unknown> };
const WIDGET = { 'application/vnd.jupyter.widget-view+json': { model_id: 'm' }, 'text/html': '<b>live</b>' };
const named = (view: string): Record<string, unknown> => ({ ...SPEC, view });
const fileOf = (cell: FakeCell, index: number): Output => cell.file[index] as Output;

function source(...views: readonly string[]) {
  const runtime = new ViewRuntime();
  for (const view of views) runtime.stills.set(view, still());
  const served = runtime.as();
  return { runtime, runtimeOf: () => served };
}

describe('what a file gets', () => {
  test('the bundle of a view with data is {view, png, text}: without the widget and its HTML', () => {
    const cell = new FakeCell('a', viewOutput(named('v1'), WIDGET, { isolated: true }));
    expect(writeStills(new FakeNotebook([cell]), source('v1'))).toBe(1);
    const { data, metadata } = fileOf(cell, 0);
    const { png, text, timeUs, seq, samples } = still();
    expect(data).toEqual({
      [VIEW_MIME]: { ...SPEC, still: { timeUs, seq, samples } },
      [PNG_MIME]: png,
      'text/plain': text,
    });
    const alt = 'CPU usage 86.4 %; Last data 14:02:11';
    expect(metadata).toEqual({ isolated: true, [PNG_MIME]: { width: 640, height: 224, alt } });
  });

  test('the page keeps the bundle as the kernel sent it: every write is silent', () => {
    const cell = new FakeCell('a', textOutput('x'), viewOutput(named('v1'), WIDGET), viewOutput(named('v2')));
    writeStills(new FakeNotebook([cell]), source('v1', 'v2'));
    expect([cell.silent, cell.redraws, cell.changed.listeners]).toEqual([2, 0, 0]);
    expect(cell.outputs.get(1).data).toEqual(viewOutput(named('v1'), WIDGET).data);
    expect(fileOf(cell, 0)).toEqual(textOutput('x'));
    expect((fileOf(cell, 2).data[VIEW_MIME] as { view: string }).view).toBe('v2');
  });

  test('an output whose view has no data stays as it is, and so do other outputs and other cells', () => {
    const known = new FakeCell('a', viewOutput(named('v1'), WIDGET), viewOutput(named('v9'), WIDGET));
    const plain = new FakeCell('b', textOutput('x'), {
      output_type: 'display_data',
      data: { [PNG_MIME]: PNG },
      metadata: {},
    });
    const before = JSON.stringify([known.file[1], plain.file]);
    expect(writeStills(new FakeNotebook([known, { id: 'm', type: 'markdown' }, plain]), source('v1'))).toBe(1);
    expect(JSON.stringify([known.file[1], plain.file])).toBe(before);
  });

  test('every save writes again, also what did not move', () => {
    const cell = new FakeCell('a', viewOutput(named('v1')));
    const notebook = new FakeNotebook([cell]);
    const from = source('v1');
    writeStills(notebook, from);
    // A change of trust puts the page's own bundle back.
    cell.file[0] = viewOutput(named('v1'));
    writeStills(notebook, from);
    expect([cell.silent, fileOf(cell, 0).data[PNG_MIME]]).toEqual([2, PNG]);
  });

  test('is the same by a host that lets its outputs be read one by one, without a copy of the others', () => {
    const cell = new FakeCell('a', textOutput('x'), viewOutput(named('v1')));
    const read: number[] = [];
    const get = (index: number): unknown => {
      read.push(index);
      return { toJSON: () => cell.file[index] };
    };
    const { updateOutputs } = cell.sharedModel;
    cell.sharedModel = { ...(updateOutputs ? { updateOutputs } : {}), youtputs: { length: 2, get } };
    expect(writeStills(new FakeNotebook([cell]), source('v1'))).toBe(1);
    expect([read, fileOf(cell, 1).data[PNG_MIME]]).toEqual([[1], PNG]);
    cell.sharedModel = { ...cell.sharedModel, youtputs: { length: 1, get } };
    expect(writeStills(new FakeNotebook([cell]), source('v1'))).toBe(0);
  });

  test('is left alone where page and file do not speak of the same output', () => {
    const cell = new FakeCell('a', viewOutput(named('v1')));
    cell.file = [viewOutput(named('v2'))];
    expect(writeStills(new FakeNotebook([cell]), source('v1'))).toBe(0);
    cell.file = [viewOutput(named('v1')), textOutput('x')];
    expect(writeStills(new FakeNotebook([cell]), source('v1'))).toBe(0);
  });
});

describe('a richer picture in the file', () => {
  const rich = viewOutput(
    { ...named('v1'), still: { timeUs: 1, seq: 1, samples: 5000 } },
    { [PNG_MIME]: `${PNG}BBBB` },
  );

  test('stays until the page has the history', () => {
    const cell = new FakeCell('a', rich);
    const notebook = new FakeNotebook([cell]);
    const from = source('v1');
    from.runtime.declare([['v1', 'a']], { complete: false });
    expect(writeStills(notebook, from)).toBe(0);
    expect(fileOf(cell, 0)).toEqual(rich);
    from.runtime.declare([['v1', 'a']], { complete: true });
    expect(writeStills(notebook, from)).toBe(1);
    expect(fileOf(cell, 0).data[PNG_MIME]).toBe(PNG);
  });

  test('is replaced at once by one of as many samples, and stays for good where its epoch is over', () => {
    const from = source('v1');
    from.runtime.declare([['v1', 'a']], { complete: false });
    from.runtime.stills.set('v1', still({ samples: 5000 }));
    expect(writeStills(new FakeNotebook([new FakeCell('a', rich)]), from)).toBe(1);
    from.runtime.stills.set('v1', still({ samples: 4999 }));
    from.runtime.declare([], { epoch: 'f'.repeat(32) });
    expect(writeStills(new FakeNotebook([new FakeCell('a', rich)]), from)).toBe(0);
  });
});

describe('when pictures are written', () => {
  const open = (isOn: () => boolean, collaborative?: boolean) => {
    const cell = new FakeCell('a', viewOutput(named('v1')));
    const saveState = new FakeSignal<string>();
    const model = new FakeNotebook([cell], collaborative === undefined ? {} : { collaborative });
    const stop = writeStillsOnSave({ saveState, model }, { ...source('v1'), isOn });
    return { cell, saveState, stop };
  };

  test('as a save starts, before the signal returns; not as it ends', () => {
    const { cell, saveState, stop } = open(() => true);
    saveState.emit('started');
    expect(cell.silent).toBe(1);
    for (const state of ['completed', 'failed', 'completed manually']) saveState.emit(state);
    expect(cell.silent).toBe(1);
    stop();
    expect(saveState.listeners).toBe(0);
  });

  test('not while the setting is off, read at each save', () => {
    let isOn = false;
    const { cell, saveState } = open(() => isOn);
    saveState.emit('started');
    expect(cell.silent).toBe(0);
    isOn = true;
    saveState.emit('started');
    expect(cell.silent).toBe(1);
  });

  test('not in a notebook that others write too, nor before it is loaded', () => {
    const { cell, saveState } = open(() => true, true);
    saveState.emit('started');
    expect(cell.silent).toBe(0);
    const loading = new FakeSignal<string>();
    writeStillsOnSave({ saveState: loading, model: null }, { ...source('v1'), isOn: () => true });
    expect(() => loading.emit('started')).not.toThrow();
  });

  test('not by a host without silent writes, and a failing picture fails no save and no other cell', () => {
    const old = { ...new FakeCell('a', viewOutput(named('v1'))), sharedModel: {} } as unknown as FakeCell;
    const cell = new FakeCell('b', viewOutput(named('v2')));
    const warned: unknown[] = [];
    const { warn } = console;
    console.warn = (...said: unknown[]) => warned.push(said);
    const broken = new FakeCell('c', viewOutput(named('v1')));
    const failing = {
      ...broken,
      outputs: broken.outputs,
      type: 'code',
      sharedModel: {
        ...broken.sharedModel,
        getOutputs: () => {
          throw new Error('no');
        },
      },
    };
    expect(writeStills(new FakeNotebook([old, failing, cell]), source('v1', 'v2'))).toBe(1);
    console.warn = warn;
    expect([cell.silent, warned.length]).toEqual([1, 1]);
  });

  test('from the runtime that serves the session; without one nothing is asked', () => {
    const cell = new FakeCell('a', viewOutput(named('v1')));
    const feed = new FakeFeed();
    feed.isLoaded = false;
    expect(writeStills(new FakeNotebook([cell]), feed)).toBe(0);
    expect(feed.runtime.asked).toEqual([]);
  });
});
