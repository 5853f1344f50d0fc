import type { SeriesState } from '../../../../src/session/series-state.ts';
import {
  memoryReading,
  memoryStretch,
  promisesOf,
  type SeriesReading,
  type Stretch,
} from '../../hub/series-reading.ts';
import { diskStretch } from './disk-stretch.ts';
import { hasEarlier, memoryReach, memoryStart } from './memory-reach.ts';
import type { ReadingNeed } from './reading-need.ts';
import type { HistorySource, SeriesRequest, StoredSeries } from './series-request.ts';

/** One series as an answer wants it: in memory, on disk, or in both. */
export interface WantedSeries extends StoredSeries {
  readonly axis: 'time' | 'step';
  /** The epoch that memory has. */
  readonly epoch: string | null;
  /** Up to then there are samples of epochs before that one. */
  readonly earlierUs: number;
  readonly held: SeriesState | null;
}

/** Rows of all series of one answer that are read although cells would do, and that are read because no cell would do well. */
const FEW_ROWS = 200_000;
const MOST_ROWS = 1_000_000;

/**
 * Readings of series, from disk where memory no longer has what an answer needs and from memory from there on.
 *
 * 1. No sample is in both, and none of the range in neither: where the two meet is an edge that no cell crosses.
 * 2. Where the disk has fewer samples than memory counts, messages that are in no segment yet are read too; where it still has
 *    fewer (a full disk), memory's cells stay.
 * 3. What memory answers as well is never read from disk.
 */
export async function stitch(
  wanted: readonly WantedSeries[],
  need: ReadingNeed,
  disk: HistorySource | null,
): Promise<readonly SeriesReading[]> {
  const asked = disk === null ? [] : wanted.flatMap((series, i) => questionOf(series, need, wanted.length, i));
  if (disk === null || asked.length === 0) return wanted.map((series) => memoryAlone(series));
  const found = await readAll(disk, asked);
  const again = asked.filter((question) => lacks(question, found.get(question.index) ?? null).length > 0);
  if (again.length > 0)
    for (const [index, stretch] of await readAll(disk, again.map(withLog))) found.set(index, stretch);
  const byIndex = new Map(asked.map((question) => [question.index, question]));
  return wanted.map((series, i) => {
    const question = byIndex.get(i);
    return question === undefined ? memoryAlone(series) : together(series, question, found.get(i) ?? null);
  });
}

interface Question {
  readonly index: number;
  readonly request: SeriesRequest;
  /** Where memory begins to answer; Infinity: nowhere. */
  readonly reachUs: number;
  readonly held: SeriesState | null;
}

const withLog = (question: Question): Question => ({ ...question, request: { ...question.request, withLog: true } });

function questionOf(series: WantedSeries, need: ReadingNeed, of: number, index: number): readonly Question[] {
  const { session, name, labels, held, epoch, earlierUs } = series;
  const reachUs = held === null ? Number.POSITIVE_INFINITY : memoryReach(held, need, earlierUs);
  if (!(need.startUs < reachUs)) return [];
  const isWhole = need.stepUs === null;
  // From edge to edge, so that counts of cells can be compared; one number for a range is that of the very range.
  const edgeUs = isWhole ? 1 : (held?.cells.durations.at(-1) ?? 1);
  const request: SeriesRequest = {
    ...{ session, name, labels, epoch },
    startUs: Math.floor(need.startUs / edgeUs) * edgeUs,
    endUs: Math.min(reachUs, Math.ceil(need.endUs / edgeUs) * edgeUs),
    stepUs: need.stepUs,
    needsSpread: need.needsSpread,
    needsAnchor: need.needsAnchor,
    fewRows: FEW_ROWS / of,
    mostRows: need.stepUs === 0 ? need.mostRows : Math.min(need.mostRows, MOST_ROWS / of),
    // Of what memory has let go of it cannot tell whether it is in segments.
    ...(held === null ? {} : { gen: held.generation }),
    // Counts of two epochs together do not tell what one of them lacks.
    withLog:
      held === null ||
      isWhole ||
      held.cells.horizons.at(-1)! > need.startUs ||
      hasEarlier(held, earlierUs, need.startUs),
  };
  return [{ index, request, reachUs, held }];
}

/** By the index of the question. */
async function readAll(disk: HistorySource, questions: readonly Question[]): Promise<Map<number, Stretch>> {
  const found = await disk.read(questions.map(({ request }) => request));
  const stretches = new Map<number, Stretch>();
  for (const [i, columns] of found.entries()) {
    const { index, request } = questions[i]!;
    if (columns !== null) stretches.set(index, diskStretch(columns, request.startUs, request.endUs));
  }
  return stretches;
}

/** Starts of the longest cells of which the disk has fewer samples than memory counts. */
function lacks({ request, held }: Question, found: Stretch | null): readonly number[] {
  if (held === null || !(memoryStart(held) < request.endUs)) return [];
  const { cells } = held;
  const tier = cells.tiers[cells.tiers.length - 1]!;
  const longestUs = cells.durations[cells.durations.length - 1]!;
  const disk = found?.cells.tiers[found.cells.tiers.length - 1];
  const missing: number[] = [];
  for (
    let row = tier.lowerBound(request.startUs);
    row < tier.end && tier.start[row]! + longestUs <= request.endUs;
    row += 1
  ) {
    const startUs = tier.start[row]!;
    const at = disk?.find(startUs) ?? -1;
    if (tier.shown(row) > (disk === undefined || at < 0 ? 0 : disk.shown(at))) missing.push(startUs);
  }
  return missing;
}

/** Disk before where memory reaches, memory from there on, and where the disk lacks samples. */
function together(series: WantedSeries, question: Question, found: Stretch | null): SeriesReading {
  const { held } = series;
  const { reachUs, request } = question;
  if (held === null) {
    const stretches = found === null ? [] : [found];
    const maxTimeUs = found?.cells.summary()?.lastTime ?? Number.NEGATIVE_INFINITY;
    return { axis: series.axis, stretches, maxTimeUs, doubtedUs: found?.doubtedUs ?? Number.NEGATIVE_INFINITY };
  }
  if (found === null) return memoryReading(held);
  const stretches: Stretch[] = [];
  const longestUs = held.cells.durations[held.cells.durations.length - 1]!;
  let fromUs = request.startUs;
  for (const startUs of lacks(question, found)) {
    if (startUs > fromUs) stretches.push({ ...found, startUs: fromUs, endUs: startUs });
    stretches.push(memoryStretch(held, startUs, startUs + longestUs));
    fromUs = startUs + longestUs;
  }
  if (fromUs < request.endUs) stretches.push({ ...found, startUs: fromUs, endUs: request.endUs });
  if (reachUs < Number.POSITIVE_INFINITY) stretches.push(memoryStretch(held, reachUs));
  const promises = promisesOf(held);
  return { ...promises, doubtedUs: Math.max(promises.doubtedUs, found.doubtedUs), stretches };
}

function memoryAlone({ held, axis }: WantedSeries): SeriesReading {
  if (held !== null) return memoryReading(held);
  return { axis, stretches: [], maxTimeUs: Number.NEGATIVE_INFINITY, doubtedUs: Number.NEGATIVE_INFINITY };
}
