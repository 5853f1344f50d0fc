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
  /** The viewer holds the range as of this message: only what changed since is wanted. Null, or absent: all of it. */
  readonly since?: number | null;
  /** The message as of which the past was read, where that took a while: later late samples may lack. Absent: the newest. */
  readonly asOf?: number;
}
