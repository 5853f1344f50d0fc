import type { SeriesState } from '../../../../src/session/series-state.ts';
import {
  memoryReading,
  memoryStretch,
  promisesOf,
  type SeriesReading,
  type Stretch,
} from '../../hub/series-reading.ts';
import { diskStretch } from './disk-stretch.ts';
import { edgeAfter, hasEarlier, isMixed, memoryReach, memoryStart, ownReach } from './memory-reach.ts';
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

/** Where the past of sessions is read from that may be in memory too. */
export interface PastSource extends HistorySource {
  /** Resolves as soon as all of a session that memory took is on disk, or soon is not: whether it is. Default: it is. */
  readonly written?: (session: string) => Promise<boolean>;
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
 * 4. Where epochs before have samples too, counts do not tell what the disk lacks: it is read once all is written. Where that
 *    cannot be, memory answers from where its epoch begins, and rows from which samples may be missing are doubted.
 */
export async function stitch(
  wanted: readonly WantedSeries[],
  need: ReadingNeed,
  disk: PastSource | null,
): Promise<readonly SeriesReading[]> {
  const questions = (unwritten: ReadonlySet<string>) =>
    wanted.flatMap((series, i) => questionOf(series, { need, of: wanted.length, unwritten }, i));
  const first = disk === null ? [] : questions(NONE);
  if (disk === null || first.length === 0) return wanted.map((series) => memoryAlone(series));
  const unwritten = await unwrittenOf(disk, first);
  // What was waited for may have changed what memory has.
  const asked = unwritten === NONE ? first : questions(unwritten);
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
  /** Epochs before have samples of it in what is read, or nothing but such is read. */
  readonly hasOthers: boolean;
  /** Up to here the disk may lack samples that were sent; -Infinity: none. */
  readonly unsureUs: number;
}

const NONE: ReadonlySet<string> = new Set();

/** Of the sessions of whose epochs before something is asked: those that are not on disk whole. */
async function unwrittenOf({ written }: PastSource, asked: readonly Question[]): Promise<ReadonlySet<string>> {
  const sessions = new Set(asked.flatMap(({ hasOthers, request }) => (hasOthers ? [request.session] : [])));
  if (written === undefined || sessions.size === 0) return NONE;
  const unwritten = new Set<string>();
  const ask = async (session: string) => {
    if (!(await written(session))) unwritten.add(session);
  };
  await Promise.all([...sessions].map(ask));
  return unwritten;
}

const withLog = (question: Question): Question => ({ ...question, request: { ...question.request, withLog: true } });

function questionOf(
  series: WantedSeries,
  answer: { readonly need: ReadingNeed; readonly of: number; readonly unwritten: ReadonlySet<string> },
  index: number,
): readonly Question[] {
  const { session, name, labels, held, epoch, earlierUs } = series;
  const { need, of } = answer;
  const isWhole = need.stepUs === null;
  // From edge to edge, so that counts of cells can be compared; one number for a range is that of the very range.
  const edgeUs = isWhole ? 1 : (held?.cells.durations.at(-1) ?? 1);
  const startUs = Math.floor(need.startUs / edgeUs) * edgeUs;
  const hasOthers = held === null || hasEarlier(held, earlierUs, startUs);
  const isUnsure = hasOthers && answer.unwritten.has(session);
  let reachUs = held === null ? Number.POSITIVE_INFINITY : memoryReach(held, need, earlierUs);
  // What memory has is not asked of the disk; the last sample before the range may be.
  if (isUnsure && held !== null && !isMixed(held, earlierUs))
    reachUs = Math.min(reachUs, ownReach(held, Math.max(earlierUs, need.startUs)));
  if (!(need.startUs < reachUs)) return [];
  const request: SeriesRequest = {
    ...{ session, name, labels, epoch },
    startUs,
    endUs: Math.min(reachUs, Math.ceil(need.endUs / edgeUs) * edgeUs),
    stepUs: need.stepUs,
    needsSpread: need.needsSpread,
    needsAnchor: need.needsAnchor,
    fewRows: FEW_ROWS / of,
    mostRows: need.stepUs === 0 ? need.mostRows : Math.min(need.mostRows, MOST_ROWS / of),
    // Of what memory has let go of it cannot tell whether it is in segments.
    ...(held === null ? {} : { gen: held.generation }),
    // Counts of two epochs together do not tell what one of them lacks.
    withLog: hasOthers || isWhole || (held !== null && held.cells.horizons.at(-1)! > need.startUs),
  };
  const unsureUs = isUnsure ? unsureUntil(series, reachUs) : Number.NEGATIVE_INFINITY;
  return [{ index, request, reachUs, held, hasOthers, unsureUs }];
}

/** Up to where the disk may lack samples of a session that is not on it whole, and nothing else tells. */
function unsureUntil({ held, earlierUs }: WantedSeries, reachUs: number): number {
  if (held === null) return Number.POSITIVE_INFINITY;
  return isMixed(held, earlierUs) ? edgeAfter(held, earlierUs) - 1 : Math.max(earlierUs, reachUs - 1);
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
    row < tier.end && tier.start(row) + longestUs <= request.endUs;
    row += 1
  ) {
    const startUs = tier.start(row);
    const at = disk?.find(startUs) ?? -1;
    if (tier.shown(row) > (disk === undefined || at < 0 ? 0 : disk.shown(at))) missing.push(startUs);
  }
  return missing;
}

/** Disk before where memory reaches, memory from there on, and where the disk lacks samples. */
function together(series: WantedSeries, question: Question, found: Stretch | null): SeriesReading {
  const { held } = series;
  const { reachUs, request, unsureUs } = question;
  if (held === null) {
    const stretches = found === null ? [] : [found];
    const maxTimeUs = found?.cells.summary()?.lastTime ?? Number.NEGATIVE_INFINITY;
    const doubtedUs = Math.max(unsureUs, found?.doubtedUs ?? Number.NEGATIVE_INFINITY);
    return { axis: series.axis, stretches, maxTimeUs, doubtedUs };
  }
  const promises = promisesOf(held);
  if (found === null) return { ...memoryReading(held), doubtedUs: Math.max(promises.doubtedUs, unsureUs) };
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
  return { ...promises, doubtedUs: Math.max(promises.doubtedUs, found.doubtedUs, unsureUs), stretches };
}

function memoryAlone({ held, axis }: WantedSeries): SeriesReading {
  if (held !== null) return memoryReading(held);
  return { axis, stretches: [], maxTimeUs: Number.NEGATIVE_INFINITY, doubtedUs: Number.NEGATIVE_INFINITY };
}
