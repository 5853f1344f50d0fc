import type { EventRow } from '../../../core/events/event-window.ts';
import type { EventsOptions } from '../../../dashboard/events-spec.ts';
import type { TableView } from '../../../session/session-view.ts';
import { node } from '../../card.ts';
import type { TimeFormat } from '../../time-format.ts';
import { actorText, flagText, group } from './event-words.ts';

const EVENTS_SHOWN = 20;

/** What the details of one key show. */
export interface DetailState {
  readonly row: EventRow;
  readonly options: EventsOptions;
  /** The newest raw events of all keys; null where the page has none. */
  readonly recent: TableView | null;
  readonly time: TimeFormat;
}

/** The details of one key over the table: who, and its newest events. Escape and a click outside close it. */
export class EventDetail {
  readonly #host: HTMLElement;
  readonly #onClose: () => void;
  #element: HTMLElement | null = null;
  #key = '';
  #shown = '';
  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  };
  readonly #onOutside = (event: Event): void => {
    if (this.#element && !event.composedPath().includes(this.#element)) this.close();
  };

  /** @param host What it is placed in. `onClose` runs after it closed, whoever closed it. */
  constructor(host: HTMLElement, onClose: () => void) {
    this.#host = host;
    this.#onClose = onClose;
  }

  /** The key shown; null while closed. */
  get key(): string | null {
    return this.#element === null ? null : this.#key;
  }

  open(key: string): void {
    this.close();
    const element = node('div', 'sv-popover sv-event-detail');
    element.setAttribute('role', 'dialog');
    element.setAttribute('aria-label', `Details of ${key}`);
    element.tabIndex = -1;
    element.addEventListener('keydown', this.#onKey);
    this.#host.ownerDocument.addEventListener('pointerdown', this.#onOutside);
    this.#element = element;
    this.#key = key;
    this.#shown = '';
    this.#host.append(element);
    element.focus({ preventScroll: true });
  }

  /** Writes what changed. */
  show(state: DetailState): void {
    const element = this.#element;
    if (element === null) return;
    const parts = [heading(state), ...actors(state.row), ...newest(state)];
    const html = parts.map((part) => part.outerHTML).join('');
    if (html === this.#shown) return;
    this.#shown = html;
    const { scrollTop } = element;
    element.replaceChildren(...parts);
    element.scrollTop = scrollTop;
  }

  close(): void {
    if (this.#element === null) return;
    this.#element.remove();
    this.#element = null;
    this.#host.ownerDocument.removeEventListener('pointerdown', this.#onOutside);
    this.#onClose();
  }
}

function heading({ row, options }: DetailState): HTMLElement {
  const line = node('div', 'sv-event-detail-head');
  const words = [`${group(row.count)} events`];
  if (options.actor !== null) words.push(`${options.actor}: ${actorText(row.actors)}`);
  for (const [i, flag] of options.flags.entries()) words.push(`${flag}: ${flagText(row.flags[i] ?? 0, row.count)}`);
  line.append(node('b', '', row.key === '' ? '(empty)' : row.key), ` ${words.join(', ')}`);
  return line;
}

function actors({ actors: { names, count, exact } }: EventRow): HTMLElement[] {
  if (names.length === 0) return [];
  const list = node('ul', 'sv-event-names');
  list.append(...names.map((name) => node('li', '', name === '' ? '(empty)' : name)));
  const left = count - names.length;
  if (left > 0 || !exact) list.append(node('li', 'sv-event-more', left > 0 ? `and ${group(left)} more` : 'and more'));
  return [list];
}

/** The newest events of the key among those the page holds, newest first. */
function newest({ row, options, recent, time }: DetailState): HTMLElement[] {
  if (recent === null) return [];
  const place = (name: string): number => recent.columns.findIndex((column) => column.name === name);
  const [at, key, actor, flags] = [place('time'), place('key'), place('actor'), place('flags')];
  const rows = recent
    .rows()
    .filter(({ cells }) => cells[key] === row.key)
    .slice(-EVENTS_SHOWN)
    .reverse();
  if (rows.length === 0) return [];
  const list = node('ol', 'sv-event-newest');
  for (const { cells } of rows) {
    const line = node('li', '');
    const set = options.flags.filter((_, i) => (Number(cells[flags] ?? 0) >>> i) & 1);
    line.append(node('span', 'sv-event-time', time.seconds(Number(cells[at]))));
    if (typeof cells[actor] === 'string') line.append(` ${cells[actor]}`);
    if (set.length > 0) line.append(' ', node('span', 'sv-event-flags', set.join(', ')));
    list.append(line);
  }
  return [list];
}
