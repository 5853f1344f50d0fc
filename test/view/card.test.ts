import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../src/core/errors.ts';
import { counterLines, statusText } from '../../src/view/card-status.ts';
import { SilenceWatch, type StateInput, widgetState } from '../../src/view/widget-state.ts';

const input = (change: Partial<StateInput> = {}): StateInput => ({
  store: { status: 'live', goneAtUs: NaN, problem: null },
  spec: { problems: [] },
  hasData: true,
  call: 'cpu.send(1)',
  silenceUs: null,
  clockText: () => '14:08:06',
  ...change,
});

describe('state of a widget', () => {
  it('gone wins over a problem, a problem over waiting, waiting over silence', () => {
    const problem = new StreamVizError('MESSAGE_INVALID', 'bad bytes');
    const gone = { status: 'gone', goneAtUs: 1, problem } as const;
    const bad = { status: 'live', goneAtUs: NaN, problem } as const;
    expect(widgetState(input({ store: gone, hasData: false }))).toEqual({
      kind: 'gone',
      text: 'Disconnected 14:08:06',
    });
    expect(widgetState(input({ store: bad, hasData: false }))).toEqual({
      kind: 'error',
      message: 'bad bytes',
      code: 'MESSAGE_INVALID',
    });
    expect(widgetState(input({ hasData: false, silenceUs: 9e6 }))).toEqual({ kind: 'waiting', call: 'cpu.send(1)' });
    expect(widgetState(input({ silenceUs: 114e6 }))).toEqual({ kind: 'stale', text: 'No data for 114 s' });
    expect(widgetState(input())).toEqual({ kind: 'live' });
  });
});

describe('silence', () => {
  const series = (count: number, lastTimeUs: number, intervalUs = 1e6) => ({ count, lastTimeUs, intervalUs });

  it('is told above 5 s and above 5 median intervals', () => {
    expect(new SilenceWatch().silence(series(9, 0), 5e6)).toBeNull();
    expect(new SilenceWatch().silence(series(9, 0), 6e6)).toBe(6e6);
    expect(new SilenceWatch().silence(series(9, 0, 10e6), 49e6)).toBeNull();
    expect(new SilenceWatch().silence(series(9, 0, NaN), 6e6)).toBe(6e6);
  });

  it('a replay of old data is not silent while it arrives', () => {
    const watch = new SilenceWatch();
    expect(watch.silence(series(1, 0), 1e12)).toBe(1e12);
    expect(watch.silence(series(2, 1), 1e12 + 1e6)).toBeNull();
    expect(watch.silence(series(2, 1), 1e12 + 8e6)).toBe(7e6);
  });
});

describe('status line', () => {
  const none = { folded: 0, late: 0, invalid: 0, missing: 0, expired: 0 };

  it('names what is not zero, and nothing else', () => {
    expect(statusText(counterLines({ ...none, folded: 1204, late: 3 }))).toBe('1,204 folded · 3 late');
    expect(statusText(counterLines({ ...none, missing: 7 }))).toBe('');
  });

  it('explains every counter it shows', () => {
    const lines = counterLines({ folded: 1, late: 1, invalid: 1, missing: 1, expired: 1 });
    for (const line of lines) expect(line.explanation).toMatch(/^[a-z].*\.$/);
    expect(lines.map(({ word }) => word)).toEqual(['folded', 'late', 'invalid', 'expired']);
  });
});
