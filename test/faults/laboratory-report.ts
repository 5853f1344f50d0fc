/** What a run of the laboratory did and found. */
import type { Invariant } from './invariants.ts';

export interface LaboratoryFailure {
  readonly round: number;
  readonly seed: number;
  readonly faults: readonly string[];
  readonly hasHistory: boolean;
  readonly message: string;
}

export interface LaboratoryReport {
  readonly seed: number;
  rounds: number;
  worlds: number;
  readonly faults: Map<string, number>;
  /** Kinds that could not be done, and why. */
  readonly leftOut: Map<string, string>;
  readonly checks: Map<Invariant, number>;
  readonly failures: LaboratoryFailure[];
  cells: number;
  samplesInHoles: number;
  samplesInDoubt: number;
  conflated: number;
  recovered: number;
  renewed: number;
  /** Most bytes seen. */
  serverBytes: number;
  scriptBytes: number;
  /** Newest sample sent less the newest that was there after a kill of server and script, history on disk, s. */
  mostLostSeconds: number;
  seconds: number;
}

export function emptyReport(seed: number): LaboratoryReport {
  return {
    ...{ seed, rounds: 0, worlds: 0, failures: [], cells: 0, samplesInHoles: 0, samplesInDoubt: 0, conflated: 0 },
    ...{ recovered: 0, renewed: 0, serverBytes: 0, scriptBytes: 0, mostLostSeconds: 0, seconds: 0 },
    faults: new Map<string, number>(),
    leftOut: new Map<string, string>(),
    checks: new Map<Invariant, number>(),
  };
}
