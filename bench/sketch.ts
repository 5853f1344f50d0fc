// Inserting 100k values and reading p50, p95 and p99: the quantile sketch beside @datadog/sketches-js and a plain sort.
import { DDSketch } from '@datadog/sketches-js';
import { QuantileSketch } from '../src/core/sketch/quantile-sketch.ts';
import { figure, report, rotate } from './figures.ts';

const HELD = 4_000_000;
const SIZES = [1000, 100_000];
/** The peer's time divided by this is the budget. */
const TIMES_FASTER = 7;
const QUANTILES = [0.5, 0.95, 0.99];

/** Lognormal values, sigma 1.2, of a fixed seed. */
function lognormal(length: number): Float64Array {
  let state = 11;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  const gauss = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Float64Array.from({ length }, () => 100 * Math.exp(1.2 * gauss()));
}

const values = lognormal(HELD);
let offset = 0;
/** Every call reads other values, so that no branch predictor learns them. */
function next(size: number): number {
  offset = offset + 2 * size > HELD ? 0 : offset + size;
  return offset;
}

const sketch = new QuantileSketch();
const out = new Float64Array(QUANTILES.length);
let sink = 0;

function ours(size: number): void {
  const from = next(size);
  sketch.clear();
  sketch.addMany(values, from, from + size);
  sketch.quantiles(QUANTILES, out);
  sink += out[2] ?? 0;
}

function oneByOne(size: number): void {
  const from = next(size);
  sketch.clear();
  for (let i = from; i < from + size; i++) sketch.add(values[i] ?? 0);
  sketch.quantiles(QUANTILES, out);
  sink += out[2] ?? 0;
}

function peer(size: number): void {
  const from = next(size);
  const peerSketch = new DDSketch({ relativeAccuracy: 0.01 });
  for (let i = from; i < from + size; i++) peerSketch.accept(values[i] ?? 0);
  for (const q of QUANTILES) sink += peerSketch.getValueAtQuantile(q);
}

function sorted(size: number): void {
  const from = next(size);
  const sortedValues = values.slice(from, from + size).sort();
  for (const q of QUANTILES) sink += sortedValues[Math.ceil(q * size) - 1] ?? 0;
}

const figures = SIZES.flatMap((size) => {
  const times = rotate({
    ours: () => ours(size),
    oneByOne: () => oneByOne(size),
    peer: () => peer(size),
    sorted: () => sorted(size),
  });
  const perValue = (name: string): number => ((times[name] ?? Number.NaN) * 1e6) / size;
  const mine = perValue('ours');
  const title = `${size / 1000}k lognormal values and p50, p95, p99`;
  return [
    figure(title, mine, 'ns/value', mine / perValue('peer'), 'DDSketch 1 %', null),
    figure(
      `${title}, against the budget`,
      mine,
      'ns/value',
      (mine / perValue('peer')) * TIMES_FASTER,
      `DDSketch 1 % / ${TIMES_FASTER}`,
      size === 100_000 ? 1 : null,
    ),
    figure(
      `${title}, one by one`,
      perValue('oneByOne'),
      'ns/value',
      perValue('oneByOne') / perValue('peer'),
      'DDSketch 1 %',
      null,
    ),
    figure(`${title}, beside a sort`, mine, 'ns/value', mine / perValue('sorted'), 'typed-array sort', null),
  ];
});
if (!(sink > 0)) throw new Error('the sketches gave no quantiles');
figures.push(
  figure('a sketch of 100k lognormal values', sketch.bytes / 1024, 'kB', sketch.bytes / 1024 / 8, '8 kB', 1),
);
report(figures);
