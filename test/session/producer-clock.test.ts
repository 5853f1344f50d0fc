import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProducerClock } from '../../src/session/producer-clock.ts';

test('the offset is the smallest difference of the last 60 s, in steps of 1 s', () => {
  const notes = fc.array(
    fc.record({ stepUs: fc.integer({ min: 0, max: 20_000_000 }), delayUs: fc.integer({ min: -1000, max: 1e6 }) }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(notes, (steps) => {
      const clock = new ProducerClock();
      const seen: { second: number; delayUs: number }[] = [];
      let nowUs = 0;
      for (const { stepUs, delayUs } of steps) {
        nowUs += stepUs;
        clock.note(nowUs, nowUs - delayUs);
        seen.push({ second: Math.floor(nowUs / 1e6), delayUs });
        const recent = seen.filter(({ second }) => seen.at(-1)!.second - second < 60);
        expect(clock.offsetUs).toBe(Math.min(...recent.map((note) => note.delayUs)));
      }
    }),
  );
});
