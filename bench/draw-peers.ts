/** The competitors of bench/draw-page.ts: each gets min and max of every pixel column, as its users would give them. */
import { LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import uPlot from 'uplot';
import { type Line, type Open, PER_TICK, type Size, VISIBLE } from './draw-lines.ts';

use([LineChart, GridComponent, CanvasRenderer]);

/** Room of a competitor's plot: left, right, top, bottom. */
const MARGIN = { left: 50, right: 10, top: 10, bottom: 25 };
const COLOR = '#5470c6';

/** Min and max of each of `columns` parts of the visible samples, in time order, into `out` as x, y pairs. Returns the pairs. */
function minMaxInto(
  line: Line,
  from: number,
  options: { readonly columns: number; readonly out: Float64Array },
): number {
  const { time, value } = line;
  const { columns, out } = options;
  let at = 0;
  for (let column = 0; column < columns; column++) {
    const low = from + Math.floor((column * VISIBLE) / columns);
    const high = from + Math.floor(((column + 1) * VISIBLE) / columns);
    let min = low;
    let max = low;
    for (let i = low + 1; i < high; i++) {
      if (value[i]! < value[min]!) min = i;
      else if (value[i]! > value[max]!) max = i;
    }
    const first = Math.min(min, max);
    const second = Math.max(min, max);
    out[at++] = time[first]!;
    out[at++] = value[first]!;
    out[at++] = time[second]!;
    out[at++] = value[second]!;
  }
  return at / 2;
}

const plotWidth = (size: Size): number => size.width - MARGIN.left - MARGIN.right;
const plotHeight = (size: Size): number => size.height - MARGIN.top - MARGIN.bottom;

function box({ width, height }: Size): HTMLElement {
  const element = document.createElement('div');
  element.style.cssText = `width:${width}px;height:${height}px;display:inline-block;position:relative`;
  document.body.append(element);
  return element;
}

/** One competitor: a chart per line in a box of its own. */
function each(
  open: (element: HTMLElement, size: Size) => { show: (line: Line, from: number) => void; dispose: () => void },
): Open {
  return (lines, size) => {
    const charts = lines.map(() => {
      const element = box(size);
      return { element, ...open(element, size) };
    });
    return {
      tick: (index) => {
        for (const [i, chart] of charts.entries()) chart.show(lines[i]!, (index + 1) * PER_TICK);
      },
      dispose: () => {
        for (const { element, dispose } of charts) {
          dispose();
          element.remove();
        }
      },
    };
  };
}

export const openECharts = each((element, size) => {
  const chart = init(element, null, {
    renderer: 'canvas',
    devicePixelRatio: 1,
    width: size.width,
    height: size.height,
  });
  const columns = plotWidth(size);
  const out = new Float64Array(4 * columns);
  chart.setOption({
    animation: false,
    grid: MARGIN,
    xAxis: { type: 'time', min: 'dataMin', max: 'dataMax' },
    yAxis: { type: 'value', scale: true },
    series: [
      {
        type: 'line',
        dimensions: ['x', 'y'],
        data: new Float64Array(0),
        showSymbol: false,
        silent: true,
        emphasis: { disabled: true },
        lineStyle: { width: 1.5, color: COLOR },
      },
    ],
  });
  return {
    show: (line, from) => {
      const pairs = minMaxInto(line, from, { columns, out });
      for (let i = 0; i < pairs; i++) out[2 * i] = out[2 * i]! / 1000;
      chart.setOption({ series: [{ data: out.subarray(0, 2 * pairs) }] }, { silent: true });
    },
    dispose: () => chart.dispose(),
  };
});

export const openUPlot = each((element, size) => {
  const columns = plotWidth(size);
  const out = new Float64Array(4 * columns);
  const x = new Float64Array(2 * columns);
  const y = new Float64Array(2 * columns);
  const options: uPlot.Options = {
    width: size.width,
    height: size.height,
    pxAlign: false,
    cursor: { show: false },
    legend: { show: false },
    series: [{}, { stroke: COLOR, width: 1.5, points: { show: false } }],
  };
  const chart = new uPlot(options, [x, y], element);
  return {
    show: (line, from) => {
      const pairs = minMaxInto(line, from, { columns, out });
      for (let i = 0; i < pairs; i++) {
        x[i] = out[2 * i]! / 1e6;
        y[i] = out[2 * i + 1]!;
      }
      // Without `batch` it draws in a microtask, which the browser does not count as script.
      chart.batch(() => chart.setData([x.subarray(0, pairs), y.subarray(0, pairs)]));
    },
    dispose: () => chart.destroy(),
  };
});

export const openCanvas = each((element, size) => {
  const canvas = document.createElement('canvas');
  const width = plotWidth(size);
  const height = plotHeight(size);
  canvas.width = width;
  canvas.height = height;
  element.append(canvas);
  const context = canvas.getContext('2d')!;
  context.strokeStyle = COLOR;
  context.lineWidth = 1.5;
  const out = new Float64Array(4 * width);
  return {
    show: (line, from) => {
      const pairs = minMaxInto(line, from, { columns: width, out });
      let min = Number.POSITIVE_INFINITY;
      let max = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < pairs; i++) {
        min = Math.min(min, out[2 * i + 1]!);
        max = Math.max(max, out[2 * i + 1]!);
      }
      const perUs = width / (out[2 * pairs - 2]! - out[0]!);
      const perUnit = height / (max - min);
      context.clearRect(0, 0, width, height);
      context.beginPath();
      for (let i = 0; i < pairs; i++)
        context.lineTo((out[2 * i]! - out[0]!) * perUs, (max - out[2 * i + 1]!) * perUnit);
      context.stroke();
    },
    dispose: () => {},
  };
});
