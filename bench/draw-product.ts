/** The product among the drivers of bench/draw-page.ts: from the messages of a producer to the cards of a cell. */
import { Sessions } from '../src/session/sessions.ts';
import { CellView } from '../src/view/cell-view.ts';
import { FrameScheduler } from '../src/view/frame-scheduler.ts';
import { WIDGET_CATALOGUE } from '../src/view/widget-catalogue.ts';
import { writeSamplePart } from '../src/wire/arrow-fixed-writer.ts';
import { type Line, type Open, PER_TICK, RANGE_S, START_US, STEP_US, TICKS, VISIBLE } from './draw-lines.ts';

/** What a card has around its plot beyond that: title, value and padding. */
const CARD = { width: 4, height: 69 };

/** The messages of a producer that sends the samples of all lines, `count` of each from `from` on. */
function messageOf(lines: readonly Line[], seq: number, range: { readonly from: number; readonly count: number }) {
  const { from, count } = range;
  const rows = lines.length * count;
  const time = new Float64Array(rows);
  const value = new Float64Array(rows);
  const series = new Uint16Array(rows);
  for (const [i, line] of lines.entries()) {
    time.set(line.time.subarray(from, from + count), i * count);
    value.set(line.value.subarray(from, from + count), i * count);
    series.fill(i, i * count, (i + 1) * count);
  }
  const entries = lines.map((_, i) => ({
    key: JSON.stringify([`m${i}`, []]),
    gen: 0,
    n: from + count,
    before: from === 0 ? null : lines[i]!.time[from - 1]!,
    tiers: [1e6, 1e7, 6e7, 6e8],
  }));
  const samples = writeSamplePart({ length: rows, series, time, value }, JSON.stringify({ series: entries }));
  const header = {
    v: [1, 0],
    kind: 'batch',
    session: 'bench',
    epoch: { id: '0'.repeat(32), startedUs: START_US },
    seq,
    sentUs: START_US + (from + count) * STEP_US,
    samples: lines.length * (from + count),
    document: 1,
    tables: {},
    parts: [{ role: 'samples', buffer: 0 }],
  };
  return { header, buffers: [samples] };
}

function documentOf(lines: readonly Line[], more: object): Uint8Array {
  const widgets = lines.map((_, i) => ({
    id: `w${i}`,
    kind: 'metric',
    name: `m${i}`,
    options: { title: `Metric ${i}`, timeRange: RANGE_S, ...more },
  }));
  const views = [{ id: 'view', cell: null, widgets: widgets.map(({ id }) => id) }];
  return new TextEncoder().encode(JSON.stringify({ revision: 1, timezone: 'UTC', widgets, views }));
}

/** Whether the left part of a canvas has any pixel that is not clear. */
function isInked(canvas: HTMLCanvasElement): boolean {
  const left = canvas.getContext('2d')?.getImageData(0, 0, Math.ceil(canvas.width / 8), canvas.height).data;
  return left?.some((byte) => byte > 0) ?? false;
}

/**
 * The product as a notebook runs it: Arrow messages into the sessions, one cell of cards that follows its store.
 *
 * @param more Options of every metric.
 */
export const openStreamViz =
  (more: object): Open =>
  (lines, size) => {
    const columns = Math.floor(document.documentElement.clientWidth / (size.width + CARD.width + 12));
    const style = document.createElement('style');
    style.textContent = `
    .sv-root .sv-grid.sv-grid { grid-template-columns: repeat(${columns}, ${size.width + CARD.width}px); max-width: none; }
    .sv-root .sv-card.sv-card { height: ${size.height + CARD.height}px; }`;
    const element = document.createElement('div');
    document.body.append(style, element);
    const sessions = new Sessions();
    const scheduler = new FrameScheduler();
    const view = new CellView({ element, viewId: 'view', scheduler, catalogue: WIDGET_CATALOGUE, version: '0.0.0' });
    const first = messageOf(lines, 1, { from: 0, count: VISIBLE });
    const parts = [
      { role: 'document', buffer: 0 },
      { role: 'samples', buffer: 1 },
    ];
    sessions.deliver({ ...first.header, parts }, [documentOf(lines, more), ...first.buffers]);
    view.setStore(sessions.get('bench'));
    const messages = Array.from({ length: TICKS }, (_, i) =>
      messageOf(lines, i + 2, { from: VISIBLE + i * PER_TICK, count: PER_TICK }),
    );
    return {
      tick: (index) => {
        const message = messages[index]!;
        sessions.deliver(message.header, message.buffers);
      },
      dispose: () => {
        const { problem } = sessions.get('bench');
        if (problem !== null) throw problem;
        for (const canvas of element.querySelectorAll<HTMLCanvasElement>('.sv-metric-lines')) {
          if (!isInked(canvas)) throw new Error('a chart of the product shows no line at its left');
        }
        view.dispose();
        scheduler.dispose();
        sessions.dispose();
        element.remove();
        style.remove();
      },
    };
  };
