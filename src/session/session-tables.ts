import { doublesIn, stateInvalid, tableNamed, textIn, textsIn } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { SeriesEntry } from '../wire/message-types.ts';
import type { SeriesState } from './series-state.ts';

/** What a series must be made with before its state can be restored. */
export type ListedSeries = Pick<SeriesEntry, 'key' | 'gen' | 'tiers' | 'axis'>;

/** Which series there are, in order of first sight. */
export function seriesList(series: readonly SeriesState[]): StateTable {
  const columns = {
    key: series.map(({ key }) => key),
    axis: series.map(({ axis }) => axis),
    generation: Float64Array.from(series, ({ generation }) => generation),
    tiers: series.map(({ cells }) => cells.durations.join(' ')),
  };
  return { name: 'series', meta: {}, columns };
}

/** The series of {@link seriesList}. @throws StreamVizError `STATE_INVALID` */
export function listedSeries(tables: readonly StateTable[]): readonly ListedSeries[] {
  const table = tableNamed(tables, 'series');
  const key = textsIn(table, 'key');
  const axis = textsIn(table, 'axis', key.length);
  const generation = doublesIn(table, 'generation', key.length);
  const tiers = textsIn(table, 'tiers', key.length);
  if (new Set(key).size < key.length) throw stateInvalid('two series have one key');
  return key.map((text, i) => {
    const durations = tiers[i]!.split(' ').map(Number);
    if (durations.some((duration) => !(duration > 0))) throw stateInvalid(`a series has the tiers ${tiers[i]}`);
    return { key: text, gen: generation[i]!, tiers: durations, axis: axis[i] === 'step' ? 'step' : 'time' };
  });
}

/** The document as its producer sent it, null before there was one. @throws StreamVizError `STATE_INVALID` */
export function documentIn(table: StateTable): unknown {
  try {
    return JSON.parse(textIn(table, 'document'));
  } catch {
    throw stateInvalid('the document is no JSON');
  }
}
