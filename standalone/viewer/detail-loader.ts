import { isStreamVizError } from '../../src/core/errors.ts';
import type { DetailOverlay } from '../../src/session/detail-overlay.ts';
import type { DetailQuery, FrameMessage } from '../../src/transport/socket.ts';
import { decodeDetail } from './detail-frame.ts';

/** A series that can be drawn from finer rows. */
export interface DetailedSeries {
  readonly generation: number;
  takeDetail(overlay: DetailOverlay | null): void;
}

export interface DetailLoaderOptions {
  /** What is to be seen finer now; empty where the held data are as good as it gets. */
  readonly wishes: () => readonly DetailQuery[];
  readonly query: (query: DetailQuery) => Promise<FrameMessage>;
  /** The series of an epoch, undefined where it is not held. */
  readonly series: (session: string, epoch: string, key: string) => DetailedSeries | undefined;
  readonly onLoaded: () => void;
  readonly schedule: (run: () => void, ms: number) => () => void;
}

/** A drag or a wheel asks once it rests. */
const REST_MS = 200;

/**
 * Fetches finer rows for what is zoomed into, and takes them away again.
 *
 * 1. Asked once the view has rested for 0.2 s, and once per view; an answer to an older view is dropped.
 * 2. A query that fails changes nothing: the held data stay drawn. A later change of the view asks anew.
 */
export class DetailLoader {
  /** Queries that came to nothing. */
  failures = 0;
  readonly #options: DetailLoaderOptions;
  readonly #given = new Set<DetailedSeries>();
  #cancel: (() => void) | null = null;
  #asked = '';

  constructor(options: DetailLoaderOptions) {
    this.#options = options;
  }

  /** The view, or what it shows, changed. */
  changed(): void {
    this.#cancel?.();
    this.#cancel = this.#options.schedule(() => {
      this.#cancel = null;
      this.#load();
    }, REST_MS);
  }

  dispose(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#asked = 'disposed';
    this.#given.clear();
  }

  #load(): void {
    const wishes = this.#options.wishes();
    const key = JSON.stringify(wishes);
    if (key === this.#asked) return;
    this.#asked = key;
    if (wishes.length === 0) this.#clear();
    for (const wish of wishes) void this.#fetch(wish, key);
  }

  async #fetch(wish: DetailQuery, key: string): Promise<void> {
    try {
      const { session, epoch, series } = decodeDetail(await this.#options.query(wish));
      if (key !== this.#asked) return;
      for (const detail of series) {
        const held = this.#options.series(session, epoch, detail.key);
        if (held === undefined || held.generation !== detail.generation) continue;
        held.takeDetail(detail.overlay);
        this.#given.add(held);
      }
      this.#options.onLoaded();
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      this.failures += 1;
      if (key === this.#asked) this.#asked = '';
    }
  }

  #clear(): void {
    if (this.#given.size === 0) return;
    for (const series of this.#given) series.takeDetail(null);
    this.#given.clear();
    this.#options.onLoaded();
  }
}
