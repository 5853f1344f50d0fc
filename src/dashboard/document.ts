import { isStreamVizError, StreamVizError } from '../core/errors.ts';
import { parseWidgetSpec, type WidgetSpec } from './widget-specs.ts';

/** Widgets shown together: those of one notebook cell. */
export interface ViewSpec {
  readonly id: string;
  /** Id of the notebook cell, null outside a notebook. */
  readonly cell: string | null;
  /** Widget ids in order of declaration; ids the document does not have are ignored by the page. */
  readonly widgets: readonly string[];
}

/** What a producer shows: sent whole, the newest revision wins. */
export interface DashboardDocument {
  readonly revision: number;
  /** Package version of the producer; null where it does not say. */
  readonly version: string | null;
  readonly title: string | null;
  /** IANA zone, null for the viewer's own. */
  readonly timezone: string | null;
  /** BCP 47 tag, null for the viewer's own. */
  readonly language: string | null;
  readonly widgets: readonly WidgetSpec[];
  readonly views: readonly ViewSpec[];
  /** Generation of each cleared series by its key; cells of older generations go. */
  readonly generations: ReadonlyMap<string, number>;
  /** Entries that were left out, in words for a person. */
  readonly problems: readonly StreamVizError[];
}

/**
 * The document of its JSON value. A broken widget is left out and listed in `problems`; the rest stays.
 *
 * @throws StreamVizError `DOCUMENT_INVALID` where it is no object or has no revision.
 */
export function parseDocument(input: unknown): DashboardDocument {
  const json = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const revision = json.revision;
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision)) {
    throw new StreamVizError(
      'DOCUMENT_INVALID',
      `a document has a whole number as revision; got ${JSON.stringify(revision)}`,
    );
  }
  const problems: StreamVizError[] = [];
  return {
    revision,
    version: textOf(json.version),
    title: textOf(json.title),
    timezone: zoneOf(textOf(json.timezone), problems),
    language: textOf(json.language),
    widgets: widgetsOf(json.widgets, problems),
    views: listOf(json.views).flatMap(viewOf),
    generations: generationsOf(json.generations),
    problems,
  };
}

function widgetsOf(input: unknown, problems: StreamVizError[]): readonly WidgetSpec[] {
  const byId = new Map<string, WidgetSpec>();
  for (const entry of listOf(input)) {
    try {
      const spec = parseWidgetSpec(entry);
      byId.set(spec.id, spec);
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      problems.push(error);
    }
  }
  return [...byId.values()];
}

function viewOf(input: unknown): readonly ViewSpec[] {
  const { id, cell, widgets } = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  if (typeof id !== 'string') return [];
  return [{ id, cell: textOf(cell), widgets: listOf(widgets).filter((w): w is string => typeof w === 'string') }];
}

function generationsOf(input: unknown): ReadonlyMap<string, number> {
  const generations = new Map<string, number>();
  if (typeof input === 'object' && input !== null) {
    for (const [key, generation] of Object.entries(input)) {
      if (typeof generation === 'number') generations.set(key, generation);
    }
  }
  return generations;
}

function zoneOf(name: string | null, problems: StreamVizError[]): string | null {
  if (name === null) return null;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name;
  } catch (cause) {
    problems.push(new StreamVizError('TIMEZONE_INVALID', `timezone: expected an IANA name; got "${name}"`, { cause }));
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
