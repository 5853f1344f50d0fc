import type { SocketState } from '../../src/transport/socket-state.ts';
import type { Chip } from '../../src/view/card.ts';

/** A return after a loss, worth telling for some seconds. */
export interface Resumed {
  readonly awayMs: number;
  /** Every missed message came; else a summary stands for them. */
  readonly recovered: boolean;
  readonly atMs: number;
}

export interface ConnectionInput {
  readonly state: SocketState;
  /** The clock of the state's times. */
  readonly nowMs: number;
  /** NaN while unknown. */
  readonly delayMs: number;
  /** What the server still holds back for this viewer, ms. */
  readonly lagMs: number;
  /** Messages that the server did not send one by one because this page was too slow. */
  readonly conflated: number;
  readonly resumed: Resumed | null;
  /** False until the first greeting. */
  readonly wasLive: boolean;
  /** `14:02:11 · 1,204 new`, null while not paused. */
  readonly paused: string | null;
}

/** A chip in two lengths, and the sentence behind it. */
export interface ConnectionWords {
  readonly kind: Chip['kind'];
  readonly icon: 'none' | 'warning' | 'critical' | 'pause' | 'clock';
  readonly text: string;
  /** For a narrow bar. */
  readonly short: string;
  readonly title: string;
}

/** A return is told for so long, and only where the loss was worth it: or where less came than was missed. */
const RESUMED_MS = 10_000;
const AWAY_MS = 3000;
const BEHIND_MS = 2000;

/** What the chip beside the title says: a lost or refused connection first, then a pause, a return, a delay, live. */
export function connectionWords(input: ConnectionInput): ConnectionWords {
  const { state, nowMs } = input;
  if (state.kind === 'refused') return refused(state.reason, state.message);
  if (state.kind !== 'live') return unconnected(input);
  if (input.paused !== null) {
    const text = `Paused ${input.paused}`;
    const title = 'The picture stands; data go on being collected. Space goes back to live.';
    return { kind: 'neutral', icon: 'pause', text, short: 'Paused', title };
  }
  const { resumed } = input;
  const isWorthIt = resumed !== null && (resumed.awayMs >= AWAY_MS || !resumed.recovered);
  if (isWorthIt && nowMs - resumed.atMs < RESUMED_MS) {
    const text = `Resumed after ${awayText(resumed.awayMs)}`;
    return resumed.recovered
      ? { kind: 'ok', icon: 'none', text, short: 'Resumed', title: 'Everything that was missed came. Nothing is lost.' }
      : { kind: 'warn', icon: 'clock', text, short: 'Resumed', title: SUMMARY };
  }
  const behindMs = Math.max(input.lagMs, Number.isFinite(input.delayMs) ? input.delayMs : 0);
  if (behindMs >= BEHIND_MS) {
    const text = `${awayText(behindMs)} behind`;
    const { conflated } = input;
    const skipped = conflated > 0 ? ` ${conflated.toLocaleString('en')} messages came as a summary.` : '';
    const title = `This connection is slower than the data. What is shown is whole, and late.${skipped}`;
    return { kind: 'warn', icon: 'clock', text, short: text, title };
  }
  const shownMs = Math.max(1, Math.round(input.delayMs));
  const text = Number.isFinite(shownMs) ? `Live · ${shownMs} ms` : 'Live';
  return { kind: 'ok', icon: 'none', text, short: 'Live', title: 'Data are shown as they come.' };
}

const SUMMARY =
  'Too much was missed to send it all: what is older came as summaries, whose counts and extremes are exact.';

function unconnected({ state, nowMs, wasLive }: ConnectionInput): ConnectionWords {
  if (!wasLive && state.kind !== 'waiting') {
    return { kind: 'neutral', icon: 'none', text: 'Connecting', short: 'Connecting', title: 'Looking for the server.' };
  }
  const waitMs = state.kind === 'waiting' ? state.nextTryMs - nowMs : 0;
  const said = state.kind === 'waiting' && state.error !== null ? ` ${state.error.message}` : '';
  const title = `The server does not answer. What is shown is kept.${said}`;
  const text = waitMs >= 500 ? `Reconnecting in ${Math.ceil(waitMs / 1000)} s` : 'Reconnecting';
  return { kind: 'warn', icon: 'warning', text, short: 'Reconnecting', title };
}

function refused(reason: 'token' | 'origin' | 'version', message: string): ConnectionWords {
  const text = reason === 'version' ? 'Reload needed' : 'Not authorised';
  return { kind: 'crit', icon: 'critical', text, short: text, title: message };
}

/** `12 s`, `43 min`, `3 h`: the largest unit that says it. */
export function awayText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${Math.max(1, seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
