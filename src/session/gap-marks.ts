import { tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { TimeSpan } from './session-view.ts';
import { spanColumns, spansIn } from './span-columns.ts';

const MOST_SPANS = 64;

/**
 * The stretches of one line that are missing (`pending`) and that were missing and came back (`restored`).
 *
 * Both lists are in time order, do not overlap and hold at most 64 spans; the oldest go first. They serve drawing only:
 * what is proved is known by the cells. The arrays are never changed, only replaced.
 */
export class GapMarks {
  pending: readonly TimeSpan[] = [];
  restored: readonly TimeSpan[] = [];

  /** Marks `[startUs, endUs)` as missing; an empty or endless span is no mark. */
  open(startUs: number, endUs: number): void {
    if (!(endUs > startUs) || !Number.isFinite(startUs) || !Number.isFinite(endUs)) return;
    this.pending = merged(this.pending, { startUs, endUs });
  }

  /** Everything missing has come back. */
  heal(): void {
    for (const span of this.pending) this.restored = merged(this.restored, span);
    this.pending = [];
  }

  save(): readonly StateTable[] {
    return [
      { name: 'pending', meta: {}, columns: spanColumns(this.pending) },
      { name: 'restored', meta: {}, columns: spanColumns(this.restored) },
    ];
  }

  /** Takes the place of what is marked. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    this.pending = spansIn(tableNamed(tables, 'pending'));
    this.restored = spansIn(tableNamed(tables, 'restored'));
  }

  /** Forgets the marks that end at or before `edgeUs`. */
  forget(edgeUs: number): void {
    if (this.restored.length > 0 && this.restored[0]!.endUs <= edgeUs) {
      this.restored = this.restored.filter((span) => span.endUs > edgeUs);
    }
  }
}

function merged(spans: readonly TimeSpan[], added: TimeSpan): readonly TimeSpan[] {
  let { startUs, endUs } = added;
  const apart: TimeSpan[] = [];
  for (const span of spans) {
    if (span.endUs < startUs || span.startUs > endUs) apart.push(span);
    else {
      startUs = Math.min(startUs, span.startUs);
      endUs = Math.max(endUs, span.endUs);
    }
  }
  apart.push({ startUs, endUs });
  apart.sort((a, b) => a.startUs - b.startUs);
  return apart.slice(-MOST_SPANS);
}
