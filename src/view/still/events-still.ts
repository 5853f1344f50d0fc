import type { EventRow, EventWindow } from '../../core/events/event-window.ts';
import type { EventsSpec } from '../../dashboard/widget-specs.ts';
import { EventReader } from '../../session/event-reader.ts';
import type { SessionStore } from '../../session/session-view.ts';
import { cellOf, eventColumns, isNarrow } from '../widgets/events/event-columns.ts';
import { actorText, flagText, group, lengthSpoken } from '../widgets/events/event-words.ts';
import { layoutColumns } from '../widgets/table/column-layout.ts';
import { type CardStill, paintHead, paintRowWords, type StillPlace } from './card-still.ts';
import type { Box, Paper } from './paper.ts';
import { type CellWords, paintRows, roomForRows } from './rows-still.ts';

const BODY_GAP_PX = 8;
const NAMED_KEYS = 5;
/** Readers keep up with their tables row by row: one per widget of a store. */
const READERS = new WeakMap<SessionStore, Map<string, EventReader>>();

/** Keyed events as they stand now: the busiest keys of the window that was declared, and the sums. */
export class EventsStill implements CardStill {
  readonly kind = 'table';
  readonly samples: number;
  readonly timeUs: number;
  readonly #spec: EventsSpec;
  readonly #place: StillPlace;
  readonly #window: EventWindow;
  readonly #caption: string;

  constructor(spec: EventsSpec, place: StillPlace) {
    this.#spec = spec;
    this.#place = place;
    const { store, times } = place;
    const reader = readerOf(spec, store);
    const clockUs = store.nowUs();
    reader.setOptions(spec.options);
    reader.read((id) => store.table(id), clockUs);
    const { events, producer } = reader;
    const endUs = events.paneStart(reader.edgeUs(clockUs)) + events.options.perUs;
    this.#window = events.window({ startUs: endUs - spec.options.windowUs, endUs, columns: 0, idle: true });
    this.samples = producer.taken;
    this.timeUs = Number.isFinite(producer.edgeUs) ? producer.edgeUs : Number.NaN;
    const fromUs = Math.max(this.#window.startUs, producer.horizonUs);
    const since = Number.isFinite(fromUs) ? ` since ${times.format.minutes(fromUs)}` : '';
    this.#caption = `${lengthSpoken(spec.options.windowUs)}${since}`;
  }

  get title(): string {
    return this.#spec.options.title;
  }

  get words(): string {
    if (this.samples === 0) return `${this.title}: no events yet`;
    const { rows, total } = this.#window;
    const named = rows.filter(({ count }) => count > 0).slice(0, NAMED_KEYS);
    const list = named.map(({ key, count }) => `${key} ${group(count)}`).join(', ');
    return `${this.title}: ${group(total.count)} events, ${this.#caption}${list === '' ? '' : `; ${list}`}`;
  }

  paint(paper: Paper, box: Box): void {
    const head = { title: this.title, caption: this.#caption, severity: 'ok' } as const;
    const body = paintHead(paper, box, head, this.#place);
    const area = { ...body, y: body.y + BODY_GAP_PX, height: body.height - BODY_GAP_PX };
    const { options } = this.#spec;
    const columns = eventColumns(options, isNarrow(box.width, options));
    const shown = this.#window.rows.slice(0, roomForRows(area.height, true));
    const rows = shown.map((row) => this.#cells(row, columns.map(cellOf)));
    const total = this.#totals(columns.map(cellOf));
    const needs = columns.map(({ type, title, width }, i) => ({
      ...{ type, width, titleChars: title.length },
      cellChars: Math.max(total[i]!.text.length, ...rows.map((cells) => cells[i]!.text.length)),
    }));
    paintRows(paper, area, { columns, widths: layoutColumns(needs, area.width + 16), rows, total });
  }

  paintRow(paper: Paper, box: Box): void {
    const value = this.samples === 0 ? 'no events yet' : `${group(this.#window.total.count)} events`;
    paintRowWords(paper, box, { title: this.title, value, severity: 'ok' });
  }

  #cells(row: EventRow, kinds: readonly string[]): readonly CellWords[] {
    let flag = 0;
    return kinds.map((kind) => {
      if (kind === 'key') return { text: row.key === '' ? '(empty)' : row.key };
      if (kind === 'count') return { text: group(row.count), isEmpty: row.count === 0 };
      if (kind === 'actor') return { text: actorText(row.actors), isEmpty: row.actors.count === 0 };
      if (kind === 'last') return { text: this.#place.times.format.seconds(row.lastUs) };
      const count = row.flags[flag++] ?? 0;
      return { text: flagText(count, row.count), isEmpty: count === 0, isMarked: count > 0 };
    });
  }

  #totals(kinds: readonly string[]): readonly CellWords[] {
    const { rows, total } = this.#window;
    const active = rows.filter(({ count }) => count > 0).length;
    const lastUs = rows.reduce((last, row) => Math.max(last, row.lastUs), Number.NEGATIVE_INFINITY);
    const row = { ...total, key: `${group(active)} active`, lastUs, columns: new Float64Array(0) };
    return this.#cells(row, kinds);
  }
}

function readerOf(spec: EventsSpec, store: SessionStore): EventReader {
  let readers = READERS.get(store);
  if (readers === undefined) {
    readers = new Map();
    READERS.set(store, readers);
  }
  let reader = readers.get(spec.id);
  if (reader === undefined) {
    reader = new EventReader(spec.name, spec.options);
    readers.set(spec.id, reader);
  }
  return reader;
}
