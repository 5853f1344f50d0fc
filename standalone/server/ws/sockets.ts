import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { StreamVizError } from '../../../src/core/errors.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import type { SessionHub } from '../hub/session-hub.ts';
import type { ClientSocket } from './client-socket.ts';
import { CLOSE, refuse } from './close-codes.ts';
import { Heartbeats } from './heartbeats.ts';
import { ProducerSocket } from './producer-socket.ts';
import type { ViewerFace } from './viewer-face.ts';
import { ViewerHall } from './viewer-hall.ts';

/** Whether a request is let in, and what it is told if not. */
export type UpgradeAdmission =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string };

export interface SocketOptions {
  readonly hub: SessionHub;
  readonly environment: HubEnvironment;
  readonly face: () => ViewerFace;
  readonly admit: (request: IncomingMessage) => UpgradeAdmission;
  /**
   * Called with an error of the server itself while it handled a message; the connection that brought it is closed with 1011,
   * the others go on. Default: thrown.
   */
  readonly onFault?: (error: unknown) => void;
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

function clientOf(socket: WebSocket): ClientSocket {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    // A connection that breaks says so by `close`; the error of one write says nothing more.
    send: (data) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(typeof data === 'string' ? data : asBuffer(data), ignoreError);
    },
    ping: () => {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
    close: (code, reason) => socket.close(code, reason.slice(0, 100)),
    terminate: () => socket.terminate(),
  };
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
  socket.on('ping', () => listener.heard());
  socket.on('pong', () => listener.heard());
  socket.on('close', () => listener.closed());
}

/** Answers an upgrade that is none of ours. */
function answer(stream: Duplex, status: number, reason: string): void {
  stream.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/**
 * Opens the server's WebSockets: `/ws` for viewers, `/ingest` for producers.
 *
 * 1. Messages are never compressed; one that is larger than twice its limit ends the connection with 1009 before it is
 *    held in memory, one above the limit with 4413.
 * 2. A page cannot read the status of a refused upgrade: who may not come in gets the reason as a text and a close code, 4401
 *    for a token and 4403 for the rest.
 */
export function createSockets({ hub, environment, face, admit, onFault }: SocketOptions): Sockets {
  const heartbeats = new Heartbeats(environment);
  const viewers = new ViewerHall({ hub, environment, heartbeats, face });
  const producers = new Set<WebSocket>();
  const { messageBytes, viewerMessageBytes } = environment.limits;
  const plain = { noServer: true, clientTracking: false, perMessageDeflate: false } as const;
  const ends = {
    '/ws': new WebSocketServer({ ...plain, maxPayload: 2 * viewerMessageBytes }),
    '/ingest': new WebSocketServer({ ...plain, maxPayload: 2 * messageBytes }),
  };

  const open = (path: keyof typeof ends, socket: WebSocket, admission: UpgradeAdmission): void => {
    socket.on('error', ignoreError);
    const client = clientOf(socket);
    if (!admission.ok) {
      const code = admission.status === 401 ? CLOSE.token : admission.status === 429 ? CLOSE.limit : CLOSE.origin;
      refuse(client, code, new StreamVizError(admission.code, admission.message));
      return;
    }
    if (path === '/ws') {
      const viewer = viewers.enter(client);
      if (viewer !== null) listen(socket, viewer, onFault);
      return;
    }
    producers.add(socket);
    socket.on('close', () => producers.delete(socket));
    const producer = new ProducerSocket({ hub, environment, heartbeats, serverId: face().serverId }, client);
    listen(socket, producer, onFault);
  };

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', ignoreError);
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/ws' && path !== '/ingest') {
      answer(stream, 404, 'Not Found');
      return;
    }
    const admission = admit(request);
    ends[path].handleUpgrade(request, stream, head, (socket) => open(path, socket, admission));
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
      for (const socket of producers) socket.close(CLOSE.goingAway, 'the server ends');
      heartbeats.close();
    },
  };
}
