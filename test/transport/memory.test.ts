import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryChannel } from '../../src/transport/memory.ts';

function run(options: { seed: number; loss: number; doubling: number; maxDelayMs: number }) {
  const got: unknown[] = [];
  const channel = new MemoryChannel({ ...options, onMessage: (header) => got.push(header) });
  for (let i = 0; i < 50; i++) {
    channel.send(i);
    channel.advance(1);
  }
  channel.advance(1000);
  return { got, channel };
}

it('delivered = sent - lost + doubled, and equal seeds misbehave alike', () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.record({ seed: fc.integer(), loss: chance, doubling: chance, maxDelayMs: fc.nat(50) }),
      (options) => {
        const { got, channel } = run(options);
        expect(got.length).toBe(50 - channel.lost + channel.doubled);
        expect(run(options).got).toEqual(got);
      },
    ),
  );
});

it('without misbehaviour everything arrives once and in order; cut, nothing does', () => {
  const { got, channel } = run({ seed: 1, loss: 0, doubling: 0, maxDelayMs: 0 });
  expect(got).toEqual(Array.from({ length: 50 }, (_, i) => i));
  channel.cut = true;
  channel.send('lost');
  channel.advance(10);
  expect(got.length).toBe(50);
});
