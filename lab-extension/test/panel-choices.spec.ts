import { expect, test } from '@jest/globals';
import { PanelChoices } from '../src/panel-choices.ts';

function memory(text: string | null = null) {
  const store = { text, fails: false };
  return {
    ...{ store, getItem: () => store.text },
    setItem: (_key: string, value: string) => {
      if (store.fails) throw new Error('full');
      store.text = value;
    },
  };
}

test('another page finds what was chosen, under the notebook\u2019s newest name', () => {
  const store = memory();
  const choices = new PanelChoices(store);
  choices.set('a.ipynb', { hidden: ['metric:cpu'] });
  choices.set('a.ipynb', { collapsed: ['c1'] });
  choices.rename('a.ipynb', 'b.ipynb');
  const next = new PanelChoices(store);
  expect([next.of('a.ipynb'), next.of('b.ipynb')]).toEqual([
    { hidden: [], collapsed: [] },
    { hidden: ['metric:cpu'], collapsed: ['c1'] },
  ]);
});

test('the 200 notebooks that were changed last are kept, and one without choices takes no place', () => {
  const store = memory();
  const choices = new PanelChoices(store);
  for (let i = 0; i < 250; i++) choices.set(`${i}.ipynb`, { hidden: ['x'] });
  choices.set('249.ipynb', { hidden: [] });
  const kept = JSON.parse(store.store.text ?? '') as readonly (readonly [string])[];
  expect([kept.length, kept[0]?.[0], kept.at(-1)?.[0]]).toEqual([200, '49.ipynb', '248.ipynb']);
});

test.each(['{', '{"a":1}', '[[1,2],["a.ipynb",[3,"x"],null],null]'])(
  'a store that holds %s begins anew or with what can be read',
  (text) => {
    const { hidden, collapsed } = new PanelChoices(memory(text)).of('a.ipynb');
    expect([hidden.length <= 1, collapsed]).toEqual([true, []]);
  },
);

test('a store that is full only loses what it cannot take', () => {
  const store = memory();
  store.store.fails = true;
  const choices = new PanelChoices(store);
  choices.set('a.ipynb', { hidden: ['x'] });
  expect(choices.of('a.ipynb').hidden).toEqual(['x']);
});
