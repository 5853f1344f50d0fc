import { isStreamVizError } from '../../src/core/errors.ts';
import { DetailOverlay } from '../../src/session/detail-overlay.ts';
import type { TimeSpan } from '../../src/session/session-view.ts';
import type { DetailQuery, FrameMessage } from '../../src/transport/socket.ts';
import { alignedTo, DetailAsks, type DetailGrid, gridOf } from './detail-asks.ts';
import { type Detail, decodeDetail, type SeriesDetail } from './detail-frame.ts';

/** A series that can be drawn from finer rows. */
export interface DetailedSeries {
  readonly generation: number;
  takeDetail(overlay: DetailOverlay | null): void;
}

export interface DetailLoaderOptions {
  /** What is to be seen finer now; empty where the held data are as good as it gets. */
  readonly wishes: () => readonly DetailQuery[];
  readonly query: (query: DetailQuery) => Promise<FrameMessage>;
  /** The series of an epoch, of the newest for null; undefined where it is not held. */
  readonly series: (session: string, epoch: string | null, key: string) => DetailedSeries | undefined;
  readonly onLoaded: () => void;
  readonly schedule: (run: () => void, ms: number) => () => void;
}

/** A drag or a wheel asks once it rests. */
const REST_MS = 200;
/** What changed in a view that stands still is asked for so often. */
const LOOK_MS = 1000;
/** Rows held over all series; above, only what is seen is kept. 32 MB. */
const MOST_ROWS = 2 ** 21;
/** Nobody answered: the next look may ask again. Any other refusal stands until the view changes. */
const PASSING = new Set(['CONNECTION_LOST', 'QUERY_TIMEOUT']);

interface Held {
  readonly session: string;
  readonly key: string;
  overlay: DetailOverlay;
  /** Asked for, not yet answered. */
  readonly asked: Set<DetailGrid>;
}

/**
 * Fetches finer rows for what is zoomed into, and takes them away again.
 *
 * 1. What is held is not asked for: a view that moves within it asks nothing, one that moves on asks for the new edge, in
 *    columns that lie where those held do. An answer that comes after the view has moved on is kept, too.
 * 2. Where samples came since, it asks what changed, at most once a second; the server says which columns did.
 * 3. Asked once the view has rested for 0.2 s. A query that fails changes nothing: the held data stay drawn.
 * 4. Back to live takes the rows out of the picture; a view that comes back asks what changed meanwhile.
 */
export class DetailLoader {
  /** Queries that came to nothing. */
  failures = 0;
  readonly #options: DetailLoaderOptions;
  readonly #held = new Map<DetailedSeries, Held>();
  readonly #given = new Set<DetailedSeries>();
  /** Queries that were refused in this view. */
  readonly #refused = new Set<string>();
  #cancel: (() => void) | null = null;
  #isDisposed = false;

  constructor(options: DetailLoaderOptions) {
    this.#options = options;
  }

  /** The view, or what it shows, changed. */
  changed(): void {
    this.#refused.clear();
    this.#lookIn(REST_MS);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#cancel?.();
    this.#cancel = null;
    this.#given.clear();
    this.#held.clear();
  }

  #lookIn(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#isDisposed ? null : this.#options.schedule(() => this.#look(), ms);
  }

  #look(): void {
    this.#cancel = null;
    const wishes = this.#options.wishes();
    this.#forgetGone();
    if (wishes.length === 0) {
      this.#clear();
      return;
    }
    for (const wish of wishes) for (const query of this.#queriesOf(wish)) void this.#fetch(query);
    this.#lookIn(LOOK_MS);
  }

  #queriesOf(wish: DetailQuery): readonly DetailQuery[] {
    const grid = gridOf(wish);
    const asks = new DetailAsks();
    for (const key of wish.series) {
      const series = this.#options.series(wish.session, null, key);
      if (series === undefined) continue;
      const held = this.#holding(series, wish.session, key);
      for (const gap of this.#gaps(held, grid)) asks.add(key, { ...gap, since: null });
      const since = held.overlay.seqIn(grid);
      const isWaiting = [...held.asked].some((asked) => asked.startUs < grid.endUs && asked.endUs > grid.startUs);
      if (isWaiting || since === Number.POSITIVE_INFINITY || !held.overlay.touched.overlaps(grid)) continue;
      for (const span of heldOf(held.overlay, grid)) asks.add(key, { ...span, since });
    }
    return asks.queries(wish.session);
  }

  /** What of a grid is neither held nor on its way, in whole columns. */
  #gaps({ overlay, asked }: Held, grid: DetailGrid): readonly DetailGrid[] {
    const onItsWay = [...asked].filter(({ columnUs }) => columnUs <= grid.columnUs);
    const gaps = overlay.missing(grid, grid.columnUs).flatMap((gap) => without(gap, onItsWay));
    return gaps.map((gap) => alignedTo(gap, grid.columnUs));
  }

  async #fetch(query: DetailQuery): Promise<void> {
    const { session, series, startUs, endUs, columns } = query;
    const id = JSON.stringify(query);
    if (this.#refused.has(id)) return;
    const span = { startUs, endUs, columnUs: (endUs - startUs) / columns };
    const holders = series.flatMap((key) => {
      const state = this.#options.series(session, null, key);
      const held = state === undefined ? undefined : this.#held.get(state);
      return held === undefined ? [] : [held];
    });
    for (const { asked, overlay } of holders) {
      asked.add(span);
      overlay.touched.forget(span);
    }
    try {
      this.#take(decodeDetail(await this.#options.query(query)), query);
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      this.failures += 1;
      if (!PASSING.has(error.code)) this.#refused.add(id);
      for (const { overlay } of holders) overlay.touch(startUs, endUs);
    } finally {
      for (const { asked } of holders) asked.delete(span);
    }
  }

  #take(detail: Detail, { series: keys }: DetailQuery): void {
    if (this.#isDisposed) return;
    const told = new Map(detail.series.map((series) => [series.key, series]));
    let isSeen = false;
    for (const key of keys) {
      const series = this.#options.series(detail.session, detail.epoch, key);
      const held = series === undefined ? undefined : this.#held.get(series);
      if (series === undefined || held === undefined) continue;
      const overlay = renewed(held.overlay, detail, told.get(key), series.generation);
      if (overlay === null) continue;
      held.overlay = overlay;
      series.takeDetail(overlay);
      this.#given.add(series);
      isSeen = true;
    }
    if (!isSeen) return;
    this.#bound();
    const wishes = this.#options.wishes();
    if (wishes.length === 0) this.#clear();
    else this.#options.onLoaded();
  }

  /** Lets go of what no wish is about where more is held than the limit. */
  #bound(): void {
    let rows = 0;
    for (const { overlay } of this.#held.values()) rows += overlay.length;
    if (rows <= MOST_ROWS) return;
    const wishes = this.#options.wishes();
    for (const [series, held] of this.#held) {
      const seen = wishes.find(({ session, series: keys }) => session === held.session && keys.includes(held.key));
      const overlay = seen === undefined ? null : held.overlay.within(gridOf(seen));
      if (overlay === null) this.#drop(series);
      else {
        held.overlay = overlay;
        if (this.#given.has(series)) series.takeDetail(overlay);
      }
    }
  }

  #holding(series: DetailedSeries, session: string, key: string): Held {
    let held = this.#held.get(series);
    if (held === undefined) {
      held = { session, key, overlay: new DetailOverlay(), asked: new Set() };
      this.#held.set(series, held);
    }
    return held;
  }

  /** Another epoch or generation has other series. */
  #forgetGone(): void {
    for (const [series, { session, key }] of this.#held) {
      if (this.#options.series(session, null, key) !== series) this.#drop(series);
    }
  }

  #drop(series: DetailedSeries): void {
    this.#held.delete(series);
    if (this.#given.delete(series)) series.takeDetail(null);
  }

  /** Takes the rows out of the picture. Nobody tells them any more where samples come: all of them may change. */
  #clear(): void {
    if (this.#given.size === 0) return;
    for (const series of this.#given) {
      series.takeDetail(null);
      this.#held.get(series)?.overlay.touch(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    }
    this.#given.clear();
    this.#options.onLoaded();
  }
}

/** What is held after an answer; null where it tells nothing of this series. */
function renewed(
  overlay: DetailOverlay,
  { span, seq, isChange }: Detail,
  told: SeriesDetail | undefined,
  generation: number,
): DetailOverlay | null {
  if (told !== undefined && told.generation !== generation) return null;
  if (told === undefined && !isChange) return null;
  const { parts = [] } = told ?? {};
  return parts.reduce((held, part) => held.with(part), isChange ? overlay.asOf(span, seq) : overlay);
}

/** The stretches of a span that others do not cover. */
function without(span: TimeSpan, others: readonly TimeSpan[]): readonly TimeSpan[] {
  return others.reduce<readonly TimeSpan[]>(
    (rest, other) =>
      rest.flatMap(({ startUs, endUs }) =>
        [
          { startUs, endUs: Math.min(endUs, other.startUs) },
          { startUs: Math.max(startUs, other.endUs), endUs },
        ].filter((piece) => piece.startUs < piece.endUs),
      ),
    [span],
  );
}

/** The stretches of a grid that are held finely enough, in whole columns. */
function heldOf(overlay: DetailOverlay, grid: DetailGrid): readonly DetailGrid[] {
  const gaps = overlay.missing(grid, grid.columnUs);
  return without(grid, gaps).map((span) => alignedTo(span, grid.columnUs));
}
