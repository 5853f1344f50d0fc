import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import { DEFAULT_LIMITS, type ServerLimits } from '../../../standalone/server/limits.ts';
import { createSockets, type Sockets, type UpgradeAdmission } from '../../../standalone/server/ws/sockets.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { PlainProducer, rowsFrom } from '../hub/producer.ts';

const open: { server: Server; sockets: Sockets; hub: SessionHub; ends: WebSocket[] }[] = [];

afterEach(async () => {
  for (const { server, sockets, hub, ends } of open.splice(0)) {
    for (const end of ends) end.terminate();
    sockets.close();
    sockets.close();
    hub.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** A real server on a port of its own. */
async function start(
  limits: Partial<ServerLimits> = {},
  admit: () => UpgradeAdmission = () => ({ ok: true }),
  onFault: ((error: unknown) => void) | null = null,
) {
  const environment = {
    now: () => Date.now() * 1000,
    schedule: (run: () => void, ms: number) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    limits: { ...DEFAULT_LIMITS, ...limits },
  };
  const hub = new SessionHub(environment);
  const face = () => ({ serverId: 's1', version: '0.1.0', title: null, options: {} });
  const sockets = createSockets({ hub, environment, face, admit, ...(onFault === null ? {} : { onFault }) });
  const server = createServer();
  sockets.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ends: WebSocket[] = [];
  open.push({ server, sockets, hub, ends });
  const dial = (path: string, options: ClientOptions = {}): End => {
    const end = new End(`ws://127.0.0.1:${port}${path}`, options);
    ends.push(end.socket);
    return end;
  };
  return { hub, sockets, port, dial };
}

/** The other end of a connection: what came, and a wait for what comes. */
class End {
  readonly socket: WebSocket;
  readonly came: (string | Uint8Array)[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(url: string, options: ClientOptions) {
    this.socket = new WebSocket(url, options);
    this.socket.on('message', (data: Buffer, isBinary: boolean) => this.came.push(isBinary ? data : data.toString()));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  async say(...messages: readonly (string | Uint8Array | Record<string, unknown>)[]): Promise<void> {
    if (this.socket.readyState !== WebSocket.OPEN) await once(this.socket, 'open');
    for (const message of messages) {
      const isRaw = typeof message === 'string' || message instanceof Uint8Array;
      this.socket.send(isRaw ? message : JSON.stringify({ v: [1, 0], ...message }));
    }
  }

  /** The next of what came for which `find` gives something. */
  async until<T>(find: (data: string | Uint8Array) => T | undefined): Promise<T> {
    for (let from = 0; ; ) {
      for (; from < this.came.length; from += 1) {
        const found = find(this.came[from]!);
        if (found !== undefined) return found;
      }
      await once(this.socket, 'message');
    }
  }

  text(kind: string): Promise<Record<string, unknown>> {
    return this.until((data) => {
      if (typeof data !== 'string') return undefined;
      const message = JSON.parse(data);
      return message.kind === kind ? message : undefined;
    });
  }

  frame(seq: number): Promise<Record<string, unknown>> {
    return this.until((data) => {
      if (typeof data === 'string') return undefined;
      const { header } = decodeFrame(data);
      return header.seq === seq ? header : undefined;
    });
  }
}

const SUBSCRIBE = { kind: 'subscribe', id: 's', resume: {}, width: 1000, rangeUs: 1e5 };

describe('over real sockets', () => {
  test('a producer is welcomed and acknowledged, and its very bytes reach a viewer', async () => {
    const { dial } = await start();
    const plain = new PlainProducer(new FakeClock());
    const producer = dial('/ingest?token=x');
    await producer.say({ kind: 'hello', ...plain.hello });
    expect(await producer.text('welcome')).toMatchObject({ session: 'app', seq: null, server: 's1' });
    await producer.say(plain.frame({ a: rowsFrom(0, 3, 1) }));
    expect(await producer.text('ack')).toMatchObject({ seq: 1 });
    const viewer = dial('/ws');
    await viewer.say(SUBSCRIBE);
    expect(await viewer.text('hello')).toMatchObject({ sessions: [{ session: 'app', connected: true }] });
    expect(await viewer.frame(1)).toMatchObject({ kind: 'snapshot' });
    const live = plain.frame({ a: rowsFrom(10, 3, 1) });
    await producer.say(live);
    await viewer.frame(2);
    expect(Buffer.from(viewer.came.findLast((data) => typeof data !== 'string') as Uint8Array)).toEqual(
      Buffer.from(live),
    );
    producer.socket.terminate();
    expect(await viewer.text('session')).toMatchObject({ session: 'app', connected: false });
  });

  test('stats come once a second, pings are answered', async () => {
    const { dial } = await start({ statsMs: 20 });
    const viewer = dial('/ws');
    await viewer.say(SUBSCRIBE, { kind: 'ping', id: 'p' });
    expect(await viewer.text('pong')).toMatchObject({ id: 'p' });
    expect(await viewer.text('stats')).toMatchObject({ viewers: 1, conflated: 0, sessions: [] });
  });

  test.each([
    [401, 'TOKEN_INVALID', 4401],
    [403, 'ORIGIN_REFUSED', 4403],
    [429, 'RATE', 4429],
  ])('who may not come in (%i) is told why before %s closes', async (status, code, closeCode) => {
    const { dial, hub } = await start({}, () => ({ ok: false, status, code, message: 'Because.' }));
    for (const path of ['/ws', '/ingest']) {
      const end = dial(path);
      expect(await end.text('error')).toMatchObject({ code, message: 'Because.' });
      expect(await end.closed).toEqual({ code: closeCode, reason: code });
    }
    expect(hub.sessions.size).toBe(0);
  });

  test('a message above the limit closes with 4413, one above twice the limit with 1009, others are not touched', async () => {
    const { dial } = await start({ messageBytes: 1000 });
    const plain = new PlainProducer(new FakeClock());
    const calm = dial('/ws');
    await calm.say(SUBSCRIBE);
    for (const [bytes, code] of [
      [1500, 4413],
      [5000, 1009],
    ] as const) {
      const producer = dial('/ingest');
      await producer.say({ kind: 'hello', ...plain.hello }, new Uint8Array(bytes));
      expect((await producer.closed).code).toBe(code);
    }
    await calm.say({ kind: 'ping', id: 'p' });
    await calm.text('pong');
  });

  test('bytes that are no WebSocket frame end that connection alone', async () => {
    const { dial, port, sockets } = await start();
    const calm = dial('/ws');
    await calm.say(SUBSCRIBE);
    await calm.text('hello');
    const raw = connect(port, '127.0.0.1');
    raw.write(
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(raw, 'data');
    raw.write(Buffer.from('ffffffffffffffff', 'hex'));
    raw.on('error', () => undefined);
    await once(raw, 'close');
    await calm.say({ kind: 'ping', id: 'p' });
    await calm.text('pong');
    expect(sockets.viewers.size).toBe(1);
  });

  test('a text that is no UTF-8 closes with 1007', async () => {
    const { dial } = await start();
    const end = dial('/ws');
    await once(end.socket, 'open');
    end.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect((await end.closed).code).toBe(1007);
  });

  test('an error of the server itself ends the connection that met it with 1011, is told, and harms no other', async () => {
    const faults: unknown[] = [];
    const { dial, hub } = await start({}, undefined, (error) => faults.push(error));
    const calm = dial('/ws');
    await calm.say(SUBSCRIBE);
    await calm.text('hello');
    hub.join = () => {
      throw new RangeError('a bug');
    };
    const producer = dial('/ingest');
    await producer.say({ kind: 'hello', ...new PlainProducer(new FakeClock()).hello });
    expect((await producer.closed).code).toBe(1011);
    expect(faults).toEqual([new RangeError('a bug')]);
    await calm.say({ kind: 'ping', id: 'p' });
    await calm.text('pong');
  });

  test('an upgrade elsewhere is 404', async () => {
    const { dial } = await start();
    const end = dial('/other');
    const [, response] = await once(end.socket, 'unexpected-response');
    expect(response.statusCode).toBe(404);
  });

  test('close says goodbye to all with 1001', async () => {
    const { dial, sockets } = await start();
    const viewer = dial('/ws');
    await viewer.say(SUBSCRIBE);
    await viewer.text('hello');
    const producer = dial('/ingest');
    await producer.say({ kind: 'hello', ...new PlainProducer(new FakeClock()).hello });
    await producer.text('welcome');
    expect(sockets.producers).toBe(1);
    sockets.close();
    expect((await viewer.closed).code).toBe(1001);
    expect((await producer.closed).code).toBe(1001);
  });
});

/** A viewer that a proxy hands on, so on another machine; counts the bytes that came over its wire. */
const FAR = { headers: { 'x-forwarded-for': '10.1.2.3' } };
const wireBytes = (end: End): number => (end.socket as unknown as { _socket: { bytesRead: number } })._socket.bytesRead;

describe('messages to another machine', () => {
  const SUBSCRIBE = { kind: 'subscribe', id: 's', resume: {}, width: 1000, rangeUs: null };
  const filled = async (names: readonly string[]) => {
    const started = await start();
    const producer = new PlainProducer(new FakeClock());
    const end = started.dial('/ingest');
    await end.say({ kind: 'hello', ...producer.hello });
    await end.text('welcome');
    const send = (rows: number) =>
      end.say(
        producer.frame(Object.fromEntries(names.map((name) => [name, rowsFrom(producer.seq * 1e7, rows, 1000)]))),
      );
    await send(5000);
    await end.text('ack');
    return { ...started, send };
  };

  test('are the same as those over loopback, in fewer bytes, in the same order', async () => {
    const { dial, send } = await filled(['a', 'b', 'c']);
    const [near, far, plain] = [dial('/ws'), dial('/ws', FAR), dial('/ws', { ...FAR, perMessageDeflate: false })];
    for (const end of [near, far, plain]) {
      await end.say(SUBSCRIBE);
      await end.frame(1);
    }
    for (let i = 0; i < 20; i += 1) await send(i % 2 === 0 ? 3 : 2000);
    const query = {
      kind: 'query',
      id: 'q',
      session: 'app',
      series: ['["a",[]]'],
      startUs: 0,
      endUs: 3e8,
      columns: 800,
    };
    for (const end of [near, far, plain]) {
      await end.frame(21);
      await end.say(query);
      await end.until((data) =>
        typeof data !== 'string' && decodeFrame(data).header.kind === 'detail' ? true : undefined,
      );
    }
    const frames = (end: End) => end.came.filter((data) => typeof data !== 'string').map((data) => Buffer.from(data));
    expect(frames(far)).toEqual(frames(near));
    expect(frames(plain)).toEqual(frames(near));
    expect([near, far, plain].map(({ socket }) => socket.extensions)).toEqual(['', 'permessage-deflate', '']);
    expect(wireBytes(far)).toBeLessThan(wireBytes(near) / 2);
    expect(wireBytes(plain)).toBeGreaterThan(0.99 * wireBytes(near));
  });

  test('one that keeps back some of its window gets them as they are', async () => {
    const { dial } = await filled(['a']);
    const end = dial('/ws', { ...FAR, perMessageDeflate: { serverMaxWindowBits: 9 } });
    await end.say(SUBSCRIBE);
    await end.frame(1);
    expect(end.socket.extensions).toBe('');
  });

  test('a viewer that sends a little that unpacks to very much is cut off', async () => {
    const { dial, sockets } = await filled(['a']);
    const end = dial('/ws', { ...FAR, perMessageDeflate: { threshold: 0 } });
    await end.say(SUBSCRIBE);
    await end.frame(1);
    end.socket.send(' '.repeat(32 * 2 ** 20), { compress: true });
    expect((await end.closed).code).toBe(1009);
    await vi.waitFor(() => expect(sockets.viewers.size).toBe(0));
  });

  test('producers never send compressed messages, wherever they are', async () => {
    const { dial } = await filled(['a']);
    const end = dial('/ingest', FAR);
    await once(end.socket, 'open');
    expect(end.socket.extensions).toBe('');
  });
});
