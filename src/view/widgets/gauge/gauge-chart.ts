import type { GaugeSeriesOption } from 'echarts/charts';
import { GaugeChart as EChartsGauge } from 'echarts/charts';
import { type ComposeOption, type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { END_DEG, type GaugeLayout, type RingPart, START_DEG } from './arc.ts';

use([EChartsGauge, CanvasRenderer]);

type GaugeOption = ComposeOption<GaugeSeriesOption>;

const FILL_MS = 150;
/** Triangles, 10 px (of an arc 12 px wide) along the arc and as wide as it, that point past its end. */
const POINT_ABOVE = 'path://M0,0L10,6L0,12Z';
const POINT_BELOW = 'path://M10,0L0,6L10,12Z';
const POINT_SHARE = 10 / 12;
/** The point starts inside the arc's end: no seam. */
const POINT_SEAM_PX = 0.5;

/** Everything the picture depends on; colours are resolved. */
export interface GaugePicture {
  readonly width: number;
  readonly height: number;
  readonly layout: GaugeLayout;
  readonly ring: readonly RingPart[];
  /** Colour of each zone of the ring. */
  readonly zoneColors: readonly string[];
  readonly track: string;
  readonly fill: string;
  /** 0 ... 1; null for an empty track without a value. */
  readonly share: number | null;
  readonly beyond: 'below' | 'above' | null;
  readonly animate: boolean;
}

/** The canvas part of a gauge, drawn by ECharts: track, fill, zone ring, and the point of a value out of range. */
export class GaugeCanvas {
  readonly element = document.createElement('div');
  #chart: ECharts | null = null;
  #pixelRatio = 0;
  #shown = '';

  constructor() {
    this.element.className = 'sv-gauge-chart';
    this.element.setAttribute('aria-hidden', 'true');
  }

  /** Draws; the same picture again costs a comparison of texts. */
  draw(picture: GaugePicture, pixelRatio: number): void {
    const { width, height } = picture;
    if (width <= 0 || height <= 0) return;
    if (this.#chart && pixelRatio !== this.#pixelRatio) this.dispose();
    const key = JSON.stringify(picture);
    if (this.#chart && key === this.#shown) return;
    this.#shown = key;
    this.#pixelRatio = pixelRatio;
    if (!this.#chart) {
      this.#chart = init(this.element, null, { renderer: 'canvas', devicePixelRatio: pixelRatio, width, height });
    } else if (this.#chart.getWidth() !== width || this.#chart.getHeight() !== height) {
      this.#chart.resize({ width, height });
    }
    this.#chart.setOption(optionOf(picture), { lazyUpdate: false, silent: true });
  }

  /** The canvas with the picture; null before the first draw. */
  get canvas(): HTMLCanvasElement | null {
    return this.#chart?.getRenderedCanvas({ pixelRatio: this.#pixelRatio }) ?? null;
  }

  dispose(): void {
    this.#chart?.dispose();
    this.#chart = null;
    this.#shown = '';
  }
}

/** `progress` and `pointer` are always there and hidden by colour: ECharts 6 fails on an update that turns `show` on. */
function optionOf(picture: GaugePicture): GaugeOption {
  const { layout, share } = picture;
  const pointPx = POINT_SHARE * layout.arcPx;
  const shiftPx = pointPx / 2 - POINT_SEAM_PX;
  const bare: GaugeSeriesOption = {
    type: 'gauge',
    startAngle: START_DEG,
    endAngle: END_DEG,
    center: [layout.centerX, layout.centerY],
    min: 0,
    max: 1,
    silent: true,
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: { show: false },
    detail: { show: false },
    title: { show: false },
    anchor: { show: false },
  };
  const ringColors = picture.ring.map(({ end, zone }): [number, string] => [
    end,
    zone < 0 ? 'transparent' : (picture.zoneColors[zone] ?? picture.track),
  ]);
  return {
    animation: picture.animate,
    animationDuration: 0,
    animationDurationUpdate: FILL_MS,
    animationEasingUpdate: 'cubicOut',
    series: [
      {
        ...bare,
        id: 'arc',
        radius: layout.arcRadius,
        axisLine: { roundCap: false, lineStyle: { width: layout.arcPx, color: [[1, picture.track]] } },
        progress: {
          show: true,
          width: layout.arcPx,
          roundCap: false,
          overlap: true,
          itemStyle: { color: share !== null && share > 0 ? picture.fill : 'transparent' },
        },
        pointer: {
          show: true,
          icon: picture.beyond === 'below' ? POINT_BELOW : POINT_ABOVE,
          width: pointPx,
          length: layout.arcPx,
          keepAspect: false,
          offsetCenter: [picture.beyond === 'below' ? -shiftPx : shiftPx, -(layout.arcRadius - layout.arcPx)],
          itemStyle: { color: picture.beyond === null ? 'transparent' : picture.fill },
        },
        data: [{ value: share ?? 0 }],
      },
      {
        ...bare,
        id: 'ring',
        radius: layout.ringRadius,
        axisLine: {
          show: ringColors.length > 0,
          roundCap: false,
          lineStyle: { width: layout.ringPx, color: ringColors.length > 0 ? ringColors : [[1, 'transparent']] },
        },
        progress: { show: false },
        pointer: { show: false },
        data: [],
      },
    ],
  };
}
