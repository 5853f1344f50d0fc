import { afterEach, describe, expect, test, vi } from 'vitest';
import { FrameRing } from '../../../standalone/server/hub/frame-ring.ts';
import { LiveSession } from '../../../standalone/server/hub/live-session.ts';
import { PaneBuilder } from '../../../standalone/server/hub/pane-builder.ts';
import { WindowedNames } from '../../../standalone/server/hub/windowed-names.ts';
import { Backlog } from '../../../standalone/server/ws/backlog.ts';
import { Broken } from '../../session/broken.ts';
import { playServer, tally } from './play-server.ts';

const HISTORIES = process.env.STREAMVIZ_QUICK ? 10 : 25;

test(`after any interleaving every viewer has what the server has: nothing left out, nothing double (${HISTORIES} histories)`, () => {
  for (let seed = 0; seed < HISTORIES; seed += 1) {
    try {
      playServer(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message.slice(0, 2000) : ''}`, { cause: error });
    }
  }
  expect(tally.recovered).toBeGreaterThan(HISTORIES);
  expect(tally.snapshots).toBeGreaterThan(HISTORIES);
  expect(tally.conflated).toBeGreaterThan(HISTORIES);
  expect(tally.folded).toBeGreaterThan(10 * HISTORIES);
  expect(tally.exact).toBeGreaterThan(10 * HISTORIES);
  expect(tally.whole).toBeGreaterThan(2 * HISTORIES);
  expect(tally.doubles).toBeGreaterThan(HISTORIES);
  expect(tally.compared).toBeGreaterThan(10 * HISTORIES);
  expect(tally.cells).toBeGreaterThan(40 * HISTORIES);
});

/** What breaks first in some histories. */
function firstBroken(most = 12): string | null {
  for (let seed = 0; seed < most; seed += 1) {
    try {
      playServer(seed);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return error.message;
    }
  }
  return null;
}

describe('each rule is needed: without it something is left out, doubled or wrong', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('what was missed is sent whole', () => {
    const { after } = FrameRing.prototype;
    vi.spyOn(FrameRing.prototype, 'after').mockImplementation(function (this: FrameRing, seq) {
      const missed = after.call(this, seq);
      return missed === null ? null : { ...missed, frames: missed.frames.slice(1) };
    });
    expect(firstBroken()).not.toBeNull();
  });

  test('what was missed begins after what the viewer has', () => {
    const { after } = FrameRing.prototype;
    vi.spyOn(FrameRing.prototype, 'after').mockImplementation(function (this: FrameRing, seq) {
      return after.call(this, seq - 1);
    });
    expect(firstBroken()).not.toBeNull();
  });

  test('a snapshot is of the newest message', () => {
    const { snapshot } = LiveSession.prototype;
    const first = new WeakMap<LiveSession, Uint8Array>();
    vi.spyOn(LiveSession.prototype, 'snapshot').mockImplementation(function (this: LiveSession, range) {
      const held = first.get(this) ?? snapshot.call(this, range);
      first.set(this, held);
      return held;
    });
    expect(firstBroken()).not.toBeNull();
  });

  test('what a snapshot leaves out the viewer has', () => {
    const { snapshot } = LiveSession.prototype;
    vi.spyOn(LiveSession.prototype, 'snapshot').mockImplementation(function (this: LiveSession, range, isTold, held) {
      return snapshot.call(this, range, isTold, held && { ...held, seq: held.seq + 4 });
    });
    expect(firstBroken()).not.toBeNull();
  });

  test('folds hold every sample', () => {
    const { mergeRun } = PaneBuilder.prototype;
    vi.spyOn(PaneBuilder.prototype, 'mergeRun').mockImplementation(function (
      this: PaneBuilder,
      row,
      times,
      values,
      from,
      to,
    ) {
      mergeRun.call(this, row, times, values, from, Math.max(from + 1, to - 1));
    });
    expect(firstBroken()).not.toBeNull();
  });

  test('a snapshot holds every cell', () => {
    const { merge } = PaneBuilder.prototype;
    let calls = 0;
    vi.spyOn(PaneBuilder.prototype, 'merge').mockImplementation(function (this: PaneBuilder, ...row) {
      calls += 1;
      if (calls % 7 !== 0) merge.apply(this, row);
    });
    expect(firstBroken()).not.toBeNull();
  });

  test('a control of these: with nothing changed nothing breaks', () => {
    vi.spyOn(WindowedNames.prototype, 'has').mockReturnValue(false);
    vi.spyOn(Backlog.prototype, 'lagMs', 'get').mockReturnValue(0);
    expect(firstBroken(2)).toBeNull();
  });
});
