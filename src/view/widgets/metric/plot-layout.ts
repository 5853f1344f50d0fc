/** Room around the plot inside the stage, so that labels and dots at its edges are not cut; px. */
export const STAGE_LEFT_PX = 11;
export const STAGE_TOP_PX = 8;
const AXIS_PX = 16;
/** Room for the value labels at the right. */
export const RIGHT_LABEL_PX = 40;
const LEFT_LABEL_PX = 28;
/** Least room for names and values at the ends of several lines. */
export const END_LABEL_PX = 100;
const DOT_PX = 4;
/** Below this body size (a card of 240 px) labels would take more room than the line. */
const MIN_AXIS_WIDTH_PX = 217;
const MIN_AXIS_HEIGHT_PX = 64;
const TALL_PX = 240;

/** Where the parts of a plot lie, CSS px from the stage's left top corner. */
export interface PlotLayout {
  readonly stageWidth: number;
  readonly stageHeight: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Side of the value labels; `none` is a sparkline without any axis. */
  readonly labels: 'left' | 'right' | 'none';
  /** Room for the names and values at the ends of several lines. */
  readonly ends: boolean;
  /** Steps between the grid lines. */
  readonly intervals: number;
}

/**
 * The layout for a body of `widthPx` x `heightPx` and a number of lines: labels right for one, left for several.
 *
 * @param endPx Room for the names and values at the ends of several lines.
 */
export function plotLayout(widthPx: number, heightPx: number, lineCount: number, endPx = END_LABEL_PX): PlotLayout {
  const stageWidth = Math.max(1, Math.round(widthPx)) + STAGE_LEFT_PX;
  const stageHeight = Math.max(1, Math.round(heightPx)) + STAGE_TOP_PX;
  const several = lineCount > 1;
  const base = { stageWidth, stageHeight, top: STAGE_TOP_PX };
  if (widthPx < MIN_AXIS_WIDTH_PX || heightPx < MIN_AXIS_HEIGHT_PX) {
    return {
      ...base,
      left: STAGE_LEFT_PX,
      right: stageWidth - DOT_PX,
      bottom: stageHeight - 1,
      labels: 'none',
      ends: false,
      intervals: 2,
    };
  }
  const left = STAGE_LEFT_PX + (several ? LEFT_LABEL_PX : 0);
  const right = stageWidth - (several ? endPx : RIGHT_LABEL_PX);
  const bottom = stageHeight - AXIS_PX;
  const intervals = bottom - STAGE_TOP_PX > TALL_PX ? 4 : 2;
  return { ...base, left, right, bottom, labels: several ? 'left' : 'right', ends: several, intervals };
}
