import { StreamVizError } from '../../src/core/errors.ts';
import { DetailOverlay } from '../../src/session/detail-overlay.ts';
import type { FrameMessage } from '../../src/transport/socket.ts';
import { readSamplePart } from '../../src/wire/arrow-fixed.ts';
import { parseMetadata, parseSeriesList } from '../../src/wire/series-list.ts';

/** Finer rows of one series. */
export interface SeriesDetail {
  readonly key: string;
  readonly generation: number;
  readonly overlay: DetailOverlay;
}

/** What a server answered to a query. */
export interface Detail {
  readonly session: string;
  readonly epoch: string;
  readonly series: readonly SeriesDetail[];
}

const invalid = (what: string): StreamVizError =>
  new StreamVizError('DETAIL_INVALID', `An answer to a query cannot be read: ${what}.`);

const finite = (value: unknown, name: string): number => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${name} is no number`);
  return value;
};

/**
 * Decodes a `detail` frame; its rows are copied. Series without a row in the span come with an overlay of length 0.
 *
 * @throws StreamVizError `DETAIL_INVALID`, `MESSAGE_INVALID`, `ARROW_...`
 */
export function decodeDetail({ header, buffers }: FrameMessage): Detail {
  const { session, epoch, parts } = header;
  if (typeof session !== 'string' || typeof epoch !== 'string') throw invalid('it names no session or no epoch');
  const span = { startUs: finite(header.startUs, 'startUs'), endUs: finite(header.endUs, 'endUs') };
  const columnUs = finite(header.columnUs, 'columnUs');
  const list = Array.isArray(parts) ? (parts as readonly unknown[]) : [];
  const series = list.flatMap((part) => {
    const { role, buffer } = (part ?? {}) as { readonly role?: unknown; readonly buffer?: unknown };
    if (role !== 'samples') return [];
    const bytes = typeof buffer === 'number' ? buffers[buffer] : undefined;
    if (bytes === undefined) throw invalid('a part names a buffer that is not there');
    return seriesOf(bytes, { span, columnUs });
  });
  return { session, epoch, series };
}

function seriesOf(
  bytes: Uint8Array,
  of: Pick<ConstructorParameters<typeof DetailOverlay>[0], 'span' | 'columnUs'>,
): readonly SeriesDetail[] {
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
    return { key, generation: gen, overlay: new DetailOverlay({ ...of, time, value }) };
  });
}
