import { metaNumber, stateInvalid } from '../state-input.ts';
import type { StateTable } from '../state-table.ts';
import type { WindowStream } from './window-stream.ts';

const COUNTED = ['late', 'dropped', 'missing', 'invalid', 'outOfOrder'] as const;

/** Watermark and counters as values of a table's `meta`. */
export const streamMeta = ({ clock, counters }: Pick<WindowStream, 'clock' | 'counters'>) => ({
  watermark: clock.save().map(metaNumber),
  counters: COUNTED.map((name) => counters[name]),
});

/** Takes over what {@link streamMeta} gave. @throws StreamVizError `STATE_INVALID` */
export function restoreStream({ clock, counters }: Pick<WindowStream, 'clock' | 'counters'>, table: StateTable): void {
  clock.restore(numbersIn(table, 'watermark'));
  const saved = numbersIn(table, 'counters');
  for (const [i, name] of COUNTED.entries()) counters[name] = saved[i] ?? 0;
}

/** A list of numbers of `meta`, of which those that are not finite may have become their texts. */
function numbersIn({ name, meta }: StateTable, key: string): readonly number[] {
  const list = meta[key];
  if (!Array.isArray(list)) throw stateInvalid(`${name}.${key} is no list of numbers`);
  return list.map(Number);
}
