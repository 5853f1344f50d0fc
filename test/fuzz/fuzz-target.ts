import type { SeededRandom } from '../faults/seeded-random.ts';

/** One parser, or what lies behind one, that faces the network or a file. */
export interface FuzzTarget<Input = unknown> {
  readonly name: string;
  /** How many of all inputs it gets, against the others: what is slow gets fewer. Default 1. */
  readonly share?: number;
  /** An input that takes longer is a failure. Default: as for all. */
  readonly mostMs?: number;
  /** An input: most are valid ones with a few changes. Depends on the random numbers alone. */
  make(random: SeededRandom): Input;
  /** Gives it to the parser, and the outcome to whatever uses it. What it throws is judged by whoever calls. */
  take(input: Input): unknown;
  /** Lets go of what the inputs so far have filled by design; called before memory is looked at. Default: nothing to do. */
  rest?(): void;
}

/** A parser passed over what it must refuse. */
export class Accepted extends Error {}
