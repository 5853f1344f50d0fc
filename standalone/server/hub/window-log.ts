import type { SeriesState } from '../../../src/session/series-state.ts';
import type { SessionData } from '../../../src/session/session-data.ts';
import type { WindowedSeries } from '../../../src/session/windowed-series.ts';
import type { ResultsPart } from '../../../src/wire/message-types.ts';
import { isToldAxis } from './class-panes.ts';
import { LIVE_CLASSES_US, type LiveClass } from './live-class.ts';
import { ResultsBuilder, type ToldRows } from './results-builder.ts';
import { type ShownRange, visibleFromUs } from './shown-range.ts';

/** When open results went to a class last, and what was told of each definition then. */
interface Told {
  slot: number;
  readonly states: WeakMap<WindowedSeries, Pick<WindowedSeries, 'version' | 'doubtedUs' | 'options'>>;
}

/** Fewest final results of one definition that everything has, where there are so many. */
const LEAST_ROWS = 32;

const NOTHING: Omit<ToldRows, 'whole'> = { rows: [], dropped: [] };

/**
 * What viewers are told of the windows of one session: the server computes them once, for all.
 *
 * 1. Whoever was told everything as of a message, and is told the changes of each message after it, has what the server has:
 *    every final result of it and every revision, and which of them may lack samples; open ones as of at most one duration of
 *    its class ago, and as of the message in which a window became final.
 * 2. Changes are gathered once for each message, for all classes, and not at all while nobody is told.
 * 3. A change is told as it is now, so one told twice does no harm.
 */
export class WindowLog {
  #seq = -1;
  #changes = new Map<WindowedSeries, ToldRows>();
  readonly #known = new WeakSet<WindowedSeries>();
  readonly #told = new Map<LiveClass, Told>();

  /** Changes since the message before that was asked for; null where a class has nothing to be told. O(windows + changes). */
  changes(data: SessionData, liveClass: LiveClass): ResultsPart | null {
    this.#collect(data);
    const told = this.#toldTo(liveClass);
    const slot = Math.floor(data.sentUs / (liveClass ?? LIVE_CLASSES_US[0]!));
    const isDue = slot !== told.slot;
    told.slot = slot;
    const builder = new ResultsBuilder();
    eachStore(data, (series, store) => {
      const changed = this.#changes.get(store);
      const { version, doubtedUs, options } = store;
      const held = told.states.get(store);
      const isOther = held?.doubtedUs !== doubtedUs || held.options !== options;
      if (changed === undefined && !isOther && !(isDue && held.version !== version)) return;
      told.states.set(store, { version, doubtedUs, options });
      builder.add(series, store, changed ?? { whole: false, ...NOTHING });
    });
    return builder.isEmpty ? null : builder.build();
  }

  /**
   * Everything as of the newest message: of each definition all final results of the visible range, before it at most one a
   * pixel; none older than `retentionUs`; of very many definitions the newest that are left of `mostRows`. Null without windows.
   * O(results told).
   */
  whole(
    data: SessionData,
    range: ShownRange,
    { retentionUs, mostRows }: { readonly retentionUs: number; readonly mostRows: number },
  ): ResultsPart | null {
    this.#collect(data);
    let definitions = 0;
    eachStore(data, () => {
      definitions += 1;
    });
    const share = Math.max(LEAST_ROWS, Math.floor(mostRows / definitions));
    const builder = new ResultsBuilder();
    eachStore(data, (series, store) => {
      const { history } = store;
      const seen = history.lowerBound(visibleFromUs(series, range, data.sentUs));
      const retained = history.lowerBound(data.sentUs - retentionUs);
      const first = Math.max(history.head, retained, seen - range.width, history.end - share);
      builder.add(series, store, { whole: true, rows: span(first, history.end), dropped: [] });
    });
    return builder.isEmpty ? null : builder.build();
  }

  #collect(data: SessionData): void {
    if (this.#seq === data.seq) return;
    this.#seq = data.seq;
    this.#changes = new Map();
    eachStore(data, (_series, store) => {
      const { history } = store;
      const isKnown = this.#known.has(store);
      if (isKnown && !history.hasChanges) return;
      this.#known.add(store);
      const { rows, dropped } = history.takeChanges();
      this.#changes.set(
        store,
        isKnown ? { whole: false, rows, dropped } : { whole: true, rows: span(history.head, history.end), dropped: [] },
      );
    });
  }

  #toldTo(liveClass: LiveClass): Told {
    let told = this.#told.get(liveClass);
    if (told === undefined) {
      told = { slot: Number.NaN, states: new WeakMap() };
      this.#told.set(liveClass, told);
    }
    return told;
  }
}

/** Visits the windows that viewers are told. */
function eachStore(data: SessionData, visit: (series: SeriesState, store: WindowedSeries) => void): void {
  for (const series of data.series.values()) {
    if (!isToldAxis(series.axis)) continue;
    for (const store of series.windows.computed.values()) visit(series, store);
  }
}

/** The numbers `[from, to)`, as often as they are asked for. */
function span(from: number, to: number): Iterable<number> {
  return {
    *[Symbol.iterator]() {
      for (let i = from; i < to; i += 1) yield i;
    },
  };
}
