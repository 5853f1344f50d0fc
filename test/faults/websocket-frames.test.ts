import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocketFrames } from './websocket-frames.ts';

const HEAD = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');

/** A frame as RFC 6455 has it. */
function frame(opcode: number, length: number, isMasked: boolean): Buffer {
  const head = [0x80 | opcode];
  const mask = isMasked ? 0x80 : 0;
  const body = Buffer.alloc(length, opcode + 0x40);
  if (length < 126) head.push(mask | length);
  else if (length < 65_536) head.push(mask | 126, length >> 8, length & 255);
  else head.push(mask | 127, 0, 0, 0, 0, (length >> 24) & 255, (length >> 16) & 255, (length >> 8) & 255, length & 255);
  return Buffer.concat([Buffer.from(head), isMasked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0), body]);
}

const anyFrame = fc
  .tuple(
    fc.constantFrom(0, 1, 2, 8, 9, 10),
    fc.oneof(fc.nat(130), fc.constantFrom(125, 126, 65_535, 65_536)),
    fc.boolean(),
  )
  .map(([opcode, length, isMasked]) => ({ opcode, bytes: frame(opcode, length, isMasked) }));

test('a stream cut anywhere gives the head and its frames, each whole', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), (frames, cuts) => {
      const all = Buffer.concat([HEAD, ...frames.map(({ bytes }) => bytes)]);
      const at = [...cuts.map((cut) => cut % all.length), 0, all.length].sort((a, b) => a - b);
      const splitter = new WebSocketFrames();
      const units = at.slice(1).flatMap((end, i) => splitter.push(all.subarray(at[i], end)));
      expect(units.map(({ bytes }) => bytes.toString('hex'))).toEqual(
        [HEAD, ...frames.map(({ bytes }) => bytes)].map((bytes) => bytes.toString('hex')),
      );
      const kinds = ['binary', 'text', 'binary'];
      expect(units.map(({ kind }) => kind)).toEqual([
        'head',
        ...frames.map(({ opcode }) => kinds[opcode] ?? 'control'),
      ]);
    }),
  );
});

test('what is no WebSocket passes as it comes', () => {
  const splitter = new WebSocketFrames();
  const answer = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  expect(splitter.push(answer.subarray(0, 10))).toEqual([]);
  expect(splitter.push(answer.subarray(10)).map(({ bytes }) => String(bytes))).toEqual([String(answer)]);
  expect(splitter.push(Buffer.from('more'))).toEqual([{ kind: 'plain', bytes: Buffer.from('more') }]);
});
