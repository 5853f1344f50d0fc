// The parts that make up /metrics: what they count, and that they cost nothing unasked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeOf } from '../../../standalone/server/http/api-paths.ts';
import { Readiness } from '../../../standalone/server/life/readiness.ts';
import { ServerLog } from '../../../standalone/server/log/log.ts';
import { EventLoopDelay } from '../../../standalone/server/metrics/event-loop.ts';
import { gauge } from '../../../standalone/server/metrics/metric-family.ts';
import { Metrics } from '../../../standalone/server/metrics/metrics.ts';
import { metricsText } from '../../../standalone/server/metrics/text-format.ts';
import { Traffic } from '../../../standalone/server/metrics/traffic.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { parseMetrics } from './strict-parser.ts';

describe('Metrics', () => {
  it('a part that throws is left out and logged, the others are told', () => {
    const lines: string[] = [];
    const metrics = new Metrics(new ServerLog({ level: 'warn', format: 'text', put: (line) => void lines.push(line) }));
    metrics.register(() => [gauge('a', 'a', 1)]);
    metrics.register(() => {
      throw new Error('broken');
    });
    const end = metrics.register(() => [gauge('a', 'a', [{ labels: { of: 'b' }, value: 2 }]), gauge('c', 'c', 3)]);
    const read = parseMetrics(metricsText(metrics.read(), 'openmetrics'), 'openmetrics');
    expect([...read].map(([name, { samples }]) => [name, samples.map(({ value }) => value)])).toEqual([
      ['a', [1, 2]],
      ['c', [3]],
    ]);
    expect(lines).toEqual([expect.stringContaining('metrics.failed error="Error: broken')]);
    end();
    end();
    expect(metrics.read().map(({ name }) => name)).toEqual(['a']);
  });
});

describe('Traffic', () => {
  it('every answer lies in one bucket, in the sum and in the count of its route', () => {
    const times = fc.array(
      fc.oneof(fc.double({ min: 0, max: 20_000, noNaN: true }), fc.constantFrom(1, 10, 10_000, 1e5)),
    );
    fc.assert(
      fc.property(times, (tookMs) => {
        const traffic = new Traffic();
        for (const ms of tookMs) traffic.answered('/api/query', 200, ms);
        traffic.answered('/api/stream', 200, Number.NaN);
        const text = metricsText(traffic.families(), 'openmetrics');
        const samples = parseMetrics(text, 'openmetrics').get('streamviz_http_request_duration_seconds')?.samples ?? [];
        for (const { name, labels, value } of samples) {
          if (name.endsWith('_sum'))
            expect(value).toBeCloseTo(
              tookMs.reduce((sum, ms) => sum + ms / 1000, 0),
              6,
            );
          else {
            const edge = Number(labels.le?.replace('+Inf', 'Infinity') ?? Number.POSITIVE_INFINITY);
            expect(value).toBe(tookMs.filter((ms) => ms / 1000 <= edge).length);
          }
        }
        expect(samples.length === 0).toBe(tookMs.length === 0);
      }),
    );
  });

  it('paths that a client makes up make no labels', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        const route = routeOf(path);
        expect(
          route === path || ['page', 'other', '/api/dashboard/:section', '/api/plot/:section/:id'].includes(route),
        ).toBe(true);
        if (route === path) expect(route).toMatch(/^\/(api\/(metrics|query|stream|health|ingest)|metrics)/);
      }),
    );
    const traffic = new Traffic();
    for (let i = 0; i < 1000; i += 1) traffic.refused(`CODE_${i}`);
    const counted = traffic.families().find(({ name }) => name === 'streamviz_refused')?.samples ?? [];
    expect(counted.length).toBe(201);
    expect(counted.reduce((sum, { value }) => sum + value, 0)).toBe(1000);
  });
});

describe('EventLoopDelay', () => {
  const quantile = (delay: EventLoopDelay, wanted: string): number | undefined =>
    delay.families()[0]?.samples.find(({ labels }) => labels?.quantile === wanted)?.value;

  it('measures only while somebody asks, and finds a loop that was held up', async () => {
    const clock = new FakeClock();
    const { schedule } = clock.environment();
    const delay = new EventLoopDelay({ schedule, now: () => clock.nowUs / 1000 });
    expect([delay.isMeasuring, clock.timers]).toEqual([false, 0]);
    expect(quantile(delay, '1.0')).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const until = performance.now() + 150;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(quantile(delay, '1.0')).toBeGreaterThan(0.1);
    // Asking again tells another reader the same.
    expect(quantile(delay, '1.0')).toBeGreaterThan(0.1);
    // Two minutes later the past is forgotten.
    for (let i = 0; i < 2; i += 1) {
      clock.advance(60_000);
      quantile(delay, '1.0');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(quantile(delay, '1.0')).toBeLessThan(0.1);
    clock.advance(600_000);
    expect([delay.isMeasuring, clock.timers]).toEqual([false, 0]);
    delay.stop();
  });
});

it('a server is ready as long as nothing says that it is not', () => {
  const readiness = new Readiness();
  const restored = readiness.block('HISTORY_RESTORING', 'reads its file');
  const working = readiness.block('HISTORY_FAILING', 'the disk is full');
  expect([readiness.isReady, readiness.reasons.map(({ code }) => code)]).toEqual([
    false,
    ['HISTORY_RESTORING', 'HISTORY_FAILING'],
  ]);
  restored();
  restored();
  expect([readiness.isReady, readiness.reasons.length]).toEqual([false, 1]);
  working();
  expect(readiness.isReady).toBe(true);
});
