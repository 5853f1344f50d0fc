import { APPROXIMATE } from '../../../../src/core/windows/window-results.ts';
import type { SeriesReading } from '../../hub/series-reading.ts';
import { type AnswerPart, type AnswerRow, PartList } from './answer-rows.ts';
import { walkSeries } from './walk-series.ts';

/**
 * What a series holds of `[startUs, endUs)`, uncomputed: each sample at hand, and the mean of each cell elsewhere.
 *
 * @param most Rows after which it stops; the answer then has one more.
 */
export function rawRows(
  series: SeriesReading,
  startUs: number,
  endUs: number,
  most: number,
): { readonly rows: readonly AnswerRow[]; readonly parts: readonly AnswerPart[] } {
  const rows: AnswerRow[] = [];
  const list = new PartList();
  const isFinal = (endsUs: number) => endsUs <= series.maxTimeUs;
  walkSeries(series, startUs, endUs, {
    samples: (from, to, partStartUs, partEndUs, { ring }) => {
      for (let i = from; i < to && rows.length <= most; i += 1) {
        const timeUs = ring.timeAt(i);
        const value = ring.valueAt(i);
        const count = value - value === 0 ? 1 : 0;
        rows.push({ startUs: timeUs, endUs: timeUs, value, count, final: true, flags: 0, source: 'raw' });
      }
      if (!Number.isNaN(partStartUs)) list.add(partStartUs, partEndUs, 'raw', ring.finiteCount(from, to));
    },
    cell: (durationUs, cellStartUs, pane) => {
      if (rows.length > most) return;
      const count = pane.count[0]!;
      const cellEndUs = cellStartUs + durationUs;
      const flags = cellStartUs <= series.doubtedUs ? APPROXIMATE : 0;
      const value = pane.sum[0]! / count;
      rows.push({
        startUs: cellStartUs,
        endUs: cellEndUs,
        value,
        count,
        final: isFinal(cellEndUs),
        flags,
        source: durationUs,
      });
      list.add(cellStartUs, cellEndUs, durationUs, count);
    },
  });
  return { rows, parts: list.parts };
}
