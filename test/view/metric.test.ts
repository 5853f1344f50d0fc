import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBuffer } from '../../src/core/line-buffer.ts';
import { namedThresholds } from '../../src/view/widgets/metric/axis-chart.ts';
import { axisFormat } from '../../src/view/widgets/metric/axis-format.ts';
import { AxisTurns } from '../../src/view/widgets/metric/axis-turns.ts';
import { spreadLabels } from '../../src/view/widgets/metric/end-labels.ts';
import { type PlotScale, paintLine, xOf, yOf } from '../../src/view/widgets/metric/line-painter.ts';
import { lineName } from '../../src/view/widgets/metric/lines.ts';
import { plotLayout } from '../../src/view/widgets/metric/plot-layout.ts';
import { visibleTimes } from '../../src/view/widgets/metric/time-labels.ts';
import { Viewport } from '../../src/view/widgets/metric/viewport.ts';

const held = (firstUs: number, lastUs: number, clockUs: number) => ({ firstUs, lastUs, clockUs });

describe('Viewport', () => {
  it('live, the edge is the clock while the newest sample is younger than the range, else that sample', () => {
    const viewport = new Viewport(60e6);
    viewport.follow(held(0, 100e6, 130e6));
    expect([viewport.edgeUs, viewport.behind]).toEqual([130e6, false]);
    viewport.follow(held(0, 100e6, 260e6));
    expect([viewport.edgeUs, viewport.behind]).toEqual([100e6, true]);
  });

  it('a clock estimate that steps back by less than a second does not move the edge', () => {
    const viewport = new Viewport(60e6);
    viewport.follow(held(0, 100e6, 100e6));
    viewport.follow(held(0, 100e6, 99.5e6));
    expect(viewport.edgeUs).toBe(100e6);
    viewport.follow(held(0, 100e6, 90e6));
    expect(viewport.edgeUs).toBe(90e6);
  });

  it('zooming keeps the time under the cursor and stays within what is held', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.double({ min: 0.2, max: 0.99, noNaN: true }),
        (part, factor) => {
          const data = held(0, 1000e6, 1000e6);
          const viewport = new Viewport(60e6);
          viewport.follow(data);
          const aroundUs = viewport.startUs + part * viewport.rangeUs;
          viewport.zoom(factor, aroundUs, data);
          expect((aroundUs - viewport.startUs) / viewport.rangeUs).toBeCloseTo(part, 6);
          expect(viewport.mode).toBe('held');
        },
      ),
    );
  });

  it('any zooms and pans leave the edge between the first and the newest time; live brings the chosen range back', () => {
    const step = fc.oneof(
      fc.record({ pan: fc.double({ min: -1e10, max: 1e10, noNaN: true }) }),
      fc.record({ zoom: fc.double({ min: 0.01, max: 100, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const data = held(0, 1000e6, 1000e6);
        const viewport = new Viewport(60e6);
        viewport.follow(data);
        for (const act of steps) {
          if ('pan' in act) viewport.pan(act.pan, data);
          else viewport.zoom(act.zoom, viewport.startUs + viewport.rangeUs / 2, data);
          expect(viewport.edgeUs).toBeLessThanOrEqual(1000e6);
          expect(viewport.edgeUs).toBeGreaterThan(0);
          expect(viewport.rangeUs).toBeGreaterThan(0);
        }
        viewport.live();
        viewport.follow(data);
        expect([viewport.edgeUs, viewport.rangeUs, viewport.mode]).toEqual([1000e6, 60e6, 'live']);
      }),
    );
  });

  it('paused, neither time nor data move it', () => {
    const viewport = new Viewport(60e6);
    viewport.follow(held(0, 100e6, 100e6));
    viewport.pause();
    viewport.follow(held(0, 500e6, 500e6));
    expect(viewport.edgeUs).toBe(100e6);
  });

  it('all shows from the first sample on and grows once a second', () => {
    const viewport = new Viewport('all');
    viewport.follow(held(0, 100e6, 100e6));
    expect(viewport.startUs).toBeLessThanOrEqual(0);
    const range = viewport.rangeUs;
    viewport.follow(held(0, 100.5e6, 100.5e6));
    expect(viewport.rangeUs).toBe(range);
    viewport.follow(held(0, 101.5e6, 101.5e6));
    expect(viewport.rangeUs).toBeGreaterThan(range);
  });
});

describe('spreadLabels', () => {
  const wishes = fc.array(fc.double({ min: 0, max: 132, noNaN: true }), { minLength: 1, maxLength: 8 });

  it('keeps order and 16 px, inside the plot', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        const sorted = [...list].sort((a, b) => a - b);
        const places = spreadLabels(sorted, 0, 132);
        for (let i = 1; i < places.length; i++) expect(places[i]! - places[i - 1]!).toBeGreaterThanOrEqual(16 - 1e-6);
        expect(places[0]).toBeGreaterThanOrEqual(0);
        expect(places.at(-1)).toBeLessThanOrEqual(132 + 1e-6);
      }),
    );
  });

  it('labels that do not touch stay where they are', () => {
    expect(spreadLabels([10, 40, 90], 0, 132)).toEqual([10, 40, 90]);
    expect(spreadLabels([50, 50], 0, 132)).toEqual([42, 58]);
  });
});

describe('AxisTurns', () => {
  it('over any charts and frames, two have their turn in a frame, and thirty that ask have all had it after fifteen', () => {
    const turns = new AxisTurns();
    let waiting = Array.from({ length: 30 }, (_, chart) => chart);
    for (let frame = 0; frame < 15; frame++) {
      const before = waiting.length;
      waiting = waiting.filter(() => !turns.take(frame * 16));
      expect(before - waiting.length).toBe(2);
    }
    expect(waiting).toEqual([]);
  });
});

describe('step axis', () => {
  it('ticks are round whole steps, ascending, inside the range and at least 72 px apart', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 100, max: 900 }),
        (start, range, widthPx) => {
          const ticks = axisFormat('step', null).ticks(start, start + range, widthPx);
          for (const [i, { timeUs, label }] of ticks.entries()) {
            expect(Number.isInteger(timeUs)).toBe(true);
            expect(label).toBe(timeUs.toLocaleString());
            expect(timeUs).toBeGreaterThanOrEqual(start);
            expect(timeUs).toBeLessThanOrEqual(start + range);
            if (i > 0) expect(((timeUs - ticks[i - 1]!.timeUs) / range) * widthPx).toBeGreaterThanOrEqual(72 - 1e-6);
          }
          if (widthPx >= 400 && range >= 10) expect(ticks.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('a viewport of steps follows the newest step and never asks for less than a few', () => {
    const viewport = new Viewport('all', 'step');
    viewport.follow(held(0, 250, 250));
    expect([viewport.edgeUs, viewport.rangeUs]).toEqual([250, 252.5]);
    viewport.follow(held(0, 251, 251));
    expect(viewport.edgeUs).toBe(251);
    for (let i = 0; i < 40; i++) viewport.zoom(0.5, 100, held(0, 251, 251));
    expect(viewport.rangeUs).toBe(4);
  });
});

describe('time labels', () => {
  it('none comes nearer than 2 px to the widest value label at the right of the axis', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 600e6, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 200, max: 900 }),
        (shiftUs, valueChars, widthPx) => {
          const plot: PlotScale = {
            left: 11,
            right: 11 + widthPx,
            top: 0,
            bottom: 100,
            edgeUs: 1_763_728_931e6 + shiftUs,
            usPerPx: 60e6 / widthPx,
            min: 0,
            max: 1,
          };
          const format = axisFormat('time', 'UTC');
          const { labels } = visibleTimes(plot, { format, nowUs: plot.edgeUs, labels: 'right', valueChars });
          const valueStarts = plot.right + 40 - valueChars * 7;
          for (const { x, label } of labels) expect(x + (label.length * 7) / 2).toBeLessThanOrEqual(valueStarts - 2);
        },
      ),
    );
  });
});

describe('plot', () => {
  it('a lone number takes its label, other values stand for themselves', () => {
    expect(lineName([['core', '3']], 'CPU')).toBe('core 3');
    expect(lineName([['host', 'web-1']], 'CPU')).toBe('web-1');
    expect(
      lineName(
        [
          ['core', '3'],
          ['host', 'web-1'],
        ],
        'CPU',
      ),
    ).toBe('3 · web-1');
    expect(lineName([], 'CPU')).toBe('CPU');
  });

  it('small bodies are sparklines, several lines have their labels left and ends right', () => {
    expect(plotLayout(296, 112, 1)).toMatchObject({ labels: 'right', ends: false, intervals: 2 });
    expect(plotLayout(296, 148, 8)).toMatchObject({ labels: 'left', ends: true });
    expect(plotLayout(150, 112, 1).labels).toBe('none');
    expect(plotLayout(296, 32, 1).labels).toBe('none');
  });
});

describe('paintLine', () => {
  const scale: PlotScale = { left: 0, right: 100, top: 0, bottom: 100, edgeUs: 100, usPerPx: 1, min: 0, max: 100 };
  const style = { name: 'a', color: '#000', dash: [], alpha: 1 };

  /** Records the strokes: each inner list is one unbroken run of points. */
  function record() {
    const runs: [number, number][][] = [];
    const context = {
      moveTo: (x: number, y: number) => runs.push([[x, y]]),
      lineTo: (x: number, y: number) => runs.at(-1)?.push([x, y]),
      beginPath: () => {
        runs.length = 0;
      },
      stroke: () => {},
      fill: () => {},
      closePath: () => {},
      setLineDash: () => {},
    };
    return { runs, context: context as unknown as CanvasRenderingContext2D };
  }

  function buffer(values: readonly number[], spread = 0): LineBuffer {
    const line = new LineBuffer();
    line.ensure(values.length);
    line.length = values.length;
    for (const [i, value] of values.entries()) {
      line.time[i] = i * 10;
      line.value[i] = value;
      line.min[i] = value - spread;
      line.max[i] = value + spread;
      line.breakBefore[i] = 0;
    }
    return line;
  }

  it('breaks at NaN and keeps a sample between two breaks as a dot', () => {
    const { runs, context } = record();
    paintLine(context, buffer([1, 2, Number.NaN, 3, Number.NaN, 4, 5]), scale, {
      mode: 'points',
      style,
      fill: false,
      pending: [],
    });
    expect(runs.map((run) => new Set(run.map(([x]) => x)).size)).toEqual([2, 1, 2]);
  });

  it('breaks over a pending span and nowhere else', () => {
    const { runs, context } = record();
    paintLine(context, buffer([1, 2, 3, 4, 5]), scale, {
      mode: 'points',
      style,
      fill: false,
      pending: [{ startUs: 22, endUs: 28 }],
    });
    expect(runs.map((run) => run[0]?.[0])).toEqual([0, 30]);
  });

  it('breaks over a silence longer than told, and not over a shorter one', () => {
    const { runs, context } = record();
    const line = buffer([1, 2, 3, 4]);
    line.time.set([0, 10, 40, 50]);
    const look = { mode: 'points', style, fill: false, pending: [] } as const;
    paintLine(context, line, scale, { ...look, breakUs: 30 });
    expect(runs).toHaveLength(1);
    line.breakBefore.fill(0);
    paintLine(context, line, scale, { ...look, breakUs: 29 });
    expect(runs.map((run) => run[0]?.[0])).toEqual([0, 40]);
  });

  it('columns longer than a silence do not break by themselves: two without data between do', () => {
    const { runs, context } = record();
    const line = buffer([50, 50, 50, 50, 50]);
    line.time.set([0, 10, 20, 40, 70]);
    const wide = { ...scale, edgeUs: 1000, usPerPx: 10 };
    paintLine(context, line, wide, { mode: 'columns', style, fill: false, pending: [], breakUs: 5 });
    expect(runs.map((run) => run.length)).toEqual([5, 2]);
  });

  it('extremes that stay the same over columns, as those of one cell do, are stroked once', () => {
    const { runs, context } = record();
    const line = buffer([50, 50, 50, 50]);
    line.min.set([50, 10, 10, 20]);
    paintLine(context, line, scale, { mode: 'columns', style, fill: false, pending: [] });
    expect(runs.slice(1).map(([from]) => from)).toEqual([
      [10, 90],
      [30, 80],
    ]);
  });

  it('a column 15 % of the axis past the line is stroked to its extremes', () => {
    const { runs, context } = record();
    const line = buffer([50, 50, 50]);
    line.max[1] = 66;
    line.min[2] = 40;
    paintLine(context, line, scale, { mode: 'columns', style, fill: false, pending: [] });
    expect(runs).toHaveLength(2);
    expect(runs[1]).toEqual([
      [xOf(scale, 10), yOf(scale, 50)],
      [xOf(scale, 10), yOf(scale, 66)],
    ]);
  });
});

it('of two threshold numbers that would touch the graver one stands, and all stand where there is room', () => {
  const warning = { value: 1, weight: 1 };
  const critical = { value: 5, weight: 2 };
  expect(namedThresholds([warning, critical], 4)).toEqual([warning, critical]);
  expect(namedThresholds([warning, critical], 4.1)).toEqual([critical]);
});
