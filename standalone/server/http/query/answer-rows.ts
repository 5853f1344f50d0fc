/** A stretch of time and what answers it: `raw` samples, or cells of a duration. Times in us, or steps. */
export interface AnswerPart {
  readonly startUs: number;
  readonly endUs: number;
  readonly source: 'raw' | number;
  /** Finite samples in it. */
  readonly count: number;
}

/** One row of an answer; a sample is `[timeUs, timeUs]`. */
export interface AnswerRow {
  readonly startUs: number;
  readonly endUs: number;
  /** NaN: missing, or the aggregation has none. */
  readonly value: number;
  readonly count: number;
  /** Nothing earlier is expected: a sample at or after its end has come. */
  readonly final: boolean;
  /** Bits of core/windows/window-results.ts. */
  readonly flags: number;
  readonly source: 'raw' | number;
}

/** What one line of an answer says. */
export interface AnswerLine {
  /** null where series of several sessions are merged. */
  readonly session: string | null;
  readonly labels: readonly (readonly [string, string])[];
  readonly parts: readonly AnswerPart[];
  /** In time order. */
  readonly rows: readonly AnswerRow[];
}

/** Collects the parts of one series: stretches of one source become one part. */
export class PartList {
  readonly parts: AnswerPart[] = [];

  add(startUs: number, endUs: number, source: 'raw' | number, count: number): void {
    const last = this.parts.at(-1);
    if (last !== undefined && last.source === source) {
      this.parts[this.parts.length - 1] = { ...last, endUs, count: last.count + count };
    } else this.parts.push({ startUs, endUs, source, count });
  }
}
