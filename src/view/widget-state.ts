import type { WidgetSpec } from '../dashboard/widget-specs.ts';
import type { SessionStore } from '../session/session-view.ts';
import type { CardState } from './card.ts';
import { ageText } from './time-format.ts';

/** What decides the state of a card that has no pause. */
export interface StateInput {
  readonly store: Pick<SessionStore, 'status' | 'goneAtUs' | 'problem'>;
  readonly spec: Pick<WidgetSpec, 'problems'>;
  /** Whether there is anything to show. */
  readonly hasData: boolean;
  /** The call that sends the first value: `cpu.send(1)`. */
  readonly call: string;
  /** Silence worth telling, us; null while there is none. */
  readonly silenceUs: number | null;
  /** A clock time of the producer's in words: `14:02:11`. */
  readonly clockText: (us: number) => string;
}

const LIVE: CardState = { kind: 'live' };

/**
 * The state of a widget, the worst first: a kernel that is gone, a problem (the newest bad message, a refused option),
 * nothing sent yet, silence, live.
 */
export function widgetState(input: StateInput): CardState {
  const { store, spec } = input;
  if (store.status === 'gone') return { kind: 'gone', text: goneText(store.goneAtUs, input.clockText) };
  const problem = store.problem ?? spec.problems[0];
  if (problem) return { kind: 'error', message: problem.message, code: problem.code };
  if (!input.hasData) return { kind: 'waiting', call: input.call };
  if (input.silenceUs !== null) return { kind: 'stale', text: `No data for ${ageText(input.silenceUs)}` };
  return LIVE;
}

function goneText(atUs: number, clockText: (us: number) => string): string {
  return Number.isFinite(atUs) ? `Disconnected ${clockText(atUs)}` : 'Disconnected';
}

const LEAST_SILENCE_US = 5e6;
const SILENT_INTERVALS = 5;

/**
 * Tells how long a series has been silent. Silence counts from its newest event time or, where that is later, from the
 * moment a sample was seen to arrive (a replay of old data is not silent).
 */
export class SilenceWatch {
  #count = -1;
  #arrivedUs = -Infinity;

  /** The silence, us, once it exceeds max(5 s, 5 median intervals); else null. */
  silence(
    series: { readonly count: number; readonly lastTimeUs: number; readonly intervalUs: number },
    nowUs: number,
  ): number | null {
    if (series.count !== this.#count) {
      if (this.#count >= 0) this.#arrivedUs = nowUs;
      this.#count = series.count;
    }
    const silenceUs = nowUs - Math.max(this.#arrivedUs, series.lastTimeUs);
    const intervals = Number.isFinite(series.intervalUs) ? SILENT_INTERVALS * series.intervalUs : 0;
    return silenceUs > Math.max(LEAST_SILENCE_US, intervals) ? silenceUs : null;
  }
}
