import { StreamVizError } from '../../../../src/core/errors.ts';

/** The error of bytes that are no segment: `SEGMENT_INVALID`, or `SEGMENT_ENCODING` where this Node cannot read them. */
export function segmentInvalid(what: string, expected: string, actual: unknown): StreamVizError {
  return new StreamVizError('SEGMENT_INVALID', `segment ${what}: expected ${expected}; got ${String(actual)}`, {
    details: { what },
  });
}
