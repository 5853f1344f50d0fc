import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../../src/core/errors.ts';
import type { PanelSource } from '../../../src/view/panel/panel-options.ts';
import { type PanelWordsInput, panelEmpty, panelNotes } from '../../../src/view/panel/panel-words.ts';

type Kernel = Extract<PanelSource, { kind: 'kernel' }>;
const KERNEL: Kernel = {
  kind: 'kernel',
  name: 'a.ipynb',
  session: 's',
  kernel: 'busy',
  restartedAt: null,
  notice: null,
};
const LIVE = { status: 'live', goneAtUs: Number.NaN, problem: null } as const;

const input = (source: Partial<Kernel>, change: Partial<PanelWordsInput> = {}): PanelWordsInput => ({
  source: { ...KERNEL, ...source },
  store: LIVE,
  widgetCount: 3,
  paused: null,
  clockText: (us) => `at ${us / 1e6}`,
  ...change,
});
const texts = (words: PanelWordsInput) => panelNotes(words).map(({ text }) => text);

describe('words of a panel', () => {
  it('a panel with widgets and nothing wrong says nothing', () => {
    expect([texts(input({})), panelEmpty(input({}))]).toEqual([[], null]);
  });

  it('where there is nothing, the words say why, and what to run only where running helps', () => {
    const none = { widgetCount: 0 };
    const calls = (['idle', 'busy', 'starting', 'dead', 'none'] as const).map((kernel) => {
      const empty = panelEmpty(input({ kernel }, none));
      expect(empty?.text).not.toBe('');
      return empty?.call ?? null;
    });
    expect(calls).toEqual(['cpu = sv.metric("cpu")', 'cpu = sv.metric("cpu")', null, null, null]);
    expect(panelEmpty({ ...input({}, none), source: { kind: 'none' } })?.call).toBeNull();
  });

  it('an end is told once: restarted before died before gone, and never where nothing is shown of a dead kernel', () => {
    const gone = { store: { status: 'gone', goneAtUs: 7e6, problem: null } } as const;
    expect(texts(input({ restartedAt: 5000, kernel: 'dead' }, gone))).toEqual(['Kernel restarted at 5']);
    expect(texts(input({ kernel: 'dead' }, gone))).toEqual(['The kernel of a.ipynb died']);
    expect(texts(input({}, gone))).toEqual(['Disconnected at 7']);
    expect(texts(input({}, { store: { ...gone.store, goneAtUs: Number.NaN } }))).toEqual(['Disconnected']);
    expect(texts(input({ kernel: 'dead' }, { widgetCount: 0 }))).toEqual([]);
  });

  it('what does not fit stands first with its code, a problem of the messages with its own', () => {
    const problem = new StreamVizError('MESSAGE_INVALID', 'bad bytes');
    const notes = panelNotes(
      input({ notice: { code: 'VERSION_NEWER', message: 'update' } }, { store: { ...LIVE, problem } }),
    );
    expect(notes.map(({ text, code }) => [text, code])).toEqual([
      ['update', 'VERSION_NEWER'],
      ['bad bytes', 'MESSAGE_INVALID'],
    ]);
  });

  it('a pause says since when and what came meanwhile; without widgets there is nothing to stand still', () => {
    const paused = { atUs: 9e6, fresh: 1204 };
    expect(texts(input({}, { paused }))).toEqual([`Paused at 9 · ${(1204).toLocaleString()} new`]);
    expect(texts(input({}, { paused, widgetCount: 0 }))).toEqual([]);
  });

  it('nothing in front has no notes', () => {
    expect(panelNotes({ ...input({}), source: { kind: 'none' }, paused: { atUs: 1, fresh: 1 } })).toEqual([]);
  });
});
