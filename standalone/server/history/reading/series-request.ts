import type { SampleAt } from '../../hub/series-reading.ts';
import type { CellRows } from '../segments/cell-rows.ts';
import type { SampleRows } from '../segments/sample-segment.ts';

/** A series of a history file. */
export interface StoredSeries {
  readonly session: string;
  readonly name: string;
  /** Labels sorted by name, as JSON. */
  readonly labels: string;
}

/** One text for each series of a file. */
export const storedKey = ({ session, name, labels }: StoredSeries): string => JSON.stringify([session, name, labels]);

/** What is wanted of one series. Times are us, or steps. */
export interface SeriesRequest extends StoredSeries {
  readonly startUs: number;
  readonly endUs: number;
  /**
   * Cells may stand for samples where no edge of these cuts them; null: where the whole range is one. 0: samples alone.
   * Where samples are few, they are given anyhow.
   */
  readonly stepUs: number | null;
  /** Spread or quantiles are asked for, which short cells do not know. */
  readonly needsSpread: boolean;
  /** The last sample before the range is asked for. */
  readonly needsAnchor: boolean;
  /** So many samples are read one by one rather than as cells. Default 200,000. */
  readonly fewRows?: number;
  /** More are not read one by one: where all are wanted it is an error, `LIMIT_SAMPLES`. Default 3 million, and any number. */
  readonly mostRows?: number;
  /** The messages that are in no segment yet, too. */
  readonly withLog: boolean;
  /** So, too, where there are such messages of another epoch than this one; null: never. */
  readonly epoch: string | null;
  /** The generation in that epoch: what the file has of earlier ones was cleared since. Default: any. */
  readonly gen?: number;
}

/** A series as a file lists it, and the times its segments lie between. */
export interface ListedSeries extends StoredSeries {
  readonly axis: 'time' | 'step';
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Where the past is read from. */
export interface HistorySource {
  /** The series of a name that have a past; null: of every name. */
  list(name: string | null): Promise<readonly ListedSeries[]>;
  /** What there is of each; null where nothing is known of a series. @throws StreamVizError `LIMIT_SAMPLES`, `SEGMENT_INVALID` */
  read(requests: readonly SeriesRequest[]): Promise<readonly (SeriesColumns | null)[]>;
}

/** What a file has of a series: every sample of the range once, in one of the three. */
export interface SeriesColumns {
  readonly axis: 'time' | 'step';
  /** Durations of cells, ascending. */
  readonly tiers: readonly number[];
  readonly rows: SampleRows;
  /** What came folded, by duration: beside the rows. */
  readonly folds: ReadonlyMap<number, CellRows>;
  /** Cells in the place of samples, by duration: no rows and no folds lie in them. */
  readonly cells: ReadonlyMap<number, CellRows>;
  /** The last finite sample before the range; null where there is none. */
  readonly before: SampleAt | null;
  /** Up to here samples may be missing, because segments are damaged; -Infinity: none. */
  readonly doubtedUs: number;
}
