import { describe, expect, it } from 'vitest';
import { cellWords, gridColumns, PATIENCE_MS } from '../../src/view/cell-words.ts';
import { STYLE_TEXT } from '../../src/view/styles.ts';
import { FakeStore } from '../gallery-cards/fake-store.ts';

const words = (store: FakeStore | null, waitedMs = 0) => cellWords({ store, viewId: 'v1', waitedMs });

describe('words of a cell', () => {
  it('a cell without data first loads, then says what to do', () => {
    expect(words(null)?.text).toBe('Loading');
    expect(words(null, PATIENCE_MS)?.text).toMatch(/run this cell again/);
    expect(words(new FakeStore(), PATIENCE_MS)?.text).toMatch(/run this cell again/);
  });

  it('a cell with widgets leaves the words to them', () => {
    const store = new FakeStore();
    store.setDocument([{ kind: 'gauge', name: 'a' }]);
    store.fail('MESSAGE_INVALID', 'bad bytes');
    expect(words(store)).toBeNull();
  });

  it('a problem of the messages wins over waiting', () => {
    const store = new FakeStore();
    store.fail('PROTOCOL_VERSION', 'newer protocol');
    expect(words(store)).toEqual({ text: 'newer protocol', code: 'PROTOCOL_VERSION' });
  });

  it('a kernel that is gone and a closed view are told apart', () => {
    const gone = new FakeStore();
    gone.status = 'gone';
    expect(words(gone)?.text).toMatch(/kernel .* is gone/);
    const closed = new FakeStore();
    closed.setDocument([]);
    expect(words(closed, PATIENCE_MS)?.text).toBe('These widgets were closed.');
  });
});

describe('grid', () => {
  it('has 1 column below 560 px, 2 to 1100, 3 to 1700, then 4, and none without a widget in it', () => {
    expect([320, 559, 560, 1099, 1100, 1699, 1700].map((width) => gridColumns(width, 9))).toEqual([
      1, 1, 2, 2, 3, 3, 4,
    ]);
    expect([gridColumns(2000, 1), gridColumns(2000, 0)]).toEqual([1, 1]);
  });
});

describe('style sheet', () => {
  it('every rule is under a class of ours, so that the host keeps its own look', () => {
    const selectors = STYLE_TEXT.replace(/@keyframes[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '')
      .replace(/@(?:media|container)[^{]*\{/g, '')
      .match(/[^{};]+(?=\{)/g)!;
    for (const selector of selectors) {
      for (const part of selector.split(/,(?![^(]*\))/)) expect(part.trim().replace(/^\}+\s*/, '')).toMatch(/^\.sv-/);
    }
  });
});
