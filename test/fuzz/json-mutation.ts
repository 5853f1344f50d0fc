/** JSON values that were valid, changed where it hurts: types, edges, names, lengths, depth. */
import type { SeededRandom } from '../faults/seeded-random.ts';

/** What a field may be that nobody expected. `JSON.stringify` writes NaN and Infinity as null. */
const HOSTILE: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    '',
    ' ',
    'x',
    '0',
    '-1',
    'NaN',
    '__proto__',
    'constructor',
    'toString',
    '\u0000',
    '\ud800',
    '💥',
  ],
  ...[0, -0, 1, -1, 0.5, 1e-320, 1e308, -1e308, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 1e20],
  ...[[], {}, [[]], [null], { a: 1 }, ['a', 'b'], [0, 1, 2]],
];
const NAMES = [
  '__proto__',
  'constructor',
  'kind',
  'v',
  'id',
  'session',
  'epoch',
  'series',
  'lengths',
  '',
  ' ',
  'length',
];

type Container = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** Every list and object in it, itself too. */
function containersIn(value: unknown, found: Container[] = []): Container[] {
  if (!isContainer(value)) return found;
  found.push(value);
  for (const entry of Object.values(value)) containersIn(entry, found);
  return found;
}

function nested(random: SeededRandom): unknown {
  let value: unknown = random.pick(HOSTILE);
  for (let depth = random.pick([2, 10, 101, 300]); depth > 0; depth -= 1)
    value = random.chance(0.5) ? [value] : { a: value };
  return value;
}

function strange(random: SeededRandom, was: unknown): unknown {
  if (typeof was === 'number' && random.chance(0.6)) {
    const near = [was + 1, was - 1, -was, was * 2, was / 2, was * 1e6, was + 0.5, String(was), Math.trunc(was / 1e3)];
    return random.pick(near);
  }
  if (typeof was === 'string' && random.chance(0.6)) {
    const texts = [
      was.slice(1),
      `${was}${was}`,
      was.toUpperCase(),
      `${was}\u0000`,
      was.slice(0, was.length >> 1),
      [was],
    ];
    return random.chance(0.05) ? was.padEnd(random.pick([201, 1001, 70_000]), 'y') : random.pick<unknown>(texts);
  }
  return random.chance(0.04) ? nested(random) : structuredClone(random.pick(HOSTILE));
}

function changeOne(random: SeededRandom, at: Container): void {
  if (Array.isArray(at)) {
    const i = random.whole(0, at.length);
    const how = random.whole(0, 4);
    if (how === 0) at.splice(i, 1);
    else if (how === 1) at.splice(i, 0, strange(random, at[i]));
    else if (how === 2 && at.length > 0) at.push(...structuredClone(at).slice(0, random.pick([1, 3, 300])));
    else if (at.length > 0) at[i % at.length] = strange(random, at[i % at.length]);
    return;
  }
  const names = Object.keys(at);
  const name = names.length === 0 ? 'x' : random.pick(names);
  const how = random.whole(0, 5);
  if (how === 0) delete at[name];
  else if (how === 1) own(at, random.pick(NAMES), strange(random, at[name]));
  else if (how === 2 && names.length > 1) own(at, name, structuredClone(at[random.pick(names)]));
  else own(at, name, strange(random, at[name]));
}

/** Sets a field, `__proto__` too. */
function own(at: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(at, name, { value, enumerable: true, configurable: true, writable: true });
}

/** A copy with one to four changes. */
export function mutatedJson(random: SeededRandom, value: unknown): unknown {
  const box: unknown[] = [structuredClone(value)];
  for (let changes = random.pick([1, 1, 2, 4]); changes > 0; changes -= 1) {
    const inside = containersIn(box[0]);
    if (inside.length === 0 || random.chance(0.02)) box[0] = strange(random, box[0]);
    else changeOne(random, random.pick(inside));
  }
  return box[0];
}
