import type { Log } from '../log/log.ts';
import type { MetricFamily } from './metric-family.ts';

/** Gives what is to be told now; called with each request of `/metrics`, so it should be cheap and must not wait. */
export type MetricSource = () => readonly MetricFamily[];

/**
 * What a server tells of itself, from all of its parts.
 *
 * 1. Nothing is computed, and no timer runs for it, unless somebody asks.
 * 2. A part that throws is left out and logged; the others are told.
 */
export class Metrics {
  readonly #log: Log;
  readonly #sources = new Set<MetricSource>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Adds a part until the returned function is called, which twice is harmless. */
  register(source: MetricSource): () => void {
    const own: MetricSource = () => source();
    this.#sources.add(own);
    return () => {
      this.#sources.delete(own);
    };
  }

  /** All metrics as of now, each name once: samples of parts that use one name stand together. */
  read(): readonly MetricFamily[] {
    const found = new Map<string, MetricFamily>();
    for (const source of this.#sources) {
      try {
        for (const family of source()) {
          const held = found.get(family.name);
          found.set(
            family.name,
            held === undefined ? family : { ...held, samples: [...held.samples, ...family.samples] },
          );
        }
      } catch (error) {
        this.#log.write('error', 'metrics.failed', { error: error instanceof Error ? error : String(error) });
      }
    }
    return [...found.values()];
  }
}
