import { Session, type SessionNeeds } from './session-state.ts';

/** Most final sessions remembered only because late samples could still join them to a younger one. */
export const CHAIN_LIMIT = 16;

/** What {@link SessionList.restore} takes. */
export interface SessionListState {
  readonly sessions: readonly Session[];
  readonly open: number;
  readonly horizon: number;
  readonly forgottenLast: number;
}

/** Sessions in time order, each more than `gap` after the one before; which join, and which can be forgotten. */
export class SessionList {
  readonly sessions: Session[] = [];
  /** The sessions before this one are final; the last of them may just have been revised. */
  open = 0;
  /** End of the newest session forgotten; -Infinity: none is. */
  horizon = Number.NEGATIVE_INFINITY;
  /** Last value of the newest session forgotten; NaN: none is. */
  forgottenLast = Number.NaN;
  readonly #gap: number;

  readonly #needs: SessionNeeds;

  constructor(gap: number, needs: SessionNeeds) {
    this.#gap = gap;
    this.#needs = needs;
  }

  get newest(): Session | null {
    return this.sessions[this.sessions.length - 1] ?? null;
  }

  /** The sessions `[from, to)` are `gap` or less from something in `[first, last]`. O(log sessions). */
  touched(first: number, last: number): { readonly from: number; readonly to: number } {
    const { sessions } = this;
    let from = 0;
    for (let high = sessions.length; from < high; ) {
      const middle = (from + high) >>> 1;
      if (first - sessions[middle]!.last > this.#gap) from = middle + 1;
      else high = middle;
    }
    let to = from;
    while (to < sessions.length && sessions[to]!.first - last <= this.#gap) to += 1;
    return { from, to };
  }

  /** Makes one session of those of `[from, to)` and of a sample that touches them; open until it is closed. */
  addSample(time: number, value: number, from: number, to: number): void {
    const held = to > from ? this.sessions[from]! : new Session(this.#needs);
    this.#reopen(from, to);
    held.insert(time, value);
    this.#place(held, from, to);
  }

  /** {@link SessionList.addSample} of a session that came last. */
  addSession(added: Session, from: number, to: number): void {
    const held = to > from ? this.sessions[from]! : added;
    this.#reopen(from, to);
    if (held !== added) held.merge(added);
    this.#place(held, from, to);
  }

  #reopen(from: number, to: number): void {
    for (let i = from; i < to; i += 1) this.sessions[i]!.reopen(this.#gap);
    if (from < this.open) this.open = from;
  }

  /** `held` takes over those after it, and the place of all. */
  #place(held: Session, from: number, to: number): void {
    for (let i = from + 1; i < to; i += 1) held.merge(this.sessions[i]!);
    if (to === from) this.sessions.splice(from, 0, held);
    else if (to > from + 1) this.sessions.splice(from + 1, to - from - 1);
  }

  /**
   * Forgets the final sessions that nothing can join any more: those that end 2 gaps or more before `passed` (watermark -
   * allowed lateness), but for up to {@link CHAIN_LIMIT} that lie within 2 gaps before one that is kept.
   *
   * Depends on the sessions and `passed` alone, so it may be called at any time.
   */
  forget(passed: number): void {
    const { sessions } = this;
    const gap = this.#gap;
    if (sessions.length === 0 || !(sessions[0]!.last + 3 * gap < passed)) return;
    let keep = 1;
    while (keep < this.open && sessions[keep]!.last + 3 * gap < passed) keep += 1;
    if (keep > this.open) return;
    if (keep < sessions.length) {
      const least = Math.max(0, keep - CHAIN_LIMIT);
      while (keep > least && sessions[keep]!.first - sessions[keep - 1]!.last <= 2 * gap) keep -= 1;
    }
    if (keep === 0) return;
    const newest = sessions[keep - 1]!;
    this.horizon = newest.last + gap;
    this.forgottenLast = newest.lastValue;
    sessions.splice(0, keep);
    this.open -= keep;
  }

  restore(state: SessionListState): void {
    this.sessions.splice(0, this.sessions.length, ...state.sessions);
    this.open = state.open;
    this.horizon = state.horizon;
    this.forgottenLast = state.forgottenLast;
  }
}
