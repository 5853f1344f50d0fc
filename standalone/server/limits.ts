/** One limit: what it bounds, in which unit, at what by default, and whether it can be switched off. */
export interface LimitDefinition {
  readonly unit: 'bytes' | 'ms' | 'us' | 'count' | 'per second' | 'per minute';
  readonly value: number;
  /** How to lift it; null: it cannot be lifted. */
  readonly off: string | null;
  readonly doc: string;
}

const BY_NAME = '`--limit NAME=off`';

/**
 * Every limit of the server in one table; docs/security.md shows it.
 *
 * A limit that is switched off is `Infinity`. What passes one is refused with a code or conflated and counted, never lost
 * in silence, and concerns nobody but who passed it.
 */
export const LIMITS = {
  bufferBytes: {
    unit: 'bytes',
    value: 512e6,
    off: '`--buffer-size off`',
    doc: 'History held in memory; the oldest becomes coarser, then goes',
  },
  retentionUs: { unit: 'us', value: 7 * 86_400e6, off: '`--retention off`', doc: 'Age of history; older samples go' },
  historyQueueBytes: {
    unit: 'bytes',
    value: 64e6,
    off: null,
    doc: 'What is on its way to the history file; above, messages are left out of it and counted',
  },
  sessions: {
    unit: 'count',
    value: 64,
    off: BY_NAME,
    doc: 'Sessions held; the one gone longest makes room, else a producer is refused: LIMIT_SESSIONS',
  },
  producers: { unit: 'count', value: 256, off: BY_NAME, doc: 'Connected producers: LIMIT_PRODUCERS' },
  viewers: {
    unit: 'count',
    value: 2000,
    off: BY_NAME,
    doc: 'Connected viewers, event streams included: LIMIT_VIEWERS',
  },
  connections: {
    unit: 'count',
    value: 4096,
    off: BY_NAME,
    doc: 'Open TCP connections; further ones are closed at once',
  },
  seriesPerSession: { unit: 'count', value: 20_000, off: BY_NAME, doc: 'Series of one session: LIMIT_SERIES' },
  newSeriesPerSecond: {
    unit: 'per second',
    value: 5000,
    off: BY_NAME,
    doc: 'New series of one session, on average over 10 s: LIMIT_SERIES_RATE',
  },
  messageBytes: {
    unit: 'bytes',
    value: 16 * 2 ** 20,
    off: null,
    doc: "A producer's message; larger: closed with 4413",
  },
  messageRows: { unit: 'count', value: 1_000_000, off: BY_NAME, doc: "Rows of a producer's message: LIMIT_ROWS" },
  messagesPerSecond: {
    unit: 'per second',
    value: 1000,
    off: BY_NAME,
    doc: "One producer's messages, on average over 10 s: closed with 4429",
  },
  viewerMessageBytes: {
    unit: 'bytes',
    value: 64 * 1024,
    off: null,
    doc: "A viewer's message; larger: closed with 4413",
  },
  viewerMessagesPerSecond: {
    unit: 'per second',
    value: 100,
    off: BY_NAME,
    doc: "One viewer's messages, on average over 10 s: closed with 4429",
  },
  helloMs: {
    unit: 'ms',
    value: 10_000,
    off: null,
    doc: 'From a connection to its first message; later: closed with 4408',
  },
  pingMs: { unit: 'ms', value: 10_000, off: null, doc: 'Between the pings of a connection' },
  silenceMs: {
    unit: 'ms',
    value: 30_000,
    off: null,
    doc: 'Without a sign of life; then a connection is closed with 4408',
  },
  ackMs: {
    unit: 'ms',
    value: 50,
    off: null,
    doc: 'Between acknowledgements to one producer that sent 64 kB since the last one, or asks by a ping',
  },
  ackLaterMs: { unit: 'ms', value: 250, off: null, doc: 'Between acknowledgements to any other producer' },
  statsMs: { unit: 'ms', value: 1000, off: null, doc: 'Between `stats` to each viewer' },
  ringBytes: {
    unit: 'bytes',
    value: 64e6,
    off: null,
    doc: 'Newest messages held for viewers that resume, over all sessions',
  },
  ringMs: { unit: 'ms', value: 120_000, off: null, doc: 'Age of messages held for viewers that resume' },
  resumeBytes: {
    unit: 'bytes',
    value: 16e6,
    off: null,
    doc: 'Missed messages sent one by one to a viewer that resumes; above, it gets a snapshot',
  },
  cellsPerTier: { unit: 'count', value: 2800, off: null, doc: 'Cells of one duration of one series' },
  snapshotCells: {
    unit: 'count',
    value: 100_000,
    off: null,
    doc: 'Cells of one snapshot, over all series; above, they are coarser. As many results of windows; above, fewer old ones',
  },
  slowBytes: {
    unit: 'bytes',
    value: 1e6,
    off: null,
    doc: 'Unsent bytes of a viewer above which its messages are conflated',
  },
  slowMs: { unit: 'ms', value: 2000, off: null, doc: 'Lag of a viewer above which its messages are conflated' },
  caughtUpBytes: {
    unit: 'bytes',
    value: 64_000,
    off: null,
    doc: 'Unsent bytes of a slow viewer below which it gets a snapshot and goes on',
  },
  stuckMs: { unit: 'ms', value: 60_000, off: null, doc: 'A viewer that took nothing for so long is closed with 4408' },
  detailColumns: { unit: 'count', value: 8192, off: null, doc: 'Columns of one answer to a zoom' },
  detailSeries: { unit: 'count', value: 1000, off: null, doc: 'Series of one answer to a zoom' },
  headerBytes: { unit: 'bytes', value: 16 * 1024, off: null, doc: 'Headers of an HTTP request; larger: 431' },
  headersMs: { unit: 'ms', value: 10_000, off: BY_NAME, doc: 'Until the headers of a request have come; later: 408' },
  requestMs: { unit: 'ms', value: 60_000, off: BY_NAME, doc: 'Until a whole request has come; later: 408' },
  idleMs: { unit: 'ms', value: 20_000, off: BY_NAME, doc: 'An idle HTTP connection is closed' },
  ingestBytes: { unit: 'bytes', value: 64 * 2 ** 20, off: BY_NAME, doc: 'Body of POST /api/ingest; larger: 413' },
  ingestLineBytes: {
    unit: 'bytes',
    value: 64 * 1024,
    off: null,
    doc: 'One NDJSON line; larger: that row is refused, ROW_TOO_LARGE',
  },
  ingestJsonBytes: {
    unit: 'bytes',
    value: 8 * 2 ** 20,
    off: BY_NAME,
    doc: 'A body that is one JSON text, which is read whole; larger: 413, send NDJSON',
  },
  ingestRefusedListed: {
    unit: 'count',
    value: 100,
    off: null,
    doc: 'Refused rows listed in an answer; all are counted',
  },
  ingestRowsPerSecond: {
    unit: 'per second',
    value: 2_000_000,
    off: BY_NAME,
    doc: 'Rows of HTTP producers, on average over 10 s: 429',
  },
  idempotencyKeys: { unit: 'count', value: 10_000, off: null, doc: 'Newest idempotency keys remembered' },
  nameBytes: { unit: 'bytes', value: 1000, off: null, doc: 'Name of a metric, and its labels together: NAME_TOO_LONG' },
  labels: { unit: 'count', value: 32, off: null, doc: 'Labels of one row: LABELS_TOO_MANY' },
  queryRows: {
    unit: 'count',
    value: 250_000,
    off: BY_NAME,
    doc: 'Rows of one answer to a query: LIMIT_ROWS',
  },
  querySamples: {
    unit: 'count',
    value: 20_000_000,
    off: BY_NAME,
    doc: 'Raw samples that one query reads: LIMIT_SAMPLES',
  },
  queryLines: { unit: 'count', value: 1000, off: BY_NAME, doc: 'Lines of one answer to a query: LIMIT_SERIES' },
  streamBytes: {
    unit: 'bytes',
    value: 4e6,
    off: null,
    doc: 'Unsent live bytes of an event stream, beside what a session began with; above, it is ended and may resume',
  },
  failuresPerMinute: {
    unit: 'per minute',
    value: 60,
    off: BY_NAME,
    doc: 'Wrong tokens of one address; above: 429 without looking',
  },
  passwordFailuresPerMinute: {
    unit: 'per minute',
    value: 10,
    off: BY_NAME,
    doc: 'Wrong passwords of one address; above: LOGIN_FAILURES without looking',
  },
  nameFailuresPerMinute: {
    unit: 'per minute',
    value: 30,
    off: BY_NAME,
    doc: 'Wrong passwords for one name from everywhere; above: LOGIN_FAILURES, but for addresses from which it logged in',
  },
  logIns: { unit: 'count', value: 10_000, off: null, doc: 'Log-ins held; the one unused for longest ends' },
  logInMs: { unit: 'ms', value: 30 * 86_400e3, off: BY_NAME, doc: 'A log-in ends so long after it began' },
  logInIdleMs: {
    unit: 'ms',
    value: 7 * 86_400e3,
    off: BY_NAME,
    doc: 'A log-in without request and open page ends after so long',
  },
} as const satisfies Readonly<Record<string, LimitDefinition>>;

export type LimitName = keyof typeof LIMITS;

/** The value of every limit; `Infinity` where it is switched off. */
export type ServerLimits = { readonly [name in LimitName]: number };

export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[];

/** Every limit at its default. */
export const DEFAULT_LIMITS: ServerLimits = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, LIMITS[name].value]),
) as ServerLimits;

/** The table as it stands in docs/security.md, one row for each limit. */
export function limitsTable(): string {
  const rows = LIMIT_NAMES.map((name) => {
    const { unit, value, off, doc } = LIMITS[name] as LimitDefinition;
    const shown = off === BY_NAME ? `\`--limit ${name}=off\`` : (off ?? 'no');
    return `| \`${name}\` | ${unit} | ${value.toLocaleString('en')} | ${shown} | ${doc} |`;
  });
  return ['| limit | unit | default | switch off | what it bounds |', '|---|---|---|---|---|', ...rows].join('\n');
}
