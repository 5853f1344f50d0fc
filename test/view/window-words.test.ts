import { describe, expect, it } from 'vitest';
import { parseAggregation } from '../../src/core/windows/aggregation.ts';
import type { WindowOptions } from '../../src/core/windows/window-operator.ts';
import { APPROXIMATE, AT_LEAST, REBUILT, SKETCHED } from '../../src/core/windows/window-results.ts';
import type { SeriesView, WindowPoint, WindowReading } from '../../src/session/session-view.ts';
import {
  boundText,
  lengthText,
  soFarText,
  windowCaption,
  windowCounterLines,
  windowRows,
  windowText,
  windowTotals,
} from '../../src/view/window-words.ts';

const MINUTE: WindowOptions = {
  shape: { kind: 'tumbling', size: 60e6, origin: 0 },
  aggregations: [parseAggregation('p99')],
};
const point = (change: Partial<WindowPoint>): WindowPoint => ({
  startUs: 0,
  endUs: 60e6,
  value: 412,
  count: 1234,
  final: true,
  revision: 0,
  flags: 0,
  coverage: 1,
  ...change,
});
const COUNTERS = { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 };
const reading = (change: Partial<WindowReading>): WindowReading => ({
  options: MINUTE,
  aggregation: parseAggregation('p99'),
  newest: null,
  open: null,
  counters: COUNTERS,
  revised: null,
  revisedAtUs: Number.NaN,
  ...change,
});
const line = (window: WindowReading): SeriesView => ({ window }) as SeriesView;
const plain = (text: string): string => text.replaceAll('\u202f', ' ');
const rows = (change: Partial<WindowPoint>, aggregation = 'p99') =>
  windowRows(point(change), parseAggregation(aggregation)).map(({ name, value }) => `${name}: ${plain(value)}`);

describe('words about windows', () => {
  it('a length says its two largest units', () => {
    const texts = [10e6, 60e6, 90e6, 500e3, 86_400e6, 3_661e6, 250].map((us) => plain(lengthText(us)));
    expect(texts).toEqual(['10 s', '1 m', '1 m 30 s', '500 ms', '1 d', '1 h 1 m', '250 µs']);
  });

  it('each shape has its words, steps are called steps', () => {
    const text = (options: Partial<WindowOptions>) => plain(windowText({ ...MINUTE, ...options }));
    expect(text({})).toBe('1 m');
    expect(text({ shape: { kind: 'sliding', size: 60e6, slide: 10e6, origin: 0 } })).toBe('1 m, each 10 s');
    expect(text({ shape: { kind: 'session', gap: 30e6 } })).toBe('sessions, gap 30 s');
    expect(text({ shape: { kind: 'tumbling', size: 1000, origin: 0 }, unit: 1 })).toBe(
      `${(1000).toLocaleString()} steps`,
    );
  });

  it('the caption names the aggregation only where all lines share it', () => {
    const p99 = line(reading({}));
    const p50 = line(reading({ aggregation: parseAggregation('p50') }));
    expect([[p99], [p99, p99], [p99, p50], []].map((lines) => plain(windowCaption(lines)))).toEqual([
      'p99 of 1 m',
      'p99 of 1 m',
      '1 m',
      '',
    ]);
  });

  it('the open window stands beside the final value, and is the value where there is no final one', () => {
    const open = point({ startUs: 60e6, endUs: 120e6, value: 318, final: false });
    const say = (change: Partial<WindowReading>, clockUs = 83.4e6) =>
      plain(soFarText(reading(change), (value) => String(value), clockUs));
    expect(say({ newest: point({}), open })).toBe('so far 318, 23 of 60 s');
    expect(say({ open })).toBe('so far, 23 of 60 s');
    expect(say({ newest: point({}) })).toBe('');
    expect(say({ open }, 500e6)).toBe('so far, 60 of 60 s');
    expect(say({ open: point({ startUs: 60e6, endUs: 61e6, final: false }) })).toBe('so far');
  });

  it('a tooltip says samples, state, and how exact a result is', () => {
    expect(rows({ flags: SKETCHED })).toEqual(['samples: 1,234', 'state: final', 'error: ± 0.79 %']);
    expect(rows({ final: false })).toEqual(['samples: 1,234', 'state: so far', 'error: exact']);
    expect(rows({ revision: 1, flags: REBUILT }, 'avg')).toEqual([
      'samples: 1,234',
      'state: final, revised once',
      'from: restored data',
    ]);
    expect(rows({ revision: 3, flags: APPROXIMATE }, 'increase')).toContain('from: summaries, approximate');
    expect(rows({ flags: SKETCHED | APPROXIMATE, coverage: 0.637 })).toContain('knows: 63 % of the samples');
    expect(rows({ flags: AT_LEAST }, 'distinct')).toContain('error: at least');
    expect(plain(boundText('10,000', AT_LEAST))).toBe('≥ 10,000');
  });

  it('lines of one window count its late and dropped samples once', () => {
    const counters = { ...COUNTERS, late: 3, dropped: 1 };
    const [a, b] = [line(reading({ counters })), line(reading({ counters }))];
    const c = line(reading({ counters: { ...COUNTERS, late: 2 } }));
    expect(windowTotals([a, b, c])).toEqual({ late: 5, dropped: 1 });
    expect(windowTotals([{} as SeriesView])).toBeNull();
  });

  it('the status line takes late and dropped from the windows and the rest from the series', () => {
    const series = { folded: 7, late: 99, invalid: 0, missing: 4, expired: 0 };
    const lines = windowCounterLines(series, { late: 3, dropped: 1 });
    expect(lines.map(({ count, word }) => `${count} ${word}`)).toEqual(['7 folded', '3 late', '1 dropped']);
  });
});
