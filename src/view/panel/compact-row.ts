import type { WidgetSpec } from '../../dashboard/widget-specs.ts';
import { type CardState, node } from '../card.ts';
import type { FrameScheduler, ScheduledWidget } from '../frame-scheduler.ts';
import { icon } from '../icons.ts';
import { NO_NUMBER } from '../number-format.ts';
import { spokenText } from '../spoken.ts';
import type { Theme } from '../theme.ts';
import { watchVisibility } from '../visibility.ts';
import type { Frame } from '../widget-view.ts';
import { EventsContent, TableContent } from './count-content.ts';
import { LineContent } from './line-content.ts';
import type { RowContent, RowReading, RowSource } from './row-content.ts';
import type { RowTurns } from './row-turns.ts';
import type { ValueColumn } from './value-column.ts';

export const ROW_PX = 28;
const SPARK_HEIGHT_PX = 20;
/** A sparkline slides by about a pixel in this time, or slower. */
const SPARK_MS = 600;
/** The text alternative. */
const SPOKEN_MS = 5000;
const NOTHING = { number: NO_NUMBER, unit: '', tight: false } as const;

/** What the rows of one panel share. */
export interface RowContext {
  readonly source: RowSource;
  readonly theme: Theme;
  readonly scheduler: FrameScheduler;
  readonly turns: RowTurns;
  readonly column: ValueColumn;
  /** Version of this runtime, for the words about a newer kind. */
  readonly version: string;
  readonly sparkPx: () => number;
}

/** What a row is asked by its reader. */
export interface RowCommands {
  /** Enter, or a click. */
  readonly onOpen: () => void;
  /** A right click, the menu key, or the row's button; `anchor` is where the menu belongs. */
  readonly onMenu: (anchor: HTMLElement) => void;
}

/**
 * One widget, or one of its lines, in a row of 28 px: sign, name, sparkline, value.
 *
 * 1. Drawn by the scheduler while on screen, in its turn; what is shown already touches no DOM node.
 * 2. Its text alternative says name, value, trend and state, and changes at most every 5 s.
 * 3. `dispose` frees everything; twice is harmless.
 */
export class CompactRow {
  readonly element = node('div', 'sv-panel-row');
  /** What the row is about. */
  readonly content: RowContent | null;
  readonly #context: RowContext;
  readonly #name = node('span', 'sv-panel-name');
  readonly #number = node('b', 'sv-panel-number');
  readonly #unit = node('small', 'sv-panel-unit');
  readonly #canvas = node('canvas', 'sv-panel-spark');
  readonly #scheduled: ScheduledWidget;
  readonly #stops: (() => void)[] = [];
  #spec: WidgetSpec;
  #label: string;
  #pending = false;
  #onScreen = false;
  #nextMs = 0;
  #sparkMs = Number.NEGATIVE_INFINITY;
  #sparkKey = '';
  #spokenMs = Number.NEGATIVE_INFINITY;
  #shown = { number: '', unit: '', tight: false, sign: '', tone: '', state: '' };

  constructor(
    spec: WidgetSpec,
    context: RowContext,
    options: { readonly commands: RowCommands; readonly line?: { readonly index: number; readonly name: string } },
  ) {
    this.#spec = spec;
    this.#context = context;
    this.#label = options.line?.name ?? spec.options.title;
    this.content = contentOf(spec, context.source, options.line?.index ?? null);
    const { element } = this;
    element.tabIndex = -1;
    element.dataset.widget = spec.id;
    element.setAttribute('role', 'treeitem');
    element.setAttribute('aria-level', options.line === undefined ? '2' : '3');
    const value = node('span', 'sv-panel-value');
    value.append(this.#number, this.#unit);
    const more = node('button', 'sv-panel-more');
    more.type = 'button';
    more.tabIndex = -1;
    // By keyboard the menu key opens it on the row itself.
    more.setAttribute('aria-hidden', 'true');
    more.title = 'More';
    more.append(icon('more'));
    this.#canvas.hidden = this.content?.paint === undefined;
    const twist = node('span', 'sv-panel-twist');
    twist.append(icon('chevron-right'));
    element.append(node('span', 'sv-panel-sign'), this.#name, twist, more, this.#canvas, value);
    more.addEventListener('click', (event) => {
      event.stopPropagation();
      options.commands.onMenu(more);
    });
    element.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      event.stopPropagation();
      options.commands.onMenu(element);
    });
    element.addEventListener('click', () => options.commands.onOpen());
    this.#showName();
    this.#scheduled = context.scheduler.add(this, () => context.source.store.nowUs());
    this.#scheduled.resize(1, ROW_PX);
    this.#stops.push(watchVisibility(element, (onScreen) => this.#setOnScreen(onScreen)));
  }

  /** True while it waits for its turn. */
  get animating(): boolean {
    return this.#pending;
  }

  get spec(): WidgetSpec {
    return this.#spec;
  }

  update(spec: WidgetSpec, line?: { readonly name: string }): void {
    const label = line?.name ?? spec.options.title;
    if (spec === this.#spec && label === this.#label) return;
    this.#spec = spec;
    this.#label = label;
    this.content?.update(spec);
    this.#showName();
    this.hurry();
  }

  /** Whether its lines stand below it; null: it has none to show. */
  setExpanded(expanded: boolean | null): void {
    if (expanded === null) this.element.removeAttribute('aria-expanded');
    else this.element.setAttribute('aria-expanded', String(expanded));
  }

  invalidate(): void {
    this.#scheduled.invalidate();
  }

  /** Theme or size changed: everything is drawn anew in the next frame. */
  hurry(): void {
    this.#nextMs = 0;
    this.#sparkMs = this.#spokenMs = Number.NEGATIVE_INFINITY;
    this.#scheduled.invalidate();
  }

  draw(frame: Frame): void {
    this.#pending = frame.nowMs < this.#nextMs || !this.#context.turns.take(frame.nowMs);
    if (this.#pending) return;
    this.#nextMs = this.#context.turns.nextMs(frame.nowMs);
    const reading = this.content?.read(frame) ?? this.#unknown();
    this.#show(reading, frame);
    this.#paint(frame);
    if (frame.nowMs - this.#spokenMs >= SPOKEN_MS) this.#speak(reading, frame.nowMs);
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    this.#setOnScreen(false);
    this.#scheduled.remove();
    this.element.remove();
  }

  #setOnScreen(onScreen: boolean): void {
    if (onScreen === this.#onScreen) return;
    this.#onScreen = onScreen;
    this.#context.turns.count(onScreen ? 1 : -1);
    this.#scheduled.setVisible(onScreen);
  }

  #unknown(): RowReading {
    const kind = this.#spec.kind === 'unknown' ? this.#spec.wanted : this.#spec.kind;
    const message = `A "${kind}" needs a StreamViz newer than ${this.#context.version}.`;
    return { value: NOTHING, state: { kind: 'error', message, code: 'WIDGET_UNKNOWN' }, severity: 'ok', spoken: '' };
  }

  #showName(): void {
    this.#name.textContent = this.#label;
    this.#name.title = this.#label;
    this.element.dataset.name = this.#label;
  }

  #show(reading: RowReading, { nowMs }: Frame): void {
    const { value, state, severity } = reading;
    const { number, unit, tight } = value;
    const shown = this.#shown;
    if (shown.number !== number) write(this.#number, number);
    if (shown.unit !== unit) write(this.#unit, unit);
    if (shown.tight !== tight) this.#unit.classList.toggle('sv-tight', tight);
    const isNone = number === NO_NUMBER;
    const isDim = state.kind === 'stale' || state.kind === 'gone';
    const tone = isNone ? 'none' : isDim ? 'dim' : severity === 'ok' ? 'normal' : severity;
    const sign = signOf(reading);
    if (shown.tone !== tone) this.element.dataset.tone = tone;
    if (shown.state !== state.kind) {
      this.element.dataset.state = state.kind;
      this.#spokenMs = Math.min(this.#spokenMs, nowMs - SPOKEN_MS + 500);
    }
    if (shown.sign !== sign) this.element.dataset.sign = sign;
    this.#shown = { number, unit, tight, sign, tone, state: state.kind };
    this.#context.column.note(value, this.#context.theme.font, nowMs);
    const words = titleOf(this.#label, state);
    if (this.#name.title !== words) this.#name.title = words;
  }

  #paint({ nowMs, pixelRatio }: Frame): void {
    const { content } = this;
    if (content?.paint === undefined) return;
    const { theme, sparkPx } = this.#context;
    const widthPx = sparkPx();
    const key = `${widthPx}/${pixelRatio}/${theme.version}`;
    if (key === this.#sparkKey && nowMs - this.#sparkMs < SPARK_MS) return;
    if (key !== this.#sparkKey) {
      this.#canvas.width = Math.round(widthPx * pixelRatio);
      this.#canvas.height = Math.round(SPARK_HEIGHT_PX * pixelRatio);
      this.#canvas.style.width = `${widthPx}px`;
    }
    this.#sparkKey = key;
    this.#sparkMs = nowMs;
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    content.paint({ context, widthPx, heightPx: SPARK_HEIGHT_PX, pixelRatio, theme });
  }

  #speak({ value, spoken, state, severity }: RowReading, nowMs: number): void {
    this.#spokenMs = nowMs;
    const { trend, range, axis } = this.content?.trend?.() ?? { trend: null, range: Number.NaN, axis: 'time' };
    const isNone = value.number === NO_NUMBER;
    const plain = isNone ? '' : `${value.number}${value.tight ? '' : ' '}${value.unit}`.trim();
    const text = spokenText({
      ...{ name: this.#label, value: spoken === '' ? plain : spoken },
      ...{ trend, rangeUs: range, axis, severity, state },
    });
    if (this.element.getAttribute('aria-label') !== text) this.element.setAttribute('aria-label', text);
  }
}

function contentOf(spec: WidgetSpec, source: RowSource, line: number | null): RowContent | null {
  switch (spec.kind) {
    case 'metric':
    case 'gauge':
      return new LineContent(spec, source, line);
    case 'table':
      return new TableContent(spec, source);
    case 'events':
      return new EventsContent(spec, source);
    case 'unknown':
      return null;
  }
}

/** The sign before the name, as the style sheet draws it: never colour alone. */
function signOf({ state, severity }: RowReading): '' | 'warning' | 'critical' | 'stale' | 'gone' {
  if (state.kind === 'error') return 'critical';
  if (state.kind === 'gone' || state.kind === 'stale') return state.kind;
  return severity === 'ok' ? '' : severity;
}

function titleOf(name: string, state: CardState): string {
  if (state.kind === 'error') return `${name}: ${state.message}`;
  return state.kind === 'stale' || state.kind === 'gone' ? `${name}: ${state.text}` : name;
}

/** Writes into the text node that is there: cheaper than a new one. */
function write(element: HTMLElement, text: string): void {
  const { firstChild } = element;
  if (firstChild !== null && text !== '') (firstChild as Text).data = text;
  else element.textContent = text;
}
