import { StreamVizError } from '../../../src/core/errors.ts';

/** Most lists and objects inside one another. What we write has six. */
const MOST_DEPTH = 100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Refuses JSON whose lists and objects lie deeper in one another than 100: reading it is harmless, but writing it again, for
 * viewers, would overflow the stack.
 *
 * @param bytes UTF-8 JSON that has been parsed. O(bytes), allocates nothing.
 * @throws StreamVizError `MESSAGE_INVALID`
 */
export function assertShallow(bytes: Uint8Array, what: string): void {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i]!;
    if (isText) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    // `[` and `{`, `]` and `}` differ in one bit.
    else if ((byte | 0x20) === 0x7b) {
      depth += 1;
      if (depth > MOST_DEPTH) {
        throw new StreamVizError('MESSAGE_INVALID', `${what} is nested deeper than ${MOST_DEPTH}.`);
      }
    } else if ((byte | 0x20) === 0x7d) depth -= 1;
  }
}
