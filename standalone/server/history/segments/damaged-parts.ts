import { isStreamVizError } from '../../../../src/core/errors.ts';
import type { StoredPart } from './part-table.ts';

/** Told of a part whose bytes are not what was written. */
export type OnDamaged = (part: StoredPart, error: Error) => void;

/** The content of a part; null where it cannot be read and somebody was told. */
export type DecodePart<T> = (part: StoredPart) => T | null;

/** `decode` of the bytes of parts; where somebody wants to hear of damaged ones they are passed over, else they throw. */
export function tolerant<T>(decode: (enc: number, body: Uint8Array) => T, onDamaged: OnDamaged | null): DecodePart<T> {
  return (part) => {
    try {
      return decode(part.enc, part.body);
    } catch (error) {
      if (onDamaged === null || !isStreamVizError(error)) throw error;
      onDamaged(part, error);
      return null;
    }
  };
}
