import type { EventsSpec, TableSpec, WidgetSpec } from '../../dashboard/widget-specs.ts';
import { EventReader } from '../../session/event-reader.ts';
import { NO_NUMBER } from '../number-format.ts';
import { type TimeFormat, timesOf } from '../time-format.ts';
import { widgetState } from '../widget-state.ts';
import type { Frame } from '../widget-view.ts';
import { eventsCall, lengthSpoken, lengthText } from '../widgets/events/event-words.ts';
import { paintWaiting } from '../widgets/metric/plot-marks.ts';
import { tableCall } from '../widgets/table/table-words.ts';
import type { RowContent, RowReading, RowSource, SparkArea } from './row-content.ts';

/** Windows of events move on with the clock, and cost as much as their panes. */
const EVENTS_MS = 1000;
const MOST_BARS = 30;
const BAR_GAP_PX = 1;

/** A table in a compact row: how many rows the producer has. */
export class TableContent implements RowContent {
  #spec: TableSpec;
  readonly #source: RowSource;
  readonly #times: TimeFormat;

  constructor(spec: TableSpec, source: RowSource) {
    this.#spec = spec;
    this.#source = source;
    this.#times = timesOf(source.timezone);
  }

  update(spec: WidgetSpec): void {
    if (spec.kind === 'table') this.#spec = spec;
  }

  read(): RowReading {
    const { store } = this.#source;
    const view = store.table(this.#spec.id);
    const count = view === null || view.rowCount === 0 ? null : Math.max(view.total, view.rowCount);
    const state = widgetState({
      ...{ store, spec: this.#spec, silenceUs: null, hasData: count !== null },
      call: tableCall(this.#spec.name, this.#spec.options.columns),
      clockText: (us) => this.#times.seconds(us),
    });
    const unit = count === null ? '' : count === 1 ? 'row' : 'rows';
    const number = count === null ? NO_NUMBER : count.toLocaleString();
    return { value: { number, unit, tight: false }, state, severity: 'ok', spoken: '' };
  }
}

/** Keyed events in a compact row: how many there were in the window, over bars of its parts. */
export class EventsContent implements RowContent {
  #spec: EventsSpec;
  readonly #source: RowSource;
  readonly #times: TimeFormat;
  readonly #reader: EventReader;
  #bars = new Float64Array(0);
  #count = 0;
  #nextMs = 0;

  constructor(spec: EventsSpec, source: RowSource) {
    this.#spec = spec;
    this.#source = source;
    this.#times = timesOf(source.timezone);
    this.#reader = new EventReader(spec.name, spec.options);
  }

  update(spec: WidgetSpec): void {
    if (spec.kind !== 'events') return;
    this.#spec = spec;
    this.#reader.setOptions(spec.options);
    this.#nextMs = 0;
  }

  read(frame: Frame): RowReading {
    const { store } = this.#source;
    const { options, name } = this.#spec;
    if (frame.nowMs >= this.#nextMs) this.#take(frame);
    const hasData = this.#reader.events.paneCount > 0;
    const silenceUs = frame.clockUs - this.#reader.producer.behindUs - this.#reader.events.newestUs();
    const state = widgetState({
      ...{ store, spec: this.#spec, hasData, call: eventsCall(name, options) },
      silenceUs: hasData && silenceUs > options.windowUs ? silenceUs : null,
      clockText: (us) => this.#times.seconds(us),
    });
    const number = hasData ? this.#count.toLocaleString() : NO_NUMBER;
    const unit = hasData ? `in ${lengthText(options.windowUs)}` : '';
    const spoken = hasData ? `${number} events, ${lengthSpoken(options.windowUs)}` : '';
    return { value: { number, unit, tight: false }, state, severity: 'ok', spoken };
  }

  paint({ context, widthPx, heightPx, pixelRatio, theme }: SparkArea): void {
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, widthPx, heightPx);
    const most = this.#bars.reduce((a, b) => Math.max(a, b), 0);
    if (most === 0) {
      const scale = { left: 0, right: widthPx - 3, top: 0, bottom: heightPx - 2.5 };
      paintWaiting(context, { ...scale, edgeUs: 0, usPerPx: 1, min: 0, max: 1 }, theme.tokens.control);
      return;
    }
    const step = widthPx / this.#bars.length;
    context.fillStyle = theme.tokens['1'];
    for (let i = 0; i < this.#bars.length; i++) {
      const count = this.#bars[i]!;
      if (count === 0) continue;
      const height = Math.max(1, ((heightPx - 2) * count) / most);
      context.fillRect(i * step, heightPx - 1 - height, Math.max(1, step - BAR_GAP_PX), height);
    }
  }

  #take({ nowMs, clockUs }: Frame): void {
    this.#nextMs = nowMs + EVENTS_MS;
    const { store } = this.#source;
    this.#reader.read((id) => store.table(id), clockUs);
    const { events } = this.#reader;
    const { windowUs, perUs } = this.#spec.options;
    const endUs = events.paneStart(this.#reader.edgeUs(clockUs)) + perUs;
    const columns = Math.min(MOST_BARS, Math.floor(windowUs / perUs));
    const window = events.window({ startUs: endUs - windowUs, endUs, columns, names: 0 });
    this.#count = window.total.count;
    if (this.#bars.length !== columns) this.#bars = new Float64Array(columns);
    this.#bars.fill(0);
    for (const row of window.rows) for (let i = 0; i < columns; i++) this.#bars[i]! += row.columns[i]!;
  }
}
