import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eachRun } from '../../src/session/message-rows.ts';

test('each run of rows of one series is told once, in order, however long it is', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(65_535), fc.integer({ min: 1, max: 20 })), { maxLength: 12 }), (parts) => {
      const given = parts.filter(([series], i) => i === 0 || series !== parts[i - 1]![0]);
      const series = Uint16Array.from(given.flatMap(([one, count]) => Array<number>(count).fill(one)));
      const told: [series: number, count: number][] = [];
      let end = 0;
      eachRun({ length: series.length, series }, (one, from, to) => {
        expect(from).toBe(end);
        end = to;
        told.push([one, to - from]);
      });
      expect([end, told]).toEqual([series.length, given]);
    }),
    { numRuns: 500 },
  );
});
