import type { Pane } from '../../src/core/pane.ts';
import type { Message, PaneColumns, SampleColumns } from '../../src/wire/message-types.ts';

export interface SampleRow {
  readonly series: number;
  readonly time: number;
  readonly value: number;
}

export interface PaneRow {
  readonly series: number;
  readonly start: number;
  readonly duration: number;
  readonly pane: Pane;
}

/** Sample columns of rows, sorted by series, stable; null of none. */
export function sampleColumns(rows: readonly SampleRow[]): SampleColumns | null {
  if (rows.length === 0) return null;
  const sorted = [...rows].sort((a, b) => a.series - b.series);
  return {
    isRising: sorted.every(({ time }, i) => i === 0 || time >= sorted[i - 1]!.time),
    length: sorted.length,
    series: Uint16Array.from(sorted, ({ series }) => series),
    time: Float64Array.from(sorted, ({ time }) => time),
    value: Float64Array.from(sorted, ({ value }) => value),
  };
}

/** Pane columns of rows, in the order given. */
export function paneColumns(rows: readonly PaneRow[]): PaneColumns {
  const column = (of: (pane: Pane) => number) => Float64Array.from(rows, ({ pane }) => of(pane));
  return {
    length: rows.length,
    series: Uint16Array.from(rows, ({ series }) => series),
    start: Float64Array.from(rows, ({ start }) => start),
    duration: Float64Array.from(rows, ({ duration }) => duration),
    count: column((p) => p.count),
    sum: column((p) => p.sum),
    min: column((p) => p.min),
    max: column((p) => p.max),
    first: column((p) => p.first),
    firstTime: column((p) => p.firstTime),
    last: column((p) => p.last),
    lastTime: column((p) => p.lastTime),
  };
}

/** A message with nothing in it but what is given. */
export function messageOf(fields: Partial<Message>): Message {
  return {
    kind: 'batch',
    session: 'kernel-1',
    epoch: { id: 'a'.repeat(32), startedUs: 1 },
    seq: 1,
    sentUs: 0,
    samplesTotal: 0,
    documentRevision: 0,
    tables: {},
    stats: null,
    answered: null,
    slow: false,
    document: null,
    series: [],
    folds: null,
    samples: null,
    history: null,
    keyframe: null,
    foldFeatures: null,
    keyframeFeatures: null,
    latest: null,
    results: null,
    rows: [],
    unknown: 0,
    ...fields,
  };
}
