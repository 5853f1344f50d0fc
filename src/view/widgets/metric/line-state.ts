import { type Severity, stateOf, type Thresholds } from '../../../dashboard/thresholds.ts';
import type { WidgetSpec } from '../../../dashboard/widget-specs.ts';
import type { SessionStore } from '../../../session/session-view.ts';
import type { CardState } from '../../card.ts';
import { ageText, type TimeFormat } from '../../time-format.ts';
import { type SilenceWatch, widgetState } from '../../widget-state.ts';
import type { HeldData } from './held-data.ts';
import type { LineChoice } from './lines.ts';

const RANK: Readonly<Record<Severity, number>> = { ok: 0, warning: 1, critical: 2 };

/** What decides the state of lines. */
export interface LineStateInput {
  readonly store: SessionStore;
  readonly spec: LineChoice & Pick<WidgetSpec, 'problems'>;
  readonly held: HeldData;
  readonly silence: SilenceWatch;
  readonly times: TimeFormat;
  /** While paused nothing grows stale. */
  readonly isPaused: boolean;
  /** Everything visible is older than the visible range. */
  readonly isBehind: boolean;
}

/** The state of a widget that shows lines. Steps have no clock: how long ago the newest came, nobody can tell. */
export function lineState({ store, spec, held, silence, times, isPaused, isBehind }: LineStateInput): CardState {
  const { count, clockUs, lastUs, lastSampleUs, intervalUs } = held;
  const hasClock = count > 0 && spec.options.axis === 'time';
  const samples = { count, lastTimeUs: lastSampleUs, intervalUs };
  const silenceUs = hasClock && !isPaused ? silence.silence(samples, clockUs) : null;
  const state = widgetState({
    store,
    spec,
    hasData: count > 0,
    call: `${spec.name}.send(1)`,
    silenceUs,
    clockText: (us) => times.seconds(us),
  });
  if (isBehind && (state.kind === 'live' || state.kind === 'stale') && count > 0) {
    return { kind: 'stale', text: `${ageText(clockUs - lastUs)} behind` };
  }
  return state;
}

/** The index of the line whose value is worst, and how bad it is; -1 and `ok` where none is bad. */
export function worstLine(
  thresholds: Thresholds,
  lineCount: number,
  valueAt: (index: number) => number,
): { readonly index: number; readonly severity: Severity } {
  let severity: Severity = 'ok';
  let index = -1;
  for (let i = 0; i < lineCount; i++) {
    const own = stateOf(thresholds, valueAt(i));
    if (RANK[own] <= RANK[severity]) continue;
    severity = own;
    index = i;
  }
  return { index, severity };
}
