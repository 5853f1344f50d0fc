import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../src/wire/frame.ts';
import { decodeMessage } from '../../src/wire/message.ts';
import type {
  FeatureColumns,
  Message,
  PaneColumns,
  RowsPart,
  SampleColumns,
  SeriesEntry,
} from '../../src/wire/message-types.ts';
import { writeMessage, writeMessageFrame } from '../../src/wire/message-writer.ts';
import { messageOf } from '../session/message-builder.ts';
import { anyResults } from './any-results.ts';

const TIERS = [1e6, 1e7, 6e7];
const whole = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
const count = fc.integer({ min: 0, max: 2 ** 40 });
const float = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, 1e308, 5e-324));
const text = fc.string({ unit: 'grapheme', maxLength: 12 });

const entryOf: fc.Arbitrary<SeriesEntry> = fc.record({
  key: text.map((name) => JSON.stringify([name, []])),
  gen: fc.nat(5),
  n: count,
  before: fc.option(whole),
  tiers: fc.constantFrom(TIERS, [250_000, ...TIERS], [100]),
  axis: fc.constantFrom('time', 'step'),
  since: fc.option(whole),
});

/** Columns of `length` rows, of what each generator gives. */
const floats = (length: number, of: fc.Arbitrary<number>) =>
  fc.array(of, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));

function seriesOf(length: number, series: number) {
  return fc
    .array(fc.nat(series - 1), { minLength: length, maxLength: length })
    .map((rows) => Uint16Array.from(rows.sort((a, b) => a - b)));
}

const samplesOf = (series: number): fc.Arbitrary<SampleColumns> =>
  fc.nat(12).chain((length) =>
    fc
      .record({
        length: fc.constant(length),
        series: seriesOf(length, series),
        time: fc.oneof(
          floats(length, whole),
          floats(length, whole).map((times) => times.sort()),
        ),
        value: floats(length, float),
      })
      .map((columns) => ({
        ...columns,
        isRising: columns.time.every((time, i) => i === 0 || time >= columns.time[i - 1]!),
      })),
  );

const panesOf = (entries: readonly SeriesEntry[]): fc.Arbitrary<PaneColumns> =>
  fc.nat(8).chain((length) =>
    fc
      .record({
        length: fc.constant(length),
        series: seriesOf(length, entries.length),
        start: floats(length, fc.integer({ min: -1e6, max: 1e6 })),
        tier: floats(length, fc.nat(3)),
        count: floats(length, fc.integer({ min: 1, max: 2 ** 40 })),
        ...{ sum: floats(length, float), min: floats(length, float), max: floats(length, float) },
        ...{ first: floats(length, float), firstTime: floats(length, whole) },
        ...{ last: floats(length, float), lastTime: floats(length, whole) },
      })
      .map(({ start, tier, ...rest }) => {
        const duration = tier.map((k, i) => {
          const { tiers } = entries[rest.series[i]!]!;
          return tiers[k % tiers.length]!;
        });
        return { ...rest, duration, start: start.map((k, i) => k * duration[i]!) };
      }),
  );

const featuresOf = ({ length }: PaneColumns): fc.Arbitrary<FeatureColumns> =>
  fc.subarray(Array.from({ length }, (_, i) => i)).chain((rows) =>
    fc.record({
      length: fc.constant(rows.length),
      row: fc.constant(Int32Array.from(rows)),
      mean: floats(rows.length, float),
      m2: floats(rows.length, float),
      increase: floats(rows.length, float),
      sketch: fc.array(fc.option(fc.uint8Array({ minLength: 1, maxLength: 9 })), {
        minLength: rows.length,
        maxLength: rows.length,
      }),
    }),
  );

const CELLS = {
  number: fc.oneof(
    float,
    whole,
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  ),
  text,
  bool: fc.boolean(),
  datetime: whole,
} as const;

/** int64 and float64 do not mix in one column: big integers come without fractions. */
function numbersOf(cells: readonly unknown[]): readonly unknown[] {
  if (!cells.some((cell) => typeof cell === 'bigint')) return cells;
  return cells.map((cell) =>
    typeof cell === 'number' ? Math.trunc(Number.isFinite(cell) ? cell % 1e9 : 0) + 0 : cell,
  );
}

const rowsOf: fc.Arbitrary<RowsPart> = fc
  .tuple(
    fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z ]{1,6}$/),
        type: fc.constantFrom(...(Object.keys(CELLS) as (keyof typeof CELLS)[])),
      }),
      {
        selector: ({ name }) => name,
        maxLength: 4,
      },
    ),
    fc.nat(6),
  )
  .chain(([columns, length]) =>
    fc.record({
      table: text.map((name) => `table:${name}`),
      slice: fc.option(fc.record({ from: fc.nat(9), to: fc.integer({ min: 9, max: 99 }), last: fc.boolean() })),
      columns: fc.constant(columns),
      rowIds: floats(length, fc.integer({ min: 100, max: 2 ** 52 })),
      firstIds: floats(length, fc.integer({ min: 1, max: 100 })),
      gone: fc.uint8Array({ minLength: length, maxLength: length, max: 1 }),
      cells: fc
        .tuple(
          ...columns.map(({ type }) =>
            fc
              .array(fc.option<unknown>(CELLS[type]), { minLength: length, maxLength: length })
              .map((cells) => (type === 'number' ? numbersOf(cells) : cells)),
          ),
        )
        .map((byColumn) => Array.from({ length }, (_, row) => byColumn.map((column) => column[row]))),
    }),
  );

const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value.toString(16).padStart(16, '0'));
const proofOf = fc.record({ floor: count, keyFloor: count, whole: hash, part: hash, total: count });
const counts = { folded: count, late: count, invalid: count, missing: count, expired: count };
const statsOf = fc.record({ ...counts, roundMs: count, series: fc.dictionary(text, fc.record(counts)) });

const messageArbitrary: fc.Arbitrary<Message> = fc.array(entryOf, { maxLength: 4 }).chain((series) => {
  const some = series.length > 0;
  const none = fc.constant(null);
  const samples = some ? fc.option(samplesOf(series.length)) : none;
  return fc
    .record({
      head: fc.record({
        kind: fc.constantFrom('batch', 'snapshot'),
        session: text,
        epoch: fc.record({ id: text, startedUs: whole }),
        ...{ seq: count, sentUs: whole, samplesTotal: count, documentRevision: count },
        tables: fc.dictionary(text, proofOf),
        stats: fc.option(statsOf),
        answered: fc.option(text),
        slow: fc.boolean(),
        document: fc.option(fc.record({ revision: fc.nat(), title: text })),
        rows: fc.array(rowsOf, { maxLength: 3 }),
        results: fc.option(anyResults),
      }),
      ...{ samples, history: samples, latest: samples },
      folds: some ? fc.option(panesOf(series)) : none,
      panes: some ? fc.option(panesOf(series)) : none,
      ranges: fc.array(
        fc.record({ series: fc.nat(Math.max(0, series.length - 1)), from: fc.option(whole), gone: count }),
      ),
    })
    .chain(({ head, folds, panes, ranges, ...rest }) =>
      fc
        .record({
          foldFeatures: folds === null ? none : fc.option(featuresOf(folds)),
          keyframeFeatures: panes === null ? none : fc.option(featuresOf(panes)),
        })
        .map((features) => {
          const keyframe = panes === null ? null : { panes, ranges };
          const message = messageOf({ ...head, series, folds, keyframe, ...rest, ...features } as Partial<Message>);
          const isListed = message.samples ?? message.history ?? message.latest ?? folds ?? keyframe;
          // Nothing else could carry the list, so it comes back with the part that does.
          return series.length > 0 && isListed === null ? { ...message, samples: emptySamples() } : message;
        }),
    );
});

const emptySamples = (): SampleColumns => ({
  length: 0,
  series: new Uint16Array(0),
  time: new Float64Array(0),
  value: new Float64Array(0),
  isRising: true,
});

describe('writeMessage', () => {
  test('decodeMessage of what it writes equals the message, over a frame too', () => {
    fc.assert(
      fc.property(messageArbitrary, (message) => {
        const { header, buffers } = writeMessage(message);
        expect(decodeMessage(JSON.parse(JSON.stringify(header)), buffers)).toEqual(message);
        const frame = decodeFrame(writeMessageFrame(message));
        expect(decodeMessage(frame.header, frame.buffers)).toEqual(message);
      }),
      { numRuns: 300 },
    );
  });

  test('a series list that no part would carry travels with samples without rows', () => {
    const series = [{ key: '["a",[]]', gen: 0, n: 3, before: null, tiers: TIERS, axis: 'time' as const, since: null }];
    const { header, buffers } = writeMessage(messageOf({ series }));
    expect(decodeMessage(header, buffers)).toEqual(messageOf({ series, samples: emptySamples() }));
  });

  test('apache-arrow reads the rows it writes', () => {
    const part: RowsPart = {
      table: 'table:t',
      slice: null,
      columns: [
        { name: 'word', type: 'text' },
        { name: 'number', type: 'number' },
        { name: 'big', type: 'number' },
        { name: 'flag', type: 'bool' },
        { name: 'at', type: 'datetime' },
      ],
      rowIds: Float64Array.of(7, 8),
      firstIds: Float64Array.of(7, 2),
      gone: Uint8Array.of(0, 1),
      cells: [
        ['é', 1.5, 2n ** 60n, true, 1_763_000_000_123_456],
        [null, null, null, null, null],
      ],
    };
    const { buffers } = writeMessage(messageOf({ rows: [part] }));
    const table = tableFromIPC(buffers[0]!);
    expect(table.schema.fields.map(({ name }) => name)).toEqual([
      ...['sv:row', 'sv:gone', 'sv:first'],
      ...part.columns.map(({ name }) => name),
    ]);
    const [first, second] = table.toArray();
    expect([first.word, first.number, first.big, first.flag]).toEqual(['é', 1.5, 2n ** 60n, true]);
    expect(table.getChild('at')!.data[0]!.values[0]).toBe(1_763_000_000_123_456n);
    expect([second.word, second.number, second.big, second.flag, second.at]).toEqual([null, null, null, null, null]);
    expect([second['sv:row'], second['sv:gone'], second['sv:first']]).toEqual([8n, true, 2n]);
  });
});
