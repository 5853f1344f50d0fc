import { StreamVizError } from '../core/errors.ts';
import type { MessageStats, SeriesStats, TableProof } from './message-types.ts';

/** Protocol version this code reads: another major is refused, a larger minor is read. */
export const PROTOCOL_VERSION = [1, 2] as const;

/** One entry of a header's `parts`. */
export interface PartEntry {
  readonly role: string;
  readonly buffer: number;
  readonly table: string | null;
  readonly slice: { readonly from: number; readonly to: number; readonly last: boolean } | null;
}

/** The header of a `batch` or `snapshot`, checked. */
export interface MessageHeader {
  readonly kind: 'batch' | 'snapshot';
  readonly session: string;
  readonly epoch: { readonly id: string; readonly startedUs: number };
  readonly seq: number;
  readonly sentUs: number;
  readonly samplesTotal: number;
  readonly documentRevision: number;
  readonly tables: Readonly<Record<string, TableProof>>;
  readonly stats: MessageStats | null;
  readonly parts: readonly PartEntry[];
  readonly answered: string | null;
  readonly slow: boolean;
  /** Header fields this version does not know. */
  readonly unknownFields: number;
}

/** A producer's `error` message: its own code, message and details, and whose it is. */
export class ProducerError extends StreamVizError {
  readonly session: string;

  constructor(session: string, code: string, message: string, details: Readonly<Record<string, unknown>>) {
    super(code, message, { details });
    this.name = 'ProducerError';
    this.session = session;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'v',
  'kind',
  'session',
  'epoch',
  'seq',
  'sentUs',
  'samples',
  'document',
  'tables',
  'stats',
  'parts',
  'answered',
  'slow',
  'lengths',
]);

/** What is wrong with a header or a part's metadata: where, what was expected and what was there. */
export function invalid(where: string, expected: string, actual: unknown): StreamVizError {
  const shown =
    typeof actual === 'string' ? `'${actual.slice(0, 40)}'` : Array.isArray(actual) ? 'a list' : String(actual);
  return new StreamVizError('MESSAGE_INVALID', `Message ${where} is ${shown}, expected ${expected}.`, {
    details: { where, expected },
  });
}

/** Narrows to an object that is not a list. */
export function asFields(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(where, 'an object', typeof value);
  return value as Fields;
}

export function asList(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(where, 'a list', typeof value);
  return value;
}

export function asText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw invalid(where, 'text', typeof value);
  return value;
}

/** Narrows to a whole number of at least `least` that a float64 holds exactly. */
export function asWhole(value: unknown, where: string, least: number = Number.MIN_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw invalid(where, `a whole number >= ${least}`, value);
  return value as number;
}

function asCount(value: unknown, where: string): number {
  if (value === undefined) return 0;
  if (typeof value !== 'number' || !(value >= 0) || value === Number.POSITIVE_INFINITY)
    throw invalid(where, 'a number >= 0', value);
  return value;
}

/** The session a message claims to be of, or null; for telling whose message was refused. Never throws. */
export function sessionOf(header: unknown): string | null {
  if (typeof header !== 'object' || header === null) return null;
  const session = (header as Fields).session;
  return typeof session === 'string' ? session : null;
}

function checkVersion(value: unknown): void {
  const version = asList(value, 'v');
  const major = asWhole(version[0], 'v[0]', 0);
  asWhole(version[1], 'v[1]', 0);
  if (major === PROTOCOL_VERSION[0]) return;
  const advice =
    major > PROTOCOL_VERSION[0]
      ? 'a newer StreamViz in this page. Reload the page; if that does not help, update StreamViz where Jupyter runs'
      : 'a newer StreamViz in the kernel. Update it there and restart the kernel';
  throw new StreamVizError(
    'PROTOCOL_VERSION',
    `This message speaks protocol ${major}, this page ${PROTOCOL_VERSION[0]}: it needs ${advice}.`,
    {
      details: { expected: PROTOCOL_VERSION[0], actual: major },
    },
  );
}

function parseProof(value: unknown, where: string): TableProof {
  const [floor, keyFloor, whole, part, total] = asList(value, where);
  const hash = (text: unknown, at: string): string => {
    if (typeof text !== 'string' || !/^[0-9a-f]{16}$/.test(text)) throw invalid(at, '16 hex digits', text);
    return text;
  };
  return {
    floor: asWhole(floor, `${where}[0]`, 0),
    keyFloor: asWhole(keyFloor, `${where}[1]`, 0),
    whole: hash(whole, `${where}[2]`),
    part: hash(part, `${where}[3]`),
    total: asWhole(total, `${where}[4]`, 0),
  };
}

function parseCounts(fields: Fields, where: string): SeriesStats {
  return {
    folded: asCount(fields.folded, `${where}.folded`),
    late: asCount(fields.late, `${where}.late`),
    invalid: asCount(fields.invalid, `${where}.invalid`),
    missing: asCount(fields.missing, `${where}.missing`),
    expired: asCount(fields.expired, `${where}.expired`),
  };
}

function parseStats(value: unknown): MessageStats | null {
  if (value === undefined || value === null) return null;
  const fields = asFields(value, 'stats');
  const series = Object.entries(asFields(fields.series ?? {}, 'stats.series')).map(
    ([key, counts]) => [key, parseCounts(asFields(counts, `stats.series.${key}`), `stats.series.${key}`)] as const,
  );
  return {
    ...parseCounts(fields, 'stats'),
    roundMs: asCount(fields.roundMs, 'stats.roundMs'),
    series: Object.fromEntries(series),
  };
}

function parsePart(value: unknown, where: string): PartEntry {
  const fields = asFields(value, where);
  const slice = fields.slice;
  let range: PartEntry['slice'] = null;
  if (slice !== undefined && slice !== null) {
    const [from, to, last] = asList(slice, `${where}.slice`);
    const start = asWhole(from, `${where}.slice[0]`, 0);
    range = { from: start, to: asWhole(to, `${where}.slice[1]`, start), last: last === true };
  }
  const table = fields.table;
  return {
    role: asText(fields.role, `${where}.role`),
    buffer: asWhole(fields.buffer, `${where}.buffer`, 0),
    table: table === undefined || table === null ? null : asText(table, `${where}.table`),
    slice: range,
  };
}

/**
 * Checks a message's header and returns it typed. Unknown fields are ignored and counted.
 *
 * @throws ProducerError with the producer's own code, for a message of kind `error`
 * @throws StreamVizError `PROTOCOL_VERSION` (another major), `MESSAGE_KIND_UNKNOWN` (a later minor's kind: ignore and count),
 *   `MESSAGE_INVALID` (names the field)
 */
export function parseHeader(value: unknown): MessageHeader {
  const fields = asFields(value, 'header');
  checkVersion(fields.v);
  const kind = asText(fields.kind, 'kind');
  const session = asText(fields.session, 'session');
  if (kind === 'error') {
    const details = fields.details;
    throw new ProducerError(
      session,
      asText(fields.code, 'code'),
      asText(fields.message, 'message'),
      details === undefined || details === null ? {} : asFields(details, 'details'),
    );
  }
  if (kind !== 'batch' && kind !== 'snapshot') {
    throw new StreamVizError(
      'MESSAGE_KIND_UNKNOWN',
      `Messages of kind '${kind.slice(0, 40)}' are not known here; ignored.`,
      {
        details: { kind, session },
      },
    );
  }
  const epoch = asFields(fields.epoch, 'epoch');
  const tables = Object.entries(asFields(fields.tables ?? {}, 'tables')).map(
    ([id, proof]) => [id, parseProof(proof, `tables.${id}`)] as const,
  );
  const answered = fields.answered;
  return {
    kind,
    session,
    epoch: { id: asText(epoch.id, 'epoch.id'), startedUs: asWhole(epoch.startedUs, 'epoch.startedUs') },
    seq: asWhole(fields.seq, 'seq', 0),
    sentUs: asWhole(fields.sentUs, 'sentUs'),
    samplesTotal: asWhole(fields.samples, 'samples', 0),
    documentRevision: asWhole(fields.document, 'document', 0),
    tables: Object.fromEntries(tables),
    stats: parseStats(fields.stats),
    parts: asList(fields.parts, 'parts').map((part, i) => parsePart(part, `parts[${i}]`)),
    answered: answered === undefined || answered === null ? null : asText(answered, 'answered'),
    slow: fields.slow === true,
    unknownFields: Object.keys(fields).filter((name) => !KNOWN_FIELDS.has(name)).length,
  };
}
