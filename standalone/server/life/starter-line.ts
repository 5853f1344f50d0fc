import type { Readable } from 'node:stream';
import { StreamVizError } from '../../../src/core/errors.ts';

const MOST_BYTES = 256 * 1024;

/**
 * The JSON value of the first line of a stream; null where it ends, or `waitMs` pass, before there is one.
 *
 * Afterwards the stream flows on unread, so that its writer never blocks and its end is no event.
 * @throws StreamVizError `OPTION_INVALID` where the line is no JSON or longer than 256 KiB
 */
export async function starterLine(input: Readable, waitMs: number): Promise<unknown> {
  const line = await firstLine(input, waitMs);
  if (line === null || line.trim() === '') return null;
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    throw new StreamVizError('OPTION_INVALID', 'options: expected one line of JSON on standard input', { cause });
  }
}

function firstLine(input: Readable, waitMs: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      input.off('data', take);
      input.off('end', ended);
      input.resume();
      settle();
    };
    const text = () => Buffer.concat(pieces).toString('utf8');
    const ended = () => finish(() => resolve(bytes === 0 ? null : text()));
    const take = (piece: Buffer) => {
      const end = piece.indexOf(10);
      pieces.push(end < 0 ? piece : piece.subarray(0, end));
      bytes += piece.length;
      if (end >= 0) finish(() => resolve(text()));
      else if (bytes > MOST_BYTES) {
        finish(() =>
          reject(new StreamVizError('OPTION_INVALID', `options: expected a line of at most ${MOST_BYTES} bytes`)),
        );
      }
    };
    const timer = setTimeout(ended, waitMs);
    input.on('data', take);
    input.once('end', ended);
    // A starter that is gone: what it said until then counts.
    input.on('error', ended);
  });
}
