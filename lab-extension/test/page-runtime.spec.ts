import { expect, jest, test } from '@jest/globals';
import { pageRegistry } from '../../src/registry.ts';
import { registerPageRuntime } from '../src/page-runtime.ts';
import { FakeRuntime } from './fake-runtime.ts';

test('the runtime is registered before it is loaded, so that loaders of widgets wait for it', async () => {
  const registry = pageRegistry({});
  const runtime = new FakeRuntime('0.1.0').asRuntime();
  const loaded = registerPageRuntime('0.1.0', async () => ({ runtime }), registry);
  expect(registry.versions()).toEqual(['0.1.0']);
  expect(await registry.get('0.1.0', 's')).toBe(runtime);
  expect(await loaded).toBe(runtime);
});

test.each([
  ['cannot be fetched', () => Promise.reject(new Error('404')), '404'],
  ['is no runtime', () => Promise.resolve({}), 'damaged'],
])('one that %s is told and registered no longer', async (_what, load, words) => {
  const registry = pageRegistry({});
  const told = jest.spyOn(console, 'warn').mockImplementation(() => {});
  await expect(registerPageRuntime('0.1.0', load, registry)).rejects.toThrow(words);
  expect([registry.versions(), told.mock.calls.length]).toEqual([[], 1]);
  told.mockRestore();
});
