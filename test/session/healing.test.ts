import { afterEach, describe, expect, test, vi } from 'vitest';
import { CellTier } from '../../src/core/cell-tier.ts';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { TableStore } from '../../src/core/table-store.ts';
import { SeriesState } from '../../src/session/series-state.ts';
import { SessionData } from '../../src/session/session-data.ts';
import { SessionReceiver } from '../../src/session/session-receiver.ts';
import { CellFeed } from '../../src/session/window-source.ts';
import { WindowedSeries } from '../../src/session/windowed-series.ts';
import { Broken } from './broken.ts';
import type { SenderOptions } from './fake-sender.ts';
import { playHistory } from './random-history.ts';
import { tally } from './window-invariants.ts';

const HISTORIES = process.env.STREAMVIZ_QUICK ? 60 : 400;

describe('after random loss, doubles, two paths, reordering, late joining, restarts, eviction and clears', () => {
  test(`cells, windows, tables and document are the sender's within one round, and nothing wrong was called exact (${HISTORIES} histories)`, () => {
    let messages = 0;
    for (let seed = 0; seed < HISTORIES; seed += 1) {
      try {
        messages += playHistory(seed).messages;
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    expect(messages).toBeGreaterThan(20 * HISTORIES);
    expect(tally.proved).toBeGreaterThan(100 * HISTORIES);
    expect(tally.rebuilt).toBeGreaterThan(10 * HISTORIES);
  });
});

/** First seed whose history breaks an invariant, and which. */
function firstBroken(most: number, broken?: SenderOptions['broken']): string | null {
  for (let seed = 0; seed < most; seed += 1) {
    try {
      playHistory(seed, broken);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return error.message;
    }
  }
  return null;
}

describe('each rule is needed: without it an invariant breaks', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('cells that cannot be proved go', () => {
    vi.spyOn(CellTiers.prototype, 'forget').mockReturnValue();
    expect(firstBroken(400)).not.toBeNull();
  });

  test('a complete pane replaces its cell', () => {
    vi.spyOn(CellTiers.prototype, 'replace').mockReturnValue();
    expect(firstBroken(100)).not.toBeNull();
  });

  test('a folded pane adds to no finer tier', () => {
    const { addFold } = CellTiers.prototype;
    vi.spyOn(CellTiers.prototype, 'addFold').mockImplementation(function (
      this: CellTiers,
      _duration,
      start,
      panes,
      row,
    ) {
      addFold.call(this, this.durations[0]!, start, panes, row);
    });
    expect(firstBroken(400)).not.toBeNull();
  });

  test('of a cell and the finer ones under it the larger count is shown', () => {
    vi.spyOn(CellTier.prototype, 'shown').mockImplementation(function (this: CellTier, row) {
      return this.count(row);
    });
    expect(firstBroken(100)).not.toBeNull();
  });

  test('counts reveal what is missing', () => {
    const { account } = SeriesState.prototype;
    vi.spyOn(SeriesState.prototype, 'account').mockImplementation(function (this: SeriesState, entry, carried, seq) {
      const { hole } = this.cells;
      account.call(this, entry, carried, seq);
      this.cells.hole = hole;
    });
    expect(firstBroken(100)).not.toBeNull();
  });

  test('a message states the totals', () => {
    vi.spyOn(SessionData.prototype, 'complete', 'get').mockReturnValue(true);
    expect(firstBroken(400)).not.toBeNull();
  });

  test('windows are computed anew where samples had been missing', () => {
    vi.spyOn(WindowedSeries.prototype, 'rebuild').mockReturnValue();
    expect(firstBroken(100)).toMatch(/^W/);
  });

  test('a window that a coarse cell crosses is not made up', () => {
    vi.spyOn(CellFeed.prototype, 'isWhole').mockReturnValue(true);
    expect(firstBroken(100)).toMatch(/^W1/);
  });

  test('while samples are missing results are approximate', () => {
    vi.spyOn(WindowedSeries.prototype, 'flagsNow').mockImplementation((flags) => flags);
    expect(firstBroken(100)).toMatch(/^W1/);
  });

  test('windows over what was given up stay approximate', () => {
    vi.spyOn(WindowedSeries.prototype, 'doubtBefore').mockReturnValue();
    expect(firstBroken(400)).toMatch(/^W1/);
  });

  test('the watermark follows what the sender had sent', () => {
    vi.spyOn(WindowedSeries.prototype, 'raise').mockReturnValue();
    expect(firstBroken(100)).toMatch(/^W3/);
  });

  test('a slice lists all live rows of its range', () => {
    vi.spyOn(TableStore.prototype, 'slice').mockImplementation(function (this: TableStore, block, _from, _to, seq) {
      this.change(block, seq);
    });
    expect(firstBroken(100)).not.toBeNull();
  });

  test('a number is applied once', () => {
    const { deliver } = SessionReceiver.prototype;
    vi.spyOn(SessionReceiver.prototype, 'deliver').mockImplementation(function (this: SessionReceiver, message, path) {
      const isKept = deliver.call(this, message, path);
      const data = this.newest?.data;
      if (data?.seq === message.seq) data.apply(message);
      return isKept;
    });
    expect(firstBroken(100)).not.toBeNull();
  });

  test('history is for drawing only', () => {
    vi.spyOn(SeriesState.prototype, 'addHistory').mockImplementation(function (this: SeriesState, ...rows) {
      this.addSamples(...rows);
    });
    expect(firstBroken(100)).not.toBeNull();
  });

  test.each(['cells before their message', 'largest time before is too small', 'no generation'] as const)(
    'the sender keeps its rules (%s)',
    (broken) => {
      expect(firstBroken(400, broken)).not.toBeNull();
    },
  );
});
