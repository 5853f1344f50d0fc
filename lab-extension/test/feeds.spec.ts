import { expect, test } from '@jest/globals';
import { Feeds } from '../src/feeds.ts';
import { FakeContext, FakeKernel } from './fake-kernel.ts';
import { FakeRuntime } from './fake-runtime.ts';

test('a context has one feed, whoever asks, and taps the kernel once', () => {
  const feeds = new Feeds(Promise.resolve(new FakeRuntime('0.1.0').asRuntime()));
  const [one, other] = [new FakeContext(new FakeKernel('k1')), new FakeContext(null)];
  expect(feeds.open(one)).toBe(feeds.open(one));
  expect(feeds.open(one)).not.toBe(feeds.open(other));
  expect(one.iopubMessage.listeners).toBe(1);
});
