import { StreamVizError } from '../../../src/core/errors.ts';
import { asFields, asText, asWhole, invalid, PROTOCOL_VERSION } from '../../../src/wire/header.ts';
import type { DetailQuery } from '../hub/detail-query.ts';
import type { ProducerHello, ViewerPosition } from '../hub/producer-hello.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The minor version from which viewers know the part `results`. */
const RESULTS_MINOR = 1;
/** The minor version from which a snapshot may lack what a viewer has. */
const DELTAS_MINOR = 2;

/** Most characters of a name that somebody gives. */
const MOST_NAME = 200;
/** Most characters of a path; longer ones are cut. */
const MOST_PATH = 4096;

/** What a viewer shows, as it states it. */
export interface ViewerRange {
  readonly width: number;
  readonly rangeUs: number | null;
}

/** What a viewer may say. */
export type ViewerText =
  | ({
      readonly kind: 'subscribe';
      readonly id: string;
      readonly resume: ReadonlyMap<string, ViewerPosition>;
      /** It speaks 1.1 or later: it is told the results of windows. */
      readonly isTold: boolean;
      /** It speaks 1.2 or later: a snapshot may lack what it has. */
      readonly knowsDeltas: boolean;
    } & ViewerRange)
  | { readonly kind: 'control'; readonly id: string; readonly width: number | null; readonly rangeUs?: number | null }
  | ({ readonly kind: 'query'; readonly session: string } & DetailQuery)
  | { readonly kind: 'ping'; readonly id: string };

/** What a producer may say in text. */
export type ProducerText = { readonly kind: 'hello'; readonly hello: ProducerHello } | { readonly kind: 'bye' };

/** The JSON object of a text message of this protocol's major version. */
function parseFields(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StreamVizError('MESSAGE_INVALID', 'A text message is not JSON.', { cause });
  }
  const fields = asFields(value, 'message');
  const major: unknown = Array.isArray(fields.v) ? fields.v[0] : PROTOCOL_VERSION[0];
  if (major !== PROTOCOL_VERSION[0]) {
    throw new StreamVizError(
      'PROTOCOL_VERSION',
      `This server speaks protocol ${PROTOCOL_VERSION[0]}, the other end ${String(major)}: update the older of the two.`,
      { details: { expected: PROTOCOL_VERSION[0], actual: major } },
    );
  }
  return fields;
}

/** The minor version of a message; 0 where it states none. */
function asMinor(version: unknown): number {
  const minor: unknown = Array.isArray(version) ? version[1] : 0;
  return typeof minor === 'number' ? minor : 0;
}

function asName(value: unknown, where: string): string {
  const name = asText(value, where);
  if (name === '' || name.length > MOST_NAME) throw invalid(where, `1 to ${MOST_NAME} characters`, name);
  return name;
}

function asNumber(value: unknown, where: string, least: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least) {
    throw invalid(where, `a number >= ${least}`, value);
  }
  return value;
}

const orNull = <T>(value: unknown, read: (value: unknown) => T): T | null =>
  value === undefined || value === null ? null : read(value);

const asRange = (value: unknown): number | null => orNull(value, (range) => asNumber(range, 'rangeUs', 1));

function parseResume(value: unknown): ReadonlyMap<string, ViewerPosition> {
  const resume = new Map<string, ViewerPosition>();
  for (const [session, position] of Object.entries(asFields(value ?? {}, 'resume'))) {
    const where = `resume.${session}`;
    const { epoch, seq, document } = asFields(position, where);
    resume.set(session, {
      epoch: asText(epoch, `${where}.epoch`),
      seq: asWhole(seq, `${where}.seq`, 0),
      document: orNull(document, (revision) => asWhole(revision, `${where}.document`, 0)),
    });
  }
  return resume;
}

function parseQuery(fields: Fields): ViewerText {
  const { series } = fields;
  if (!Array.isArray(series)) throw invalid('series', 'a list', typeof series);
  const startUs = asNumber(fields.startUs, 'startUs', Number.MIN_SAFE_INTEGER);
  const endUs = asNumber(fields.endUs, 'endUs', Number.MIN_SAFE_INTEGER);
  if (!(endUs > startUs)) throw invalid('endUs', `above ${startUs}`, endUs);
  return {
    kind: 'query',
    id: asText(fields.id, 'id'),
    session: asText(fields.session, 'session'),
    series: series.map((key, i) => asText(key, `series[${i}]`)),
    ...{ startUs, endUs },
    columns: Math.ceil(asNumber(fields.columns, 'columns', 1)),
    since: orNull(fields.since, (since) => asWhole(since, 'since', 0)),
  };
}

/** The id of a message that may be broken otherwise, so that an error can name it. */
export function idOf(text: string): string | undefined {
  try {
    const { id } = JSON.parse(text) as { readonly id?: unknown };
    return typeof id === 'string' ? id : undefined;
  } catch {
    // It is no JSON: it has no id.
    return undefined;
  }
}

/**
 * What a viewer says, checked.
 *
 * @throws StreamVizError `MESSAGE_INVALID`, `MESSAGE_KIND_UNKNOWN`, `PROTOCOL_VERSION`
 */
export function parseViewerText(text: string): ViewerText {
  const fields = parseFields(text);
  const id = orNull(fields.id, (value) => asText(value, 'id')) ?? '';
  switch (asText(fields.kind, 'kind')) {
    case 'subscribe':
      return {
        ...{ kind: 'subscribe', id },
        resume: parseResume(fields.resume),
        isTold: asMinor(fields.v) >= RESULTS_MINOR,
        knowsDeltas: asMinor(fields.v) >= DELTAS_MINOR,
        width: asNumber(fields.width, 'width', 1),
        rangeUs: asRange(fields.rangeUs),
      };
    case 'control':
      return {
        ...{ kind: 'control', id },
        width: orNull(fields.width, (width) => asNumber(width, 'width', 1)),
        ...(fields.rangeUs === undefined ? {} : { rangeUs: asRange(fields.rangeUs) }),
      };
    case 'query':
      return parseQuery(fields);
    case 'ping':
      return { kind: 'ping', id };
    default:
      throw unknownKind(fields.kind);
  }
}

/** What a producer says in text, checked. @throws StreamVizError as {@link parseViewerText} */
export function parseProducerText(text: string): ProducerText {
  const fields = parseFields(text);
  switch (asText(fields.kind, 'kind')) {
    case 'hello':
      return { kind: 'hello', hello: parseHello(fields) };
    case 'bye':
      return { kind: 'bye' };
    default:
      throw unknownKind(fields.kind);
  }
}

function parseHello(fields: Fields): ProducerHello {
  const epoch = asFields(fields.epoch, 'epoch');
  const session = asName(fields.session, 'session');
  return {
    session,
    epoch: { id: asName(epoch.id, 'epoch.id'), startedUs: asWhole(epoch.startedUs, 'epoch.startedUs') },
    seq: asWhole(fields.seq, 'seq', 0),
    from: asWhole(fields.from, 'from', 0),
    name: orNull(fields.name, (name) => asName(name, 'name')) ?? session,
    pid: orNull(fields.pid, (pid) => asWhole(pid, 'pid', 0)),
    host: orNull(fields.host, (host) => asText(host, 'host')),
    version: orNull(fields.version, (version) => asText(version, 'version')),
    parent: orNull(fields.parent, (parent) => asWhole(parent, 'parent', 0)),
    script: orNull(fields.script, (script) => asText(script, 'script').slice(0, MOST_PATH)),
  };
}

function unknownKind(kind: unknown): StreamVizError {
  return new StreamVizError(
    'MESSAGE_KIND_UNKNOWN',
    `Messages of kind '${String(kind).slice(0, 40)}' are not known here.`,
  );
}
