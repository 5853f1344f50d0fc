import type { Message, SampleColumns } from '../wire/message-types.ts';

/* What is looked up in the rows of one message. Rows of one series stand side by side (docs/protocol.md, section 2). */

/** Finite samples of each series in a message, folded ones included. */
export function countCarried({ series, samples, folds }: Message): Float64Array {
  const carried = new Float64Array(series.length);
  if (samples !== null) {
    eachRun(samples, (i, from, to) => {
      carried[i]! += countFinite(samples.value, from, to);
    });
  }
  for (let row = 0; row < (folds?.length ?? 0); row += 1) carried[folds!.series[row]!]! += folds!.count[row]!;
  return carried;
}

/** Calls `take` for each run of rows of one series. */
export function eachRun(
  rows: Pick<SampleColumns, 'length' | 'series'>,
  take: (series: number, from: number, to: number) => void,
): void {
  let from = 0;
  while (from < rows.length) {
    const to = seriesEnd(rows.series, from, rows.length);
    take(rows.series[from]!, from, to);
    from = to;
  }
}

/** End of the rows of entry `index`, which begin at `from` where there are any. */
export function entryEnd(window: Int32Array, index: number, from: number, length: number): number {
  let to = from;
  while (to < length && window[to] === index) to += 1;
  return to;
}

/** End of the rows of the series of row `from`; four at a time. */
export function seriesEnd(series: Uint16Array, from: number, to: number): number {
  const first = series[from]!;
  let i = from + 1;
  for (const end = to - 3; i < end; i += 4) {
    const differs =
      (series[i]! ^ first) | (series[i + 1]! ^ first) | (series[i + 2]! ^ first) | (series[i + 3]! ^ first);
    if (differs !== 0) break;
  }
  while (i < to && series[i] === first) i += 1;
  return i;
}

function countFinite(values: Float64Array, from: number, to: number): number {
  let zeros = 0;
  // Adding up x - x is 0 unless one of them is not finite.
  for (let i = from; i < to; i += 1) zeros += values[i]! - values[i]!;
  if (zeros === 0) return to - from;
  let count = 0;
  for (let i = from; i < to; i += 1) if (values[i]! - values[i]! === 0) count += 1;
  return count;
}
