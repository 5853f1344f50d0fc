import { LineBuffer } from '../../../core/line-buffer.ts';
import type { Severity } from '../../../dashboard/thresholds.ts';
import type { MetricSpec } from '../../../dashboard/widget-specs.ts';
import type { SessionStore } from '../../../session/session-view.ts';
import { type Card, type CardState, type Chip, node } from '../../card.ts';
import { counterLines, statusKey } from '../../card-status.ts';
import type { NumberFormat } from '../../number-format.ts';
import { spokenText } from '../../spoken.ts';
import type { TimeFormat } from '../../time-format.ts';
import { type Trend, trendOf } from '../../trend.ts';
import { ValueText } from '../../value-text.ts';
import type { ValueTicks } from '../../value-ticks.ts';
import { SilenceWatch } from '../../widget-state.ts';
import { boundParts, soFarText, windowCaption, windowCounterLines, windowTotals } from '../../window-words.ts';
import type { AxisFormat } from './axis-format.ts';
import type { HeldData } from './held-data.ts';
import { lineState, worstLine } from './line-state.ts';
import type { LineStyle } from './lines.ts';
import type { ViewportControl } from './viewport-control.ts';

/** Values and words change at most 10 times a second. */
export const WORDS_MS = 100;
/** Widgets write in turns, in two groups: a layout costs nearly the same for one number as for some, and thirty would hold a frame up. */
const TURN_MS = 120;
const GROUPS = 2;
/** The text alternative. */
const SPOKEN_MS = 5000;
/** Lines the text alternative names. */
const SPOKEN_LINES = 8;
const CHIPS: Readonly<Record<Severity, Chip | null>> = {
  ok: null,
  warning: { kind: 'warn', text: 'Warning' },
  critical: { kind: 'crit', text: 'Critical' },
};
const TONES = { ok: 'normal', warning: 'warn', critical: 'crit' } as const;
const TREND_COLUMNS = 60;
const TREND_BUFFER = new LineBuffer();
let made = 0;

/** What the words are about. */
export interface WordsInput {
  readonly spec: MetricSpec;
  readonly store: SessionStore;
  readonly styles: readonly LineStyle[];
  readonly numbers: NumberFormat;
  /** The producer's clock in words. */
  readonly times: TimeFormat;
  readonly format: AxisFormat;
  readonly ticks: ValueTicks;
  readonly widthPx: number;
}

/**
 * Everything of one metric that is text in its card: value, state, chips, caption, counters and the text alternative.
 *
 * 1. `say` works at most 10 times a second and touches only what changed.
 * 2. `due` says whether there is something unsaid.
 */
export class MetricWords {
  due = true;
  readonly #card: Card;
  readonly #held: HeldData;
  readonly #control: ViewportControl;
  readonly #value = new ValueText({ keepWidth: true });
  readonly #alternative = node('div', 'sv-hidden');
  readonly #silence = new SilenceWatch();
  readonly #back: Chip;
  readonly #phaseMs = ((made++ % GROUPS) * TURN_MS) / GROUPS;
  #saidMs = Number.NEGATIVE_INFINITY;
  #spokenMs = Number.NEGATIVE_INFINITY;
  #counters = '';

  constructor(card: Card, held: HeldData, control: ViewportControl) {
    this.#card = card;
    this.#held = held;
    this.#control = control;
    this.#back = { kind: 'accent', text: 'Back to live', onClick: () => control.goLive() };
    card.value.append(this.#value.element);
    card.body.append(this.#alternative);
  }

  /** What is unsaid is said in the next frame, however soon that is. */
  hurry(): void {
    this.due = true;
    this.#saidMs = Number.NEGATIVE_INFINITY;
  }

  /** The size of the value's text may have changed. */
  resized(): void {
    this.#value.resized();
  }

  /** Says what is due; returns whether it did. */
  say(nowMs: number, input: WordsInput): boolean {
    if (!this.due || !this.#isTurn(nowMs)) return false;
    this.#saidMs = nowMs;
    this.due = false;
    const state = this.#state(input);
    const severity = this.#severity(input);
    const { lines, count } = this.#held;
    const several = lines.length > 1;
    this.#card.setState(state);
    const { isShared, viewport } = this.#control;
    this.#card.setChip(viewport.mode === 'held' && !isShared ? this.#back : CHIPS[severity]);
    this.#card.setCaption(this.#caption(input, several));
    if (!several) {
      const dim = state.kind === 'stale' || state.kind === 'gone';
      const tone = count === 0 ? 'none' : dim ? 'dim' : TONES[severity];
      this.#value.set({ ...this.#parts(input), note: this.#soFar(input), tone }, nowMs);
    }
    this.#count();
    this.#control.showTools(input.widthPx);
    if (nowMs - this.#spokenMs >= SPOKEN_MS) this.#speak(nowMs, input, { state, severity });
    return true;
  }

  #caption({ numbers }: WordsInput, several: boolean): string {
    const window = windowCaption(this.#held.lines);
    if (!several) return window === '' ? 'last' : window;
    return [window, numbers.caption].filter((text) => text !== '').join(' · ');
  }

  #parts({ numbers }: WordsInput) {
    return boundParts(numbers.parts(this.#control.shownValue(0)), this.#held.lines[0]?.window);
  }

  /** The open window stands beside the final value; a pause shows one moment only. */
  #soFar({ numbers }: WordsInput): string {
    const reading = this.#held.lines[0]?.window;
    if (reading === undefined || this.#control.paused !== null) return '';
    return soFarText(reading, (value) => numbers.text(value), this.#held.clockUs);
  }

  /** Who was silent for two turns speaks at once. */
  #isTurn(nowMs: number): boolean {
    const silentMs = nowMs - this.#saidMs;
    if (silentMs < WORDS_MS || silentMs >= 2 * TURN_MS) return silentMs >= WORDS_MS;
    return Math.floor((nowMs + this.#phaseMs) / TURN_MS) !== Math.floor((this.#saidMs + this.#phaseMs) / TURN_MS);
  }

  #state({ store, spec, times, format }: WordsInput): CardState {
    const { count } = this.#held;
    const { paused, viewport } = this.#control;
    if (paused !== null && store.status !== 'gone' && !this.#control.isShared) {
      const fresh = Math.max(0, count - paused.count).toLocaleString();
      return { kind: 'paused', text: `Paused ${format.edge(paused.atUs)} · ${fresh} new` };
    }
    // The page says that it is paused: meanwhile no card grows stale.
    return lineState({
      ...{ store, spec, held: this.#held, silence: this.#silence, times },
      isPaused: paused !== null,
      isBehind: viewport.behind,
    });
  }

  #severity({ spec }: WordsInput): Severity {
    const { thresholds } = spec.options;
    return worstLine(thresholds, this.#held.lines.length, (line) => this.#control.shownValue(line)).severity;
  }

  #count(): void {
    const counters = this.#held.counters();
    const windows = windowTotals(this.#held.lines);
    const key = windows === null ? statusKey(counters) : `${statusKey(counters)}/${windows.late}/${windows.dropped}`;
    if (key === this.#counters) return;
    this.#counters = key;
    this.#card.setCounters(windows === null ? counterLines(counters) : windowCounterLines(counters, windows));
  }

  #speak(nowMs: number, input: WordsInput, now: { readonly state: CardState; readonly severity: Severity }): void {
    this.#spokenMs = nowMs;
    const { spec, styles, numbers, ticks } = input;
    const { axis, title } = spec.options;
    const { rangeUs } = this.#control.viewport;
    const { lines, count } = this.#held;
    const textOf = (i: number): string => numbers.text(this.#control.shownValue(i));
    const isOne = lines.length === 1;
    const several = styles.slice(0, SPOKEN_LINES).map(({ name }, i) => `${name} ${textOf(i)}`);
    const whole = spokenText({
      ...{ name: title, value: count === 0 ? '' : isOne ? textOf(0) : `${lines.length} lines` },
      ...{ trend: isOne ? this.#trend() : null, rangeUs, axis, ...now },
    });
    const range = count === 0 ? [] : [`axis ${numbers.text(ticks.min)} to ${numbers.text(ticks.max)}`];
    const text = [whole, ...(isOne || count === 0 ? [] : several), ...range].join(', ');
    if (this.#alternative.textContent !== text) this.#alternative.textContent = text;
  }

  /** Of the one line over what is visible. O(60 columns). */
  #trend(): Trend | null {
    const { startUs, edgeUs, rangeUs } = this.#control.viewport;
    if (!Number.isFinite(startUs)) return null;
    const columnUs = rangeUs / TREND_COLUMNS;
    const { lines } = this.#held;
    lines[0]?.readLine({ startUs, endUs: edgeUs + 1, columnUs, maxPoints: TREND_COLUMNS }, TREND_BUFFER);
    return trendOf(TREND_BUFFER);
  }
}
