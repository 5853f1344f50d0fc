// Writes test/fixtures/sketch/vectors.json from the definition: `node test/core/sketch/write-vectors.ts`.
import { writeFileSync } from 'node:fs';
import { heldValues, naiveBytes, naiveQuantile } from './naive-sketch.ts';

const PERCENTS = [0, 1, 5, 7, 25, 50, 55, 75, 90, 95, 99, 99.9, 100];

let state = 7;
function uniform(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state + 0.5) / 2 ** 32;
}
const make = (length: number, value: (i: number) => number): number[] => Array.from({ length }, (_, i) => value(i));

const cases: Readonly<Record<string, readonly number[]>> = {
  empty: [],
  one: [12.5],
  'minus zero': [-0, 0, -0],
  'nothing finite': [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  '32 values': make(32, (i) => 3.25 - i),
  '33 values': make(33, (i) => 3.25 - i),
  '32 values and gaps': make(40, (i) => (i % 5 === 4 ? Number.NaN : i * 0.1)),
  constant: make(300, () => 0.1),
  'zeros only': make(200, (i) => (i % 2 === 0 ? 0 : -0)),
  'whole numbers': make(100, (i) => i + 1),
  negative: make(100, (i) => -(i + 1) * 0.37),
  mixed: make(120, (i) => (i % 3 === 0 ? 0 : (i - 60) * 1.7)),
  lognormal: make(200, () => Math.exp(4 * (uniform() + uniform() + uniform() - 1.5))),
  'tiny and huge': make(80, (i) => (i % 2 === 0 ? 1e-300 : -1e300) * (1 + i / 80)),
  'few subnormals': [5e-324, -5e-324, 2 ** -1022, -(2 ** -1030)],
  subnormals: make(60, (i) => (i - 30) * 2 ** -1060).concat([2 ** -1022, -(2 ** -1022)]),
  'edges of floats': make(40, (i) => [Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -1022, 1][i % 4] as number),
  'edges of buckets': make(70, (i) => 1 + i / 64).concat(make(70, (i) => 1 + i / 64 - 2 ** -52)),
  'whole numbers above 2^53': make(50, (i) => 2 ** 53 + i * 2 ** 40),
  'infinite between': make(90, (i) => (i % 9 === 0 ? Number.POSITIVE_INFINITY : i * i)),
};

const text = (value: number): number | string =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : `${Object.is(value, -0) ? '-0' : value}`;

const vectors = Object.entries(cases).map(([name, values]) => {
  const bucketed = heldValues(values).length > 32;
  return {
    name,
    values: values.map(text),
    count: heldValues(values).length,
    bytes: Buffer.from(naiveBytes(values)).toString('hex'),
    quantiles: PERCENTS.map((percent) => [percent / 100, text(naiveQuantile(values, percent, bucketed))]),
  };
});
const lines = vectors.map((vector) => `  ${JSON.stringify(vector)}`).join(',\n');
writeFileSync(new URL('../../fixtures/sketch/vectors.json', import.meta.url), `[\n${lines}\n]\n`);
