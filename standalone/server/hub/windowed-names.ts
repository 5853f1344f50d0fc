import type { DashboardDocument } from '../../../src/dashboard/document.ts';
import { parseSeriesKey } from '../../../src/session/series-key.ts';
import { planWindows } from '../../../src/session/window-plan.ts';

/** The names whose windows some widget of a document shows. */
export class WindowedNames {
  static readonly none = new WindowedNames(null);
  readonly #names: ReadonlySet<string>;
  readonly #known = new Map<string, boolean>();

  constructor(document: DashboardDocument | null) {
    this.#names = new Set(document === null ? [] : planWindows(document).keys());
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** Whether the series of this key is windowed. O(1) once asked; a key that cannot be read is not. */
  has(key: string): boolean {
    if (this.#names.size === 0) return false;
    let known = this.#known.get(key);
    if (known === undefined) {
      known = this.#names.has(parseSeriesKey(key).name);
      this.#known.set(key, known);
    }
    return known;
  }
}
