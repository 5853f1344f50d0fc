import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs } from '../../src/transport/back-off.ts';
import { PROTOCOL_VERSION } from '../../src/wire/header.ts';
import { setUpSocket } from './fake-socket.ts';

describe('connection', () => {
  it('subscribes first, with what was applied and what is wanted, and is live from the greeting on', () => {
    const { transport, states, resume, connection, run } = setUpSocket();
    resume.map = { shop: { epoch: 'e1', seq: 7 } };
    transport.start();
    connection().open();
    expect(connection().sent).toEqual([
      { v: PROTOCOL_VERSION, kind: 'subscribe', id: 's1', resume: resume.map, width: 1024, rangeUs: 900e6 },
    ]);
    expect(transport.state.kind).toBe('connecting');
    connection().say({ kind: 'hello' });
    run();
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'live']);
  });

  it('frames and texts are given on in order, in a later task', () => {
    const { transport, greet, heard, run } = setUpSocket();
    transport.start();
    const server = greet();
    heard.length = 0;
    server.say({ kind: 'resumed', session: 'shop' });
    server.frame({ kind: 'batch', session: 'shop', seq: 1 });
    server.say({ kind: 'session', connected: false });
    expect(heard).toEqual([]);
    run();
    expect(heard.map(({ kind }) => kind)).toEqual(['resumed', 'batch', 'session']);
  });

  it('a server that does not greet within 10 s is tried again', () => {
    const { transport, timers, connections, connection } = setUpSocket();
    transport.start();
    connection().open();
    timers.advance(9999);
    expect(transport.state.kind).toBe('connecting');
    timers.advance(1);
    expect(transport.state).toMatchObject({ kind: 'waiting', attempt: 0 });
    expect(connections[0]?.isClosed).toBe(true);
  });

  it('what an older socket says is not heard', () => {
    const { transport, timers, greet, connections, heard, run } = setUpSocket();
    transport.start();
    const old = greet();
    old.end();
    timers.advance(250);
    greet();
    heard.length = 0;
    old.say({ kind: 'stats' });
    old.end(4401);
    old.open();
    run();
    expect(heard).toEqual([]);
    expect([transport.state.kind, connections.length]).toEqual(['live', 2]);
  });
});

describe('loss', () => {
  it('is tried again after the back-off, from what was applied by then', () => {
    const { transport, timers, resume, greet, connection } = setUpSocket();
    transport.start();
    const first = greet();
    resume.map = { shop: { epoch: 'e1', seq: 3 } };
    first.end();
    expect(transport.state).toEqual({ kind: 'waiting', attempt: 0, nextTryMs: 250, error: null });
    timers.advance(249);
    expect(transport.state.kind).toBe('waiting');
    timers.advance(1);
    expect(transport.state.kind).toBe('connecting');
    expect(connection().sent).toEqual([]);
    connection().open();
    expect(connection().lastOf('subscribe')).toMatchObject({ resume: resume.map });
  });

  it('messages that came before it count as applied for the next subscription', () => {
    const { transport, timers, tasks, resume, greet, connection } = setUpSocket({
      onMessage: ({ seq }) => {
        resume.map = { shop: { epoch: 'e1', seq: Number(seq) } };
      },
    });
    transport.start();
    const first = greet();
    first.frame({ kind: 'batch', session: 'shop', seq: 9 });
    tasks.length = 0; // the page's task has not run yet
    first.end();
    timers.advance(250);
    connection().open();
    expect(connection().lastOf('subscribe')).toMatchObject({ resume: { shop: { seq: 9 } } });
  });

  it('the wait is anywhere between 0 and a ceiling that doubles from 0.5 to 20 s', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => backOffMs(attempt, 1))).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000,
    ]);
    expect(backOffMs(9, 0)).toBe(0);
  });

  it('after a connection that lived 5 s the wait begins anew; after a shorter one it grows on', () => {
    const { transport, timers, greet } = setUpSocket();
    const attempts: number[] = [];
    const lose = (livedMs: number): void => {
      const server = greet();
      for (let ms = 0; ms < livedMs; ms += 1000) {
        timers.advance(1000);
        server.say({ kind: 'stats' });
      }
      server.end();
      if (transport.state.kind !== 'waiting') return;
      attempts.push(transport.state.attempt);
      timers.advance(transport.state.nextTryMs - timers.nowMs);
    };
    transport.start();
    for (const livedMs of [0, 0, 4000, 6000, 0]) lose(livedMs);
    expect(attempts).toEqual([0, 1, 2, 0, 1]);
  });

  it('wake tries at once, and never beside another try', () => {
    const { transport, timers, greet, connections } = setUpSocket();
    transport.start();
    greet().end();
    transport.wake();
    transport.wake();
    timers.advance(5000);
    expect(connections.length).toBe(2);
    expect(transport.state.kind).toBe('connecting');
  });
});

describe('heartbeat', () => {
  it('asks every 5 s, measures the answer, and gives up after 10 s without anything heard', () => {
    const { transport, timers, states, greet, run } = setUpSocket();
    transport.start();
    const server = greet();
    const pings = () => server.sent.filter(({ kind }) => kind === 'ping');
    expect(pings().length).toBe(1);
    timers.advance(30);
    server.say({ kind: 'pong', id: pings()[0]?.id });
    run();
    expect(transport.roundTripMs).toBe(30);
    timers.advance(5000);
    expect(pings().length).toBe(2);
    expect(transport.state.kind).toBe('live');
    timers.advance(4970);
    expect(transport.state.kind).toBe('live');
    timers.advance(1000);
    expect(states.map(({ kind }) => kind)).toContain('waiting');
    expect(server.isClosed).toBe(true);
  });

  it('stands while anything comes', () => {
    const { transport, timers, greet } = setUpSocket();
    transport.start();
    const server = greet();
    for (let i = 0; i < 60; i += 1) {
      timers.advance(9000);
      server.say({ kind: 'stats' });
    }
    expect(transport.state.kind).toBe('live');
  });

  it('a page that slept asks first, and gives the answer 3 s', () => {
    const answered = setUpSocket();
    answered.transport.start();
    const server = answered.greet();
    answered.timers.sleep(3600_000);
    answered.timers.advance(0);
    expect(answered.transport.state.kind).toBe('live');
    server.say({ kind: 'pong', id: server.lastOf('ping')?.id });
    answered.timers.advance(5000);
    expect(answered.transport.state.kind).toBe('live');

    const silent = setUpSocket();
    silent.transport.start();
    silent.greet();
    silent.timers.sleep(3600_000);
    silent.timers.advance(2999);
    expect(silent.transport.state.kind).toBe('live');
    silent.timers.advance(1001);
    expect(silent.states.map(({ kind }) => kind)).toContain('waiting');
  });

  it('wake asks a live connection and gives it 3 s', () => {
    const { transport, timers, states, greet } = setUpSocket();
    transport.start();
    greet();
    transport.wake();
    timers.advance(2999);
    expect(transport.state.kind).toBe('live');
    timers.advance(1000);
    expect(states.map(({ kind }) => kind)).toContain('waiting');
  });
});

describe('refusal', () => {
  it.each([
    [4401, 'token', 'TOKEN_INVALID'],
    [4403, 'origin', 'ORIGIN_REFUSED'],
  ])('close code %i is not tried again by itself', (code, reason, name) => {
    const { transport, timers, connections, connection } = setUpSocket();
    transport.start();
    connection().open();
    connection().end(code);
    expect(transport.state).toMatchObject({ kind: 'refused', reason, code: name });
    timers.advance(600_000);
    expect(connections.length).toBe(1);
    transport.wake();
    expect(connections.length).toBe(2);
  });

  it('has the code the server gave just before, and words for the person at the page', () => {
    const { transport, connection } = setUpSocket();
    transport.start();
    connection().open();
    connection().say({ kind: 'error', code: 'TOKEN_EXPIRED', message: 'too old' });
    connection().end(4401);
    expect(transport.state).toMatchObject({
      kind: 'refused',
      code: 'TOKEN_EXPIRED',
      message: expect.stringMatching(/Open the link/),
    });
  });

  it('another major version is refused, a later minor is not', () => {
    const other = setUpSocket();
    other.transport.start();
    other.connection().open();
    other.connection().text('{"v":[2,0],"kind":"hello"}');
    other.run();
    expect(other.transport.state).toMatchObject({ kind: 'refused', reason: 'version' });
    const later = setUpSocket();
    later.transport.start();
    later.connection().open();
    later.connection().text('{"v":[1,7],"kind":"hello"}');
    later.run();
    expect(later.transport.state.kind).toBe('live');
  });

  it('a connection that never opened is explained by its owner; one that opened is not asked about', async () => {
    let asked = 0;
    const { transport, timers, greet, connection } = setUpSocket({
      explain: async () => {
        asked += 1;
        return { reason: 'token', code: 'TOKEN_INVALID', message: 'none' };
      },
    });
    transport.start();
    greet().end();
    await Promise.resolve();
    expect([asked, transport.state.kind]).toEqual([0, 'waiting']);
    timers.advance(250);
    connection().end();
    await new Promise((done) => setTimeout(done, 0));
    expect([asked, transport.state.kind]).toEqual([1, 'refused']);
    expect(timers.count).toBe(0);
  });
});

describe('frames that cannot be read', () => {
  it('end the connection; nothing behind them is applied, and the next one asks for a snapshot, once', () => {
    const { transport, timers, resume, greet, heard, run, connection } = setUpSocket();
    resume.map = { shop: { epoch: 'e1', seq: 1 } };
    transport.start();
    const server = greet();
    heard.length = 0;
    server.bytes(Uint8Array.of(255, 255, 255, 255, 1));
    server.frame({ kind: 'batch', session: 'shop', seq: 2 });
    run();
    expect(heard).toEqual([]);
    expect(transport.invalid).toBe(1);
    expect(transport.state).toMatchObject({ kind: 'waiting', error: { code: 'FRAME_INVALID' } });
    timers.advance(500);
    connection().open();
    expect(connection().lastOf('subscribe')).toMatchObject({ resume: {} });
    connection().say({ kind: 'hello' });
    run();
    connection().end();
    timers.advance(1000);
    connection().open();
    expect(connection().lastOf('subscribe')).toMatchObject({ resume: resume.map });
  });

  it('any bytes and any text leave the transport in a state it can go on from', () => {
    const junk = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string({ maxLength: 40 }), fc.json());
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 6 }), (messages) => {
        const { transport, timers, greet, run } = setUpSocket();
        transport.start();
        const server = greet();
        for (const message of messages) {
          if (typeof message === 'string') server.text(message);
          else server.bytes(message);
        }
        run();
        timers.advance(30_000);
        transport.wake();
        expect(['live', 'waiting', 'connecting', 'refused']).toContain(transport.state.kind);
        transport.dispose();
        expect(timers.count).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

const query = { session: 'shop', series: ['k'], startUs: 0, endUs: 10, columns: 100 };

describe('queries', () => {
  it('are answered by the frame of their id, in any order', async () => {
    const { transport, greet, run } = setUpSocket();
    transport.start();
    const server = greet();
    const answers = [transport.query(query), transport.query(query)];
    const [first, second] = server.sent.filter(({ kind }) => kind === 'query');
    expect(first).toMatchObject(query);
    server.frame({ kind: 'detail', id: second?.id }, [Uint8Array.of(2)]);
    server.frame({ kind: 'detail', id: first?.id }, [Uint8Array.of(1)]);
    run();
    const got = await Promise.all(answers);
    expect(got.map(({ buffers }) => buffers[0]?.[0])).toEqual([1, 2]);
  });

  it('reject with the code of the server, after 10 s, on a loss, and while there is no connection', async () => {
    const { transport, timers, greet, run } = setUpSocket();
    await expect(transport.query(query)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    transport.start();
    const server = greet();
    const refused = transport.query(query);
    server.say({ kind: 'error', id: server.lastOf('query')?.id, code: 'QUERY_INVALID', message: 'no' });
    run();
    await expect(refused).rejects.toMatchObject({ code: 'QUERY_INVALID' });
    const late = transport.query(query);
    for (let i = 0; i < 10; i += 1) {
      timers.advance(1000);
      server.say({ kind: 'stats' });
    }
    await expect(late).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    const lost = transport.query(query);
    server.end();
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});

describe('timers', () => {
  it('in every state there are only those it needs, and none after dispose', () => {
    const steps = fc.array(fc.constantFrom('open', 'hello', 'end', 'refuse', 'wake', 'second', 'minute', 'query'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (names) => {
        const { transport, timers, connections, connection, run } = setUpSocket();
        transport.start();
        for (const name of names) {
          if (name === 'open') connection().open();
          else if (name === 'hello') connection().say({ kind: 'hello' });
          else if (name === 'end') connection().end();
          else if (name === 'refuse') connection().end(4401);
          else if (name === 'wake') transport.wake();
          else if (name === 'query') transport.query(query).catch(() => undefined);
          else timers.advance(name === 'second' ? 1000 : 60_000);
          run();
          expect(connections.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(1);
          const { kind } = transport.state;
          if (kind === 'refused') expect(timers.count).toBe(0);
          if (kind === 'waiting' || kind === 'connecting') expect(timers.count).toBe(1);
        }
        transport.dispose();
        transport.dispose();
        transport.wake();
        expect(timers.count).toBe(0);
        expect(connections.every(({ isClosed }) => isClosed)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
