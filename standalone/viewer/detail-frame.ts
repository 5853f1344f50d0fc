import { StreamVizError } from '../../src/core/errors.ts';
import { DetailPart } from '../../src/session/detail-part.ts';
import type { TimeSpan } from '../../src/session/session-view.ts';
import type { FrameMessage } from '../../src/transport/socket.ts';
import { readSamplePart } from '../../src/wire/arrow-fixed.ts';
import { asList, asWhole } from '../../src/wire/header.ts';
import { parseMetadata, parseSeriesList } from '../../src/wire/series-list.ts';

/** Finer rows of one series. */
export interface SeriesDetail {
  readonly key: string;
  readonly generation: number;
  /** Rising, disjoint: of each stretch that the answer tells. */
  readonly parts: readonly DetailPart[];
}

/** What a server answered to a query. */
export interface Detail {
  readonly session: string;
  readonly epoch: string;
  /** The message up to which the answer is right: for the whole span, also where only what changed in it is told. */
  readonly seq: number;
  readonly span: TimeSpan;
  /** Only what changed is told: series that are not listed did not change. */
  readonly isChange: boolean;
  readonly series: readonly SeriesDetail[];
}

const invalid = (what: string): StreamVizError =>
  new StreamVizError('DETAIL_INVALID', `An answer to a query cannot be read: ${what}.`);

const finite = (value: unknown, name: string): number => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${name} is no number`);
  return value;
};

/** The stretches that an answer tells; the whole span where it does not say. */
function spansOf(value: unknown, span: TimeSpan): readonly TimeSpan[] {
  if (value === undefined) return [span];
  const spans = asList(value, 'spans').map((pair) => {
    const [startUs, endUs] = asList(pair, 'spans');
    return { startUs: finite(startUs, 'spans'), endUs: finite(endUs, 'spans') };
  });
  const rises = spans.every(
    ({ startUs, endUs }, i) => startUs < endUs && startUs >= (spans[i - 1]?.endUs ?? -Infinity),
  );
  if (!rises) throw invalid('its spans do not rise');
  return spans;
}

/**
 * Decodes a `detail` frame; its rows are copied. Series without a row in the span come with parts of length 0.
 *
 * @throws StreamVizError `DETAIL_INVALID`, `MESSAGE_INVALID`, `ARROW_...`
 */
export function decodeDetail({ header, buffers }: FrameMessage): Detail {
  const { session, epoch, parts } = header;
  if (typeof session !== 'string' || typeof epoch !== 'string') throw invalid('it names no session or no epoch');
  const span = { startUs: finite(header.startUs, 'startUs'), endUs: finite(header.endUs, 'endUs') };
  const of: PartsOf = {
    seq: asWhole(header.seq, 'seq', 0),
    columnUs: finite(header.columnUs, 'columnUs'),
    spans: spansOf(header.spans, span),
    raw: new Set(header.raw === undefined ? [] : asList(header.raw, 'raw')),
  };
  const list = Array.isArray(parts) ? (parts as readonly unknown[]) : [];
  const series = list.flatMap((part) => {
    const { role, buffer } = (part ?? {}) as { readonly role?: unknown; readonly buffer?: unknown };
    if (role !== 'samples') return [];
    const bytes = typeof buffer === 'number' ? buffers[buffer] : undefined;
    if (bytes === undefined) throw invalid('a part names a buffer that is not there');
    return seriesOf(bytes, of);
  });
  return { session, epoch, seq: of.seq, span, isChange: header.spans !== undefined, series };
}

interface PartsOf {
  readonly seq: number;
  readonly columnUs: number;
  readonly spans: readonly TimeSpan[];
  /** Places in the list of the series of which every sample is there. */
  readonly raw: ReadonlySet<unknown>;
}

function seriesOf(bytes: Uint8Array, { seq, columnUs, spans, raw }: PartsOf): readonly SeriesDetail[] {
  const { columns, metadata } = readSamplePart(bytes, null);
  const entries = parseSeriesList(parseMetadata(metadata));
  const rows = entries.map((): number[] => []);
  for (let i = 0; i < columns.length; i += 1) {
    const mine = rows[columns.series[i]!];
    if (mine === undefined) throw invalid('a row names a series that is not listed');
    mine.push(i);
  }
  return entries.map(({ key, gen }, index) => {
    const mine = rows[index] ?? [];
    const time = Float64Array.from(mine, (i) => columns.time[i]!);
    const value = Float64Array.from(mine, (i) => columns.value[i]!);
    const wide = raw.has(index) ? 0 : columnUs;
    const parts = spans.map((span) => new DetailPart({ span, columnUs: wide, seq, time, value }));
    return { key, generation: gen, parts };
  });
}
