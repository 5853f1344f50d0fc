import type { Readiness } from '../life/readiness.ts';
import type { ViewerLoad } from '../ws/viewer-hall.ts';
import { counter, gauge, type MetricFamily } from './metric-family.ts';

/** What of a server is asked for with each reading. */
export interface ServerReadings {
  readonly version: string;
  readonly readiness: Readiness;
  readonly viewers: () => { readonly sockets: number; readonly streams: number };
  readonly producers: () => { readonly sockets: number; readonly http: number };
  readonly load: () => ViewerLoad;
}

/** Who is connected, how viewers keep up, and whether the server is ready. O(viewers). */
export function serverFamilies({ version, readiness, ...of }: ServerReadings): readonly MetricFamily[] {
  const viewers = of.viewers();
  const producers = of.producers();
  const load = of.load();
  return [
    {
      name: 'streamviz_build',
      kind: 'info',
      help: 'Version of the server and of the Node.js it runs on',
      samples: [{ labels: { version, node: process.version }, value: 1 }],
    },
    gauge('streamviz_ready', 'Whether the server should be sent work', Number(readiness.isReady)),
    gauge(
      'streamviz_unready',
      'Why it should not',
      readiness.reasons.map(({ code }) => ({ labels: { reason: code }, value: 1 })),
    ),
    gauge('streamviz_viewers', 'Connected viewers, by how they look on', [
      { labels: { way: 'websocket' }, value: viewers.sockets },
      { labels: { way: 'stream' }, value: viewers.streams },
    ]),
    gauge('streamviz_producers', 'Connected producers, by how they send', [
      { labels: { way: 'websocket' }, value: producers.sockets },
      { labels: { way: 'http' }, value: producers.http },
    ]),
    gauge('streamviz_viewers_slow', 'Viewers that do not keep up: they get whole states less often', load.slow),
    gauge('streamviz_viewer_lag_seconds', 'How far the viewer is behind that is furthest behind', load.lagMs / 1000),
    gauge(
      'streamviz_viewer_queued_bytes',
      'Bytes on their way to viewers that their machines have not taken',
      load.queuedBytes,
    ),
    counter(
      'streamviz_viewer_messages_conflated',
      'Messages left out for viewers that did not keep up',
      load.conflated,
    ),
  ];
}
