/** Frames with a change in the header's JSON, in the JSON that Arrow schemas carry, in Arrow's own bytes, or anywhere. */
import { decodeFrame, encodeFrame } from '../../../src/wire/frame.ts';
import type { SeededRandom } from '../../faults/seeded-random.ts';
import { mutatedBytes } from '../bytes-mutation.ts';
import { mutatedJson } from '../json-mutation.ts';

export function mutatedFrame(random: SeededRandom, frame: Uint8Array, other: Uint8Array): Uint8Array {
  const how = random.whole(0, 9);
  if (how <= 1) return mutatedBytes(random, frame, other);
  const { header, buffers } = decodeFrame(frame);
  if (how <= 4) {
    const changed = mutatedJson(random, header);
    const fields = typeof changed === 'object' && changed !== null && !Array.isArray(changed) ? changed : { changed };
    return encodeFrame(fields as Record<string, unknown>, buffers);
  }
  if (buffers.length === 0) return mutatedBytes(random, frame, other);
  const at = random.whole(0, buffers.length - 1);
  const part = buffers[at]!;
  const made = how <= 6 ? mutatedSchemaText(random, part) : mutatedBytes(random, part, random.pick(buffers));
  return encodeFrame(
    header,
    buffers.map((buffer, i) => (i === at ? made : buffer)),
  );
}

/** Changes JSON that lies in the bytes, at equal length so that all else stays where it was: `{"series": [...]}`. */
function mutatedSchemaText(random: SeededRandom, part: Uint8Array): Uint8Array {
  const text = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');
  const spans = [...text.matchAll(/[[{][\x20-\x7e]{8,}[\]}]/g)];
  if (spans.length === 0) return mutatedBytes(random, part);
  const { index, 0: span } = random.pick(spans);
  let changed: string;
  try {
    changed = JSON.stringify(mutatedJson(random, JSON.parse(span)));
  } catch {
    changed = span.replace(/\d/, '9'); // two texts beside each other
  }
  const fitting = changed.length > span.length ? changed.slice(0, span.length) : changed.padEnd(span.length, ' ');
  return new Uint8Array(Buffer.from(text.slice(0, index) + fitting + text.slice(index + span.length), 'latin1'));
}
