import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowTurns } from '../../../src/view/panel/row-turns.ts';

const FRAME_MS = 1000 / 60;

/** Rows that always have something to draw, over `frames` frames; draws by row. */
function play(rows: number, frames: number) {
  const turns = new RowTurns();
  for (let i = 0; i < rows; i++) turns.count(1);
  const next = new Float64Array(rows);
  const draws = new Int32Array(rows);
  let most = 0;
  for (let frame = 0; frame < frames; frame++) {
    const nowMs = frame * FRAME_MS;
    let drawn = 0;
    for (let row = 0; row < rows; row++) {
      if (nowMs < next[row]! || !turns.take(nowMs)) continue;
      next[row] = turns.nextMs(nowMs);
      draws[row]! += 1;
      drawn += 1;
    }
    most = Math.max(most, drawn);
  }
  return { draws, most };
}

describe('turns of rows', () => {
  it('a step ends at the next one also where its beginning is divided to less', () => {
    expect(Math.max(...play(147, 300).draws)).toBeLessThanOrEqual(26);
  });

  it('at most 24 rows are drawn in a frame, none more than 5 times a second, and none is left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (rows) => {
        const { draws, most } = play(rows, 300);
        expect(most).toBeLessThanOrEqual(24);
        expect(Math.max(...draws)).toBeLessThanOrEqual(26);
        expect(Math.min(...draws)).toBeGreaterThanOrEqual(Math.floor(0.6 * Math.max(...draws)));
      }),
      { numRuns: 40 },
    );
  });
});
