/**
 * Takes a TCP stream that becomes a WebSocket apart, at the boundaries of its frames (RFC 6455, section 5.2).
 *
 * 1. `push` of any pieces of a stream gives units that joined are the stream: nothing is changed, the end may be held back.
 * 2. What is no WebSocket after its head passes as it comes.
 */

/** A piece that may pass, or not, by itself. `head` is everything before the first frame. */
export interface StreamUnit {
  readonly kind: 'head' | 'plain' | 'text' | 'binary' | 'control';
  readonly bytes: Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const KINDS: Readonly<Record<number, StreamUnit['kind']>> = { 0: 'binary', 1: 'text', 2: 'binary' };

export class WebSocketFrames {
  #held: Buffer = Buffer.alloc(0);
  #state: 'head' | 'plain' | 'frames' = 'head';

  /** The units that these bytes complete. */
  push(bytes: Buffer): StreamUnit[] {
    if (this.#state === 'plain') return [{ kind: 'plain', bytes }];
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const units: StreamUnit[] = [];
    if (this.#state === 'head') {
      const end = this.#held.indexOf(HEAD_END);
      if (end < 0) return units;
      const head = this.#held.subarray(0, end + HEAD_END.length);
      if (!/^upgrade:\s*websocket/im.test(head.toString('latin1'))) {
        this.#state = 'plain';
        units.push({ kind: 'plain', bytes: this.#held });
        this.#held = Buffer.alloc(0);
        return units;
      }
      this.#state = 'frames';
      units.push({ kind: 'head', bytes: head });
      this.#held = this.#held.subarray(head.length);
    }
    for (let length = frameBytes(this.#held); length !== null && length <= this.#held.length; ) {
      const opcode = this.#held[0]! & 0x0f;
      units.push({ kind: KINDS[opcode] ?? 'control', bytes: this.#held.subarray(0, length) });
      this.#held = this.#held.subarray(length);
      length = frameBytes(this.#held);
    }
    return units;
  }
}

/** Bytes of the frame that begins here; null where too few have come to say. */
function frameBytes(bytes: Buffer): number | null {
  if (bytes.length < 2) return null;
  const short = bytes[1]! & 0x7f;
  const mask = (bytes[1]! & 0x80) === 0 ? 0 : 4;
  if (short < 126) return 2 + mask + short;
  if (short === 126) return bytes.length < 4 ? null : 4 + mask + bytes.readUInt16BE(2);
  return bytes.length < 10 ? null : 10 + mask + Number(bytes.readBigUInt64BE(2));
}
