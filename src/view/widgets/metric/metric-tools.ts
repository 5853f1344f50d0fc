import type { Axis } from '../../../dashboard/widget-specs.ts';
import type { Card } from '../../card.ts';
import type { ToolButton } from '../../card-tools.ts';
import type { TimeRange, ViewportMode } from './viewport.ts';

/** What the tools of a metric do. */
export interface MetricCommands {
  choose(range: TimeRange): void;
  reset(): void;
  togglePause(): void;
}

interface RangeChoice {
  readonly range: TimeRange;
  readonly text: string;
  readonly words: string;
}

const ALL: RangeChoice = { range: 'all', text: 'all', words: 'Show all that is held' };
const CHOICES: Readonly<Record<Axis, readonly RangeChoice[]>> = {
  time: [
    { range: 60e6, text: '1m', words: 'Show 1 minute' },
    { range: 300e6, text: '5m', words: 'Show 5 minutes' },
    { range: 900e6, text: '15m', words: 'Show 15 minutes' },
    ALL,
  ],
  step: [
    { range: 100, text: '100', words: 'Show 100 steps' },
    { range: 1000, text: '1k', words: 'Show 1,000 steps' },
    { range: 10_000, text: '10k', words: 'Show 10,000 steps' },
    ALL,
  ],
};
/** Narrower cards have one button that goes through the ranges. */
const ALL_BUTTONS_FROM_PX = 288;

/** The range choice, reset and pause of one metric, in its card's tools. */
export class MetricTools {
  readonly #ranges: readonly ToolButton[];
  readonly #choices: readonly RangeChoice[];
  readonly #cycle: ToolButton;
  readonly #reset: ToolButton;
  readonly #pause: ToolButton;
  #shown = '';
  #next: TimeRange = 'all';

  constructor(card: Card, axis: Axis, commands: MetricCommands) {
    this.#choices = CHOICES[axis];
    this.#ranges = this.#choices.map(({ range, text, words }) => {
      const button = card.addTool({ icon: 'clock', label: words, onClick: () => commands.choose(range) });
      button.element.classList.add('sv-metric-range');
      button.element.textContent = text;
      return button;
    });
    this.#cycle = card.addTool({
      icon: 'clock',
      label: 'Visible range: choose the next',
      onClick: () => commands.choose(this.#next),
    });
    this.#cycle.element.classList.add('sv-metric-range');
    this.#reset = card.addTool({ icon: 'reset', label: 'Back to live', onClick: () => commands.reset() });
    this.#pause = card.addTool({ icon: 'pause', label: 'Pause', onClick: () => commands.togglePause() });
  }

  /** Shows a viewport's state; the same again touches nothing. */
  show(state: {
    readonly range: TimeRange;
    readonly mode: ViewportMode;
    readonly widthPx: number;
    readonly any: boolean;
  }): void {
    const wide = state.widthPx >= ALL_BUTTONS_FROM_PX;
    const key = `${state.range}/${state.mode}/${wide}/${state.any}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const chosen = state.mode === 'held' ? -1 : this.#choices.findIndex(({ range }) => range === state.range);
    for (const [index, button] of this.#ranges.entries()) {
      button.setPressed(index === chosen);
      button.setHidden(!wide || !state.any);
    }
    const next = this.#choices[(chosen + 1) % this.#choices.length];
    this.#next = next?.range ?? 'all';
    this.#cycle.element.textContent = this.#choices[chosen]?.text ?? '–';
    this.#cycle.setHidden(wide || !state.any);
    this.#reset.setHidden(state.mode === 'live' || !state.any);
    this.#pause.setHidden(!state.any);
    const paused = state.mode === 'paused';
    this.#pause.set(paused ? { icon: 'play', label: 'Back to live' } : { icon: 'pause', label: 'Pause' });
  }
}
