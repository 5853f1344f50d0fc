import { expect, test } from '@jest/globals';
import { pageRegistry } from '../../src/registry.ts';
import { SessionRuntime } from '../src/session-runtime.ts';
import { settle } from './fake-kernel.ts';
import { FakeRuntime } from './fake-runtime.ts';

function setUp(registry = pageRegistry({})) {
  let runtimes = 0;
  let changes = 0;
  const own = new FakeRuntime('0.1.0');
  let resolve: (loaded: ReturnType<FakeRuntime['asRuntime']>) => void = () => {};
  let fail: (why: Error) => void = () => {};
  const loading = new Promise<ReturnType<FakeRuntime['asRuntime']>>((take, refuse) => {
    resolve = take;
    fail = refuse;
  });
  const served = new SessionRuntime({
    session: 's',
    registry,
    runtime: loading,
    path: 'tap',
    send: () => {},
    onRuntime: () => {
      runtimes += 1;
    },
    onChange: () => {
      changes += 1;
    },
  });
  const load = async (): Promise<void> => {
    resolve(own.asRuntime());
    await settle();
  };
  return { registry, served, own, load, fail: (why: Error) => fail(why), told: () => [runtimes, changes] };
}

const contents = (runtime: FakeRuntime) => runtime.received.map(({ content }) => content);

test('what comes, is asked and is marked before the runtime is loaded is passed on in its order', async () => {
  const { served, own, load, told } = setUp();
  served.receive('m1', []);
  served.subscribe('e');
  served.markGone();
  expect(served.runtime).toBeNull();
  await load();
  served.receive('m2', []);
  expect([contents(own), own.asked, own.gone]).toEqual([
    ['m1', 'm2'],
    [{ path: 'tap', session: 's', epoch: 'e' }],
    ['s'],
  ]);
  expect([served.runtime?.version, told()]).toEqual(['0.1.0', [1, 0]]);
});

test('a message after the end of a kernel means that it lives', async () => {
  const { served, own, load } = setUp();
  served.markGone();
  served.receive('m1', []);
  await load();
  expect([contents(own), own.gone]).toEqual([['m1'], []]);
});

test('while nothing is loaded the newest 32 MB wait', async () => {
  const { served, own, load } = setUp();
  const megabytes = (count: number) => [new Uint8Array(count * 1024 * 1024)];
  for (let i = 0; i < 5; i++) served.receive(i, megabytes(10));
  served.receive('last', megabytes(2));
  await load();
  expect(contents(own)).toEqual([2, 3, 4, 'last']);
});

test('a runtime that cannot be loaded leaves null, and nothing waits for it', async () => {
  const { served, fail } = setUp();
  served.receive('m1', []);
  fail(new Error('404'));
  await settle();
  served.receive('m2', []);
  expect(served.runtime).toBeNull();
});

test('changes of the session are told, until the end frees everything', async () => {
  const { served, own, load, told } = setUp();
  await load();
  own.know('s');
  expect(told()).toEqual([1, 1]);
  served.dispose();
  served.dispose();
  own.know('s');
  served.receive('late', []);
  expect([told(), own.openTaps, own.watchers, contents(own)]).toEqual([[1, 1], 0, 0, []]);
});

test('an end before the runtime is loaded opens nothing', async () => {
  const { served, own, load } = setUp();
  served.dispose();
  await load();
  expect([own.openTaps, own.watchers]).toEqual([0, 0]);
});

test('the page says that the session is overheard as long as anybody does', async () => {
  const { registry, served } = setUp();
  const { served: other, fail } = setUp(registry);
  expect(registry.tapped?.has('s')).toBe(true);
  served.dispose();
  served.dispose();
  expect(registry.tapped?.has('s')).toBe(true);
  fail(new Error('404'));
  await settle();
  other.dispose();
  expect(registry.tapped?.size).toBe(0);
});
