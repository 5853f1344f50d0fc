import { StreamVizError } from '../core/errors.ts';

/** The name and the labels that a series key states. */
export interface SeriesName {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
}

const isPair = (entry: unknown): entry is [string, string] =>
  Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && typeof entry[1] === 'string';

/**
 * Reads a series key, the canonical JSON text `["name",[["label","value"],...]]` (docs/protocol.md, section 3).
 *
 * @throws StreamVizError `MESSAGE_INVALID` for any other text.
 */
export function parseSeriesKey(key: string): SeriesName {
  let parsed: unknown;
  try {
    parsed = JSON.parse(key);
  } catch {
    parsed = null; // said below, in one place
  }
  if (Array.isArray(parsed) && typeof parsed[0] === 'string' && Array.isArray(parsed[1]) && parsed[1].every(isPair)) {
    return { name: parsed[0], labels: parsed[1] };
  }
  throw new StreamVizError('MESSAGE_INVALID', `a series key is ["name",[["label","value"],...]]; got ${key}`, {
    details: { key },
  });
}
