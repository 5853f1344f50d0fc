// The list of metrics where a name is on a time axis in some series and on a step axis in others.
import { expect, test } from 'vitest';
import type { ListedSeries } from '../../../standalone/server/history/reading/series-request.ts';
import { metricList } from '../../../standalone/server/http/metric-list.ts';
import { Stage } from '../ws/stage.ts';

const T0 = 1_790_000_000;

const stored = (axis: 'time' | 'step', host: string, firstUs: number, lastUs: number): ListedSeries => ({
  ...{ session: 'app', name: 'm', labels: JSON.stringify([['host', host]]), axis, firstUs, lastUs },
});

const PAST = [
  stored('step', 'a', 0, 70),
  stored('time', 'b', T0 * 1e6, (T0 + 100) * 1e6),
  stored('step', 'c', 20, 90),
  stored('time', 'd', (T0 - 5) * 1e6, (T0 + 50) * 1e6),
];

const steps = { name: 'm', axis: 'step', lines: 2, samples: null, first: 0, last: 90 };

test('a name that the disk has on both axes is listed once for each, with steps or times alone', () => {
  const { metrics } = metricList(new Map(), PAST);
  const times = { name: 'm', axis: 'time', lines: 2, samples: null, first: T0 - 5, last: T0 + 100 };
  expect(metrics).toMatchObject([steps, times]);
  expect(metrics).toHaveLength(2);
});

test('what the disk has on another axis than memory is listed beside it', () => {
  const stage = new Stage();
  stage.send({ m: [[(T0 + 200) * 1e6, 1]] });
  const { metrics } = metricList(stage.hub.sessions, PAST);
  const inMemory = { name: 'm', axis: 'time', lines: 3, samples: 1, first: T0 - 5, last: T0 + 200 };
  expect(metrics).toMatchObject([inMemory, steps]);
  expect(metrics).toHaveLength(2);
});
