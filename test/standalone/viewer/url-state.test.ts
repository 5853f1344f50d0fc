import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthCode, parseLength, RANGES, REFRESHES } from '../../../standalone/viewer/ranges.ts';
import { type LinkedView, PLAIN_VIEW, parseView, THEMES, viewQuery } from '../../../standalone/viewer/url-state.ts';

const time = fc.integer({ min: 0, max: 4e12 }).map((ms) => ms * 1000);
const view: fc.Arbitrary<LinkedView> = fc.record({
  range: fc.option(
    fc.oneof(
      fc.constantFrom(...RANGES.map(({ range }) => range)),
      fc.integer({ min: 1, max: 999_999 }).map((seconds) => seconds * 1e6),
    ),
  ),
  span: fc
    .option(fc.tuple(time, time).filter(([a, b]) => a !== b))
    .map((pair) => (pair === null ? null : { startUs: Math.min(...pair), endUs: Math.max(...pair) })),
  refreshMs: fc.option(fc.constantFrom(...REFRESHES.map(({ ms }) => ms))),
  theme: fc.option(fc.constantFrom(...THEMES)),
  pausedAtUs: fc.option(time),
  search: fc.string({ maxLength: 200, unit: 'grapheme' }).filter((text) => text.length <= 200),
  kiosk: fc.boolean(),
});

describe('address of a view', () => {
  it('parseView(viewQuery(view)) equals view, without a note', () => {
    fc.assert(
      fc.property(view, (it) => {
        expect(parseView(viewQuery(it, ''))).toEqual({ view: it, notes: [] });
      }),
    );
  });

  it('a view without any choice has no query', () => {
    expect(viewQuery(PLAIN_VIEW, '')).toBe('');
    expect(parseView('')).toEqual({ view: PLAIN_VIEW, notes: [] });
  });

  it('parameters of others stay, those of an older view and a token go', () => {
    expect(viewQuery({ ...PLAIN_VIEW, theme: 'dark' }, '?theme=light&q=x&token=secret&team=blue')).toBe(
      '?team=blue&theme=dark',
    );
  });

  it('times are readable', () => {
    const paused = { ...PLAIN_VIEW, pausedAtUs: Date.UTC(2026, 2, 3, 14, 2, 11) * 1000 };
    expect(viewQuery(paused, '')).toBe('?paused=2026-03-03T14:02:11Z');
  });

  it.each([
    ['range=7x', /range=7x is not a length/],
    ['range=0m', /range=0m/],
    ['range=999999d', /range=999999d/],
    ['theme=neon', /theme=neon is not light, dark or auto/],
    ['refresh=7s', /refresh=7s is not one of live, 1s/],
    ['paused=noon', /paused=noon is not a time/],
    ['paused=-5', /paused=-5/],
    ['from=2026-03-03T14:00:00Z', /needs from= and to=/],
    ['from=2026-03-03T14:00:00Z&to=2026-03-03T13:00:00Z', /from before to/],
  ])('%s falls back with one plain note', (query, note) => {
    const parsed = parseView(`?${query}`);
    expect(parsed.view).toEqual(PLAIN_VIEW);
    expect(parsed.notes.length).toBe(1);
    expect(parsed.notes[0]).toMatch(note);
  });

  it('no query throws, and what it gives is always a view that a link can say', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        for (const query of [a, b, `range=${b}`, `from=${b}&to=${a}`, `paused=${b}`]) {
          const parsed = parseView(query).view;
          expect(parseView(viewQuery(parsed, '')).view).toEqual(parsed);
        }
      }),
    );
  });

  it('kiosk counts however it is written, but for 0 and false', () => {
    const kiosks = ['?kiosk', '?kiosk=1', '?kiosk=true', '?kiosk=0', '?kiosk=false', ''];
    expect(kiosks.map((query) => parseView(query).view.kiosk)).toEqual([true, true, true, false, false, false]);
  });

  it('a time may be given in seconds', () => {
    expect(parseView('?paused=1772546531.5').view.pausedAtUs).toBe(1772546531.5e6);
  });
});

describe('lengths', () => {
  it('parseLength(lengthCode(us)) equals us for whole seconds up to a year', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (seconds) => {
        expect(parseLength(lengthCode(seconds * 1e6))).toBe(seconds * 1e6);
      }),
    );
  });
});
