import type { EventWindow } from '../../core/events/event-window.ts';
import { windowChoices } from '../../dashboard/events-spec.ts';
import type { EventsSpec, WidgetSpec } from '../../dashboard/widget-specs.ts';
import { EventReader } from '../../session/event-reader.ts';
import { recentTable } from '../../session/event-tables.ts';
import type { TableView } from '../../session/session-view.ts';
import { type Card, node } from '../card.ts';
import type { ExportTable } from '../export/export-table.ts';
import { type TimeFormat, timesOf } from '../time-format.ts';
import { widgetState } from '../widget-state.ts';
import type { CreateWidget, Frame, WidgetContext, WidgetView } from '../widget-view.ts';
import { EventDetail } from './events/event-detail.ts';
import { EventGrid } from './events/event-grid.ts';
import { eventLines, eventsCall, lengthSpoken } from './events/event-words.ts';
import { WindowChoice } from './events/window-choice.ts';

/** Numbers change at most 4 times a second, and an update takes at most a tenth of the time. */
const LEAST_STEP_MS = 250;
const COST_SHARE = 10;
/** Windows move on with the clock. */
const CLOCK_STEP_MS = 1000;
const MOST_BARS = 30;

/**
 * Keyed events: per key how often, by whom, how many with each flag, in a window the reader chooses.
 *
 * 1. What is shown is computed from panes, whole ones; the line over the table says since when.
 * 2. Arriving events change numbers in place and move nothing; a reader's own sort is renewed once a second.
 * 3. A window that is not whole here (a pane did not come, or is not kept) is marked.
 */
class EventsWidget implements WidgetView {
  readonly #context: WidgetContext;
  readonly #card: Card;
  readonly #root = node('div', 'sv-events');
  readonly #since = node('div', 'sv-events-since');
  readonly #choice: WindowChoice;
  readonly #grid: EventGrid;
  readonly #detail: EventDetail;
  readonly #time: TimeFormat;
  readonly #reader: EventReader;
  #spec: EventsSpec;
  #windowUs: number;
  #nextMs = 0;
  #pending = false;
  #shownKey = '';
  #recentVersion = -1;
  #window: EventWindow | null = null;
  #wake: ReturnType<typeof setTimeout> | null = null;

  constructor(spec: EventsSpec, context: WidgetContext) {
    this.#spec = spec;
    this.#context = context;
    this.#card = context.card;
    this.#windowUs = spec.options.windowUs;
    this.#time = timesOf(context.timezone);
    this.#reader = new EventReader(spec.name, spec.options);
    this.#choice = new WindowChoice((windowUs) => this.#choose(windowUs));
    this.#grid = new EventGrid({ time: this.#time, redraw: () => this.#redraw(), open: (key) => this.#open(key) });
    this.#detail = new EventDetail(this.#card.content, () => this.#grid.focusRow());
    const bar = node('div', 'sv-events-bar');
    bar.append(this.#choice.element, this.#since);
    this.#root.append(bar, this.#grid.element, this.#grid.totals);
    this.#card.body.append(this.#root);
    this.update(spec);
  }

  /** True while an update waits for its turn. */
  get animating(): boolean {
    return this.#pending;
  }

  update(spec: WidgetSpec): void {
    if (spec.kind !== 'events') return;
    const { options } = spec;
    if (options.windowUs !== this.#spec.options.windowUs) this.#windowUs = options.windowUs;
    this.#spec = spec;
    this.#card.setTitle(options.title);
    const choices = windowChoices(options);
    if (!choices.includes(this.#windowUs)) this.#windowUs = options.windowUs;
    this.#choice.show(choices, this.#windowUs);
    if (this.#reader.setOptions(options)) this.#grid.arrange();
    this.#grid.setOptions(options);
    this.#redraw();
  }

  draw(frame: Frame): void {
    const recent = this.#context.store.table(recentTable(this.#spec.name));
    this.#grid.resize(frame.width);
    const due = frame.nowMs >= this.#nextMs;
    const startMs = performance.now();
    this.#pending = !due;
    if (due && this.#take(recent, frame.clockUs)) {
      this.#recentVersion = recent?.version ?? 0;
      this.#update(recent, frame.clockUs);
      this.#nextMs = frame.nowMs + Math.max(LEAST_STEP_MS, COST_SHARE * (performance.now() - startMs));
    }
    this.#grid.draw(frame.nowMs);
    this.#showState(frame.clockUs);
    this.#sleep();
  }

  /** The keys of the window, busiest first. */
  toRows(): ExportTable | null {
    if (this.#window === null) return null;
    const { startUs, endUs, rows } = this.#window;
    const { key, flags } = this.#spec.options;
    return {
      columns: [
        { name: key, type: 'text' },
        { name: 'count', type: 'number' },
        { name: 'actors', type: 'number' },
        { name: 'names', type: 'text' },
        ...flags.map((name) => ({ name, type: 'number' }) as const),
        { name: 'last', type: 'time' },
      ],
      rows: rows.map((row) => [
        row.key,
        row.count,
        row.actors.count,
        row.actors.names.join(' '),
        ...row.flags,
        row.lastUs,
      ]),
      range: { startUs, endUs },
      rowMeans: 'key',
    };
  }

  dispose(): void {
    if (this.#wake !== null) clearTimeout(this.#wake);
    this.#wake = null;
    this.#detail.close();
    this.#grid.dispose();
    this.#root.remove();
  }

  /** Takes what came and what the clock changed; true where anything did. */
  #take(recent: TableView | null, clockUs: number): boolean {
    const rowsCame = this.#reader.read((id) => this.#context.store.table(id), clockUs);
    const { events } = this.#reader;
    const key = `${events.paneStart(this.#reader.edgeUs(clockUs))}/${this.#windowUs}/${this.#grid.version}`;
    const moved = key !== this.#shownKey;
    this.#shownKey = key;
    return rowsCame || moved || (recent?.version ?? 0) !== this.#recentVersion;
  }

  #update(recent: TableView | null, clockUs: number): void {
    const { events, producer, unreadable } = this.#reader;
    const endUs = events.paneStart(this.#reader.edgeUs(clockUs)) + events.options.perUs;
    const window = events.window({
      startUs: endUs - this.#windowUs,
      endUs,
      columns: Math.min(MOST_BARS, Math.floor(this.#windowUs / events.options.perUs)),
      idle: true,
    });
    this.#window = window;
    this.#grid.update(window);
    const fromUs = Math.max(window.startUs, producer.horizonUs);
    const since = `since ${this.#time.minutes(fromUs)}${fromUs % 60e6 === 0 ? '' : this.#time.seconds(fromUs).slice(5)}`;
    if (this.#since.textContent !== since) this.#since.textContent = since;
    this.#grid.setLabel(`${this.#spec.options.title}, ${lengthSpoken(this.#windowUs)}, ${since}`);
    const missingPanes = this.#reader.missingPanes(window.startUs);
    const partial = missingPanes > 0 || fromUs > window.startUs;
    this.#card.setChip(partial ? { kind: 'warn', text: 'Incomplete' } : null);
    this.#card.setCounters(eventLines(producer, { missingPanes, unreadable }, this.#spec.options.key));
    this.#showDetail(recent);
  }

  #showDetail(recent: TableView | null): void {
    const { key } = this.#detail;
    if (key === null) return;
    const row = this.#window?.rows.find((one) => one.key === key);
    if (row) this.#detail.show({ row, options: this.#spec.options, recent, time: this.#time });
    else this.#detail.close();
  }

  #showState(clockUs: number): void {
    const { store } = this.#context;
    const { name, options } = this.#spec;
    const hasData = this.#reader.events.paneCount > 0;
    const silenceUs = clockUs - this.#reader.producer.behindUs - this.#reader.events.newestUs();
    this.#card.setState(
      widgetState({
        store,
        spec: this.#spec,
        hasData,
        call: eventsCall(name, options),
        silenceUs: hasData && silenceUs > this.#windowUs ? silenceUs : null,
        clockText: (us) => this.#time.seconds(us),
      }),
    );
  }

  #choose(windowUs: number): void {
    this.#windowUs = windowUs;
    this.#grid.arrange();
    this.#redraw();
  }

  #open(key: string): void {
    this.#detail.open(key);
    this.#showDetail(this.#context.store.table(recentTable(this.#spec.name)));
  }

  #redraw(): void {
    this.#nextMs = 0;
    this.#context.invalidate();
  }

  /** Draws again in a second: the window moves on also when nothing arrives. */
  #sleep(): void {
    if (this.#wake !== null || this.#context.store.status === 'gone') return;
    this.#wake = setTimeout(() => {
      this.#wake = null;
      this.#context.invalidate();
    }, CLOCK_STEP_MS);
  }
}

/** Builds an events widget in a card; see {@link EventsWidget}. */
export const createEvents: CreateWidget = (spec, context) => {
  if (spec.kind !== 'events') throw new TypeError(`an events widget was asked to draw a ${spec.kind}`);
  return new EventsWidget(spec, context);
};
