import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../../src/dashboard/document.ts';
import { widgetGroups } from '../../../src/view/panel/widget-groups.ts';

const documentOf = (
  widgets: readonly string[],
  views: readonly { cell: string | null; widgets: readonly string[] }[],
) =>
  parseDocument({
    revision: 1,
    widgets: widgets.map((id) => ({ id, kind: 'metric', name: id })),
    views: views.map((view, i) => ({ id: `v${i}`, ...view })),
  });

const ids = (document: ReturnType<typeof documentOf>) =>
  widgetGroups(document, () => null).map(({ key, widgets }) => [key, widgets.map(({ id }) => id)]);

describe('groups of widgets', () => {
  it('every widget is in exactly one group, in the order of declaration within and by first widget between them', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 });
    const view = fc.record({
      cell: fc.constantFrom('x', 'y', 'z', null),
      widgets: fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']),
    });
    fc.assert(
      fc.property(names, fc.array(view, { maxLength: 5 }), (widgets, views) => {
        const groups = widgetGroups(documentOf(widgets, views), () => null);
        expect(groups.flatMap((group) => group.widgets.map(({ id }) => id)).sort()).toEqual([...widgets].sort());
        expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length);
        const place = (id: string): number => (widgets as readonly string[]).indexOf(id);
        for (const group of groups) {
          const places = group.widgets.map(({ id }) => place(id));
          expect(places).toEqual([...places].sort((a, b) => a - b));
        }
        const firsts = groups.map((group) => place(group.widgets[0]!.id));
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      }),
    );
  });

  it('a widget shown under several cells belongs to the first of them', () => {
    const document = documentOf(
      ['a', 'b'],
      [
        { cell: null, widgets: ['a'] },
        { cell: 'x', widgets: ['a'] },
        { cell: 'y', widgets: ['a', 'b'] },
      ],
    );
    expect(ids(document)).toEqual([
      ['x', ['a']],
      ['y', ['b']],
    ]);
  });

  it('a group is called as the host calls its cell, else by its place; widgets outside of cells by the document', () => {
    const views = [
      { cell: 'x', widgets: ['a'] },
      { cell: 'y', widgets: ['b'] },
    ];
    const headings = (title: string | null) =>
      widgetGroups({ ...documentOf(['a', 'b', 'c'], views), title }, (cell) => (cell === 'x' ? 'System' : null)).map(
        ({ heading }) => heading,
      );
    expect(headings(null)).toEqual(['System', 'Cell 2', 'Widgets']);
    expect(headings('Plant')).toEqual(['System', 'Cell 2', 'Plant']);
  });
});
