import { type Severity, stateOf } from '../../../dashboard/thresholds.ts';
import type { MetricSpec } from '../../../dashboard/widget-specs.ts';
import type { SessionStore } from '../../../session/session-view.ts';
import { type Card, type CardState, type Chip, node } from '../../card.ts';
import { counterLines, statusKey } from '../../card-status.ts';
import type { NumberFormat } from '../../number-format.ts';
import { ageText, type TimeFormat } from '../../time-format.ts';
import { ValueText } from '../../value-text.ts';
import type { ValueTicks } from '../../value-ticks.ts';
import { SilenceWatch, widgetState } from '../../widget-state.ts';
import { boundText, soFarText, windowCaption, windowCounterLines, windowTotals } from '../../window-words.ts';
import type { AxisFormat } from './axis-format.ts';
import type { HeldData } from './held-data.ts';
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
let made = 0;
const RANK: Readonly<Record<Severity, number>> = { ok: 0, warning: 1, critical: 2 };

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
    if (nowMs - this.#spokenMs >= SPOKEN_MS) this.#speak(nowMs, input);
    return true;
  }

  #caption({ numbers }: WordsInput, several: boolean): string {
    const window = windowCaption(this.#held.lines);
    if (!several) return window === '' ? 'last' : window;
    return [window, numbers.caption].filter((text) => text !== '').join(' · ');
  }

  #parts({ numbers }: WordsInput) {
    const parts = numbers.parts(this.#control.shownValue(0));
    const reading = this.#held.lines[0]?.window;
    const shown = reading?.newest ?? reading?.open;
    return shown === undefined || shown === null ? parts : { ...parts, number: boundText(parts.number, shown.flags) };
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
    const { count, clockUs, lastUs, lastSampleUs, intervalUs } = this.#held;
    const { paused, viewport } = this.#control;
    if (paused !== null && store.status !== 'gone' && !this.#control.isShared) {
      const fresh = Math.max(0, count - paused.count).toLocaleString();
      return { kind: 'paused', text: `Paused ${format.edge(paused.atUs)} · ${fresh} new` };
    }
    // Steps have no clock: how long ago the newest came, nobody can tell.
    const hasClock = count > 0 && spec.options.axis === 'time';
    const samples = { count, lastTimeUs: lastSampleUs, intervalUs };
    // The page says that it is paused: meanwhile no card grows stale.
    const silenceUs = hasClock && paused === null ? this.#silence.silence(samples, clockUs) : null;
    const state = widgetState({
      store,
      spec,
      hasData: count > 0,
      call: `${spec.name}.send(1)`,
      silenceUs,
      clockText: (us) => times.seconds(us),
    });
    if (viewport.behind && (state.kind === 'live' || state.kind === 'stale') && count > 0) {
      return { kind: 'stale', text: `${ageText(clockUs - lastUs)} behind` };
    }
    return state;
  }

  #severity({ spec }: WordsInput): Severity {
    let worst: Severity = 'ok';
    for (let i = 0; i < this.#held.lines.length; i++) {
      const severity = stateOf(spec.options.thresholds, this.#control.shownValue(i));
      if (RANK[severity] > RANK[worst]) worst = severity;
    }
    return worst;
  }

  #count(): void {
    const counters = this.#held.counters();
    const windows = windowTotals(this.#held.lines);
    const key = windows === null ? statusKey(counters) : `${statusKey(counters)}/${windows.late}/${windows.dropped}`;
    if (key === this.#counters) return;
    this.#counters = key;
    this.#card.setCounters(windows === null ? counterLines(counters) : windowCounterLines(counters, windows));
  }

  #speak(nowMs: number, { styles, numbers, ticks }: WordsInput): void {
    this.#spokenMs = nowMs;
    const named = styles
      .slice(0, SPOKEN_LINES)
      .map(({ name }, i) => `${name} ${numbers.text(this.#control.shownValue(i))}`);
    const range = this.#held.count === 0 ? 'no data' : `axis ${numbers.text(ticks.min)} to ${numbers.text(ticks.max)}`;
    const text = [...named, range].join(', ');
    if (this.#alternative.textContent !== text) this.#alternative.textContent = text;
  }
}
