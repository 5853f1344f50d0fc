/** What a viewer that zooms asks for. */
export interface DetailQuery {
  /** Names the answer. */
  readonly id: string;
  /** Series keys; unknown ones are left out of the answer. */
  readonly series: readonly string[];
  readonly startUs: number;
  readonly endUs: number;
  /** Pixels of the range. */
  readonly columns: number;
}
