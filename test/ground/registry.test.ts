import { expect, test } from 'vitest';
import { compareVersions, pageRegistry, type Runtime } from '../../src/registry.ts';

function runtime(version: string): Runtime {
  const unused = (): never => {
    throw new Error('the registry calls no runtime');
  };
  return {
    version,
    attachHub: unused,
    mountView: unused,
    inspect: (session) => (session === 's' ? { session, version } : null),
    observe: unused,
    openTap: unused,
    facts: unused,
    watch: unused,
    mountOutput: unused,
    holds: unused,
    setPaused: unused,
    markGone: unused,
  };
}

test('one page has one registry, whoever asks first', () => {
  const page = {};
  expect(pageRegistry(page)).toBe(pageRegistry(page));
});

test('versions compare by number, not by text', () => {
  expect(compareVersions('0.10.0', '0.9.3')).toBeGreaterThan(0);
  expect(compareVersions('1.2.3', '1.2.3')).toBe(0);
  expect(compareVersions('0.1.0', '0.1.1')).toBeLessThan(0);
});

test('get gives the newest runtime that satisfies, never an older one, never another major', async () => {
  const registry = pageRegistry({});
  registry.register('0.1.0', Promise.resolve(runtime('0.1.0')));
  expect(registry.get('0.2.0')).toBeUndefined();
  expect(registry.get('1.0.0')).toBeUndefined();
  registry.register('0.3.0', Promise.resolve(runtime('0.3.0')));
  expect((await registry.get('0.1.0'))?.version).toBe('0.3.0');
});

test('a session keeps the runtime that first served it', async () => {
  const registry = pageRegistry({});
  registry.register('0.1.0', Promise.resolve(runtime('0.1.0')));
  await registry.get('0.1.0', 's');
  registry.register('0.2.0', Promise.resolve(runtime('0.2.0')));
  expect((await registry.get('0.1.0', 's'))?.version).toBe('0.1.0');
  expect(await registry.inspect('s')).toEqual({ session: 's', version: '0.1.0' });
  expect(await registry.inspect('unknown')).toBeNull();
});

test('a session whose kernel was upgraded leaves the older runtime', async () => {
  const registry = pageRegistry({});
  registry.register('0.1.0', Promise.resolve(runtime('0.1.0')));
  await registry.get('0.1.0', 's');
  expect(registry.get('0.2.0', 's')).toBeUndefined();
  registry.register('0.2.0', Promise.resolve(runtime('0.2.0')));
  expect((await registry.get('0.2.0', 's'))?.version).toBe('0.2.0');
});

test('a failed load is forgotten, so that a later widget may retry', async () => {
  const registry = pageRegistry({});
  registry.register('0.1.0', Promise.reject(new Error('blocked')));
  await expect(registry.get('0.1.0', 's')).rejects.toThrow('blocked');
  await Promise.resolve();
  expect(registry.get('0.1.0', 's')).toBeUndefined();
  registry.register('0.1.0', Promise.resolve(runtime('0.1.0')));
  expect((await registry.get('0.1.0', 's'))?.version).toBe('0.1.0');
});

test('a session that no loader asked for is inspected where it is known', async () => {
  const registry = pageRegistry({});
  registry.register('0.1.0', Promise.resolve({ ...runtime('0.1.0'), inspect: () => null }));
  registry.register('0.2.0', Promise.resolve(runtime('0.2.0')));
  expect(await registry.inspect('s')).toEqual({ session: 's', version: '0.2.0' });
});
