import type { LabRuntime, ViewStill } from '../../src/registry.ts';
import type { HostOutput, Signal } from './host.ts';
import { type CodeCell, codeCells, type NotebookModel, savedOutput, viewOutputs } from './notebook-cells.ts';
import { PNG_MIME, parseBundle, TEXT_MIME, VIEW_MIME, type ViewBundle, viewKey } from './view-bundle.ts';

/** A picture takes at most so much of the file, in base64. */
const MOST_BYTES = 60_000;
/** Characters of a picture's words. */
const MOST_ALT = 1000;
const WIDGET_MIME = 'application/vnd.jupyter.widget-view+json';
const HTML_MIME = 'text/html';

/** A document that is saved. */
export interface SavedDocument {
  /** `started` comes synchronously before the model is written: what is changed then is in this very save. */
  readonly saveState: Signal<unknown, string>;
  /** Null while it loads. */
  readonly model: NotebookModel | null;
}

/** Where pictures come from. */
export interface StillSource {
  /** The runtime that holds a session's data, null where none does. */
  runtimeOf(session: string): LabRuntime | null;
  /** Whether pictures are wished at all. */
  readonly isOn: () => boolean;
}

/**
 * Writes a picture of each view into what is saved, in the same save and without drawing anything again.
 *
 * 1. Every save writes every picture anew (the page's own model keeps the bundle as the kernel sent it), but only those whose
 *    data moved are drawn.
 * 2. An output whose view has no data here stays as it is, and so does a picture of more samples than the page has now.
 * 3. A notebook that others write, too, is left alone; so is a host without silent changes.
 *
 * @returns the way to stop.
 */
export function writeStillsOnSave(document: SavedDocument, source: StillSource): () => void {
  const onState = (_: unknown, state: string): void => {
    if (state === 'started' && document.model !== null && source.isOn()) writeStills(document.model, source);
  };
  document.saveState.connect(onState);
  return () => document.saveState.disconnect(onState);
}

/** Writes the pictures of a notebook's views now; returns how many outputs it wrote. */
export function writeStills(model: NotebookModel, source: Pick<StillSource, 'runtimeOf'>): number {
  if (model.collaborative === true) return 0;
  let written = 0;
  for (const cell of codeCells(model)) {
    if (typeof cell.sharedModel.updateOutputs !== 'function') continue;
    try {
      written += writeCell(cell, source);
    } catch (error) {
      // A save must not fail for a picture.
      console.warn('StreamViz: a picture of an output was not saved', error);
    }
  }
  return written;
}

function writeCell(cell: CodeCell, source: Pick<StillSource, 'runtimeOf'>): number {
  let written = 0;
  for (const { index, output } of viewOutputs(cell.outputs)) {
    const bundle = parseBundle(output.data, output.metadata);
    const still = bundle === null ? null : stillOf(bundle, source);
    if (bundle === null || still === null) continue;
    // The page and the file must speak of the same output.
    const inFile = savedBundle(savedOutput(cell, index));
    if (inFile === null || viewKey(inFile.name) !== viewKey(bundle.name)) continue;
    if (isRicher(inFile, still, source)) continue;
    cell.sharedModel.updateOutputs?.(index, index + 1, [withStill(output, still)], 'silent-change');
    written += 1;
  }
  return written;
}

function stillOf({ name }: ViewBundle, source: Pick<StillSource, 'runtimeOf'>): ViewStill | null {
  return source.runtimeOf(name.session)?.still(name, { maxBytes: MOST_BYTES }) ?? null;
}

/** Whether the file's picture knows more than the page: after a refresh, until the history has come. */
function isRicher(
  { name, still, picture }: ViewBundle,
  now: ViewStill,
  source: Pick<StillSource, 'runtimeOf'>,
): boolean {
  if (still === null || picture === null || still.samples <= now.samples) return false;
  const facts = source.runtimeOf(name.session)?.facts(name.session) ?? null;
  return facts === null || facts.epoch !== name.epoch || !facts.complete;
}

/** The output as the file gets it: our own type with what the picture is of, the picture, and words. */
function withStill(output: HostOutput, still: ViewStill): Record<string, unknown> {
  const { [WIDGET_MIME]: _widget, [HTML_MIME]: _html, ...data } = output.data;
  const { [PNG_MIME]: _size, [WIDGET_MIME]: _meta, [HTML_MIME]: _htmlMeta, ...metadata } = output.metadata;
  const { timeUs, seq, samples, widthPx, heightPx, png, text } = still;
  return {
    ...output.toJSON(),
    data: {
      ...data,
      [VIEW_MIME]: { ...(data[VIEW_MIME] as object), still: { timeUs, seq, samples } },
      [PNG_MIME]: png,
      [TEXT_MIME]: text,
    },
    metadata: { ...metadata, [PNG_MIME]: { width: widthPx, height: heightPx, alt: altOf(text) } },
  };
}

/** The picture in words on one line: what other viewers give to screen readers. */
function altOf(text: string): string {
  return text.replace(/\n/g, '; ').slice(0, MOST_ALT);
}

function savedBundle(output: unknown): ViewBundle | null {
  if (typeof output !== 'object' || output === null) return null;
  const { data, metadata } = output as { readonly data?: unknown; readonly metadata?: unknown };
  return typeof data !== 'object' || data === null ? null : parseBundle(data as Record<string, unknown>, metadata);
}
