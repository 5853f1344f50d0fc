import type { TimeSpan } from '../../src/session/session-view.ts';
import { node } from '../../src/view/card.ts';
import type { TimeFormat } from '../../src/view/time-format.ts';

/** A time as an input of kind `datetime-local` has it, in the zone of `times`: `2026-03-03T14:15:00`. */
export function localText(us: number, times: TimeFormat): string {
  const ms = Math.floor(us / 1e6) * 1000;
  return new Date(ms + times.offsetMs(us)).toISOString().slice(0, 19);
}

/** The time of such a text; null where it is none. Times that a clock change skips or repeats are read with the offset before it. */
export function parseLocal(text: string, times: TimeFormat): number | null {
  const ms = Date.parse(`${text}Z`);
  if (!Number.isFinite(ms)) return null;
  const first = ms - times.offsetMs(ms * 1000);
  return (ms - times.offsetMs(first * 1000)) * 1000;
}

/** The dialog in which a range is chosen by hand: from, to. */
export class CustomRange {
  readonly element = node('dialog', 'sv-dialog');
  readonly #from = timeInput();
  readonly #to = timeInput();
  readonly #problem = node('p', 'sv-dialog-problem');
  readonly #onChoose: (span: TimeSpan) => void;
  #times: TimeFormat | null = null;

  constructor(onChoose: (span: TimeSpan) => void) {
    this.#onChoose = onChoose;
    const { element } = this;
    element.setAttribute('aria-label', 'Custom range');
    this.#problem.setAttribute('role', 'alert');
    const cancel = node('button', 'sv-button', 'Cancel');
    cancel.type = 'button';
    cancel.addEventListener('click', () => element.close());
    const show = node('button', 'sv-button sv-strong', 'Show');
    show.type = 'button';
    show.addEventListener('click', () => this.#choose());
    const foot = node('div', 'sv-dialog-foot');
    foot.append(this.#problem, cancel, show);
    element.append(
      node('h2', 'sv-dialog-title', 'Custom range'),
      labelled('From', this.#from),
      labelled('To', this.#to),
      foot,
    );
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
      // The dialog gives the focus back to a button, which would take the same key for a click.
      event.preventDefault();
      this.#choose();
    });
  }

  /** @param span What is visible now. */
  open(span: TimeSpan, times: TimeFormat): void {
    this.#times = times;
    this.#from.value = localText(span.startUs, times);
    this.#to.value = localText(span.endUs, times);
    this.#problem.textContent = '';
    this.element.showModal();
    this.#from.focus();
  }

  #choose(): void {
    if (this.#times === null) return;
    const startUs = parseLocal(this.#from.value, this.#times);
    const endUs = parseLocal(this.#to.value, this.#times);
    if (startUs === null || endUs === null) this.#problem.textContent = 'Both times are needed.';
    else if (startUs >= endUs) this.#problem.textContent = 'From must be before To.';
    else {
      this.element.close();
      this.#onChoose({ startUs, endUs });
    }
  }
}

function timeInput(): HTMLInputElement {
  const input = node('input', 'sv-input');
  input.type = 'datetime-local';
  input.step = '1';
  return input;
}

function labelled(text: string, input: HTMLInputElement): HTMLElement {
  const label = node('label', 'sv-field');
  label.append(node('span', '', text), input);
  return label;
}
