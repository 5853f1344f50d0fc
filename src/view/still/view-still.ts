import type { WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { SessionStore } from '../../session/session-view.ts';
import type { CardStill, StillPlace } from './card-still.ts';
import { EventsStill } from './events-still.ts';
import { GaugeStill } from './gauge-still.ts';
import { MetricStill } from './metric-still.ts';
import { NoteStill } from './note-still.ts';
import { Paper } from './paper.ts';
import { indexedPng } from './png/indexed-png.ts';
import { type StillDetail, stillLayout } from './still-layout.ts';
import { stillTimes } from './still-times.ts';
import { TableStill } from './table-still.ts';

/** A picture of a view, and what is in it. */
export interface ViewStill {
  /** Base64 without a prefix. */
  readonly png: string;
  /** Characters of `png`: what it takes of a notebook. */
  readonly bytes: number;
  readonly seq: number;
  readonly samples: number;
  /** Time of the newest data, whole us; the producer's clock where nothing in it has a time. */
  readonly timeUs: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly text: string;
}

/** Device pixels of a picture; more take longer than a save may. */
const MOST_PIXELS = 370_000;
/** The ways to make a picture smaller, the best first: fewer pixels, lower cards, lines, fewer lines. */
const ATTEMPTS: readonly {
  readonly ratio: number;
  readonly detail: StillDetail;
  /** A widget takes more than so many characters: not worth drawing where they would be too many. */
  readonly least: number;
}[] = [
  { ratio: 2, detail: 'cards', least: 2500 },
  { ratio: 1.5, detail: 'cards', least: 2500 },
  { ratio: 1, detail: 'cards', least: 2000 },
  { ratio: 1, detail: 'low', least: 1200 },
  { ratio: 1, detail: 'rows', least: 400 },
  { ratio: 1, detail: 'few', least: 0 },
];
/** The first attempt with a pixel for each CSS px. */
export const PLAIN_ATTEMPT = 2;
const BASE64_STEP = 0x6000;

/** What a picture of a view is made from. */
export interface StillRequest {
  readonly store: SessionStore;
  readonly specs: readonly WidgetSpec[];
  readonly timezone: string | null;
  readonly maxBytes: number;
  /** Index of the attempt to begin with; 0 for the best. */
  readonly from: number;
}

/**
 * Draws a view's widgets as they stand now into one PNG of at most `maxBytes` characters of base64, at once and without a page.
 *
 * Light on white, at most 720 px wide, several widgets in two columns; the newest time of its data at the foot.
 *
 * @returns null where nothing has data yet, where the browser gives no canvas, or where even the smallest picture is too large.
 */
export function viewStill(request: StillRequest): { readonly still: ViewStill; readonly attempt: number } | null {
  const { store, maxBytes, timezone } = request;
  const place: StillPlace = { store, times: stillTimes(timezone) };
  const cards = request.specs.map((spec) => cardOf(spec, place));
  const samples = cards.reduce((sum, card) => sum + card.samples, 0);
  if (samples === 0) return null;
  const newest = Math.max(...cards.map(({ timeUs }) => (Number.isFinite(timeUs) ? timeUs : Number.NEGATIVE_INFINITY)));
  const timeUs = Math.max(0, Math.round(Number.isFinite(newest) ? newest : clockOf(store)));
  const foot = `Last data ${place.times.full(timeUs)}`;
  for (let attempt = request.from; attempt < ATTEMPTS.length; attempt++) {
    const { ratio, detail, least } = ATTEMPTS[attempt]!;
    if (cards.length * least > maxBytes) continue;
    const picture = draw(cards, { ratio, detail, foot });
    if (picture === null || picture.png.length > maxBytes) continue;
    const text = [...cards.map(({ words }) => words), `${foot} (StreamViz)`].join('\n');
    const still = { ...picture, bytes: picture.png.length, seq: store.seq, samples, timeUs, text };
    return { still, attempt };
  }
  return null;
}

function cardOf(spec: WidgetSpec, place: StillPlace): CardStill {
  switch (spec.kind) {
    case 'metric':
      return new MetricStill(spec, place);
    case 'gauge':
      return new GaugeStill(spec, place);
    case 'table':
      return new TableStill(spec, place);
    case 'events':
      return new EventsStill(spec, place);
    case 'unknown':
      return new NoteStill(spec, place);
  }
}

/** Null where the picture would have too many pixels, or there is no canvas. */
function draw(
  cards: readonly CardStill[],
  look: { readonly ratio: number; readonly detail: StillDetail; readonly foot: string },
): Pick<ViewStill, 'png' | 'widthPx' | 'heightPx'> | null {
  const { widthPx, heightPx, boxes, isRows, footY } = stillLayout(cards, look.detail);
  if (look.ratio > 1 && widthPx * heightPx * look.ratio ** 2 > MOST_PIXELS) return null;
  const paper = Paper.open(widthPx, heightPx, look.ratio);
  if (paper === null) return null;
  if (isRows) paper.frame({ x: 0, y: 0, width: widthPx, height: heightPx - 24 });
  for (const [i, box] of boxes.entries()) {
    if (isRows) cards[i]!.paintRow(paper, box);
    else cards[i]!.paint(paper, box);
  }
  const more = cards.length - boxes.length;
  const foot = more > 0 ? `${look.foot} · and ${more.toLocaleString()} more` : look.foot;
  paper.text(foot, 1, footY, { size: 11, color: 'text-3', most: widthPx - 80 });
  paper.text('StreamViz', widthPx - 1, footY, { size: 11, color: 'text-3', align: 'right' });
  const { pixels, width, height } = paper.finish();
  return { png: base64(indexedPng(pixels, width, height)), widthPx, heightPx };
}

/** Now at the producer, or when it was found gone. */
function clockOf(store: SessionStore): number {
  return store.status === 'gone' && Number.isFinite(store.goneAtUs) ? store.goneAtUs : store.nowUs();
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += BASE64_STEP) {
    text += String.fromCharCode(...bytes.subarray(from, from + BASE64_STEP));
  }
  return btoa(text);
}
