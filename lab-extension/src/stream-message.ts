/** A message of ours as it was overheard. */
export interface StreamMessage {
  readonly session: string;
  /** Id of the epoch; null where it names none, as an error does. */
  readonly epoch: string | null;
  /** Comm that brought it: the hub's. */
  readonly hub: string;
  /** The header. */
  readonly content: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/**
 * The message of ours in the content of an iopub message of type `comm_msg`, known by what it says and not by its comm: after a
 * page refresh nobody has seen that one open. Null for everything else. Never throws.
 */
export function streamMessage(type: string, content: unknown): StreamMessage | null {
  if (type !== 'comm_msg' || !isFields(content) || !isFields(content.data)) return null;
  const { data, comm_id: hub } = content;
  if (data.method !== 'custom' || !isFields(data.content) || typeof hub !== 'string') return null;
  const { v, kind, session, epoch } = data.content;
  if (!Array.isArray(v) || v.length !== 2 || typeof v[0] !== 'number' || typeof v[1] !== 'number') return null;
  if (typeof kind !== 'string' || typeof session !== 'string') return null;
  const id = isFields(epoch) ? epoch.id : null;
  return { session, epoch: typeof id === 'string' ? id : null, hub, content: data.content };
}

/** Begins the comm id of a kernel's hub; the id of its epoch ends it. */
const HUB_PREFIX = 'streamviz-hub-';

/** Epochs of the hubs among a kernel's open comms, as a reply to `comm_info_request` lists them: the newest last. Never throws. */
export function hubEpochs(content: unknown): readonly string[] {
  if (!isFields(content) || !isFields(content.comms)) return [];
  return Object.keys(content.comms).flatMap((id) => (id.startsWith(HUB_PREFIX) ? [id.slice(HUB_PREFIX.length)] : []));
}

export const hubOf = (epoch: string): string => HUB_PREFIX + epoch;
