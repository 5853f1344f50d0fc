import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergePanes, type Pane, paneOf } from '../../../src/core/pane.ts';
import { parseDocument } from '../../../src/dashboard/document.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import type { Message } from '../../../src/wire/message-types.ts';
import { writeMessageFrame } from '../../../src/wire/message-writer.ts';
import { classFrame } from '../../../standalone/server/hub/class-frame.ts';
import { LIVE_CLASSES_US, liveClassOf, roundedWidth } from '../../../standalone/server/hub/live-class.ts';
import { WindowedNames } from '../../../standalone/server/hub/windowed-names.ts';
import { messageOf, paneColumns } from '../../session/message-builder.ts';
import { TIERS } from './producer.ts';

/** A session without windows. */
const ROWS = { windowed: WindowedNames.none, isTold: false };

const entry = (name: string, more: object = {}) => ({
  ...{ key: JSON.stringify([name, []]), gen: 0, n: 9, before: null, tiers: TIERS, since: null },
  axis: 'time' as const,
  ...more,
});

function read(message: Message) {
  const { header, buffers } = decodeFrame(writeMessageFrame(message));
  return { header, buffers, message: decodeMessage(header, buffers) };
}

function inClass(message: Message, durationUs: number, windowed = WindowedNames.none): Message | null {
  const bytes = classFrame(read(message), durationUs, { windowed, isTold: false });
  if (bytes === null) return null;
  const { header, buffers } = decodeFrame(bytes);
  return decodeMessage(header, buffers);
}

type Row = readonly [series: number, time: number, value: number];

function samplesOf(rows: readonly Row[]) {
  const sorted = [...rows].sort((a, b) => a[0] - b[0]);
  return {
    length: sorted.length,
    series: Uint16Array.from(sorted, ([series]) => series),
    time: Float64Array.from(sorted, ([, time]) => time),
    value: Float64Array.from(sorted, ([, , value]) => value),
  };
}

/** What a message says of each cell of a duration, by naive merging: folds first, then rows. */
function cellsOf(message: Message, durationUs: number): Map<string, Pane> {
  const cells = new Map<string, Pane>();
  const add = (series: number, time: number, pane: Pane): void => {
    const id = `${series} ${Math.floor(time / durationUs)}`;
    cells.set(id, mergePanes(cells.get(id) ?? null, pane)!);
  };
  const { folds, samples } = message;
  for (let i = 0; i < (folds?.length ?? 0); i += 1) {
    const { count, sum, min, max, first, firstTime, last, lastTime } = folds!;
    add(folds!.series[i]!, folds!.start[i]!, {
      ...{ count: count[i]!, sum: sum[i]!, min: min[i]!, max: max[i]!, first: first[i]! },
      ...{ firstTime: firstTime[i]!, last: last[i]!, lastTime: lastTime[i]! },
    });
  }
  for (let i = 0; i < (samples?.length ?? 0); i += 1) {
    const value = samples!.value[i]!;
    if (Number.isFinite(value)) add(samples!.series[i]!, samples!.time[i]!, paneOf(samples!.time[i]!, value));
  }
  return cells;
}

const rowOf = fc.tuple(
  fc.nat(2),
  fc.integer({ min: -2e6, max: 3e6 }),
  fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -1e9, max: 1e9, noNaN: true }) },
    fc.constantFrom(Number.NaN, 1 / 0),
  ),
);
/** Dense rows in order, a few anywhere. */
const rowsOf = fc
  .tuple(fc.array(rowOf, { maxLength: 30 }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 50_000 }))
  .map(([loose, dense, step]) => [
    ...Array.from({ length: dense }, (_, i): Row => [i % 2, i * step, Math.sin(i) * 100]),
    ...loose,
  ]);

describe('a message in a class', () => {
  test('says of every cell of every tier what the message says', () => {
    fc.assert(
      fc.property(rowsOf, fc.constantFrom(...LIVE_CLASSES_US), (rows, durationUs) => {
        const message = messageOf({
          series: [entry('a'), entry('b'), entry('c', { axis: 'step', tiers: [100] })],
          samples: samplesOf(rows),
        });
        const folded = inClass(message, durationUs)!;
        expect(folded.series.map(({ tiers }) => tiers)).toEqual([
          [durationUs, ...TIERS],
          [durationUs, ...TIERS],
          [100],
        ]);
        for (const tier of [durationUs, 1e6, 1e7]) {
          const [before, after] = [cellsOf(message, tier), cellsOf(folded, tier)];
          expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
          for (const [id, { sum, ...pane }] of before) {
            const { sum: own, ...rest } = after.get(id)!;
            expect(rest).toEqual(pane);
            const scale = pane.count * Math.max(Math.abs(pane.min), Math.abs(pane.max));
            expect(Math.abs(own - sum)).toBeLessThanOrEqual(1e-12 * scale + 1e-300);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('is much smaller where rows are dense, and the rows themselves where they are not', () => {
    const dense = messageOf({
      series: [entry('a')],
      samples: samplesOf(Array.from({ length: 10_000 }, (_, i) => [0, i * 3, i])),
    });
    const { bytes } = { bytes: classFrame(read(dense), 10_000, ROWS)! };
    expect(bytes.length).toBeLessThan(writeMessageFrame(dense).length / 50);
    const sparse = messageOf({
      series: [entry('a')],
      samples: samplesOf(Array.from({ length: 50 }, (_, i) => [0, i * 5000, i])),
    });
    expect(inClass(sparse, 10_000)).toMatchObject({ folds: null, samples: { length: 50 } });
  });

  test('keeps of the missing values of a pane the last, so that the line still breaks', () => {
    const rows: Row[] = Array.from({ length: 100 }, (_, i) => [0, i * 100, i % 10 === 5 || i === 99 ? Number.NaN : i]);
    const { samples } = inClass(messageOf({ series: [entry('a')], samples: samplesOf(rows) }), 5000)!;
    expect([...samples!.time]).toEqual([4500, 9900]);
    expect([...samples!.value]).toEqual([Number.NaN, Number.NaN]);
  });

  test('keeps every other part as it came: document, features, keyframe, history, tables, unknown roles and fields', () => {
    const panes = (duration: number) =>
      paneColumns([{ series: 0, start: 0, duration, pane: mergePanes(paneOf(1, 2), paneOf(5, 3))! }]);
    const features = {
      ...{ length: 1, row: Int32Array.of(0), mean: Float64Array.of(2.5), m2: Float64Array.of(0.5) },
      ...{ increase: Float64Array.of(1), sketch: [null] },
    };
    const message = messageOf({
      series: [entry('a')],
      samples: samplesOf(Array.from({ length: 100 }, (_, i) => [0, i, i])),
      history: samplesOf([[0, -5, 1]]),
      document: { revision: 3 },
      documentRevision: 3,
      folds: panes(1e6),
      foldFeatures: features,
      keyframe: { panes: panes(1e7), ranges: [{ series: 0, from: null, gone: 4 }] },
      keyframeFeatures: features,
    });
    const source = read(message);
    const parts = [...(source.header.parts as object[]), { role: 'later', buffer: source.buffers.length }];
    const header = { ...source.header, parts, more: 'x' };
    const bytes = classFrame({ ...source, header, buffers: [...source.buffers, Uint8Array.of(9)] }, 1000, ROWS)!;
    const frame = decodeFrame(bytes);
    expect(frame.header.more).toBe('x');
    expect(frame.buffers.at(-1)).toEqual(Uint8Array.of(9));
    const folded = decodeMessage(frame.header, frame.buffers);
    const { history, document, foldFeatures, keyframe, keyframeFeatures, folds } = folded;
    expect({ history, document, foldFeatures, keyframe, keyframeFeatures }).toEqual({
      ...{ history: { ...message.history, isRising: true }, document: message.document, foldFeatures: features },
      ...{ keyframe: message.keyframe, keyframeFeatures: features },
    });
    expect([...folds!.duration]).toEqual([1e6, 1000]);
  });

  test.each([
    ['its windows are shown', entry('a'), true],
    ['it counts steps', entry('a', { axis: 'step' }), false],
    ['its finest tier is the class or finer', entry('a', { tiers: [10_000, ...TIERS] }), false],
    ['its finest tier is no multiple of the class', entry('a', { tiers: [15_000, 1.5e6] }), false],
  ])('leaves a series alone where %s: then the bytes are the producer’s', (_what, series, isWindowed) => {
    const widget = { id: 'm', kind: 'metric', name: 'a', options: { window: '10s', aggregation: 'avg' } };
    const windowed = isWindowed
      ? new WindowedNames(parseDocument({ revision: 1, widgets: [widget] }))
      : WindowedNames.none;
    const message = messageOf({
      series: [series],
      samples: samplesOf(Array.from({ length: 99 }, (_, i) => [0, i, i])),
    });
    expect(inClass(message, 10_000, windowed)).toBeNull();
    expect(inClass(messageOf({ ...message, series: [entry('b')] }), 10_000, windowed)).not.toBeNull();
  });

  test.each([
    ['of the class', TIERS, 10_000, [10_000, ...TIERS], 10_000],
    ['that its windows need, where the class’s are longer', [100_000, ...TIERS], 500_000, [100_000, ...TIERS], 100_000],
    [
      'that its windows need, where the class’s are as long',
      [100_000, ...TIERS],
      100_000,
      [100_000, ...TIERS],
      100_000,
    ],
    [
      'not at all, where its windows need finer ones than 1 s and the class finer ones still',
      [100_000, ...TIERS],
      10_000,
      null,
      null,
    ],
    ['not at all, where no pane of the class is whole in its finest', [1_500_000, 3e6], 1_000_000, null, null],
  ])('a series whose results are told has panes %s', (_what, tiers, durationUs, wanted, paneUs) => {
    const widget = { id: 'm', kind: 'metric', name: 'a', options: { window: '10s', aggregation: 'avg' } };
    const windowed = new WindowedNames(parseDocument({ revision: 1, widgets: [widget] }));
    const rows = Array.from({ length: 5000 }, (_, i): Row => [0, i * 200, i]);
    const message = messageOf({ series: [entry('a', { tiers })], samples: samplesOf(rows) });
    const bytes = classFrame(read(message), durationUs, { windowed, isTold: true });
    if (wanted === null) {
      expect(bytes).toBeNull();
      return;
    }
    const { header, buffers } = decodeFrame(bytes!);
    const { series, folds, samples } = decodeMessage(header, buffers);
    expect([series[0]!.tiers, samples!.length]).toEqual([wanted, 0]);
    expect(new Set(folds!.duration)).toEqual(new Set([paneUs]));
    expect(folds!.count.reduce((sum, count) => sum + count, 0)).toBe(5000);
  });

  test('changes nothing where there are no series, and in slow mode', () => {
    expect(inClass(messageOf({}), 1000)).toBeNull();
    expect(inClass(messageOf({ series: [entry('a')], slow: true, latest: samplesOf([[0, 1, 2]]) }), 1000)).toBeNull();
  });
});

describe('the class of a viewer', () => {
  test('is the longest that is at most a pixel; raw below 1 ms a pixel, 500 ms of everything', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 1, max: 1e13, noNaN: true }),
        (width, rangeUs) => {
          const pixelUs = rangeUs / roundedWidth(width);
          const durationUs = liveClassOf(width, rangeUs);
          if (durationUs === null) expect(pixelUs).toBeLessThan(1000);
          else {
            expect(durationUs).toBeLessThanOrEqual(pixelUs);
            const longer = LIVE_CLASSES_US.filter((other) => other > durationUs);
            for (const other of longer) expect(other).toBeGreaterThan(pixelUs);
          }
        },
      ),
    );
    expect(liveClassOf(1000, null)).toBe(500_000);
    expect(LIVE_CLASSES_US.every((durationUs) => 1e6 % durationUs === 0)).toBe(true);
  });

  test('widths are rounded up to 512, 1024 or 2048', () => {
    expect([1, 512, 513, 1024, 1025, 2048, 9999].map(roundedWidth)).toEqual([512, 512, 1024, 1024, 2048, 2048, 2048]);
  });
});
