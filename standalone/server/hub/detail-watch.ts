import { eachRun } from '../../../src/session/message-rows.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import type { Message, PaneColumns, SampleColumns } from '../../../src/wire/message-types.ts';
import { SeriesChanges } from './detail-changes.ts';

/** Series of one session that are watched; the one asked for longest ago makes room. */
const MOST_WATCHED = 4096;

interface Watched {
  readonly generation: number;
  readonly changes: SeriesChanges;
}

/**
 * What changed, message by message, in the series of a session that somebody asked details of; of others nothing is noted.
 *
 * A message costs O(its rows of watched series).
 */
export class DetailWatch {
  readonly #watched = new Map<string, Watched>();

  /** The changes of a series, from now on where nobody asked before. @param seq The newest message applied. */
  of({ key, generation, maxTimeUs }: SeriesState, seq: number): SeriesChanges {
    let held = this.#watched.get(key);
    if (held?.generation !== generation) held = { generation, changes: new SeriesChanges(seq, maxTimeUs + 1) };
    this.#watched.delete(key);
    this.#watched.set(key, held);
    if (this.#watched.size > MOST_WATCHED) this.#watched.delete(this.#watched.keys().next().value!);
    return held.changes;
  }

  /** Notes a message that was applied. */
  note({ seq, series, samples, folds, history, keyframe }: Message): void {
    if (this.#watched.size === 0) return;
    const found = series.map(({ key, gen }) => {
      const held = this.#watched.get(key);
      return held?.generation === gen ? held.changes : null;
    });
    if (found.every((changes) => changes === null)) return;
    noteRows(found, seq, samples);
    noteRows(found, seq, history);
    notePanes(found, seq, folds);
    notePanes(found, seq, keyframe?.panes ?? null);
  }

  clear(): void {
    this.#watched.clear();
  }
}

type Found = readonly (SeriesChanges | null)[];

/** Notes rows stretch by stretch, each as far as its times rise. */
function noteRows(found: Found, seq: number, rows: SampleColumns | null): void {
  if (rows === null) return;
  eachRun(rows, (index, from, to) => {
    const changes = found[index];
    if (changes === null || changes === undefined) return;
    let start = from;
    for (let i = from + 1; i <= to; i += 1) {
      if (i < to && rows.time[i]! >= rows.time[i - 1]!) continue;
      changes.note(seq, rows.time[start]!, rows.time[i - 1]! + 1);
      start = i;
    }
  });
}

function notePanes(found: Found, seq: number, panes: PaneColumns | null): void {
  for (let row = 0; row < (panes?.length ?? 0); row += 1) {
    const startUs = panes!.start[row]!;
    found[panes!.series[row]!]?.note(seq, startUs, startUs + panes!.duration[row]!);
  }
}
