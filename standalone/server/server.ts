import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Access } from './access.ts';
import { HttpProducers } from './http/ingest/http-producers.ts';
import { Ingest } from './http/ingest/ingest.ts';
import { createListener } from './http/listener.ts';
import { accessRequest } from './http/plain-answers.ts';
import { EventStreams } from './http/stream/event-stream.ts';
import { ViewerFiles } from './http/viewer-files.ts';
import { SessionHub } from './hub/session-hub.ts';
import { freshToken } from './life/kept-token.ts';
import { Linger } from './life/linger.ts';
import { listenOn, portsToTry } from './life/listen.ts';
import { reachableHost } from './life/living-server.ts';
import type { ServerOptions } from './options.ts';
import { createSockets, type Sockets } from './ws/sockets.ts';

/** What a server needs beside its options; every entry has a default. */
export interface ServerSurroundings {
  /** Where viewer.html, viewer.mjs and viewer.css lie. Default: the folder of this file. */
  readonly folder?: string;
  readonly version?: string;
  /** Tried before the default port where none was asked for. */
  readonly previousPort?: number | null;
  /** Takes a line about a bug. Default: standard error. */
  readonly log?: (line: string) => void;
}

/** A server that listens. */
export interface RunningServer {
  /** Where this machine reaches it, without token and without a slash at the end. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** null: none is asked for. */
  readonly token: string | null;
  readonly version: string;
  readonly hub: SessionHub;
  readonly sockets: Sockets;
  /** Why it ended: `linger` where nobody used it any more. */
  readonly ended: Promise<'linger' | 'closed'>;
  /** Says goodbye to everybody and stops listening, at most 2 s later; twice is harmless. */
  close(): Promise<void>;
}

/** So long connections have to end by themselves once the server closes. */
const CLOSE_MS = 2000;
const MOST_HEADERS = 200;

/**
 * Starts a server: producers, viewers and the API on one port.
 *
 * It writes no file; where its token and port are kept, its starter says.
 * @throws StreamVizError `PORT_TAKEN`, `ADDRESS_INVALID`, `OPTION_INVALID` (favicon, logo)
 */
export async function startServer(
  options: ServerOptions,
  surroundings: ServerSurroundings = {},
): Promise<RunningServer> {
  const { limits } = options;
  const version = surroundings.version ?? '0.0.0';
  const log = surroundings.log ?? ((line: string) => process.stderr.write(`streamviz: ${line}\n`));
  const token = options.auth ? (options.token ?? freshToken()) : null;
  const environment = { now: () => Date.now() * 1000, schedule, limits };
  const files = new ViewerFiles({
    folder: surroundings.folder ?? import.meta.dirname,
    favicon: options.favicon,
    logo: options.logo,
  });
  const hub = new SessionHub(environment);
  let access: Access;
  const sockets = createSockets({
    hub,
    environment,
    face: () => face,
    admit: (request) => access.admit(accessRequest(request, true)),
    onFault: (error) => log(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  });
  const streams = new EventStreams({ hub, mostBytes: limits.streamBytes, schedule, onReaders: () => count() });
  sockets.viewers.others = () => streams.count;
  const producers = new HttpProducers({ hub, version, now: environment.now, schedule });
  const began = performance.now();
  const listener = createListener({
    hub,
    access: () => access,
    limits,
    files,
    streams,
    ingest: new Ingest({ producers, limits, now: environment.now }),
    cors: options.cors,
    now: environment.now,
    health: () => ({
      version,
      uptimeSeconds: Math.round(performance.now() - began) / 1000,
      viewers: sockets.viewers.size + streams.count,
      producers: sockets.producers + producers.connected,
    }),
    log,
    onUse: () => linger.touch(),
  });

  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: finite(limits.headersMs),
      requestTimeout: finite(limits.requestMs),
      keepAliveTimeout: finite(limits.idleMs),
      connectionsCheckingInterval: Math.min(1000, finite(limits.headersMs) || 1000),
    },
    listener,
  );
  if (limits.connections !== Number.POSITIVE_INFINITY) server.maxConnections = limits.connections;
  server.maxHeadersCount = MOST_HEADERS;
  sockets.attach(server);
  // Told after the sockets' own listeners, when their counts are right.
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (_request, stream) => {
    upgraded.add(stream);
    setImmediate(count);
    stream.once('close', () => {
      upgraded.delete(stream);
      setImmediate(count);
    });
  });
  const stopObserving = hub.observe({ changed: () => setImmediate(count) });

  const ports = portsToTry({ port: options.port, previous: surroundings.previousPort ?? null });
  const port = await listenOn(server, options.host, ports).catch((error: unknown) => {
    stopObserving();
    streams.close();
    sockets.close();
    hub.close();
    throw error;
  });
  server.on('error', (error) => log(`SERVER ${error.message}`));
  access = new Access({
    host: options.host,
    port,
    token,
    cors: options.cors,
    allowHosts: options.allowHosts,
    failuresPerMinute: limits.failuresPerMinute,
    now: Date.now,
  });
  const face = {
    serverId: randomBytes(8).toString('hex'),
    version,
    title: options.title,
    options: {
      theme: options.theme,
      favicon: options.favicon === null ? null : '/favicon',
      logo: options.logo === null ? null : '/logo',
      autoRefreshMs: options.autoRefreshMs,
      defaultRangeUs: options.defaultRangeUs,
      timezone: options.timezone,
    },
  };

  let end: (reason: 'linger' | 'closed') => void = () => undefined;
  const ended = new Promise<'linger' | 'closed'>((resolve) => {
    end = resolve;
  });
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      linger.dispose();
      stopObserving();
      producers.close();
      streams.close();
      sockets.close();
      hub.close();
      await closeServer(server, upgraded);
      end('closed');
    })();
    return closing;
  };
  const linger = new Linger({
    lingerMs: options.lingerMs,
    schedule,
    onEnd: () => {
      end('linger');
      void close();
    },
  });
  function count(): void {
    if (closing === null) linger.update(sockets.viewers.size + sockets.producers + streams.count + producers.connected);
  }
  return {
    url: `http://${reachableHost(options.host)}:${port}`,
    host: options.host,
    port,
    token,
    version,
    hub,
    sockets,
    ended,
    close,
  };
}

/** A timer that keeps no process alive. */
function schedule(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
  timer.unref();
  return () => clearTimeout(timer);
}

/** 0 is how Node says that there is no limit. */
const finite = (ms: number): number => (ms === Number.POSITIVE_INFINITY ? 0 : ms);

function closeServer(server: Server, upgraded: ReadonlySet<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
      for (const stream of upgraded) stream.destroy();
    }, CLOSE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
