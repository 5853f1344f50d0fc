import { afterEach, expect, jest, test } from '@jest/globals';
import { loadShared, type SharedVersion } from '../src/share-scope.ts';

const version = (module: object, loaded?: unknown): SharedVersion => ({
  get: () => Promise.resolve(() => module),
  loaded,
});

afterEach(() => {
  jest.restoreAllMocks();
});

test('each package is evaluated once asked for, and marked so that the whole page uses that one', async () => {
  const [a, b] = [{ name: 'a' }, { name: 'b' }];
  const scope = { a: { '4.6.4': version(a) }, b: { '2.0.0': version(b) }, c: { '1.0.0': version({}) } };
  expect(await loadShared(scope, ['a', 'b'])).toEqual({ a, b });
  expect([scope.a, scope.b, scope.c].map((versions) => Object.values(versions)[0]?.loaded)).toEqual([1, 1, undefined]);
});

test('of several versions the evaluated one is taken, else the newest', async () => {
  const versions = (loaded?: string) => {
    const known = ['4.9.0', '4.10.1', '4.10.0', '4.2.11'];
    return Object.fromEntries(known.map((name) => [name, version({ name }, name === loaded)]));
  };
  expect(await loadShared({ p: versions() }, ['p'])).toEqual({ p: { name: '4.10.1' } });
  expect(await loadShared({ p: versions('4.2.11') }, ['p'])).toEqual({ p: { name: '4.2.11' } });
});

test('a factory that comes at once is taken like one that is promised', async () => {
  const module = { name: 'now' };
  expect(await loadShared({ p: { '1.0.0': { get: () => () => module } } }, ['p'])).toEqual({ p: module });
});

test('a package that the host does not share has no exports, and the others come all the same', async () => {
  const present = { name: 'present' };
  const scope = { present: { '1.0.0': version(present) }, empty: {} };
  expect(await loadShared(scope, ['absent', 'empty', 'present'])).toEqual({ absent: {}, empty: {}, present });
});

test('a package that fails to load is told, has no exports and is not marked', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const broken: SharedVersion = { get: () => Promise.reject(new Error('offline')) };
  expect(await loadShared({ broken: { '1.0.0': broken } }, ['broken'])).toEqual({ broken: {} });
  expect(String(warn.mock.calls[0])).toContain('broken');
  expect(broken.loaded).toBeUndefined();
});
