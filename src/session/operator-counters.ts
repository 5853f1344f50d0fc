import { numberIn, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { WindowCounters, WindowOperator } from '../core/windows/window-operator.ts';

const NONE: WindowCounters = { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 };
const NAMES = ['late', 'dropped', 'missing', 'invalid', 'outOfOrder'] as const satisfies (keyof WindowCounters)[];

/**
 * What was counted of one stream, whichever operator it went to.
 *
 * An operator that takes the place of another was fed with samples that had been counted: what it counted of them is none.
 */
export class OperatorCounters {
  /** As of the last `read`. */
  readonly totals: WindowCounters = { ...NONE };
  /** What earlier operators counted, less what feeding made the present one count. */
  readonly #before: WindowCounters = { ...NONE };
  #refused = 0;

  /** Counts samples that no operator was given, as invalid. */
  refuse(count: number): void {
    this.#refused += count;
  }

  read({ counters }: WindowOperator): void {
    for (const name of NAMES) this.totals[name] = this.#before[name] + counters[name];
    this.totals.invalid += this.#refused;
  }

  /** Goes on with an operator that has just been fed; call `read` of the one before first. */
  handOver({ counters }: WindowOperator): void {
    for (const name of NAMES) this.#before[name] = this.totals[name] - counters[name];
    this.#before.invalid -= this.#refused;
  }
  save(): readonly StateTable[] {
    const tableOf = (name: string, counters: WindowCounters) => ({ name, meta: { ...counters }, columns: {} });
    const [total, before] = [tableOf('total', this.totals), tableOf('before', this.#before)];
    return [total, { ...before, meta: { ...before.meta, refused: this.#refused } }];
  }

  /** Takes the place of what was counted. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    const [total, before] = [tableNamed(tables, 'total'), tableNamed(tables, 'before')];
    for (const name of NAMES) {
      this.totals[name] = numberIn(total, name);
      this.#before[name] = numberIn(before, name);
    }
    this.#refused = numberIn(before, 'refused');
  }
}
