import { GridSimpleComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { PlotLayout } from './plot-layout.ts';

use([GridSimpleComponent, CanvasRenderer]);

/** A label of the time axis, at `x` px of the stage. */
export interface TimeLabel {
  readonly x: number;
  readonly label: string;
}

/** A threshold in the colours of its line and of its number. */
export interface AxisThreshold {
  readonly value: number;
  readonly text: string;
  /** The graver the larger; decides whose number stands where two would touch. */
  readonly weight: number;
  readonly lineColor: string;
  readonly textColor: string;
}

/** Everything the axes show. */
export interface AxisPicture {
  readonly layout: PlotLayout;
  readonly min: number;
  readonly max: number;
  readonly values: readonly { readonly value: number; readonly text: string }[];
  readonly times: readonly TimeLabel[];
  readonly thresholds: readonly AxisThreshold[];
  readonly colors: { readonly grid: string; readonly text: string };
  readonly font: string;
}

const TIME_LEVEL = 1;
const CLOSE_PX = 14;
const RIGHT_MARGIN_PX = 40;
const LEFT_MARGIN_PX = 8;
const HIDDEN = { show: false };

/**
 * Grid lines, labels and thresholds of one chart, drawn by ECharts.
 *
 * Value labels and grid stand still; the time labels are a layer of their own that `slide` moves with the line for
 * nothing but a CSS transform. `draw` costs about a millisecond: call it when something else than time changed.
 */
export class AxisChart {
  readonly #element: HTMLElement;
  #chart: EChartsType | null = null;
  #timeLayer: HTMLElement | null = null;
  #size = '';
  #shiftPx = 0;

  /** @param element An empty box; the chart takes its size from the layout. */
  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** Draws all of it and takes the shift back to 0. */
  draw(picture: AxisPicture): void {
    const { stageWidth: width, stageHeight: height } = picture.layout;
    const size = `${width}x${height}x${devicePixelRatio}`;
    if (this.#chart === null || this.#size !== size) this.#open(width, height, size);
    this.#chart?.setOption(optionOf(picture), { silent: true });
    this.#timeLayer ??= this.#element.querySelector<HTMLElement>(`canvas[data-zr-dom-id="zr_${TIME_LEVEL}"]`);
    this.slide(0);
  }

  /** Moves the time labels `px` to the left of where they were drawn. */
  slide(px: number): void {
    if (px === this.#shiftPx) return;
    this.#shiftPx = px;
    if (this.#timeLayer !== null) this.#timeLayer.style.transform = px === 0 ? '' : `translateX(${-px}px)`;
  }

  /** The canvases, bottom first, for a picture of the chart. */
  canvases(): readonly HTMLCanvasElement[] {
    return [...this.#element.querySelectorAll('canvas')];
  }

  dispose(): void {
    this.#chart?.dispose();
    this.#chart = null;
    this.#timeLayer = null;
  }

  #open(width: number, height: number, size: string): void {
    if (this.#chart !== null && this.#size.endsWith(`x${devicePixelRatio}`)) {
      this.#chart.resize({ width, height, silent: true });
    } else {
      this.dispose();
      this.#chart = init(this.#element, null, { renderer: 'canvas', width, height, devicePixelRatio });
    }
    this.#size = size;
  }
}

/** The thresholds whose numbers stand at the axis: of two nearer than `apart` the graver one, of equals the higher. Ascending. */
export function namedThresholds<T extends { readonly value: number; readonly weight: number }>(
  ascending: readonly T[],
  apart: number,
): T[] {
  const named: T[] = [];
  for (const line of [...ascending].reverse().sort((a, b) => b.weight - a.weight)) {
    if (named.every((other) => Math.abs(other.value - line.value) >= apart)) named.push(line);
  }
  return named.sort((a, b) => a.value - b.value);
}

function optionOf(picture: AxisPicture): Record<string, unknown> {
  const { layout, min, max, thresholds, colors, font } = picture;
  const height = layout.bottom - layout.top;
  const right = layout.labels === 'right';
  const margin = right ? RIGHT_MARGIN_PX : LEFT_MARGIN_PX;
  const label = {
    fontSize: 11,
    fontFamily: font,
    color: colors.text,
    margin,
    align: 'right',
    showMinLabel: true,
    showMaxLabel: true,
  };
  const position = right ? 'right' : 'left';
  const bare = { type: 'value', animation: false, axisLine: HIDDEN, minorTick: HIDDEN, silent: true };
  const perPx = (max - min) / height;
  const free = picture.values.filter((tick) =>
    thresholds.every((t) => Math.abs(t.value - tick.value) >= CLOSE_PX * perPx),
  );
  const lines = thresholds.filter((t) => t.value >= min && t.value <= max).sort((a, b) => a.value - b.value);
  const labelled = namedThresholds(lines, CLOSE_PX * perPx);
  const named = (list: readonly { readonly value: number; readonly text: string }[]) => (value: number) =>
    list.find((tick) => tick.value === value)?.text ?? '';
  return {
    animation: false,
    grid: [
      { left: layout.left, top: layout.top, width: layout.right - layout.left, height },
      { left: 0, top: layout.top, width: layout.stageWidth, height },
    ],
    xAxis: [
      { ...bare, gridIndex: 0, show: false, min: 0, max: 1 },
      {
        ...bare,
        gridIndex: 1,
        zlevel: TIME_LEVEL,
        min: 0,
        max: layout.stageWidth,
        splitLine: HIDDEN,
        axisTick: { show: false, customValues: picture.times.map((time) => time.x) },
        axisLabel: {
          ...label,
          align: 'center',
          margin: 4,
          customValues: picture.times.map((time) => time.x),
          formatter: (x: number) => picture.times.find((time) => Math.abs(time.x - x) < 0.01)?.label ?? '',
        },
      },
    ],
    yAxis: [
      {
        ...bare,
        gridIndex: 0,
        position,
        min,
        max,
        splitLine: { show: true, lineStyle: { color: colors.grid, width: 1 } },
        axisTick: { show: false, customValues: picture.values.map((tick) => tick.value) },
        axisLabel: { ...label, customValues: free.map((tick) => tick.value), formatter: named(free) },
      },
      { ...bare, gridIndex: 1, show: false, min: 0, max: 1 },
      {
        ...bare,
        gridIndex: 0,
        position,
        offset: 0,
        min,
        max,
        splitLine: {
          show: lines.length > 0,
          lineStyle: { color: lines.map((line) => line.lineColor), width: 1, type: [1, 3], cap: 'square' },
        },
        axisTick: { show: false, customValues: lines.map((line) => line.value) }, // the lines stand at its ticks
        axisLabel: {
          ...label,
          show: labelled.length > 0,
          customValues: labelled.map((line) => line.value),
          color: (_: string, index: number) => labelled[index]?.textColor ?? colors.text,
          formatter: named(labelled),
        },
      },
    ],
  };
}
