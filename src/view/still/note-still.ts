import type { UnknownSpec } from '../../dashboard/widget-specs.ts';
import { type CardStill, paintHead, paintRowWords, type StillPlace } from './card-still.ts';
import type { Box, Paper } from './paper.ts';

/** A widget of a kind that this version does not know: its title and what it needs. */
export class NoteStill implements CardStill {
  readonly kind = 'note';
  readonly samples = 0;
  readonly timeUs = Number.NaN;
  readonly title: string;
  readonly #text: string;
  readonly #place: StillPlace;

  constructor(spec: UnknownSpec, place: StillPlace) {
    this.title = spec.options.title;
    this.#text = `A "${spec.wanted}" needs a newer StreamViz.`;
    this.#place = place;
  }

  get words(): string {
    return `${this.title}: ${this.#text}`;
  }

  paint(paper: Paper, box: Box): void {
    const body = paintHead(paper, box, { title: this.title, caption: '', severity: 'ok' }, this.#place);
    paper.text(this.#text, body.x, body.y + 22, { size: 13, color: 'text-3', most: body.width });
  }

  paintRow(paper: Paper, box: Box): void {
    paintRowWords(paper, box, { title: this.title, value: this.#text, severity: 'ok' });
  }
}
