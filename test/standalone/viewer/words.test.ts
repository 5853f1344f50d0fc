import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SocketState } from '../../../src/transport/socket-state.ts';
import { TimeFormat } from '../../../src/view/time-format.ts';
import { type ConnectionInput, connectionWords } from '../../../standalone/viewer/connection-words.ts';
import { localText, parseLocal } from '../../../standalone/viewer/custom-range.ts';
import { DelayMeter } from '../../../standalone/viewer/delay-meter.ts';
import { choosePageWords } from '../../../standalone/viewer/page-words.ts';
import { rangeLabel, refreshLabel } from '../../../standalone/viewer/ranges.ts';
import { serverDefaults } from '../../../standalone/viewer/server-defaults.ts';
import { commandOf, SHORTCUTS } from '../../../standalone/viewer/shortcuts.ts';
import { spanLabel } from '../../../standalone/viewer/span-label.ts';
import { statedWidth } from '../../../standalone/viewer/wanted-detail.ts';

const LIVE: SocketState = { kind: 'live', sinceMs: 0 };
const input = (change: Partial<ConnectionInput>): ConnectionInput => ({
  ...{ state: LIVE, nowMs: 100_000, delayMs: 42, lagMs: 0, conflated: 0, resumed: null, wasLive: true, paused: null },
  ...change,
});
const text = (change: Partial<ConnectionInput>): string => connectionWords(input(change)).text;

describe('connection chip', () => {
  it('says live and how late', () => {
    expect(connectionWords(input({}))).toMatchObject({ kind: 'ok', text: 'Live · 42 ms', short: 'Live' });
    expect(text({ delayMs: 0.2 })).toBe('Live · 1 ms');
    expect(text({ delayMs: Number.NaN })).toBe('Live');
  });

  it('says behind from 2 s on, whoever holds the data up', () => {
    expect([text({ lagMs: 12_000 }), text({ delayMs: 12_000 })]).toEqual(['12 s behind', '12 s behind']);
    expect(text({ lagMs: 1999, delayMs: Number.NaN })).toBe('Live');
  });

  it('a page too slow for single messages is told how many came as a summary', () => {
    expect(connectionWords(input({ lagMs: 3000, conflated: 1204 })).title).toMatch(/1,204 messages came as a summary/);
  });

  it('counts down to the next try, and drops the number in the last half second', () => {
    const waiting = (nextTryMs: number): SocketState => ({ kind: 'waiting', attempt: 1, nextTryMs, error: null });
    expect(text({ state: waiting(103_000) })).toBe('Reconnecting in 3 s');
    expect(text({ state: waiting(102_100) })).toBe('Reconnecting in 3 s');
    expect(text({ state: waiting(100_499) })).toBe('Reconnecting');
    expect(text({ state: waiting(90_000) })).toBe('Reconnecting');
    expect(text({ state: { kind: 'connecting', attempt: 2 } })).toBe('Reconnecting');
  });

  it('a first connection connects, it does not reconnect', () => {
    expect(text({ state: { kind: 'connecting', attempt: 0 }, wasLive: false })).toBe('Connecting');
  });

  it('tells a return for 10 s, and only of a loss of 3 s or more', () => {
    const resumed = { awayMs: 43 * 60_000, recovered: true, atMs: 95_000 };
    expect(connectionWords(input({ resumed }))).toMatchObject({ kind: 'ok', text: 'Resumed after 43 min' });
    expect(connectionWords(input({ resumed: { ...resumed, recovered: false } }))).toMatchObject({ kind: 'warn' });
    expect(text({ resumed, nowMs: 105_001 })).toBe('Live · 42 ms');
    expect(text({ resumed: { ...resumed, awayMs: 2999 } })).toBe('Live · 42 ms');
    expect(text({ resumed: { ...resumed, awayMs: 900, recovered: false } })).toBe('Resumed after 1 s');
  });

  it('a refusal wins over a pause, a loss over a pause, a pause over live', () => {
    const refused: SocketState = { kind: 'refused', reason: 'token', code: 'TOKEN_INVALID', message: 'no' };
    const version: SocketState = { ...refused, reason: 'version' };
    expect(text({ state: refused, paused: '14:02:11' })).toBe('Not authorised');
    expect(text({ state: version })).toBe('Reload needed');
    expect(text({ state: { kind: 'connecting', attempt: 1 }, paused: '14:02:11' })).toBe('Reconnecting');
    expect(text({ paused: '14:02:11 · 1,204 new', lagMs: 9000 })).toBe('Paused 14:02:11 · 1,204 new');
  });

  it('every state has a word, a short one and a sentence', () => {
    const state = fc.constantFrom<SocketState['kind']>('idle', 'connecting', 'live', 'waiting', 'refused', 'closed');
    fc.assert(
      fc.property(state, fc.double(), fc.double(), fc.boolean(), (kind, delayMs, lagMs, wasLive) => {
        const it = { kind, attempt: 0, sinceMs: 0, nextTryMs: lagMs, error: null } as const;
        const state = { ...it, reason: 'token', code: 'X', message: 'why' } as unknown as SocketState;
        const words = connectionWords(input({ state, delayMs, lagMs, wasLive }));
        for (const word of [words.text, words.short, words.title]) {
          expect(word).not.toBe('');
          expect(word).not.toMatch(/NaN|undefined|Infinity ms/);
        }
      }),
    );
  });
});

describe('words of an empty page', () => {
  const page = (change: Partial<Parameters<typeof choosePageWords>[0]>) =>
    choosePageWords({
      ...{ state: LIVE, isGreeted: true, sessions: 1, widgets: 3, shown: 3, search: '', waitedMs: 0 },
      ...change,
    });

  it('widgets leave them out; a search that finds none of them says so', () => {
    expect(page({})).toBeNull();
    expect(page({ search: 'x', shown: 1 })).toBeNull();
    expect(page({ search: 'x', shown: 0 })).toEqual({ kind: 'unmatched', search: 'x' });
  });

  it('loading, then unreachable, then empty or waiting for the first document', () => {
    const first = { isGreeted: false, sessions: 0, widgets: -1, shown: 0 };
    expect([0, 2999, 3000].map((waitedMs) => page({ ...first, waitedMs })?.kind)).toEqual([
      'loading',
      'loading',
      'unreachable',
    ]);
    expect(page({ sessions: 0, widgets: -1 })).toEqual({ kind: 'empty' });
    expect(page({ widgets: -1 })).toEqual({ kind: 'loading' });
    expect(page({ widgets: 0 })).toEqual({ kind: 'empty' });
  });

  it('a refusal is said where nothing is shown; what is shown stays', () => {
    const state: SocketState = { kind: 'refused', reason: 'version', code: 'PROTOCOL_VERSION', message: 'other' };
    expect(page({ state, widgets: -1 })).toMatchObject({ kind: 'error', code: 'PROTOCOL_VERSION', action: 'reload' });
    expect(page({ state })).toBeNull();
  });
});

describe('delay', () => {
  it('is the median wait of the last one to two seconds and half a round trip', () => {
    const meter = new DelayMeter();
    for (const wait of [1, 2, 300]) meter.note(10_000, wait * 1000);
    expect(meter.delayMs(10_500, 20)).toBe(12);
    expect(meter.delayMs(11_500, Number.NaN)).toBe(2);
    expect(meter.delayMs(12_001, 20)).toBeNaN();
  });
});

describe('range and refresh in words', () => {
  it('the declared range is said where all charts share one', () => {
    expect(rangeLabel('own', 60e6)).toBe('Last 1 min');
    expect(rangeLabel('own', 900e6)).toBe('Last 15 min');
    expect(rangeLabel('own', 'all')).toBe('All');
    expect(rangeLabel('own', null)).toBe('As declared');
    expect(rangeLabel(86_400e6, null)).toBe('Last 24 hours');
    expect(rangeLabel(5400e6, null)).toBe('Last 90 min');
    expect([refreshLabel(0), refreshLabel(5000)]).toEqual(['Every frame', 'Every 5 s']);
  });

  it('a span says seconds below an hour, ms below 10 s, and the day where it is not today', () => {
    const times = new TimeFormat('UTC', 'en');
    const at = (hour: number, minute: number, second = 0) => Date.UTC(2026, 2, 3, hour, minute, second) * 1000;
    const now = at(18, 0);
    expect(spanLabel({ startUs: at(14, 2), endUs: at(15, 48) }, times, now)).toBe('14:02 – 15:48');
    expect(spanLabel({ startUs: at(14, 2), endUs: at(14, 48) }, times, now)).toBe('14:02:00 – 14:48:00');
    expect(spanLabel({ startUs: at(14, 2), endUs: at(14, 2, 5) }, times, now)).toBe('14:02:00.000 – 14:02:05.000');
    expect(spanLabel({ startUs: at(14, 2), endUs: at(15, 48) }, times, now + 86_400e6)).toBe('Tue 3 Mar 14:02 – 15:48');
  });

  it('a time typed in by hand is read in the zone it was written in', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'].map(
      (zone) => new TimeFormat(zone, 'en'),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1.7e9, max: 1.9e9 }), fc.constantFrom(...zones), (seconds, times) => {
        const us = seconds * 1e6;
        const read = parseLocal(localText(us, times), times);
        // In the hour that a clock change repeats, either of the two is right.
        expect([0, 3600e6]).toContain(Math.abs((read ?? Number.NaN) - us));
      }),
    );
    expect(parseLocal('', zones[0]!)).toBeNull();
  });
});

describe('defaults of the server', () => {
  it('what is missing or wrong is as if nobody had set it', () => {
    const none = { theme: 'auto', range: 'own', refreshMs: 0, timezone: null, favicon: null, logo: null };
    expect(serverDefaults({})).toEqual(none);
    const wrong = { theme: 1, defaultRangeUs: -5, autoRefreshMs: 'x', timezone: 'Moon/Base', favicon: '', logo: 7 };
    expect(serverDefaults(wrong)).toEqual(none);
  });

  it('a picture is only ever taken from the server of the page', () => {
    const addresses = ['https://evil.example/x.png', '//evil.example/x.png', '/home/me/logo.png', true];
    for (const logo of addresses)
      expect(serverDefaults({ logo, favicon: logo })).toMatchObject({ logo: 'logo', favicon: 'favicon' });
  });

  it('a range of null is everything, none at all is what each chart was declared with', () => {
    expect([null, undefined, 900e6].map((defaultRangeUs) => serverDefaults({ defaultRangeUs }).range)).toEqual([
      'all',
      'own',
      900e6,
    ]);
  });

  it('a refresh rate that no menu has becomes the nearest that it has', () => {
    expect([1000, 3200, 4e6].map((autoRefreshMs) => serverDefaults({ autoRefreshMs }).refreshMs)).toEqual([
      1000, 5000, 60_000,
    ]);
  });
});

describe('width stated to a server', () => {
  it('is the smallest that is enough', () => {
    expect([400, 512, 600, 1500, 5000].map(statedWidth)).toEqual([512, 512, 1024, 2048, 2048]);
  });

  it('is never less than the chart has, up to the widest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), (px) => {
        expect(statedWidth(px)).toBeGreaterThanOrEqual(Math.min(2048, px));
      }),
    );
  });
});

describe('keys', () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false };
  const free = { isTyping: false, isButton: false };

  it('each shortcut has one key, and keys with Ctrl, Cmd or Alt are left to the browser', () => {
    expect(new Set(SHORTCUTS.map(({ key }) => key)).size).toBe(SHORTCUTS.length);
    for (const { key, command } of SHORTCUTS) {
      expect(commandOf({ ...plain, key }, free)).toBe(command);
      for (const held of ['ctrlKey', 'metaKey', 'altKey']) {
        expect(commandOf({ ...plain, key, [held]: true }, free)).toBeNull();
      }
    }
  });

  it('while a text is typed only Escape counts; Space on a button presses it', () => {
    const typing = SHORTCUTS.map(({ key }) => commandOf({ ...plain, key }, { isTyping: true, isButton: false }));
    expect(typing.filter((command) => command !== null)).toEqual(['escape']);
    expect(commandOf({ ...plain, key: ' ' }, { isTyping: false, isButton: true })).toBeNull();
    expect(commandOf({ ...plain, key: 'R' }, free)).toBe('range');
  });
});
