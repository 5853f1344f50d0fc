import fc from 'fast-check';
import { type Happened, Past, S } from './past.ts';

export const LENGTH_S = 4000;

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -500, max: 500 }).map((x) => x / 10) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, min: -1e6, max: 1e6 }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const timeUs = fc.integer({ min: 0, max: LENGTH_S * 1000 }).map((ms) => ms * 1000);
const sample = fc.record({ kind: fc.constant('sample' as const), timeUs, value });
const fold = fc
  .tuple(
    fc.constantFrom(S, 10 * S, 60 * S),
    timeUs,
    fc.array(fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: -50, max: 50 })), {
      minLength: 1,
      maxLength: 5,
    }),
  )
  .map(([durationUs, at, samples]): Happened => {
    const start = Math.floor(at / durationUs) * durationUs;
    const inside = samples.map(([part, v]) => [start + Math.floor((part * durationUs) / 1000), v] as const);
    return { kind: 'fold', durationUs, samples: inside.sort((a, b) => a[0] - b[0]) };
  });

/** What a producer sends: groups of messages, each group compacted at once. */
export type Groups = readonly (readonly (readonly Happened[])[])[];

/** Groups whose samples mostly rise: those of group i lie in its part of the time, one in eight anywhere. */
export const groupsOf = (options: { readonly folds: boolean }): fc.Arbitrary<Groups> => {
  const one = options.folds ? fc.oneof({ weight: 8, arbitrary: sample }, { weight: 1, arbitrary: fold }) : sample;
  const messages = fc.array(fc.array(one, { maxLength: 25 }), { maxLength: 5 });
  return fc.array(messages, { minLength: 1, maxLength: 6 }).map(drifting);
};

function drifting(groups: Groups): Groups {
  return groups.map((group, i) =>
    group.map((message) =>
      message.map((one, k) => {
        if (one.kind !== 'sample' || k % 8 === 7) return one;
        const share = (one.timeUs + i * LENGTH_S * S) / groups.length;
        return { ...one, timeUs: Math.floor(share / 1000) * 1000 };
      }),
    ),
  );
}

/** Sends groups; those from `logged` on stay in the log. */
export function sent(groups: Groups, logged = groups.length, memory?: ConstructorParameters<typeof Past>[0]): Past {
  const past = new Past(memory);
  for (const [i, group] of groups.entries()) {
    past.isLogged = i >= logged;
    for (const message of group) past.send(message);
    past.flush();
  }
  return past;
}

/** Start, length and step, ms. */
export const rangeOf = fc.tuple(
  fc.integer({ min: -10_000, max: LENGTH_S * 1000 }),
  fc.integer({ min: 1, max: LENGTH_S * 1000 + 20_000 }),
  fc.constantFrom(1000, 7000, 250, 10_000, 60_000, 77_000, 600_000, 900_000),
);

export const KINDS = [
  ...['count', 'sum', 'avg', 'min', 'max', 'range', 'first', 'last', 'rate', 'increase', 'delta'],
  ...['variance', 'stddev', 'distinct', 'median', 'p0', 'p95', 'p100'],
];

/** Equal, or nearly: sums may be added up in another order. */
export const isSame = (a: number, b: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
