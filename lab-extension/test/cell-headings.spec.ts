import { expect, test } from '@jest/globals';
import { cellHeadings, lastHeading } from '../src/cell-headings.ts';
import type { HostCell } from '../src/host.ts';

const code = (id: string, executionCount: number | null = null): HostCell => ({ id, type: 'code', executionCount });
const markdown = (source: string): HostCell =>
  ({ id: source, type: 'markdown', sharedModel: { getSource: () => source } }) as HostCell;
const headings = (...cells: HostCell[]) =>
  Object.fromEntries(cellHeadings(cells, new Set(cells.filter(({ type }) => type === 'code').map(({ id }) => id))));

test('a cell is under the nearest heading above it, whatever stands between', () => {
  expect(headings(markdown('# System'), code('a', 1), markdown('only words'), code('b'))).toEqual({
    a: 'System · [1]',
    b: 'System',
  });
  expect(headings(markdown('# A'), markdown('text\n\n## B ##\n\nmore'), code('c', 3))).toEqual({ c: 'B' });
});

test('cells that share a heading say their number; a heading of one cell stands alone', () => {
  expect(headings(markdown('# A'), code('a', 5), code('b', 6), markdown('# B'), code('c', 7))).toEqual({
    a: 'A · [5]',
    b: 'A · [6]',
    c: 'B',
  });
});

test('cells without widgets count for nothing', () => {
  const cells = [markdown('# A'), code('a', 5), code('b', 6)];
  expect([...cellHeadings(cells, new Set(['b', 'unknown']))]).toEqual([['b', 'A']]);
});

test('without a heading a cell is called by its execution; a cell that runs first has no name yet', () => {
  expect(headings(code('a', 12), code('b'))).toEqual({ a: 'Cell [12]' });
});

test('the last heading of a cell counts, those in fenced code are code', () => {
  expect(lastHeading('# A\n\n### B')).toBe('B');
  expect(lastHeading('# A\n```python\n# not me\n~~~\n# nor me\n```\n')).toBe('A');
  expect(lastHeading('no heading\n#hashtag\n    # indented code')).toBeNull();
  expect(lastHeading('#   ')).toBeNull();
});

test('marks of markdown are taken from a heading', () => {
  expect(lastHeading('## **CPU** and `memory`, _live_ of [the host](http://x) <a id="x"></a>')).toBe(
    'CPU and memory, live of the host',
  );
  expect(lastHeading('# snake_case_name 2 * 3 * 4')).toBe('snake_case_name 2 * 3 * 4');
});
