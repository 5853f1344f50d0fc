/** Saves a notebook when one of its cells has shown a view, so that a page refresh loses no output of that cell. Off unless the user wants it. */
import type { HostMessage, Signal } from './host.ts';
import { parseViewName, VIEW_MIME } from './view-bundle.ts';

/** Outputs of one cell come together: one save for all of them. */
const SETTLE_MS = 200;

/** When files were last written, as the server says. */
export interface FileTimes {
  get(path: string, options: { readonly content: false }): Promise<{ readonly last_modified: string }>;
}

export interface SaveNewOutputsOptions {
  readonly context: {
    readonly path: string;
    readonly model: { readonly dirty: boolean };
    /** The file as this page knows it; null before it is loaded. */
    readonly contentsModel: { readonly last_modified: string } | null;
    save(): Promise<void>;
  };
  /** What the notebook's kernel publishes. */
  readonly iopubMessage: Signal<unknown, HostMessage>;
  readonly files: FileTimes | null;
  readonly isOn: () => boolean;
}

/**
 * Saves `SETTLE_MS` after a view was displayed. A file that somebody else has written since is left alone: saving it would ask the user
 * a question in the middle of a run. A save that fails is left to the host, which tells the user.
 *
 * @returns the way to stop.
 */
export function saveNewOutputs({ context, iopubMessage, files, isOn }: SaveNewOutputsOptions): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = async (): Promise<void> => {
    timer = undefined;
    const known = context.contentsModel?.last_modified;
    if (files === null || known === undefined || !context.model.dirty) return;
    const { last_modified: now } = await files.get(context.path, { content: false });
    if (now === known) await context.save();
  };
  const hear = (_: unknown, { header, content }: HostMessage): void => {
    const isOutput = header.msg_type === 'display_data' || header.msg_type === 'execute_result';
    if (timer !== undefined || !isOutput || !isOn() || !showsView(content)) return;
    timer = setTimeout(() => void save().catch(() => undefined), SETTLE_MS);
  };
  iopubMessage.connect(hear);
  return () => {
    iopubMessage.disconnect(hear);
    clearTimeout(timer);
  };
}

function showsView(content: unknown): boolean {
  const { data } = content as { readonly data?: Readonly<Record<string, unknown>> };
  return parseViewName(data?.[VIEW_MIME]) !== null;
}
