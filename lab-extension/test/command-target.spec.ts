import { expect, jest, test } from '@jest/globals';
import { commandTarget, type TargetParts } from '../src/command-target.ts';
import type { Feed } from '../src/feeds.ts';
import type { HostKernel, HostSessionContext } from '../src/host.ts';

type Current = NonNullable<TargetParts['followed']['current']>;

function parts() {
  const turns = { toggleMode: jest.fn(), togglePin: jest.fn(), togglePause: jest.fn() };
  const switches = { mode: 'compact' as 'compact' | 'full', pinned: false, paused: false, ...turns };
  const followed: { current: Current | null } = { current: null };
  const state = { isVisible: false };
  const area = { toggle: jest.fn() };
  const feed = {} as Feed;
  const open = jest.fn((_: HostSessionContext) => feed);
  const isVisible = (): boolean => state.isVisible;
  const target = commandTarget({ isVisible, area, switches, followed, feeds: { open }, download: () => undefined });
  return { target, switches, followed, state, area, feed, open };
}

test('the state of the panel is what it is at each look', () => {
  const { target, switches, state } = parts();
  const look = () => [target.panel?.isVisible, target.panel?.mode, target.panel?.pinned, target.panel?.paused];
  expect(look()).toEqual([false, 'compact', false, false]);
  state.isVisible = true;
  Object.assign(switches, { mode: 'full', pinned: true, paused: true });
  expect(look()).toEqual([true, 'full', true, true]);
});

test('each switch reaches its own', () => {
  const { target, switches, area } = parts();
  target.panel?.toggle();
  target.panel?.toggleMode();
  target.panel?.togglePin();
  target.panel?.togglePause();
  for (const turned of [area.toggle, switches.toggleMode, switches.togglePin, switches.togglePause]) {
    expect(turned).toHaveBeenCalledTimes(1);
  }
});

test('what is followed comes with its feed and the kernel that it has now', () => {
  const { target, followed, feed, open } = parts();
  expect(target.followed).toBeNull();
  const kernel = {} as HostKernel;
  const session: { kernel: HostKernel | null } = { kernel };
  const sessionContext = { session } as HostSessionContext;
  followed.current = { title: { label: 'a.ipynb' }, sessionContext };
  expect(target.followed).toEqual({ name: 'a.ipynb', kernel, feed });
  expect(open).toHaveBeenCalledWith(sessionContext);
  session.kernel = null;
  expect(target.followed?.kernel).toBeNull();
});
