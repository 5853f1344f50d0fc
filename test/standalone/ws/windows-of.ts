import type { EpochStore } from '../../../src/session/epoch-store.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import { ToldSeries } from '../../../src/session/told-series.ts';
import type { WindowStore } from '../../../src/session/window-store.ts';

const textsOf = ({ options }: WindowStore): readonly string[] => options.aggregations.map(({ text }) => text);

/** Everything a view can read of one series' windows, in plain data: final results, open ones, counters. */
export function windowsOf(store: WindowStore, aggregations = textsOf(store)) {
  const { history, open, openCount, revisedRow } = store;
  const places = aggregations.map((text) => textsOf(store).indexOf(text));
  const finals = Array.from({ length: history.size }, (_, i) => history.head + i).map((row) => ({
    ...{ start: history.startUs[row]!, end: history.endUs[row]!, count: history.count[row]! },
    ...{ revision: history.revision[row]!, coverage: history.coverage[row]!, loose: history.loose[row]! },
    flags: store.flagsNow(history.flags[row]!, history.startUs[row]!),
    values: places.map((place) => String(history.values[place]![row])),
  }));
  const opens = Array.from({ length: openCount }, (_, row) => ({
    ...{ start: open.start[row]!, end: open.end[row]!, count: open.count[row]!, coverage: open.coverage[row]! },
    flags: store.flagsNow(open.flags[row]!, open.start[row]!),
    values: places.map((place) => String(open.value(row, place))),
  }));
  return {
    ...{ finals, opens, counters: { ...store.counters }, watermark: String(store.watermark) },
    ...{ revisedAt: String(store.revisedAtUs), newest: String(store.newestUs) },
    revised: revisedRow < 0 ? null : [history.startUs[revisedRow], history.endUs[revisedRow]],
    aggregations,
  };
}

/**
 * {@link windowsOf} all windows of a store, by series and definition.
 *
 * @param like Only those aggregations that this other store has: one that took over others of an earlier document has more.
 */
export function allWindows({ data }: EpochStore, like?: EpochStore): Record<string, ReturnType<typeof windowsOf>> {
  return Object.fromEntries(
    [...data.series].flatMap(([key, series]) =>
      [...series.windows.stores].map(([window, store]) => {
        const other = like?.data.series.get(key)?.windows.stores.get(window);
        return [`${key} ${window}`, windowsOf(store, textsOf(other ?? store))] as const;
      }),
    ),
  );
}

/** Whether all windows of a series are told. */
export const isTold = ({ windows }: SeriesState): boolean =>
  [...windows.stores.values()].every((store) => store instanceof ToldSeries);
