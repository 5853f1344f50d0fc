import { afterEach, expect, test } from 'vitest';
import { pageRegistry, REGISTRY_KEY, type Runtime, type WidgetModel } from '../../src/registry.ts';
import loader from '../../src/widget.ts';

afterEach(() => {
  Reflect.deleteProperty(globalThis, REGISTRY_KEY);
});

/** A hub's model and what its loader listens to. */
function hubModel(session: string) {
  const events: string[] = [];
  const traits: Readonly<Record<string, unknown>> = {
    kind: 'hub',
    session,
    version: '0.1.0',
    hub_id: `hub-${session}`,
  };
  const model: WidgetModel = {
    get: (name) => traits[name],
    on: (event) => events.push(event),
    off: () => undefined,
    send: () => undefined,
    widget_manager: { get_model: () => Promise.reject(new Error('gone')) },
  };
  return { model, events };
}

/** A runtime that says which sessions' hubs it took over, and whether they end with their model. */
function registerRuntime(version: string) {
  const attached: (AbortSignal | undefined)[] = [];
  const part: Partial<Runtime> = {
    version,
    attachHub: (_model, _early, life) => {
      attached.push(life);
      return () => undefined;
    },
  };
  pageRegistry().register(version, Promise.resolve(part as Runtime));
  return attached;
}

test('a hub is listened to at once and handed to the runtime with the life of its model', async () => {
  const attached = registerRuntime('0.1.0');
  const { model, events } = hubModel('s');
  const { signal } = new AbortController();
  loader.initialize({ model, signal });
  expect(events).toEqual(['msg:custom']);
  await new Promise((resolve) => setTimeout(resolve));
  expect(attached).toEqual([signal]);
});

test('a hub whose session is overheard for the whole page is left to that, whatever its version; others are not', async () => {
  const attached = registerRuntime('0.0.9');
  pageRegistry().tapped = new Map([['s', 1]]);
  const overheard = hubModel('s');
  const other = hubModel('t');
  loader.initialize({ model: overheard.model });
  loader.initialize({ model: other.model });
  await new Promise((resolve) => setTimeout(resolve));
  expect([overheard.events, other.events, attached]).toEqual([[], ['msg:custom'], []]);
  expect(pageRegistry().hubs).toEqual(new Set(['hub-t']));
});
