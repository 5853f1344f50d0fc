import { GridSimpleComponent } from 'echarts/components';
import { type EChartsType, graphic, init, use } from 'echarts/core';
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

/** What the time labels show. */
export interface TimePicture {
  readonly layout: PlotLayout;
  readonly times: readonly TimeLabel[];
  readonly colors: { readonly grid: string; readonly text: string };
  readonly font: string;
}

/** Everything the axes show. */
export interface AxisPicture extends TimePicture {
  readonly min: number;
  readonly max: number;
  readonly values: readonly { readonly value: number; readonly text: string }[];
  readonly thresholds: readonly AxisThreshold[];
}

const TIME_LEVEL = 1;
/** Two labels of an axis nearer than this would touch. */
export const CLOSE_PX = 14;
const RIGHT_MARGIN_PX = 40;
const LEFT_MARGIN_PX = 8;
const FOOT_MARGIN_PX = 4;
const FONT_PX = 11;
const HIDDEN = { show: false };

/**
 * Grid lines, labels and thresholds of one chart, drawn by ECharts.
 *
 * Value labels and grid stand still; the time labels are a layer of their own that `slide` moves with the line for
 * nothing but a CSS transform. `draw` costs about two milliseconds: call it when something else than time changed.
 * `drawTimes` costs a tenth of that.
 */
export class AxisChart {
  readonly #element: HTMLElement;
  #chart: EChartsType | null = null;
  #timeLayer: HTMLElement | null = null;
  readonly #times: graphic.Text[] = [];
  #size = '';
  #shiftPx = 0;

  /** @param element An empty box; the chart takes its size from the layout. */
  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /**
   * Opens the chart with nothing but its time labels; false where it is open. The first chart of a page finds everything
   * cold, 40 ms of work: opened in a frame before its first `draw` it holds up neither.
   */
  open(picture: TimePicture): boolean {
    if (this.#chart !== null) return false;
    const { stageWidth, stageHeight } = picture.layout;
    this.#open(stageWidth, stageHeight, sizeOf(picture));
    this.drawTimes(picture);
    return true;
  }

  /** Draws all of it and takes the shift back to 0. */
  draw(picture: AxisPicture): void {
    const { stageWidth: width, stageHeight: height } = picture.layout;
    const size = sizeOf(picture);
    if (this.#chart === null || this.#size !== size) this.#open(width, height, size);
    this.#placeTimes(picture);
    this.#chart?.setOption(optionOf(picture), { silent: true });
    this.#timesDrawn();
  }

  /** Draws only the time labels, and takes the shift back to 0; the rest stays as `draw` left it. */
  drawTimes(picture: TimePicture): void {
    if (this.#chart === null) return;
    this.#placeTimes(picture);
    this.#chart.getZr().flush();
    this.#timesDrawn();
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
    this.#times.length = 0;
  }

  #placeTimes({ times, layout, colors, font }: TimePicture): void {
    const zr = this.#chart?.getZr();
    if (zr === undefined) return;
    const y = layout.bottom + FOOT_MARGIN_PX;
    for (const [i, { x, label }] of times.entries()) {
      const style = { text: label, fill: colors.text, fontFamily: font };
      const text = this.#times[i];
      if (text !== undefined) {
        text.attr({ x, y, style });
        continue;
      }
      const look = { ...style, fontSize: FONT_PX, align: 'center', verticalAlign: 'top' } as const;
      const added = new graphic.Text({ x, y, style: look, zlevel: TIME_LEVEL, silent: true });
      this.#times.push(added);
      zr.add(added);
    }
    for (const text of this.#times.splice(times.length)) zr.remove(text);
  }

  #timesDrawn(): void {
    this.#timeLayer ??= this.#element.querySelector<HTMLElement>(`canvas[data-zr-dom-id="zr_${TIME_LEVEL}"]`);
    this.slide(0);
  }

  #open(width: number, height: number, size: string): void {
    if (this.#chart !== null && this.#size.endsWith(`x${devicePixelRatio}`)) {
      this.#chart.resize({ width, height, silent: true });
    } else {
      this.dispose();
      this.#chart = init(this.#element, null, { renderer: 'canvas', width, height, devicePixelRatio });
      // Nothing moves in it: one frame after a change it asks for no more.
      this.#chart.getZr().setSleepAfterStill(1);
    }
    this.#size = size;
  }
}

function sizeOf({ layout }: TimePicture): string {
  return `${layout.stageWidth}x${layout.stageHeight}x${devicePixelRatio}`;
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
    fontSize: FONT_PX,
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
    // The grid stands exactly where the line is painted; ECharts would else move it to make room for a wide label.
    grid: { left: layout.left, top: layout.top, width: layout.right - layout.left, height, outerBoundsMode: 'none' },
    xAxis: { ...bare, show: false, min: 0, max: 1 },
    yAxis: [
      {
        ...bare,
        position,
        min,
        max,
        splitLine: { show: true, lineStyle: { color: colors.grid, width: 1 } },
        axisTick: { show: false, customValues: picture.values.map((tick) => tick.value) },
        axisLabel: { ...label, customValues: free.map((tick) => tick.value), formatter: named(free) },
      },
      {
        ...bare,
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
