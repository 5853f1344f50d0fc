// A picture of 1M and of 16M points in 1000 columns from the ring's pyramid, beside ECharts' own sampling of the same 1M.
import { LineBuffer } from '../src/core/line-buffer.ts';
import { RetainedSeries } from '../src/core/retention/retained-series.ts';
import { echartsStore } from './echarts-store.ts';
import { figure, report } from './figures.ts';

const POINTS = 1_000_000;
const LARGE = 1 << 24;
const COLUMNS = 1000;
const STEP_US = 100;
const START_US = 1_763_000_000_000_000;
/** New samples before each live picture: 100 ms of 10 kHz. */
const NEWS = 1000;
/** Short turns in many rounds, so that what slows the machine down for a while slows all cases. */
const ROUNDS = 25;
const TURN_US = 25_000;

/** Deterministic noise on a random walk: neither flat nor smooth. */
function walk(length: number): [times: Float64Array, values: Float64Array] {
  const times = new Float64Array(length);
  const values = new Float64Array(length);
  let state = 12_345;
  let level = 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    level += state / 2 ** 32 / 10;
    times[i] = START_US + i * STEP_US;
    values[i] = level + ((state >>> 7) & 0xffff) / 0xffff;
  }
  return [times, values];
}

/** Pictures of all points a series holds, which move on by new samples, or are seen at another zoom each time. */
class Pictures {
  readonly #series: RetainedSeries;
  readonly #points: number;
  readonly #out = new LineBuffer();
  readonly #times = new Float64Array(NEWS);
  readonly #values: Float64Array;
  #zoom = 0;

  constructor(points: number) {
    const [times, values] = walk(points);
    this.#points = points;
    this.#series = new RetainedSeries({ rawCapacity: points + (points >> 2) });
    this.#series.append(times, values, 0, points);
    this.#values = values.slice(-NEWS);
  }

  /** Takes 100 ms of new samples and draws. */
  live(): void {
    const newest = this.#series.ring.lastTimeUs;
    for (let i = 0; i < NEWS; i++) this.#times[i] = newest + (i + 1) * STEP_US;
    this.#series.append(this.#times, this.#values, 0, NEWS);
    this.#draw(COLUMNS);
  }

  /** Draws in columns that no picture before had. */
  fresh(): void {
    this.#zoom = (this.#zoom + 1) % 16;
    this.#draw(COLUMNS + this.#zoom / 16);
  }

  #draw(columns: number): void {
    const end = this.#series.ring.lastTimeUs + 1;
    const { mode, parts } = this.#series.readLine(end - this.#points * STEP_US, end, columns, this.#out);
    if (parts.length !== 1 || parts[0]?.tier !== 'raw') throw new Error('the picture is not drawn from raw samples');
    if (mode !== 'columns' || this.#out.length < COLUMNS)
      throw new Error(`the picture has ${this.#out.length} columns`);
  }
}

const [times, values] = walk(POINTS);
const store = echartsStore(times, values);
const [small, large] = [new Pictures(POINTS), new Pictures(LARGE)];
const rate = COLUMNS / POINTS;
const cases = {
  minmax: () => void store.minmaxDownSample(1, rate).count(),
  lttb: () => void store.lttbDownSample(1, rate).count(),
  live: () => small.live(),
  liveLarge: () => large.live(),
  fresh: () => small.fresh(),
  freshLarge: () => large.fresh(),
};
type Case = keyof typeof cases;
const names = Object.keys(cases) as Case[];

/** CPU time of `count` calls, us, in steps of up to 4 ms: what other processes take is not in it. */
function cpuUs(run: () => void, count: number): number {
  const before = process.threadCpuUsage();
  for (let i = 0; i < count; i++) run();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

/** Calls that take about {@link TURN_US}, once warm: the first makes room. */
function callsOfTurn(run: () => void): number {
  for (let i = 0; i < 5; i++) run();
  let calls = 1;
  let took = 0;
  for (; took < TURN_US; calls *= 2) took = cpuUs(run, calls);
  return Math.max(1, Math.round((calls / 2) * (TURN_US / took)));
}

const calls = new Map(names.map((name) => [name, callsOfTurn(cases[name])]));
const taken = new Map(names.map((name) => [name, 0]));
for (let round = 0; round < ROUNDS; round++) {
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(turn + round) % names.length]!;
    taken.set(name, taken.get(name)! + cpuUs(cases[name], calls.get(name)!));
  }
}
const us = (name: Case): number => taken.get(name)! / (ROUNDS * calls.get(name)!);
const over = (name: Case, other: Case): number => us(name) / us(other);
report([
  figure(
    '1,000 new samples and a picture of 1M points',
    us('live'),
    'us',
    over('live', 'minmax'),
    "ECharts' minmax",
    0.01,
  ),
  figure('the same beside lttb', us('live'), 'us', over('live', 'lttb'), "ECharts' lttb", null),
  figure('the same of 16M points', us('liveLarge'), 'us', over('liveLarge', 'live'), '1M points', 1.5),
  figure('a first picture at a new zoom', us('fresh'), 'us', over('fresh', 'minmax'), "ECharts' minmax", 0.01),
  figure('the same beside lttb', us('fresh'), 'us', over('fresh', 'lttb'), "ECharts' lttb", null),
  figure('a first picture of 16M points', us('freshLarge'), 'us', over('freshLarge', 'fresh'), '1M points', 1.5),
]);
