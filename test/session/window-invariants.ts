import { APPROXIMATE, REBUILT, SKETCHED } from '../../src/core/windows/window-results.ts';
import type { SeriesState } from '../../src/session/series-state.ts';
import { isAnchored, reachOf } from '../../src/session/window-reach.ts';
import { Broken } from './broken.ts';
import type { LoggedSample } from './fake-sender.ts';
import { type NaiveWindow, naiveValue, naiveWindows } from './naive-windows.ts';

const close = (a: number, b: number, relative = 1e-9): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= 1e-9 + relative * (Math.abs(a) + Math.abs(b));

/** What was looked at since the tests began: a law over nothing would be none. */
export const tally = { given: 0, proved: 0, rebuilt: 0 };

/**
 * W1: a final result that is not called approximate equals what all samples of its window give, where nothing was dropped.
 * W2: every final window is given once, in order, and none that holds no samples.
 *
 * @param isKnown Whether `log` has all samples that decide this window; `reach` is how far before and behind it they lie.
 */
export function checkWindows(
  series: SeriesState,
  log: readonly LoggedSample[],
  isKnown: (window: NaiveWindow, reach: number) => boolean = () => true,
): void {
  for (const store of series.windows.stores.values()) {
    const { history, options, counters } = store;
    if (counters.dropped > 0) throw new Broken(`W nothing may be dropped here ${store.key}`);
    const truth = new Map<string, NaiveWindow>();
    for (const window of naiveWindows(log, options.shape)) truth.set(`${window.start} ${window.end}`, window);
    let lastEnd = Number.NEGATIVE_INFINITY;
    for (let row = history.head; row < history.end; row += 1) {
      const start = history.startUs[row]!;
      const end = history.endUs[row]!;
      if (!(end > lastEnd)) throw new Broken(`W2 order ${series.key} ${store.key} ${start} ${end}`);
      lastEnd = end;
      tally.given += 1;
      tally.rebuilt += history.flags[row]! & REBUILT;
      if ((store.flagsNow(history.flags[row]!, start) & APPROXIMATE) !== 0) continue;
      const window = truth.get(`${start} ${end}`);
      const given = window ?? { start, end, count: 0, samples: [], before: null };
      if (!isKnown(given, reachOf(options))) continue;
      const where = `${series.key} ${store.key.slice(8, 50)} ${start} ${end} flags ${history.flags[row]} rev ${history.revision[row]}`;
      if (window === undefined) throw new Broken(`W1 a window without samples ${where}`);
      if (window.count !== history.count[row]) {
        throw new Broken(`W1 count ${where}: ${history.count[row]}, not ${window.count}`);
      }
      options.aggregations.forEach((aggregation, k) => {
        const value = history.values[k]![row]!;
        const wanted = naiveValue(window, aggregation, options);
        const isSketched = aggregation.kind === 'quantile' && (history.flags[row]! & SKETCHED) !== 0;
        if (!close(value, wanted, isSketched ? 0.0079 : 1e-9))
          throw new Broken(`W1 ${aggregation.text} ${where}: ${value}, not ${wanted}`);
      });
      tally.proved += 1;
    }
  }
}

/**
 * W3, once nothing is missing any more: every window that the watermark has passed and that no shown cell crosses is given.
 */
export function checkWindowsComplete(series: SeriesState, log: readonly LoggedSample[]): void {
  const { cells } = series;
  const coarse: { readonly start: number; readonly end: number }[] = [];
  cells.eachShown(-Infinity, Infinity, (duration, start) => coarse.push({ start, end: start + duration }));
  const isCut = (time: number) => coarse.some(({ start, end }) => start < time && time < end);
  const isBeginning = cells.gone === 0 && cells.horizons.at(-1) === -Infinity;
  const firstCell = Math.floor(cells.firstTimeUs / cells.durations.at(-1)!) * cells.durations.at(-1)!;
  for (const store of series.windows.stores.values()) {
    const { shape } = store.options;
    // A step from a sample that is gone is not known; one that came later, late, may make it known.
    if (shape.kind === 'session' || (isAnchored(store.options) && !isBeginning)) continue;
    for (const { start, end } of naiveWindows(log, shape)) {
      if (end > store.watermark || isCut(start) || isCut(end)) continue;
      if (!isBeginning && start <= firstCell + cells.durations.at(-1)!) continue;
      if (store.history.find(start, end) < 0) throw new Broken(`W3 missing ${series.key} ${store.key} ${start} ${end}`);
    }
  }
}
