import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/cli/line-splitter.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function split(bytes: Uint8Array, cuts: readonly number[], limit?: number): { lines: string[]; tooLong: number } {
  const splitter = new LineSplitter(limit);
  const at = [0, ...cuts, bytes.length];
  const lines = at.slice(1).flatMap((to, i) => splitter.push(bytes.subarray(at[i]!, to)));
  return { lines: [...lines, ...splitter.finish()], tooLong: splitter.tooLong };
}

test('lines are those of splitting the whole text, wherever its bytes are cut', () => {
  const part = fc.constantFrom('a', 'é', '🙂', '\n', '\r\n', '\r', ' ', 'xyz');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), fc.array(fc.nat({ max: 60 }), { maxLength: 8 }), (parts, where) => {
      const text = parts.join('');
      const bytes = bytesOf(text);
      const cuts = where.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b);
      const lines = text.split(/\r\n|\n|\r/);
      if (lines.at(-1) === '') lines.pop();
      expect(split(bytes, cuts).lines).toEqual(lines);
    }),
    { numRuns: 500 },
  );
});

test('a byte order mark is no part of the first line, and one later is', () => {
  expect(split(bytesOf('\ufeffa\n\ufeffb\n'), []).lines).toEqual(['a', '\ufeffb']);
  expect(split(bytesOf('\ufeffa\n'), [1, 2, 3]).lines).toEqual(['a']);
});

test('a line longer than the limit is an empty line and counted; those around it are whole', () => {
  const bytes = bytesOf(`first\n${'x'.repeat(100)}\r\nlast\n${'y'.repeat(100)}`);
  const cuts = Array.from({ length: 21 }, (_, i) => i * 10);
  expect(split(bytes, cuts, 20)).toEqual({ lines: ['first', '', 'last', ''], tooLong: 2 });
});

test('a piece may be reused once it was pushed', () => {
  const splitter = new LineSplitter();
  const piece = Buffer.from('abc');
  expect(splitter.push(piece)).toEqual([]);
  piece.fill('z');
  expect(splitter.push(bytesOf('\n'))).toEqual(['abc']);
});
