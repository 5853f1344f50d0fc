/** The type of StreamViz' own output: it names a view of a session. */
export const VIEW_MIME = 'application/vnd.streamviz.view+json';
export const PNG_MIME = 'image/png';
export const TEXT_MIME = 'text/plain';

const TEXT_LIMIT = 200;
const EPOCH = /^[\w-]{1,64}$/;
const VERSION = /^\d{1,6}(\.\d{1,6}){1,3}[\w.+-]{0,40}$/;
/** The eight bytes that begin every PNG, and their header's length; then base64 to the end. */
const PNG_BASE64 = /^iVBORw0KGgo[A-Za-z0-9+/]+={0,2}$/;
/** Characters; what StreamViz writes is far below it. */
const PNG_LIMIT = 4_000_000;
const SPAN_LIMIT_PX = 8192;

/** Which view an output shows. */
export interface ViewName {
  readonly session: string;
  readonly epoch: string;
  readonly view: string;
  readonly version: string;
  readonly hub?: string;
}

/** What is known of the picture beside it: it stands in the view's JSON under `still`, so it travels with the output. */
export interface StillFacts {
  /** Time of the newest data in it, us. */
  readonly timeUs: number;
  readonly seq: number;
  /** Samples held of everything in it when it was made. */
  readonly samples: number;
}

/** A picture of an output: a PNG in base64, and its size where the output says it. */
export interface OutputPicture {
  readonly png: string;
  readonly widthPx: number | null;
  readonly heightPx: number | null;
}

/** Everything an output of ours holds, checked: a file may say anything. */
export interface ViewBundle {
  readonly name: ViewName;
  readonly still: StillFacts | null;
  readonly picture: OutputPicture | null;
  /** The plain text; '' for none. At most 2000 characters. */
  readonly text: string;
}

/** What identifies a view on a page. */
export const viewKey = ({ session, epoch, view }: ViewName): string => JSON.stringify([session, epoch, view]);

/** The checked name of a view's JSON; null where a part is missing, too long or no text. */
export function parseViewName(input: unknown): ViewName | null {
  const { session, epoch, view, version, hub } = recordOf(input);
  if (!isName(session) || !isName(view)) return null;
  if (typeof epoch !== 'string' || !EPOCH.test(epoch)) return null;
  if (typeof version !== 'string' || !VERSION.test(version)) return null;
  return { session, epoch, view, version, ...(isName(hub) ? { hub } : {}) };
}

/** The bundle of an output's data and metadata; null where it names no view. */
export function parseBundle(data: Readonly<Record<string, unknown>>, metadata: unknown): ViewBundle | null {
  const name = parseViewName(data[VIEW_MIME]);
  if (name === null) return null;
  const png = pngOf(data[PNG_MIME]);
  const size = recordOf(recordOf(metadata)[PNG_MIME]);
  const text = lines(data[TEXT_MIME]);
  return {
    name,
    still: stillOf(recordOf(data[VIEW_MIME]).still),
    picture: png === null ? null : { png, widthPx: spanOf(size.width), heightPx: spanOf(size.height) },
    text: text === null ? '' : text.slice(0, 2000),
  };
}

function stillOf(input: unknown): StillFacts | null {
  const { timeUs, seq, samples } = recordOf(input);
  if (!isWhole(timeUs) || !isWhole(seq) || !isWhole(samples)) return null;
  return { timeUs, seq, samples };
}

/** A PNG in base64, without its line ends; null for anything else. */
function pngOf(input: unknown): string | null {
  const text = lines(input);
  if (text === null || text.length > PNG_LIMIT) return null;
  const png = text.replace(/\s+/g, '');
  return PNG_BASE64.test(png) ? png : null;
}

/** A text that a file may also have as a list of lines. */
function lines(input: unknown): string | null {
  if (typeof input === 'string') return input;
  return Array.isArray(input) && input.every((line) => typeof line === 'string') ? input.join('') : null;
}

const isName = (input: unknown): input is string =>
  typeof input === 'string' && input.length > 0 && input.length <= TEXT_LIMIT;

const isWhole = (input: unknown): input is number =>
  typeof input === 'number' && Number.isSafeInteger(input) && input >= 0;

const spanOf = (input: unknown): number | null =>
  isWhole(input) && input >= 1 && input <= SPAN_LIMIT_PX ? input : null;

const recordOf = (input: unknown): Readonly<Record<string, unknown>> =>
  typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
