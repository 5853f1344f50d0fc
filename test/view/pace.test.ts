import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseWidgetSpec } from '../../src/dashboard/widget-specs.ts';
import { SeriesState } from '../../src/session/series-state.ts';
import { HeldData } from '../../src/view/widgets/metric/held-data.ts';
import { type Moment, Pace } from '../../src/view/widgets/metric/pace.ts';
import { FakeStore } from '../gallery/fake-store.ts';

const FRAME_MS = 16;

const FED: Moment = {
  nowMs: 0,
  clockUs: 0,
  axis: 'time',
  isLive: true,
  held: { count: 1, lastUs: 0, lastSampleUs: 0 },
  status: 'live',
  refreshMs: 0,
  reducedMotion: false,
  hasSpoken: false,
  areWordsDue: false,
  areAxesStale: false,
  msToNextPixel: Number.POSITIVE_INFINITY,
  msPerPixel: 1000,
};

/**
 * Draws as a page does, a frame every 16 ms: where the picture stands in each frame, and how many of them drew.
 *
 * @param dataMs So often data come, until `untilMs`.
 */
function slide(
  ms: number,
  stepMs: number,
  dataMs = Number.POSITIVE_INFINITY,
  untilMs = ms,
): { readonly shown: readonly number[]; readonly draws: number } {
  let asked = true;
  const pace = new Pace(() => {
    asked = true;
  });
  const shown: number[] = [];
  let draws = 0;
  let edge = Number.NaN;
  let count = 1;
  for (let nowMs = 0; nowMs < ms; nowMs += FRAME_MS) {
    const arrived = 1 + Math.floor(Math.min(nowMs, untilMs) / dataMs);
    asked ||= arrived > count;
    count = arrived;
    if (asked || pace.isEveryFrame) {
      asked = false;
      draws += 1;
      edge = Math.floor(nowMs / stepMs);
      const msToNextPixel = (edge + 1) * stepMs - nowMs;
      const held = { count: 1, lastUs: nowMs * 1000, lastSampleUs: count };
      pace.settle({ ...FED, nowMs, clockUs: nowMs * 1000, held, msToNextPixel, msPerPixel: stepMs });
    }
    shown.push(edge);
    vi.advanceTimersByTime(FRAME_MS);
  }
  pace.dispose();
  return { shown, draws };
}

/** When the timer ended after a draw at 0, ms, and whether for words; null where it never did. */
function wokenBy(moment: Partial<Moment>): { readonly ms: number; readonly says: boolean } | null {
  let woken: { readonly ms: number; readonly says: boolean } | null = null;
  let ms = 0;
  const pace = new Pace((says) => {
    woken ??= { ms, says };
  });
  pace.settle({ ...FED, ...moment });
  expect(pace.isEveryFrame).toBe(false);
  for (ms = 1; ms <= 3000 && woken === null; ms += 1) vi.advanceTimersByTime(1);
  pace.dispose();
  return woken;
}

describe('the pace of a metric', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a sliding picture stands in every frame where drawing every frame would have put it', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 900, noNaN: true }), (stepMs) => {
        const { shown } = slide(4000, stepMs);
        expect(shown).toEqual(shown.map((_, i) => Math.floor((i * FRAME_MS) / stepMs)));
      }),
    );
  });

  it('a picture that moves ten times a second or less is drawn at most three times a pixel', () => {
    fc.assert(
      fc.property(fc.double({ min: 100, max: 900, noNaN: true }), (stepMs) => {
        expect(slide(4000, stepMs).draws).toBeLessThanOrEqual(1 + 3 * Math.ceil(4000 / stepMs));
      }),
    );
  });

  it('where data come about as often as pixels the picture moves with them, and goes on by itself when they stay away', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 40, max: 400, noNaN: true }),
        fc.double({ min: 0.7, max: 1.4, noNaN: true }),
        (stepMs, share) => {
          const dataMs = Math.max(FRAME_MS, stepMs * share);
          const { shown } = slide(4000, stepMs, dataMs, 2000);
          expect(slide(2000, stepMs, dataMs).draws).toBeLessThanOrEqual(8 + 1.2 * (2000 / dataMs));
          for (const [i, edge] of shown.entries()) {
            const behind = Math.floor((i * FRAME_MS) / stepMs) - edge;
            expect(behind).toBeLessThanOrEqual(i * FRAME_MS < 2000 ? 3 : i * FRAME_MS < 2000 + 3 * dataMs ? 4 : 0);
          }
        },
      ),
    );
  });

  it.each([33, 50, 80, 200])(
    'data that a metric holds, every %i ms, move its picture as often as they come',
    (dataMs) => {
      const spec = parseWidgetSpec({ id: 'm', kind: 'metric', name: 'cpu', options: {} });
      if (spec.kind !== 'metric') throw new Error('no metric');
      const entry = { key: '["cpu",[]]', gen: 0, tiers: [1e6], axis: 'time' } as const;
      const series = new SeriesState({ entry, ringCapacity: 1000, cellLimit: 100, isCurrent: () => true });
      const held = new HeldData();
      const store = new FakeStore(() => clockUs);
      store.show('cpu', [series]);
      let clockUs = 0;
      let asked = true;
      const pace = new Pace(() => {
        asked = true;
      });
      let [draws, came] = [0, 0];
      const stepMs = 1.2 * dataMs;
      for (let nowMs = 0; nowMs < 4000; nowMs += FRAME_MS, vi.advanceTimersByTime(FRAME_MS)) {
        clockUs = nowMs * 1000;
        for (; came * dataMs <= nowMs; came += 1) {
          series.addSamples(Float64Array.of(came * dataMs * 1000), Float64Array.of(came), 0, 1);
          series.version += 1;
          asked = true;
        }
        if (!asked && !pace.isEveryFrame) continue;
        asked = false;
        draws += 1;
        held.read(spec, store, { nowMs, clockUs, width: 300, height: 150, pixelRatio: 1 }, false);
        const msToNextPixel = (Math.floor(nowMs / stepMs) + 1) * stepMs - nowMs;
        pace.settle({ ...FED, nowMs, clockUs, held, msToNextPixel, msPerPixel: stepMs });
      }
      pace.dispose();
      expect(draws).toBeLessThanOrEqual(came + 12);
    },
  );

  it('data that come seldom leave the slide as it is', () => {
    const { shown } = slide(4000, 100, 400);
    expect(shown).toEqual(shown.map((_, i) => Math.floor((i * FRAME_MS) / 100)));
  });

  it('words that wait are looked at within 130 ms, else the picture once a second, of what is over never', () => {
    expect(wokenBy({ areWordsDue: true })).toEqual({ ms: 130, says: true });
    expect(wokenBy({})).toEqual({ ms: 1000, says: true });
    expect(wokenBy({ msToNextPixel: 300 })).toEqual({ ms: 296, says: false });
    expect(wokenBy({ status: 'gone' })).toBeNull();
  });

  it('a draw that says nothing does not put off the look at the words', () => {
    let looks = 0;
    const pace = new Pace((says) => {
      if (says) looks += 1;
    });
    for (let nowMs = 0; nowMs <= 1200; nowMs += 100) {
      pace.settle({ ...FED, nowMs, clockUs: 0, msToNextPixel: 5000 });
      vi.advanceTimersByTime(100);
    }
    expect(looks).toBe(1);
    pace.dispose();
  });

  it('after its end it brings no draw', () => {
    const onDue = vi.fn();
    const pace = new Pace(onDue);
    pace.settle(FED);
    pace.dispose();
    vi.advanceTimersByTime(5000);
    expect(onDue).not.toHaveBeenCalled();
  });
});
