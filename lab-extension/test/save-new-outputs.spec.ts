import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { HostMessage } from '../src/host.ts';
import { type FileTimes, saveNewOutputs } from '../src/save-new-outputs.ts';
import { VIEW_MIME } from '../src/view-bundle.ts';
import { FakeSignal } from './fake-signal.ts';

const VIEW = { session: 's1', epoch: 'e1', view: 'v1', version: '0.1.0' };

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const shown = (msg_type = 'display_data', data: unknown = { [VIEW_MIME]: VIEW }): HostMessage => ({
  header: { msg_type },
  content: { data },
});

function open(options: { isOn?: boolean; dirty?: boolean; onDisk?: string; files?: FileTimes | null } = {}) {
  const { isOn = true, dirty = true, onDisk = 'T1' } = options;
  const save = jest.fn(() => Promise.resolve());
  const get = jest.fn<FileTimes['get']>(() => Promise.resolve({ last_modified: onDisk }));
  const iopubMessage = new FakeSignal<HostMessage>();
  const context = { path: 'a.ipynb', model: { dirty }, contentsModel: { last_modified: 'T1' }, save };
  const stop = saveNewOutputs({
    context,
    iopubMessage,
    files: options.files === undefined ? { get } : options.files,
    isOn: () => isOn,
  });
  return { save, get, iopubMessage, stop, settle: () => jest.advanceTimersByTimeAsync(1000) };
}

test('a cell that shows views is saved once for all of them, however they are shown', async () => {
  const { save, get, iopubMessage, settle } = open();
  iopubMessage.emit(shown());
  iopubMessage.emit(shown('execute_result'));
  expect(save).not.toHaveBeenCalled();
  await settle();
  expect(save).toHaveBeenCalledTimes(1);
  expect(get.mock.calls).toEqual([['a.ipynb', { content: false }]]);
  iopubMessage.emit(shown());
  await settle();
  expect(save).toHaveBeenCalledTimes(2);
});

test('other messages and other outputs save nothing', async () => {
  const { save, iopubMessage, settle } = open();
  iopubMessage.emit(shown('comm_msg'));
  iopubMessage.emit(shown('display_data', { 'text/plain': 'x' }));
  iopubMessage.emit(shown('display_data', { [VIEW_MIME]: { session: 1 } }));
  iopubMessage.emit(shown('display_data', null));
  await settle();
  expect(save).not.toHaveBeenCalled();
});

test.each([
  ['the setting is off', { isOn: false }],
  ['nothing is unsaved', { dirty: false }],
  ['somebody else wrote the file', { onDisk: 'T2' }],
  ['the host does not say when files were written', { files: null }],
  ['the server does not answer', { files: { get: () => Promise.reject(new Error('offline')) } }],
])('no save when %s', async (_, options) => {
  const { save, iopubMessage, settle } = open(options);
  iopubMessage.emit(shown());
  await settle();
  expect(save).not.toHaveBeenCalled();
});

test('after it stopped nothing is heard, and a save that was due does not come', async () => {
  const { save, iopubMessage, stop, settle } = open();
  iopubMessage.emit(shown());
  stop();
  stop();
  await settle();
  expect([save.mock.calls.length, iopubMessage.listeners]).toEqual([0, 0]);
});
