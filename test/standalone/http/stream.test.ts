// Server-sent events: every message once and in order, and all or nothing after a break.
import { request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { eventId, parseEventId } from '../../../standalone/server/http/stream/event-id.ts';
import { ask, codeOf, ingest, openServer, TOKEN } from './asking.ts';

interface Event {
  readonly name: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** Reads a stream until the test ends, or `close` is called. */
function read({ port }: { readonly port: number }, lastEventId: string | null = null, query = '') {
  const events: Event[] = [];
  let text = '';
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
  };
  const sent = request({ port, path: `/api/stream${query}`, headers, agent: false }, (answer) => {
    answer.setEncoding('utf8');
    answer.on('error', () => undefined);
    answer.on('data', (piece: string) => {
      text += piece;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        const data = fields.get('data');
        if (data !== undefined)
          events.push({
            name: fields.get('event') ?? '',
            id: fields.get('id') ?? '',
            data: JSON.parse(data) as Event['data'],
          });
      }
    });
  });
  sent.on('error', () => undefined);
  sent.end();
  onTestFinished(() => void sent.destroy());
  return { events, close: () => sent.destroy() };
}

const valuesOf = (events: readonly Event[]) =>
  events
    .filter(({ name }) => name === 'batch')
    .flatMap(({ data }) => (data.samples as { value: readonly number[] }).value);
const row = (value: number, metric = 'm') => ({ metric, value });

test('a stream begins with a snapshot and goes on with every message, once', async () => {
  const { server } = await openServer();
  await ingest(server, [row(1), row(2)]);
  const stream = read(server);
  await expect.poll(() => stream.events.length).toBe(2);
  for (const value of [3, 4, 5]) await ingest(server, [row(value)]);
  await expect.poll(() => valuesOf(stream.events)).toEqual([3, 4, 5]);
  expect(stream.events.map(({ name }) => name)).toEqual(['resumed', 'snapshot', 'batch', 'batch', 'batch']);
  expect(stream.events[0]!.data).toMatchObject({ session: 'http', recovered: false, toSeq: 1 });
  expect(stream.events[1]!.data).toMatchObject({
    kind: 'snapshot',
    seq: 1,
    document: { widgets: [{ id: 'metric:m' }] },
    history: { value: [1, 2] },
  });
});

test('a reader that comes back gets all that it missed, in order, and nothing twice', async () => {
  const { server } = await openServer();
  await ingest(server, [row(1)]);
  await ingest(server, [row(1)], '/api/ingest?session=b,c:%20d');
  const first = read(server);
  await expect.poll(() => first.events.length).toBe(4);
  await ingest(server, [row(2)]);
  await expect.poll(() => valuesOf(first.events)).toEqual([2]);
  first.close();
  for (const value of [3, 4]) await ingest(server, [row(value)]);
  await ingest(server, [row(5)], '/api/ingest?session=b,c:%20d');
  const second = read(server, first.events.at(-1)!.id);
  await expect.poll(() => valuesOf(second.events)).toEqual([3, 4, 5]);
  await ingest(server, [row(6)]);
  await expect.poll(() => valuesOf(second.events)).toEqual([3, 4, 5, 6]);
  const resumed = second.events.filter(({ name }) => name === 'resumed').map(({ data }) => data);
  expect(resumed).toMatchObject([
    { session: 'http', recovered: true, missed: 2 },
    { session: 'b,c: d', recovered: true, missed: 1 },
  ]);
  expect(second.events.some(({ name }) => name === 'snapshot')).toBe(false);
});

test.each([
  ['another epoch', (id: string) => id.replace(/:[0-9a-f]{32}:/, `:${'0'.repeat(32)}:`)],
  ['a number of the future', (id: string) => id.replace(/:\d+$/, ':999')],
  ['no id of ours', () => '%%%,a:b,::,x'],
])('an id of %s is answered with a snapshot, never with a part', async (_name, spoil) => {
  const { server } = await openServer();
  for (const value of [1, 2, 3]) await ingest(server, [row(value)]);
  const first = read(server);
  await expect.poll(() => first.events.length).toBe(2);
  const second = read(server, spoil(first.events[1]!.id));
  await expect.poll(() => second.events.length).toBe(2);
  expect(second.events.map(({ name }) => name)).toEqual(['resumed', 'snapshot']);
  expect(second.events[0]!.data).toMatchObject({ recovered: false, missed: 0 });
});

test('a session that comes later, and its going, are told; another session is not where one was asked for', async () => {
  const { server } = await openServer();
  const all = read(server);
  const one = read(server, null, '?session=b');
  await expect.poll(async () => (await ask(server, '/api/health')).json.viewers).toBe(2);
  await ingest(server, [row(1)]);
  await ingest(server, [row(2)], '/api/ingest?session=b');
  await expect.poll(() => all.events.filter(({ name }) => name === 'snapshot').length).toBe(2);
  await expect.poll(() => one.events.map(({ name }) => name)).toEqual(['session', 'resumed', 'snapshot']);
  one.close();
  await expect.poll(async () => (await ask(server, '/api/health')).json.viewers).toBe(1);
});

test('what a session begins with comes whole, however much it is beside what may wait unsent', async () => {
  const { server } = await openServer({ limit: { streamBytes: 2000 } });
  const rows = Array.from({ length: 2000 }, (_, i) => ({ metric: 'm', value: i, time: 1.79e9 + i }));
  for (const session of ['a', 'b']) await ingest(server, rows, `/api/ingest?session=${session}`);
  const first = read(server);
  await expect.poll(() => first.events.map(({ name }) => name)).toEqual(['resumed', 'snapshot', 'resumed', 'snapshot']);
  first.close();
  for (let i = 0; i < 5; i += 1) await ingest(server, rows, '/api/ingest?session=a');
  const second = read(server, first.events.at(-1)!.id);
  await expect.poll(() => valuesOf(second.events).length).toBe(10_000);
  await ingest(server, [row(-1)], '/api/ingest?session=a');
  await expect.poll(() => valuesOf(second.events).at(-1)).toBe(-1);
  expect(second.events.some(({ name }) => name === 'error')).toBe(false);
});

test('a reader that does not read is ended and costs the others nothing', async () => {
  const { server } = await openServer({ limit: { streamBytes: 20_000, viewers: 2 } });
  const good = read(server);
  const stuck = request({
    port: server.port,
    path: '/api/stream',
    headers: { authorization: `Bearer ${TOKEN}` },
    agent: false,
  });
  stuck.on('response', (answer) => answer.pause());
  stuck.on('error', () => undefined);
  stuck.end();
  await expect.poll(async () => (await ask(server, '/api/health')).json.viewers).toBe(2);
  expect(codeOf(await ask(server, '/api/stream'))).toBe('LIMIT_VIEWERS');
  let sent = 0;
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ metric: 'm', value: i, time: 1.79e9 + i }));
  while ((await ask(server, '/api/health')).json.viewers === 2 && sent < 1000) {
    await ingest(server, rows);
    sent += 1;
    await expect
      .poll(() => good.events.filter(({ name }) => name !== 'resumed' && name !== 'session').length)
      .toBe(sent);
  }
  expect((await ask(server, '/api/health')).json.viewers).toBe(1);
  stuck.destroy();
});

test('an id names every session with its position, whatever its name', () => {
  const positions = new Map([
    ['a', { epoch: 'e1', seq: 3 }],
    ['b,c:d %é', { epoch: 'e2', seq: 0 }],
  ]);
  expect(parseEventId(eventId(positions))).toEqual(positions);
  expect(parseEventId('')).toEqual(new Map());
});
