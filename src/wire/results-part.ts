import { readResultPart } from './arrow-fixed.ts';
import { writeResultPart } from './arrow-fixed-writer.ts';
import { asFields, asList, asText, asWhole, invalid } from './header.ts';
import { RESULT_GONE, type ResultColumns, type ResultsPart, type WindowEntry } from './message-types.ts';
import { parseMetadata } from './series-list.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Spec {
  readonly window: string;
  readonly aggregations: readonly string[];
}

const COUNTERS = ['late', 'dropped', 'missing', 'invalid', 'outOfOrder'] as const;

/** A finite number; null is what `none` says, `"all"` is Infinity. */
function bound(value: unknown, where: string): number {
  if (value === null || value === undefined) return Number.NEGATIVE_INFINITY;
  if (value === 'all') return Number.POSITIVE_INFINITY;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(where, "a number, null or 'all'", value);
  return value;
}

const boundJson = (value: number): number | 'all' | null =>
  value === Number.NEGATIVE_INFINITY ? null : value === Number.POSITIVE_INFINITY ? 'all' : value;

function parseSpec(value: unknown, where: string): Spec {
  const { window, aggregations } = asFields(value, where);
  const texts = asList(aggregations, `${where}.aggregations`).map((text, i) =>
    asText(text, `${where}.aggregations[${i}]`),
  );
  return { window: asText(window, `${where}.window`), aggregations: texts };
}

function parseRevised(value: unknown, where: string): WindowEntry['revised'] {
  if (value === null || value === undefined) return null;
  const [atUs, startUs = Number.NaN, endUs = Number.NaN] = asList(value, where).map((time, i) =>
    asWhole(time, `${where}[${i}]`),
  );
  if (atUs === undefined) throw invalid(where, 'one time, or three', value);
  return { atUs, startUs, endUs };
}

const revisedJson = ({ atUs, startUs, endUs }: NonNullable<WindowEntry['revised']>): readonly number[] =>
  Number.isNaN(startUs) ? [atUs] : [atUs, startUs, endUs];

function parseEntry(value: unknown, where: string, specs: readonly Spec[]): WindowEntry {
  const fields: Fields = asFields(value, where);
  const spec = specs[asWhole(fields.spec, `${where}.spec`, 0)];
  if (spec === undefined) throw invalid(`${where}.spec`, `below ${specs.length}`, fields.spec);
  const count = (name: (typeof COUNTERS)[number]): number =>
    fields[name] === undefined ? 0 : asWhole(fields[name], `${where}.${name}`, 0);
  return {
    key: asText(fields.key, `${where}.key`),
    gen: asWhole(fields.gen, `${where}.gen`, 0),
    ...spec,
    whole: fields.whole === true,
    watermark: bound(fields.watermark, `${where}.watermark`),
    ...{ late: count('late'), dropped: count('dropped'), missing: count('missing') },
    ...{ invalid: count('invalid'), outOfOrder: count('outOfOrder') },
    revised: parseRevised(fields.revised, `${where}.revised`),
    doubtedUs: bound(fields.doubted, `${where}.doubted`),
  };
}

function checkRows(rows: ResultColumns, windows: readonly WindowEntry[]): void {
  let before = 0;
  for (let i = 0; i < rows.length; i += 1) {
    const index = rows.window[i]!;
    if (index < before || index >= windows.length) {
      throw invalid('results window', `from ${before} on and below ${windows.length}`, index);
    }
    before = index;
    const width = rows.valueEnds[i + 1]! - rows.valueEnds[i]!;
    const wanted = windows[index]!.aggregations.length;
    if (rows.state[i]! > RESULT_GONE) throw invalid('results state', 'at most 2', rows.state[i]);
    if (rows.state[i] !== RESULT_GONE && width !== wanted) throw invalid('results values', `${wanted} a row`, width);
    if (!(rows.start[i]! < rows.end[i]!)) throw invalid('results end', `above ${rows.start[i]}`, rows.end[i]);
  }
}

/**
 * Reads a `results` part (docs/protocol.md, section 12): entries from its metadata, rows from its columns.
 *
 * @throws StreamVizError `MESSAGE_INVALID`, `ARROW_...`; nothing else
 */
export function parseResultsPart(part: ArrayBuffer | ArrayBufferView): {
  readonly part: ResultsPart;
  readonly ignoredColumns: number;
} {
  const { columns: rows, metadata, ignoredColumns } = readResultPart(part);
  const fields = parseMetadata(metadata);
  const specs = asList(fields.specs, 'results specs').map((spec, i) => parseSpec(spec, `results specs[${i}]`));
  const windows = asList(fields.windows, 'results windows').map((entry, i) =>
    parseEntry(entry, `results windows[${i}]`, specs),
  );
  checkRows(rows, windows);
  return { part: { windows, rows }, ignoredColumns };
}

/** Encodes a `results` part; {@link parseResultsPart} of it equals it. Each definition travels once. O(rows). */
export function writeResultsPart({ windows, rows }: ResultsPart): Uint8Array {
  const specs: Spec[] = [];
  const places = new Map<string, number>();
  const entries = windows.map(({ key, gen, window, aggregations, whole, watermark, revised, doubtedUs, ...counts }) => {
    const id = JSON.stringify([window, aggregations]);
    let spec = places.get(id);
    if (spec === undefined) {
      spec = specs.push({ window, aggregations }) - 1;
      places.set(id, spec);
    }
    return {
      ...{ key, gen, spec },
      ...(whole ? { whole } : {}),
      watermark: boundJson(watermark),
      ...Object.fromEntries(COUNTERS.filter((name) => counts[name] > 0).map((name) => [name, counts[name]])),
      ...(revised === null ? {} : { revised: revisedJson(revised) }),
      ...(doubtedUs === Number.NEGATIVE_INFINITY ? {} : { doubted: boundJson(doubtedUs) }),
    };
  });
  return writeResultPart(rows, JSON.stringify({ specs, windows: entries }));
}
