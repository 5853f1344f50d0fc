import type { Severity } from '../../dashboard/thresholds.ts';
import type { SessionStore } from '../../session/session-view.ts';
import type { NumberParts } from '../number-format.ts';
import type { Box, Paper } from './paper.ts';
import type { StillTimes } from './still-times.ts';

/** One widget as a saved picture shows it: read once, painted in any size. */
export interface CardStill {
  readonly kind: 'chart' | 'gauge' | 'table' | 'note';
  readonly title: string;
  /** All of it in words: `CPU usage 86.4 %`. */
  readonly words: string;
  /** Samples held of what it shows, rows of tables. */
  readonly samples: number;
  /** Event time of the newest data, us; NaN where there are none or they have no time. */
  readonly timeUs: number;
  /** Paints the whole card with its frame. */
  paint(paper: Paper, box: Box): void;
  /** Paints it as one line of 28 px: name, a small picture where it has one, value. */
  paintRow(paper: Paper, box: Box): void;
}

/** What the cards of a picture share. */
export interface StillPlace {
  readonly store: SessionStore;
  readonly times: StillTimes;
}

export const PAD_PX = 12;
const HEAD_PX = 20;
const CHIP_PX = 20;
const CHIPS = { ok: null, warning: ['Warning', 'warn'], critical: ['Critical', 'crit'] } as const;

/** What stands in a card's head beside its title. */
export interface HeadWords {
  readonly title: string;
  readonly caption: string;
  readonly severity: Severity;
}

/** Paints frame, title, caption and chip; returns the box that is left below them. */
export function paintHead(paper: Paper, box: Box, head: HeadWords, place: Pick<StillPlace, 'store' | 'times'>): Box {
  paper.frame(box);
  const left = box.x + PAD_PX;
  let right = box.x + box.width - PAD_PX;
  const baseline = box.y + PAD_PX + 15;
  const chip = chipOf(head.severity, place);
  if (chip !== null) right -= paintChip(paper, right, box.y + PAD_PX, chip) + 8;
  if (head.caption !== '') {
    const most = (right - left) * 0.6;
    right -= paper.text(head.caption, right, baseline - 1, { size: 11, color: 'text-3', align: 'right', most }) + 8;
  }
  paper.text(head.title, left, baseline, { size: 13, weight: 600, color: 'text-2', most: right - left });
  const top = box.y + PAD_PX + HEAD_PX;
  return { x: left, y: top, width: box.width - 2 * PAD_PX, height: box.y + box.height - PAD_PX - top };
}

type Chip = readonly [text: string, color: 'warn' | 'crit' | 'text-2'];

function chipOf(severity: Severity, { store, times }: Pick<StillPlace, 'store' | 'times'>): Chip | null {
  if (store.status !== 'gone') return CHIPS[severity];
  const at = Number.isFinite(store.goneAtUs) ? ` ${times.format.seconds(store.goneAtUs)}` : '';
  return [`Disconnected${at}`, 'text-2'];
}

/** Paints a chip that ends at `right`; returns its width. */
function paintChip(paper: Paper, right: number, top: number, [text, color]: Chip): number {
  const { context } = paper;
  const look = { size: 11, weight: 600, color } as const;
  const width = Math.ceil(paper.width(text, look)) + 12;
  context.globalAlpha = 0.1;
  context.fillStyle = paper.color(color);
  context.beginPath();
  context.roundRect(right - width, top, width, CHIP_PX, 4);
  context.fill();
  context.globalAlpha = 1;
  paper.text(text, right - width / 2, top + 14, { ...look, align: 'center' });
  return width;
}

export interface ValueWords extends NumberParts {
  /** `so far 412`; '' for none. */
  readonly note: string;
  readonly severity: Severity;
}

const VALUE_COLORS = { ok: 'text', warning: 'warn-g', critical: 'crit-g' } as const;

/** Paints the big value of a card on one line of `size` px letters; returns its width. */
export function paintValue(
  paper: Paper,
  at: { readonly x: number; readonly baseline: number; readonly size: number; readonly most: number },
  value: ValueWords,
): number {
  const { x, baseline, size, most } = at;
  const color = value.unit === '' && value.number === '–' ? 'text-3' : VALUE_COLORS[value.severity];
  let end = x + paper.text(value.number, x, baseline, { size, weight: 600, color, most });
  if (value.unit !== '') {
    end += value.tight ? 2 : 4;
    end += paper.text(value.unit, end, baseline, { size: size / 2, color: 'text-3', most: x + most - end });
  }
  if (value.note !== '' && x + most - end > 60) {
    end += 8;
    end += paper.text(value.note, end, baseline, { size: 13, color: 'text-3', most: x + most - end });
  }
  return end - x;
}

/** Paints a line of a compact picture: name left, text right. Returns the box between them. */
export function paintRowWords(
  paper: Paper,
  box: Box,
  words: { readonly title: string; readonly value: string; readonly severity: Severity },
): Box {
  const baseline = box.y + 18;
  const color = VALUE_COLORS[words.severity];
  const most = box.width * 0.45;
  const valuePx = paper.text(words.value, box.x + box.width, baseline, {
    ...{ size: 13, weight: 600, color, most },
    align: 'right',
  });
  const namePx = Math.min(box.width * 0.4, box.width - valuePx - 16);
  paper.text(words.title, box.x, baseline, { size: 13, color: 'text-2', most: namePx });
  paper.rule(box.x, box.y + box.height - 1, box.width, paper.color('inset'));
  const left = box.x + namePx + 8;
  return { x: left, y: box.y + 4, width: box.x + box.width - valuePx - 12 - left, height: box.height - 8 };
}
