import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { DEFAULT_SETTINGS, type HostSettings, LiveSettings, parseSettings, type Settings } from '../src/settings.ts';
import { FakeSignal } from './fake-signal.ts';

interface Schema {
  readonly properties: Readonly<
    Record<string, { default: unknown; title?: string; description?: string; enum?: string[] }>
  >;
}

const schema = JSON.parse(readFileSync('lab-extension/schema/panel.json', 'utf8')) as Schema;

class FakeHost implements HostSettings {
  composite: Record<string, unknown>;
  readonly written: [string, unknown][] = [];
  readonly changed = new FakeSignal<void>();

  constructor(composite: Record<string, unknown>) {
    this.composite = composite;
  }

  set(key: string, value: string | number | boolean): Promise<void> {
    this.written.push([key, value]);
    return Promise.resolve();
  }

  change(composite: Record<string, unknown>): void {
    this.composite = composite;
    this.changed.emit();
  }
}

test('the schema describes exactly the settings, with the same defaults', () => {
  const defaults = Object.fromEntries(Object.entries(schema.properties).map(([key, each]) => [key, each.default]));
  expect(defaults).toEqual(DEFAULT_SETTINGS);
  for (const { title, description } of Object.values(schema.properties)) {
    expect(title).toMatch(/\w/);
    expect(description).toMatch(/\w\.$/);
  }
});

test('every choice that the schema offers is read as it is', () => {
  for (const [key, { enum: words = [] }] of Object.entries(schema.properties)) {
    for (const word of words) expect(parseSettings({ [key]: word })).toEqual({ ...DEFAULT_SETTINGS, [key]: word });
  }
});

test('values of another kind become the default, and a rate stays between 0 and 60', () => {
  const odd = { side: 'top', mode: 3, follow: null, stillsOnSave: 'no', redrawPerSec: Number.NaN, saveNewOutputs: 1 };
  expect(parseSettings(odd)).toEqual(DEFAULT_SETTINGS);
  const rate = (redrawPerSec: number): number => parseSettings({ redrawPerSec }).redrawPerSec;
  expect([-5, 0, 0.5, 60, 1e9].map(rate)).toEqual([0, 0, 0.5, 60, 60]);
});

test('without a host the defaults hold, and what is set lasts', () => {
  const settings = new LiveSettings();
  expect(settings.current).toEqual(DEFAULT_SETTINGS);
  settings.set('mode', 'full');
  expect(settings.current.mode).toBe('full');
});

test('the host is followed, and told of what is set here', () => {
  const settings = new LiveSettings();
  const host = new FakeHost({ side: 'left' });
  settings.attach(host);
  expect(settings.current.side).toBe('left');
  host.change({ side: 'right', mode: 'full' });
  expect(settings.current.mode).toBe('full');
  settings.set('mode', 'compact');
  expect(host.written).toEqual([['mode', 'compact']]);
});

test('a listener hears each change once, no repetition, and nothing after it stopped', () => {
  const settings = new LiveSettings();
  const host = new FakeHost({});
  const heard: Settings[] = [];
  const stop = settings.watch((next) => heard.push(next));
  settings.attach(host);
  host.change({ redrawPerSec: 2 });
  host.change({ redrawPerSec: 2 });
  expect(heard.map(({ redrawPerSec }) => redrawPerSec)).toEqual([2]);
  stop();
  host.change({ redrawPerSec: 3 });
  expect(heard).toHaveLength(1);
});

test('a host that cannot keep a setting costs nothing but that', async () => {
  const settings = new LiveSettings();
  const host = new FakeHost({});
  host.set = jest.fn(() => Promise.reject(new Error('read-only')));
  settings.attach(host);
  settings.set('side', 'left');
  await Promise.resolve();
  expect(settings.current.side).toBe('left');
});
