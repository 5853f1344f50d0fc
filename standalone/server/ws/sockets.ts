import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { StreamVizError } from '../../../src/core/errors.ts';
import type { LogIn } from '../accounts/log-ins.ts';
import { isFar } from '../far.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import type { ClientSocket } from './client-socket.ts';
import { CLOSE, refuse } from './close-codes.ts';
import { Heartbeats } from './heartbeats.ts';
import { PackedSocket } from './packed-socket.ts';
import { ProducerSocket } from './producer-socket.ts';
import type { ViewerFace } from './viewer-face.ts';
import { ViewerHall } from './viewer-hall.ts';

/** Whether a request is let in, and what it is told if not. */
export type UpgradeAdmission =
  | { readonly ok: true; readonly logIn?: LogIn | null }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string };

export interface SocketOptions {
  readonly hub: SessionHub;
  readonly environment: HubEnvironment;
  readonly face: () => ViewerFace;
  /** A promise where it takes a while, as with passwords. */
  readonly admit: (request: IncomingMessage) => UpgradeAdmission | Promise<UpgradeAdmission>;
  /**
   * Called with an error of the server itself while it handled a message; the connection that brought it is closed with 1011,
   * the others go on. Default: thrown.
   */
  readonly onFault?: (error: unknown) => void;
  /** Called with the code for which a connection was refused or ended. */
  readonly onRefused?: (code: string) => void;
}

/** Both ends of the WebSockets of a server. */
export interface Sockets {
  readonly viewers: ViewerHall;
  /** Connected producers, those without a hello too. */
  readonly producers: number;
  /** Takes the upgrades of `/ws` and `/ingest`; others get 404. */
  attach(server: Server): void;
  /** Says goodbye to all connections; twice is harmless. */
  close(): void;
}

/** Anything a connection hears. */
interface Listener {
  text(data: string): void;
  binary(bytes: Uint8Array): void;
  heard(): void;
  /** Instead of `heard`. Default: that. */
  pinged?(): void;
  closed(): void;
}

const buffers = new WeakMap<Uint8Array, Buffer>();

/** The bytes as Node's own kind of them, without a copy: one object for all the viewers that get them. */
function asBuffer(bytes: Uint8Array): Buffer {
  let buffer = buffers.get(bytes);
  if (buffer === undefined) {
    buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    buffers.set(bytes, buffer);
  }
  return buffer;
}

const ignoreError = (): void => undefined;

function clientOf(socket: WebSocket, onRefused: ((code: string) => void) | undefined): ClientSocket {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    // A connection that breaks says so by `close`; the error of one write says nothing more.
    send: (data) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(typeof data === 'string' ? data : asBuffer(data), { compress: false }, ignoreError);
    },
    ping: () => {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
    close: (code, reason) => {
      if (code >= CLOSE.invalid) onRefused?.(reason);
      socket.close(code, reason.slice(0, 100));
    },
    terminate: () => socket.terminate(),
  };
}

/** Frames that are made already go to the stream under the connection; it compresses none itself, so they stay in order. */
function packedOf(plain: ClientSocket, socket: WebSocket, stream: Duplex): ClientSocket {
  return new PackedSocket({
    plain,
    write: (frame) => {
      if (socket.readyState === WebSocket.OPEN) stream.write(frame);
    },
  });
}

/** Each message by itself, so that one made for all fits each; what comes in is unpacked up to `maxPayload`. */
const EACH_ALONE = { serverNoContextTakeover: true, clientNoContextTakeover: true } as const;

/** Which end takes an upgrade: compressed is what goes to another machine whose offer leaves us the whole window. */
function endOf(path: '/ws' | '/ingest', request: IncomingMessage): '/ws' | '/ingest' | 'far' {
  if (path === '/ingest') return path;
  const { headers, socket } = request;
  const takesAny = !String(headers['sec-websocket-extensions'] ?? '').includes('server_max_window_bits');
  return takesAny && isFar({ headers, remoteAddress: socket.remoteAddress ?? '' }) ? 'far' : path;
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function listen(socket: WebSocket, listener: Listener, onFault: ((error: unknown) => void) | undefined): void {
  socket.on('message', (data: RawData, isBinary: boolean) => {
    try {
      if (isBinary) listener.binary(bytesOf(data));
      else listener.text(new TextDecoder().decode(bytesOf(data)));
    } catch (error) {
      if (onFault === undefined) throw error;
      socket.close(CLOSE.fault, 'the server failed');
      listener.closed();
      onFault(error);
    }
  });
  socket.on('ping', () => (listener.pinged === undefined ? listener.heard() : listener.pinged()));
  socket.on('pong', () => listener.heard());
  socket.on('close', () => listener.closed());
}

/** Closes a connection with the log-in it was opened with. */
function endWith(logIn: LogIn | null, socket: WebSocket, client: ClientSocket): void {
  if (logIn === null) return;
  const problem = new StreamVizError('LOGIN_ENDED', 'this log-in has ended; log in again');
  socket.on(
    'close',
    logIn.onEnd(() => refuse(client, CLOSE.token, problem)),
  );
}

/** Answers an upgrade that is none of ours. */
function answer(stream: Duplex, status: number, reason: string): void {
  stream.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/**
 * Opens the server's WebSockets: `/ws` for viewers, `/ingest` for producers.
 *
 * 1. A message that is larger than twice its limit ends the connection with 1009 before it is held in memory, one above the
 *    limit with 4413; one that came compressed as soon as so much of it is unpacked.
 * 2. A page cannot read the status of a refused upgrade: who may not come in gets the reason as a text and a close code, 4401
 *    for a token and 4403 for the rest.
 * 3. Large messages to viewers on other machines are compressed, once for all of them, where the browser can; producers' and
 *    those over loopback never are.
 */
export function createSockets({ hub, environment, face, admit, onFault, onRefused }: SocketOptions): Sockets {
  const heartbeats = new Heartbeats(environment);
  const viewers = new ViewerHall({ hub, environment, heartbeats, face });
  const producers = new Map<WebSocket, ProducerSocket>();
  const { messageBytes, viewerMessageBytes } = environment.limits;
  const plain = { noServer: true, clientTracking: false, perMessageDeflate: false } as const;
  const ends = {
    '/ws': new WebSocketServer({ ...plain, maxPayload: 2 * viewerMessageBytes }),
    far: new WebSocketServer({ ...plain, maxPayload: 2 * viewerMessageBytes, perMessageDeflate: EACH_ALONE }),
    '/ingest': new WebSocketServer({ ...plain, maxPayload: 2 * messageBytes }),
  };

  const open = (path: '/ws' | '/ingest', socket: WebSocket, stream: Duplex, admission: UpgradeAdmission): void => {
    socket.on('error', ignoreError);
    const plainClient = clientOf(socket, onRefused);
    const client = socket.extensions === '' ? plainClient : packedOf(plainClient, socket, stream);
    if (!admission.ok) {
      const isLater = admission.status === 429 || admission.status === 503;
      const code = admission.status === 401 ? CLOSE.token : isLater ? CLOSE.limit : CLOSE.origin;
      refuse(client, code, new StreamVizError(admission.code, admission.message));
      return;
    }
    if (path === '/ws') {
      const { logIn = null } = admission;
      const viewer = viewers.enter(client, logIn?.user ?? null);
      if (viewer === null) return;
      listen(socket, viewer, onFault);
      endWith(logIn, socket, client);
      return;
    }
    const producer = new ProducerSocket({ hub, environment, heartbeats, serverId: face().serverId }, client);
    producers.set(socket, producer);
    endWith(admission.logIn ?? null, socket, client);
    socket.on('close', () => producers.delete(socket));
    listen(socket, producer, onFault);
  };

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', ignoreError);
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/ws' && path !== '/ingest') {
      answer(stream, 404, 'Not Found');
      return;
    }
    const answered = (admission: UpgradeAdmission): void =>
      ends[endOf(path, request)].handleUpgrade(request, stream, head, (socket) =>
        open(path, socket, stream, admission),
      );
    const admission = admit(request);
    if (!(admission instanceof Promise)) answered(admission);
    else {
      admission.then(answered).catch((error: unknown) => {
        stream.destroy();
        onFault?.(error);
      });
    }
  };

  const servers: Server[] = [];
  return {
    viewers,
    get producers() {
      return producers.size;
    },
    attach: (server) => {
      servers.push(server);
      server.on('upgrade', upgrade);
    },
    close: () => {
      for (const server of servers) server.off('upgrade', upgrade);
      viewers.close();
      for (const producer of [...producers.values()]) producer.end();
      heartbeats.close();
    },
  };
}
