// How many producers are connected at once is bounded: places are taken, kept by who comes back, and given back.
import { expect, it } from 'vitest';
import type { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import { ask, codeOf, ingest, openServer } from '../http/asking.ts';
import { Stage } from '../ws/stage.ts';
import { FakeClock } from './fake-clock.ts';
import { helloOf, hubOn } from './producer.ts';

const REFUSED = expect.objectContaining({ code: 'LIMIT_PRODUCERS', message: 'This server takes 2 producers.' });

const join = (hub: SessionHub, session: string, onReplaced?: () => void) =>
  hub.join(helloOf({ session, epoch: { id: session.repeat(32).slice(0, 32), startedUs: 1 } }), onReplaced);

it('one more than the limit is refused and leaves nothing behind; a place that is given back is the next one’s', () => {
  const hub = hubOn(new FakeClock(), { producers: 2 });
  const first = join(hub, 'a');
  join(hub, 'b');
  expect(() => join(hub, 'c')).toThrow(REFUSED);
  expect([...hub.sessions.keys()]).toEqual(['a', 'b']);
  first.leave(false);
  // Its data stay, its place does not.
  expect(join(hub, 'c').session).toBe('c');
  expect([...hub.sessions].map(([name, { connected }]) => [name, connected])).toEqual([
    ['a', false],
    ['b', true],
    ['c', true],
  ]);
  expect(() => join(hub, 'a')).toThrow(REFUSED);
  hub.close();
});

it('a producer that comes back over another connection needs no second place', () => {
  const hub = hubOn(new FakeClock(), { producers: 2 });
  let replaced = 0;
  const seat = join(hub, 'a', () => {
    replaced += 1;
  });
  join(hub, 'b');
  expect(join(hub, 'a').session).toBe('a');
  expect(replaced).toBe(1);
  // The connection that was replaced gives back no place when it ends.
  seat.leave(false);
  expect(() => join(hub, 'c')).toThrow(REFUSED);
  hub.close();
});

it('switched off, it bounds nothing', () => {
  const hub = hubOn(new FakeClock(), { producers: Number.POSITIVE_INFINITY, sessions: Number.POSITIVE_INFINITY });
  for (let i = 0; i < 300; i += 1) {
    hub.join(helloOf({ session: `s${i}`, epoch: { id: String(i).padStart(32, '0'), startedUs: 1 } }));
  }
  expect(hub.sessions.size).toBe(300);
  hub.close();
});

it('a refused connection is told the code and closed with 4429; the others go on', () => {
  const stage = new Stage({ producers: 2 });
  const other = stage.producer({ session: 'b', epoch: { id: 'b', startedUs: 1 } });
  const refused = stage.producer({ session: 'c', epoch: { id: 'c', startedUs: 1 } });
  expect(refused.wire.closed).toMatchObject({ code: 4429, reason: 'LIMIT_PRODUCERS' });
  expect(refused.wire.texts('error')).toEqual([REFUSED]);
  other.send({ a: [[stage.clock.nowUs, 1]] });
  stage.send({ a: [[stage.clock.nowUs, 1]] });
  expect([...stage.hub.sessions].map(([name, { seq }]) => [name, seq])).toEqual([
    ['app', 1],
    ['b', 1],
  ]);
  other.socket.closed();
  const again = stage.producer({ session: 'c', epoch: { id: 'c', startedUs: 1 } });
  expect([again.wire.closed, again.plain.session]).toEqual([null, 'c']);
});

it('who sends over HTTP is one of them: without a place the answer is 503', async () => {
  const { server } = await openServer({ limit: { producers: 1 } });
  const row = [{ metric: 'a', value: 1 }];
  expect((await ingest(server, row, '/api/ingest?session=one')).status).toBe(200);
  const refused = await ingest(server, row, '/api/ingest?session=two');
  expect([refused.status, codeOf(refused)]).toEqual([503, 'LIMIT_PRODUCERS']);
  expect((await ingest(server, row, '/api/ingest?session=one')).status).toBe(200);
  expect((await ask(server, '/api/health')).json).toMatchObject({ sessions: 1, producers: 1 });
});
