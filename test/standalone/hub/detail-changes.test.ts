import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSamplePart } from '../../../src/wire/arrow-fixed.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { mergedSpans, SeriesChanges } from '../../../standalone/server/hub/detail-changes.ts';
import { Stage } from '../ws/stage.ts';
import { rowsFrom } from './producer.ts';

const ALL = { startUs: 0, endUs: 1000 };
const stretch = fc
  .tuple(fc.nat(999), fc.integer({ min: 1, max: 60 }))
  .map(([startUs, length]) => ({ startUs, endUs: Math.min(1000, startUs + length) }));

describe('what changed in a series since a message', () => {
  it('is what the messages after it brought, no more while they are few', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(stretch, { maxLength: 3 }), { maxLength: 30 }),
        fc.nat(30),
        stretch,
        (all, since, asked) => {
          const changes = new SeriesChanges(0, 0);
          for (const [i, stretches] of all.entries()) {
            for (const { startUs, endUs } of stretches) changes.note(i + 1, startUs, endUs);
          }
          const later = all.slice(since).flat();
          // In order, what lies between the newest sample then and the newest one now counts as changed.
          const [then, now] = [all.slice(0, since).flat(), all.flat()].map((own) =>
            Math.max(0, ...own.map(({ endUs }) => endUs)),
          );
          if (now! > then!) later.push({ startUs: then!, endUs: Number.POSITIVE_INFINITY });
          expect(changes.since(since, asked)).toEqual(mergedSpans(later, asked));
        },
      ),
    );
  });

  it('is never less than what they brought, however many they are, and stays bounded', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(stretch),
        fc.integer({ min: 200, max: 3000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (stream, count, at) => {
          const changes = new SeriesChanges(0, 0);
          const brought: { startUs: number; endUs: number }[] = [];
          for (let seq = 1; seq <= count; seq += 1) {
            const { startUs, endUs } = stream.next().value!;
            const one = seq % 2 === 0 ? { startUs: seq, endUs: seq + 1 } : { startUs, endUs };
            changes.note(seq, one.startUs, one.endUs);
            brought.push(one);
          }
          const since = Math.floor(at * count);
          const said = changes.since(since, { startUs: 0, endUs: 4000 });
          for (const { startUs, endUs } of brought.slice(since)) {
            expect(said.some((span) => span.startUs <= startUs && span.endUs >= endUs)).toBe(true);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is everything where it was not watched yet, nothing where nothing came', () => {
    const changes = new SeriesChanges(10, 500);
    expect([changes.since(9, ALL), changes.since(10, ALL)]).toEqual([[ALL], []]);
    changes.note(11, 499, 500);
    expect(changes.since(10, ALL)).toEqual([{ startUs: 499, endUs: 500 }]);
    expect(changes.since(11, ALL)).toEqual([]);
  });
});

describe('the answer to a zoom that is held as of a message', () => {
  const KEY = '["a",[]]';
  const ask = (stage: Stage, since: number | null) => {
    const query = { id: 'q', series: [KEY], startUs: 0, endUs: 64_000, columns: 64, since };
    const bytes = stage.session.detail(query);
    const { header, buffers } = decodeFrame(bytes);
    return { header, bytes: bytes.length, times: [...readSamplePart(buffers[0]!).columns.time] };
  };

  it('has the whole columns that changed and their rows, nothing else', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 96, 333) });
    const whole = ask(stage, null);
    expect(whole.header.spans).toBeUndefined();
    expect(whole.times.length).toBe(96);
    stage.send({ a: [[5050, 1]] });
    stage.send({ a: rowsFrom(32_000, 15, 100) });
    const { header, times, bytes } = ask(stage, 1);
    expect(header).toMatchObject({
      seq: 3,
      spans: [
        [5000, 6000],
        [31_000, 64_000],
      ],
    });
    expect(times.every((time) => (time >= 5000 && time < 6000) || time >= 31_000)).toBe(true);
    expect(times.filter((time) => time < 6000)).toEqual([5050, 5328, 5661, 5994]);
    expect(bytes).toBeLessThan(whole.bytes / 1.5);
    expect(ask(stage, 3)).toMatchObject({ header: { spans: [], columnUs: 0 }, times: [] });
  });

  it('says no newer version than that of the past that was read for it', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 10, 100) });
    stage.send({ a: rowsFrom(5000, 10, 100) });
    const query = { id: 'q', series: [KEY], startUs: 0, endUs: 64_000, columns: 64 };
    const seqs = [1, 9].map((asOf) => decodeFrame(stage.session.detail({ ...query, asOf })).header.seq);
    expect(seqs).toEqual([1, 2]);
  });

  it('is all of it for a version from before the server watched, and for one from before a clear()', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 320, 100) });
    stage.send({ a: rowsFrom(32_000, 1, 100) });
    expect(ask(stage, 1).header.spans).toEqual([[0, 64_000]]);
    expect(ask(stage, 2).header.spans).toEqual([]);
  });
});
