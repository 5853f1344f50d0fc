import { writeFeaturePart, writePanePart, writeSamplePart } from './arrow-fixed-writer.ts';
import { writeRowsPart } from './arrow-rows-writer.ts';
import { encodeFrame } from './frame.ts';
import { PROTOCOL_VERSION } from './header.ts';
import type { FeatureColumns, KeyframeRange, Message, SampleColumns, SeriesEntry } from './message-types.ts';
import { writeResultsPart } from './results-part.ts';

/** A message as it travels: its header's JSON value and its buffers. */
export interface EncodedMessage {
  readonly header: Record<string, unknown>;
  readonly buffers: readonly Uint8Array[];
}

const NO_SAMPLES: SampleColumns = {
  length: 0,
  series: new Uint16Array(0),
  time: new Float64Array(0),
  value: new Float64Array(0),
};

/** The JSON of one entry of a series list: docs/protocol.md, section 3. */
export function seriesEntryJson({
  key,
  gen,
  n,
  before,
  tiers,
  axis,
  since,
  pending = [],
}: SeriesEntry): Record<string, unknown> {
  return {
    ...{ key, gen, n, before, tiers },
    ...(axis === 'step' ? { axis } : {}),
    ...(since === null ? {} : { since }),
    ...(pending.length === 0 ? {} : { pending }),
  };
}

/** Collects the parts of one message; the first with a `series` column carries the list. */
class PartList {
  readonly parts: Record<string, unknown>[] = [];
  readonly buffers: Uint8Array[] = [];
  readonly #series: readonly SeriesEntry[];
  #listed = false;

  constructor(series: readonly SeriesEntry[]) {
    this.#series = series;
  }

  get isListed(): boolean {
    return this.#listed || this.#series.length === 0;
  }

  add(role: string, bytes: Uint8Array, more: Readonly<Record<string, unknown>> = {}): void {
    this.parts.push({ role, buffer: this.buffers.length, ...more });
    this.buffers.push(bytes);
  }

  metadata(ranges: readonly KeyframeRange[] | null = null): string | null {
    const isFirst = !this.#listed;
    this.#listed = true;
    if (!isFirst && ranges === null) return null;
    return JSON.stringify({
      ...(isFirst ? { series: this.#series.map(seriesEntryJson) } : {}),
      ...(ranges === null ? {} : { keyframe: ranges.map(({ series, from, gone }) => [series, from, gone]) }),
    });
  }

  addFeatures(role: string, columns: FeatureColumns | null): void {
    if (columns !== null) this.add(role, writeFeaturePart(columns));
  }
}

/**
 * Encodes a whole message: `decodeMessage` of the result equals it, with `unknown` 0.
 *
 * A series list that no part would carry travels with a `samples` part without rows. Nothing of the result shares memory
 * with the message. O(rows).
 */
export function writeMessage(message: Message): EncodedMessage {
  const { folds, samples, history, keyframe, latest } = message;
  const list = new PartList(message.series);
  if (message.document !== null) list.add('document', new TextEncoder().encode(JSON.stringify(message.document)));
  if (folds !== null) list.add('folds', writePanePart(folds, list.metadata()));
  list.addFeatures('foldFeatures', message.foldFeatures);
  if (samples !== null) list.add('samples', writeSamplePart(samples, list.metadata()));
  if (history !== null) list.add('history', writeSamplePart(history, list.metadata()));
  if (keyframe !== null) list.add('keyframe', writePanePart(keyframe.panes, list.metadata(keyframe.ranges)));
  list.addFeatures('keyframeFeatures', message.keyframeFeatures);
  if (latest !== null) list.add('latest', writeSamplePart(latest, list.metadata()));
  if (message.results !== null) list.add('results', writeResultsPart(message.results));
  for (const part of message.rows) {
    const { table, slice } = part;
    const bounds = slice === null ? {} : { slice: [slice.from, slice.to, slice.last] };
    list.add('rows', writeRowsPart(part), { table, ...bounds });
  }
  if (!list.isListed) list.add('samples', writeSamplePart(NO_SAMPLES, list.metadata()));
  return { header: headerJson(message, list.parts), buffers: list.buffers };
}

/** {@link writeMessage} as one frame. */
export function writeMessageFrame(message: Message): Uint8Array {
  const { header, buffers } = writeMessage(message);
  return encodeFrame(header, buffers);
}

function headerJson(message: Message, parts: readonly Record<string, unknown>[]): Record<string, unknown> {
  const { kind, session, epoch, seq, sentUs, samplesTotal, documentRevision, stats, answered, slow } = message;
  const tables = Object.entries(message.tables).map(([id, { floor, keyFloor, whole, part, total }]) => {
    return [id, [floor, keyFloor, whole, part, total]] as const;
  });
  return {
    v: PROTOCOL_VERSION,
    ...{ kind, session, epoch, seq, sentUs },
    samples: samplesTotal,
    document: documentRevision,
    tables: Object.fromEntries(tables),
    ...(stats === null ? {} : { stats: stats }),
    parts,
    ...(answered === null ? {} : { answered }),
    ...(slow ? { slow } : {}),
  };
}
