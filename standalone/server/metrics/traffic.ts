import { routeOf } from '../http/api-paths.ts';
import { counter, type MetricFamily, type MetricSample } from './metric-family.ts';

/** Codes told apart; they are written in the code, so there are fewer. Further ones count as `OTHER`. */
const MOST_CODES = 200;
/** Upper edges of the times an answer takes, seconds. */
const EDGES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface RouteTimes {
  /** By the smallest edge that is not passed; the last one is beyond all edges. */
  readonly counts: Float64Array;
  sum: number;
}

/** Counts requests and refusals; memory is bounded by the routes and codes that exist. */
export class Traffic {
  readonly #refused = new Map<string, number>();
  /** By route and status. */
  readonly #answers = new Map<string, number>();
  readonly #times = new Map<string, RouteTimes>();

  /** A request, a connection or a message was refused with this code. */
  refused(code: string): void {
    const known = this.#refused.has(code) || this.#refused.size < MOST_CODES ? code : 'OTHER';
    this.#refused.set(known, (this.#refused.get(known) ?? 0) + 1);
  }

  /** A request was answered. @param tookMs Until its answer was written; NaN: that says nothing, as for a stream. */
  answered(path: string, status: number, tookMs: number): void {
    const route = routeOf(path);
    const key = `${route} ${status}`;
    this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
    if (Number.isNaN(tookMs)) return;
    let times = this.#times.get(route);
    if (times === undefined) {
      times = { counts: new Float64Array(EDGES.length + 1), sum: 0 };
      this.#times.set(route, times);
    }
    const seconds = tookMs / 1000;
    const at = EDGES.findIndex((edge) => seconds <= edge);
    times.counts[at < 0 ? EDGES.length : at]! += 1;
    times.sum += seconds;
  }

  families(): readonly MetricFamily[] {
    return [
      counter(
        'streamviz_refused',
        'Requests, connections and messages that were refused, by code',
        [...this.#refused].map(([code, value]) => ({ labels: { code }, value })),
      ),
      counter(
        'streamviz_http_requests',
        'HTTP requests that were answered, by route and status',
        [...this.#answers].map(([key, value]) => {
          const [path, code] = key.split(' ') as [string, string];
          return { labels: { path, code }, value };
        }),
      ),
      {
        name: 'streamviz_http_request_duration_seconds',
        kind: 'histogram',
        unit: 'seconds',
        help: 'From the headers of a request to the end of its answer; streams are left out',
        samples: [...this.#times].flatMap(([path, times]) => histogram({ path }, times)),
      },
    ];
  }
}

function histogram(labels: Readonly<Record<string, string>>, { counts, sum }: RouteTimes): readonly MetricSample[] {
  const samples: MetricSample[] = [];
  let count = 0;
  for (const [i, own] of counts.entries()) {
    count += own;
    const edge = EDGES[i];
    samples.push({
      part: 'bucket',
      labels: { ...labels, le: edge === undefined ? '+Inf' : edgeText(edge) },
      value: count,
    });
  }
  return [...samples, { part: 'sum', labels, value: sum }, { part: 'count', labels, value: count }];
}

/** OpenMetrics wants edges as floating-point numbers: `1.0`. */
const edgeText = (edge: number): string => (Number.isInteger(edge) ? `${edge}.0` : String(edge));
