import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EpochStore } from '../../src/session/epoch-store.ts';
import type { SeriesView } from '../../src/session/session-view.ts';
import type { Card } from '../../src/view/card.ts';
import { PageControls } from '../../src/view/dashboard/page-controls.ts';
import { Cursor } from '../../src/view/widgets/metric/cursor.ts';
import { HeldData } from '../../src/view/widgets/metric/held-data.ts';
import type { PlotScale } from '../../src/view/widgets/metric/line-painter.ts';
import { Viewport } from '../../src/view/widgets/metric/viewport.ts';
import { ViewportControl } from '../../src/view/widgets/metric/viewport-control.ts';
import { messageOf, sampleColumns } from '../session/message-builder.ts';

const NOW = { firstUs: 0, lastUs: 1000e6, clockUs: 1000e6 };

/** A line with one sample a second, value = seconds. */
function lineOf(seconds: number): SeriesView {
  const store = new EpochStore({ session: 'kernel-1', epochId: 'a'.repeat(32), now: () => 0 });
  const rows = Array.from({ length: seconds + 1 }, (_, i) => ({ series: 0, time: i * 1e6, value: i }));
  const entry = { key: '["cpu",[]]', gen: 0, n: rows.length, before: null, tiers: [1e6, 10e6], since: null } as const;
  store.apply(
    messageOf({ series: [{ ...entry, axis: 'time' }], samples: sampleColumns(rows), samplesTotal: rows.length }),
  );
  return store.series('cpu')[0]!;
}

/** Two charts of one page. */
function setUp(declared: readonly (number | 'all')[] = [60e6, 300e6]) {
  const controls = new PageControls(() => () => undefined);
  const line = lineOf(1000);
  const charts = declared.map((range) => {
    const held = new HeldData();
    Object.assign(held, { lines: [line], count: line.count, ...NOW });
    const state = { changes: 0 };
    const control = new ViewportControl({
      ...{ range, axis: 'time', card: {} as Card, held, controls },
      onChange: () => {
        state.changes += 1;
      },
    });
    control.viewport.follow(held);
    return { control, held, state };
  });
  const follow = (): void => {
    for (const { control, held } of charts) control.viewport.follow(held);
  };
  const spans = (): (readonly [number, number])[] => {
    follow();
    return charts.map(({ control: { viewport } }) => [viewport.startUs, viewport.edgeUs] as const);
  };
  return { controls, charts, spans, first: charts[0]!.control };
}

describe('charts of one page', () => {
  it('show what they were declared with, until the page has a range', () => {
    const { controls, spans } = setUp();
    expect(spans()).toEqual([
      [940e6, 1000e6],
      [700e6, 1000e6],
    ]);
    controls.choose(120e6);
    expect(spans()).toEqual([
      [880e6, 1000e6],
      [880e6, 1000e6],
    ]);
    controls.choose('own');
    expect(spans()[1]).toEqual([700e6, 1000e6]);
  });

  it('a zoom, a pan or a selection in one of them is seen in all; back to live in one ends it in all', () => {
    const move = fc.oneof(
      fc.record({ kind: fc.constant('zoom' as const), by: fc.double({ min: 0.1, max: 4, noNaN: true }) }),
      fc.record({ kind: fc.constant('pan' as const), by: fc.double({ min: -500e6, max: 500e6, noNaN: true }) }),
      fc.record({ kind: fc.constant('select' as const), by: fc.double({ min: 1, max: 500e6, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(move, fc.nat(1)), { minLength: 1, maxLength: 10 }), (moves) => {
        const { controls, charts, spans } = setUp();
        for (const [{ kind, by }, at] of moves) {
          const { control } = charts[at]!;
          if (kind === 'zoom') control.zoom(by, control.viewport.edgeUs - control.viewport.rangeUs / 3);
          else if (kind === 'pan') control.pan(by);
          else control.select(400e6, 400e6 + by);
          const [a, b] = spans();
          expect(a).toEqual(b);
          const { startUs, endUs } = controls.held ?? {};
          expect([a?.[0] === startUs, a?.[1] === endUs]).toEqual([true, true]);
        }
        charts[1]!.control.goLive();
        expect(spans().map(([, edgeUs]) => edgeUs)).toEqual([1000e6, 1000e6]);
        expect(controls.held).toBeNull();
      }),
    );
  });

  it('paused, the edge stands and the values are those of the moment, also one that came with a link', () => {
    const { controls, charts, spans, first } = setUp();
    controls.pause(500.4e6);
    first.settle();
    expect(first.paused).toEqual({ atUs: 500400000, count: 1001, values: [500] });
    expect(first.shownValue(0)).toBe(500);
    for (const { held } of charts) Object.assign(held, { clockUs: 2000e6, lastUs: 2000e6 });
    expect(spans().map(([, edgeUs]) => edgeUs)).toEqual([500400000, 500400000]);
    first.togglePause();
    expect([controls.pausedAtUs, first.paused]).toEqual([null, null]);
    expect(spans()[0]![1]).toBe(2000e6);
  });

  it('a zoom while paused keeps the values of the pause', () => {
    const { controls, charts, first } = setUp();
    controls.pause(500e6);
    first.settle();
    charts[1]!.control.select(100e6, 200e6);
    expect(first.viewport.mode).toBe('held');
    expect(first.paused?.atUs).toBe(500e6);
  });

  it('after dispose the page moves nothing', () => {
    const { controls, charts, first } = setUp();
    first.dispose();
    charts[0]!.state.changes = 0;
    controls.choose('all');
    expect(charts[0]!.state.changes).toBe(0);
  });
});

describe('a viewport without a page', () => {
  it('show gives the same picture as choosing, pausing and holding by itself', () => {
    const given = new Viewport(60e6);
    const own = new Viewport(60e6);
    given.show({ range: 120e6, held: null, pausedAtUs: null });
    own.choose(120e6);
    for (const viewport of [given, own]) viewport.follow(NOW);
    expect([given.edgeUs, given.rangeUs, given.mode]).toEqual([own.edgeUs, own.rangeUs, own.mode]);
    given.show({ range: 120e6, held: null, pausedAtUs: 1000e6 });
    own.pause();
    expect([given.edgeUs, given.rangeUs, given.mode]).toEqual([own.edgeUs, own.rangeUs, own.mode]);
  });
});

describe('shared cursor', () => {
  const scale: PlotScale = {
    ...{ left: 0, right: 100, top: 0, bottom: 100, min: 0, max: 1000, usPerPx: 1e6, edgeUs: 1000e6 },
  } as PlotScale;
  const line = lineOf(1000);

  it('a time pointed at in one chart has its line and dots in another, and no words', () => {
    const here = new Cursor();
    const there = new Cursor();
    here.point(40, 50);
    expect(there.share(here.pointedUs(scale))).toBe(true);
    const [a, b] = [here.read([line], scale), there.read([line], scale)];
    expect(b?.cursor.x).toBe(a?.cursor.x);
    expect([a?.elsewhere, b?.elsewhere]).toEqual([false, true]);
    expect(b?.hot).toBe(-1);
  });

  it('what is pointed at here wins, and what lies outside the picture is not shown', () => {
    const cursor = new Cursor();
    cursor.point(40, 50);
    expect(cursor.share(990e6)).toBe(false);
    expect(cursor.read([line], scale)?.elsewhere).toBe(false);
    cursor.clear();
    expect(cursor.read([line], scale)?.cursor.x).toBe(90);
    cursor.share(100e6);
    expect(cursor.read([line], scale)).toBeNull();
    cursor.share(Number.NaN);
    expect(cursor.active).toBe(false);
  });
});
