import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Access } from './access.ts';
import { takeBasePath } from './accounts/base-path.ts';
import { type MadeAccounts, makeAccounts } from './accounts/made-accounts.ts';
import { History } from './history/history.ts';
import { HttpProducers } from './http/ingest/http-producers.ts';
import { Ingest } from './http/ingest/ingest.ts';
import { createListener } from './http/listener.ts';
import { accessRequest } from './http/plain-answers.ts';
import { EventStreams } from './http/stream/event-stream.ts';
import { ViewerFiles } from './http/viewer-files.ts';
import { SessionHub } from './hub/session-hub.ts';
import { CLOSE_MS, endConnections, stopListening } from './life/end-connections.ts';
import { freshToken } from './life/kept-token.ts';
import { Linger } from './life/linger.ts';
import { listenOn, portsToTry } from './life/listen.ts';
import { reachableHost } from './life/living-server.ts';
import { CLOSING, Readiness } from './life/readiness.ts';
import { shutDown } from './life/shutdown.ts';
import { logHub } from './log/hub-events.ts';
import { type Log, ServerLog } from './log/log.ts';
import { accountFamilies } from './metrics/account-families.ts';
import { historyFamilies } from './metrics/history-families.ts';
import { Metrics } from './metrics/metrics.ts';
import { registerServerMetrics } from './metrics/server-metrics.ts';
import { Traffic } from './metrics/traffic.ts';
import type { ServerOptions } from './options.ts';
import { createSockets, type Sockets } from './ws/sockets.ts';

/** What a server needs beside its options; every entry has a default. */
export interface ServerSurroundings {
  /** Where viewer.html, viewer.mjs and viewer.css lie. Default: the folder of this file. */
  readonly folder?: string;
  readonly version?: string;
  /** Tried before the default port where none was asked for. */
  readonly previousPort?: number | null;
  /** Default: standard error, in the form the options ask for. */
  readonly log?: Log;
  /** Where passwords and keys are that the options leave out. Default: the process's own variables. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A server that listens. */
export interface RunningServer {
  /** Where this machine reaches it, without token and without a slash at the end. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** null: none is asked for. */
  readonly token: string | null;
  /** Names of those who log in. */
  readonly users: readonly string[];
  /** Passwords and keys that were made at this start: nobody else knows them. */
  readonly made: MadeAccounts['made'];
  readonly version: string;
  readonly hub: SessionHub;
  readonly sockets: Sockets;
  /** null: history is in memory alone. */
  readonly history: History | null;
  readonly log: Log;
  /** Whether it should be sent work; not ready any more as soon as it closes. */
  readonly readiness: Readiness;
  /** What it tells of itself at `/metrics`. */
  readonly metrics: Metrics;
  /** Why it ended: `linger` where nobody used it any more. */
  readonly ended: Promise<'linger' | 'closed'>;
  /**
   * Stops listening, writes what is not written yet, says goodbye to everybody and ends their connections, at most 4.5 s
   * later; twice is harmless.
   *
   * @returns whether everything was done in time.
   */
  close(): Promise<boolean>;
}

const MOST_HEADERS = 200;

/**
 * Starts a server: producers, viewers and the API on one port.
 *
 * It writes no file but that of its history, where one is named; where its token and port are kept, its starter says.
 * @throws StreamVizError `PORT_TAKEN`, `ADDRESS_INVALID`, `OPTION_INVALID` (favicon, logo)
 */
export async function startServer(
  options: ServerOptions,
  surroundings: ServerSurroundings = {},
): Promise<RunningServer> {
  const { limits } = options;
  const version = surroundings.version ?? '0.0.0';
  const log = surroundings.log ?? new ServerLog({ level: options.logLevel, format: options.logFormat });
  const readiness = new Readiness();
  const metrics = new Metrics(log);
  const traffic = new Traffic();
  const token = options.auth ? (options.token ?? freshToken()) : null;
  if (token !== null) log.hide(token);
  const { users, keys, made } = makeAccounts(options.accounts, surroundings.environment ?? process.env);
  for (const { password } of users) log.hide(password);
  for (const { key } of keys) log.hide(key);
  const environment = { now: () => Date.now() * 1000, schedule, limits };
  const files = new ViewerFiles({
    folder: surroundings.folder ?? import.meta.dirname,
    favicon: options.favicon,
    logo: options.logo,
  });
  const hub = new SessionHub(environment);
  const { persistence: path, historyBytes: mostBytes } = options;
  const history = path === null ? null : await History.open({ path, mostBytes, hub, environment, log });
  // Of a file that is not this server's it tells nothing.
  hub.past = () => (history === null || history.status.state === 'off' ? null : history.reader);
  let access: Access;
  const sockets = createSockets({
    hub,
    environment,
    face: () => face,
    admit: (request) => {
      const admission = access.admit(accessRequest(request, true), request.url?.startsWith('/ws') ? 'view' : 'send');
      if (admission instanceof Promise) {
        const later = () => void setImmediate(count);
        admission.then(later, later);
      }
      return admission;
    },
    onFault: (error) => log.write('error', 'fault.socket', { error: error instanceof Error ? error : String(error) }),
    onRefused: (code) => {
      traffic.refused(code);
      log.write('info', 'connection.refused', { code });
    },
  });
  const streams = new EventStreams({ hub, mostBytes: limits.streamBytes, schedule, onReaders: () => count() });
  sockets.viewers.others = () => streams.count;
  const producers = new HttpProducers({ hub, version, now: environment.now, schedule });
  const endMetrics = registerServerMetrics(metrics, {
    ...{ hub, version, readiness, traffic, schedule },
    viewers: () => ({ sockets: sockets.viewers.size, streams: streams.count }),
    producers: () => ({ sockets: sockets.producers, http: producers.connected }),
    load: () => sockets.viewers.load,
  });
  if (history !== null) {
    // What is acknowledged then would not be there after a restart.
    readiness.watch(() => (history.status.state === 'on' ? null : history.status.problem));
    metrics.register(() => historyFamilies(history.status));
  }
  const began = performance.now();
  const listener = createListener({
    hub,
    access: () => access,
    limits,
    files,
    streams,
    ingest: new Ingest({ producers, limits, now: environment.now }),
    past: hub.past,
    cors: options.cors,
    basePath: options.basePath,
    formFace: {
      ...{ title: options.title, theme: options.theme },
      ...{ hasLogo: options.logo !== null, hasFavicon: options.favicon !== null },
    },
    now: environment.now,
    health: () => ({
      version,
      uptimeSeconds: Math.round(performance.now() - began) / 1000,
      viewers: sockets.viewers.size + streams.count,
      producers: sockets.producers + producers.connected,
      history: history?.status ?? null,
    }),
    ...{ readiness, metrics, traffic, log },
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
    (incoming, outgoing) => {
      const address = takeBasePath(incoming, options.basePath);
      if (address === null) listener(incoming, outgoing);
      else outgoing.writeHead(308, { Location: address, 'Content-Length': '0' }).end();
    },
  );
  server.on('upgrade', (request) => takeBasePath(request, options.basePath));
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
  const observing = [hub.observe({ changed: () => setImmediate(count) }), logHub(hub, log)];
  const stopObserving = () => {
    for (const stop of observing) stop();
  };

  const ports = portsToTry({ port: options.port, previous: surroundings.previousPort ?? null });
  const port = await listenOn(server, options.host, ports).catch((error: unknown) => {
    stopObserving();
    streams.close();
    sockets.close();
    hub.close();
    void history?.close();
    throw error;
  });
  server.on('error', (error) => log.write('error', 'fault.server', { error }));
  access = new Access({
    host: options.host,
    port,
    token,
    cors: options.cors,
    allowHosts: options.allowHosts,
    failuresPerMinute: limits.failuresPerMinute,
    ...{ users, keys, limits, log, trustProxy: options.trustProxy },
    now: Date.now,
  });
  metrics.register(() => accountFamilies(access));
  const sweeping = setInterval(() => access.sweep(), 60_000);
  sweeping.unref();
  const face = {
    serverId: randomBytes(8).toString('hex'),
    version,
    // What starts a server says title and zone in its document too, where its next run may say others.
    title: options.script === null ? options.title : null,
    options: {
      theme: options.theme,
      favicon: options.favicon === null ? null : '/favicon',
      logo: options.logo === null ? null : '/logo',
      autoRefreshMs: options.autoRefreshMs,
      defaultRangeUs: options.defaultRangeUs,
      timezone: options.script === null ? options.timezone : null,
    },
  };

  let end: (reason: 'linger' | 'closed') => void = () => undefined;
  const ended = new Promise<'linger' | 'closed'>((resolve) => {
    end = resolve;
  });
  let closing: Promise<boolean> | null = null;
  const close = (): Promise<boolean> => {
    closing ??= (async () => {
      readiness.block(CLOSING, 'the server ends');
      linger.dispose();
      clearInterval(sweeping);
      stopObserving();
      const closed = stopListening(server);
      const isClean = await shutDown(
        [
          {
            // What was taken is acknowledged before the goodbye: nobody has to send it again.
            name: 'settle',
            mostMs: CLOSE_MS,
            run: () => history?.settled(),
          },
          {
            name: 'goodbye',
            mostMs: CLOSE_MS,
            run: () => {
              producers.close();
              streams.close();
              sockets.close();
              hub.close();
            },
          },
          { name: 'connections', mostMs: 2 * CLOSE_MS, run: () => endConnections(server, upgraded, closed) },
          { name: 'history', mostMs: CLOSE_MS, run: () => history?.close() },
        ],
        log,
      );
      endMetrics();
      end('closed');
      return isClean;
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
    users: users.map(({ name }) => name),
    made,
    version,
    hub,
    sockets,
    ...{ history, log, readiness, metrics },
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
