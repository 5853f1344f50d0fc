import { expect, test } from 'vitest';
import { pageRegistry, type WidgetModel } from '../../../src/registry.ts';
import { Sessions } from '../../../src/session/sessions.ts';
import { registerPage } from '../../../standalone/viewer/page-registry.ts';

test('what a page holds is found where that of a notebook is, and an unknown session is null', async () => {
  const scope = {};
  const sessions = new Sessions();
  registerPage(sessions, '0.1.0', scope);
  const runtime = await pageRegistry(scope).get('0.0.0', 'app');
  expect(runtime?.version).toBe('0.1.0');
  expect(runtime?.inspect('app')).toBeNull();
  sessions.get('app', 'e1');
  expect(runtime?.inspect('app')).toEqual(sessions.inspect('app'));
  sessions.dispose();
});

test('a page of a server serves no widget of a notebook', async () => {
  const scope = {};
  const sessions = new Sessions();
  registerPage(sessions, '0.1.0', scope);
  const runtime = await pageRegistry(scope).get('0.0.0');
  expect(() => runtime?.attachHub({} as WidgetModel, [])).toThrow('serves no notebook');
  sessions.dispose();
});

test('every applied message is observed with its number and the time it was sent', async () => {
  const scope = {};
  const sessions = new Sessions();
  registerPage(sessions, '0.1.0', scope);
  const runtime = await pageRegistry(scope).get('0.0.0', 'app');
  const seen: (readonly [number, number])[] = [];
  const stop = runtime?.observe('app', (seq, sentUs) => seen.push([seq, sentUs]));
  const header = (seq: number) => ({
    ...{ v: [1, 0], kind: 'batch', session: 'app', epoch: { id: 'e'.repeat(32), startedUs: 1 }, seq, sentUs: 10 * seq },
    ...{ samples: 0, document: 0, tables: {}, stats: {}, parts: [] },
  });
  sessions.deliver(header(1), [], 'socket');
  sessions.deliver(header(2), [], 'socket');
  stop?.();
  sessions.deliver(header(3), [], 'socket');
  expect(seen).toEqual([
    [1, 10],
    [2, 20],
  ]);
  sessions.dispose();
});
