import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../src/core/errors.ts';
import { writeFeaturePart, writePanePart, writeSamplePart } from '../../src/wire/arrow-fixed-writer.ts';
import { ProducerError, sessionOf } from '../../src/wire/header.ts';
import { decodeMessage } from '../../src/wire/message.ts';

const entry = { key: '["cpu",[]]', gen: 1, n: 2, before: null, tiers: [1_000_000, 10_000_000] };
const header = {
  v: [1, 0],
  kind: 'batch',
  session: 'kernel-1',
  epoch: { id: '0123456789abcdef0123456789abcdef', startedUs: 1 },
  seq: 7,
  sentUs: 1_763_000_000_000_000,
  samples: 2,
  document: 3,
  tables: { 'table:p': [1, 2, '0123456789abcdef', 'ffffffffffffffff', 5] },
  stats: {
    folded: 1,
    late: 0,
    invalid: 0,
    missing: 0,
    expired: 0,
    roundMs: 2000,
    series: { [entry.key]: { folded: 1 } },
  },
  parts: [
    { role: 'document', buffer: 0 },
    { role: 'samples', buffer: 1 },
    { role: 'keyframe', buffer: 2 },
  ],
};
const one = (value: number) => Float64Array.of(value);
const samples = (series = 0) =>
  writeSamplePart(
    { length: 1, series: Uint16Array.of(series), time: one(5), value: one(42) },
    JSON.stringify({ series: [entry] }),
  );
const keyframe = (change: { duration?: number; start?: number } = {}) =>
  writePanePart(
    {
      length: 1,
      series: Uint16Array.of(0),
      start: one(change.start ?? 0),
      duration: one(change.duration ?? 1_000_000),
      count: one(2),
      sum: one(84),
      min: one(42),
      max: one(42),
      first: one(42),
      firstTime: one(4),
      last: one(42),
      lastTime: one(5),
    },
    JSON.stringify({ keyframe: [[0, null, 0]] }),
  );
const features = (...rows: readonly number[]) =>
  writeFeaturePart({
    length: rows.length,
    row: Int32Array.from(rows),
    mean: Float64Array.from(rows, () => 42),
    m2: Float64Array.from(rows, () => 0),
    increase: Float64Array.from(rows, () => Number.NaN),
    sketch: rows.map(() => Uint8Array.of(1, 0, 0)),
  });
const document = new TextEncoder().encode('{"revision":3}');
const buffers = [document, samples(), keyframe()];

function codeOf(changed: unknown, parts: readonly Uint8Array[] = buffers): string {
  try {
    decodeMessage(changed, parts);
    return 'read';
  } catch (error) {
    if (error instanceof StreamVizError) return error.code;
    throw error;
  }
}

describe('decodeMessage', () => {
  it('returns the header, the parts as columns, and the series list of the first part that has one', () => {
    const message = decodeMessage(header, buffers);
    expect(message).toMatchObject({
      kind: 'batch',
      session: 'kernel-1',
      seq: 7,
      samplesTotal: 2,
      documentRevision: 3,
      document: { revision: 3 },
      series: [entry],
      tables: { 'table:p': { floor: 1, keyFloor: 2, whole: '0123456789abcdef', part: 'ffffffffffffffff', total: 5 } },
      stats: { folded: 1, roundMs: 2000, series: { [entry.key]: { folded: 1, late: 0 } } },
      answered: null,
      slow: false,
      folds: null,
      unknown: 0,
    });
    expect(message.samples!.value[0]).toBe(42);
    expect(message.keyframe!.panes.count[0]).toBe(2);
    expect(message.keyframe!.ranges).toEqual([{ series: 0, from: null, gone: 0 }]);
  });

  it('returns the features of keyframe rows, wherever their part stands', () => {
    const role = { role: 'keyframeFeatures', buffer: 3 };
    for (const parts of [
      [...header.parts, role],
      [role, ...header.parts],
    ]) {
      const message = decodeMessage({ ...header, parts }, [...buffers, features(0)]);
      expect(message.keyframeFeatures).toMatchObject({ length: 1, row: Int32Array.of(0), mean: one(42), m2: one(0) });
      expect(message.keyframeFeatures!.sketch).toEqual([Uint8Array.of(1, 0, 0)]);
      expect([message.foldFeatures, message.unknown]).toEqual([null, 0]);
    }
    expect(decodeMessage(header, buffers).keyframeFeatures).toBe(null);
  });

  it('refuses features of rows that are not there, fall or repeat, and a second part of them', () => {
    const code = (role: string, ...rows: readonly number[]) =>
      codeOf({ ...header, parts: [...header.parts, { role, buffer: 3 }] }, [...buffers, features(...rows)]);
    expect(code('keyframeFeatures')).toBe('read');
    for (const rows of [[1], [-1], [0, 0]]) expect(code('keyframeFeatures', ...rows)).toBe('MESSAGE_INVALID');
    expect(code('foldFeatures', 0)).toBe('MESSAGE_INVALID');
    const role = { role: 'keyframeFeatures', buffer: 3 };
    expect(codeOf({ ...header, parts: [...header.parts, role, role] }, [...buffers, features(0)])).toBe(
      'MESSAGE_INVALID',
    );
  });

  it('reads the axis of a series and from where its finest tier is held; without them it is on the time axis', () => {
    const seriesOf = (change: object) => {
      const metadata = JSON.stringify({ series: [{ ...entry, ...change }] });
      const columns = { length: 0, series: new Uint16Array(0), time: one(0), value: one(0) };
      const parts = [{ role: 'samples', buffer: 0 }];
      return decodeMessage({ ...header, parts }, [writeSamplePart(columns, metadata)]).series[0];
    };
    expect(seriesOf({})).toMatchObject({ axis: 'time', since: null });
    expect(seriesOf({ axis: 'step', since: 300 })).toMatchObject({ axis: 'step', since: 300 });
    expect(() => seriesOf({ axis: 'place' })).toThrow('axis');
    expect(() => seriesOf({ since: 0.5 })).toThrow('since');
  });

  it('counts unknown fields and roles, and reads a larger minor', () => {
    const later = { ...header, v: [1, 9], colour: 'red', parts: [...header.parts, { role: 'later', buffer: 0 }] };
    expect(decodeMessage(later, buffers).unknown).toBe(2);
  });

  it('gives every refusal its code', () => {
    expect(codeOf({ ...header, v: [2, 0] })).toBe('PROTOCOL_VERSION');
    expect(codeOf({ ...header, kind: 'alert' })).toBe('MESSAGE_KIND_UNKNOWN');
    expect(codeOf(header, [])).toBe('MESSAGE_INVALID');
    expect(codeOf(header, [new Uint8Array(3), samples(), keyframe()])).toBe('DOCUMENT_INVALID');
    expect(codeOf(header, [document, samples(1), keyframe()])).toBe('MESSAGE_INVALID');
    expect(codeOf(header, [document, samples(), keyframe({ duration: 7 })])).toBe('MESSAGE_INVALID');
    expect(codeOf(header, [document, samples(), keyframe({ start: 1 })])).toBe('MESSAGE_INVALID');
    expect(codeOf(header, [document, samples().subarray(0, 80), keyframe()])).toBe('ARROW_TRUNCATED');
    for (const value of [null, undefined, 7, 'text', [], {}]) expect(codeOf(value)).toBe('MESSAGE_INVALID');
  });

  it('refuses a header with any required field missing or of another type, and names it', () => {
    for (const name of ['v', 'kind', 'session', 'epoch', 'seq', 'sentUs', 'samples', 'document', 'parts']) {
      for (const value of [undefined, null, -0.5, {}]) {
        expect(() => decodeMessage({ ...header, [name]: value }, buffers)).toThrow(name);
      }
    }
  });

  it('throws the error that a producer sent, with its code and details', () => {
    const error = {
      v: [1, 0],
      kind: 'error',
      session: 's',
      code: 'COLUMN_TYPE',
      message: 'words',
      details: { column: 'a' },
    };
    expect(() => decodeMessage(error, [])).toThrow(ProducerError);
    expect(codeOf(error)).toBe('COLUMN_TYPE');
    expect(sessionOf(error)).toBe('s');
    expect(sessionOf(null)).toBe(null);
  });
});
