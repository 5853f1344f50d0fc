import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWidgetSpec } from '../../../src/dashboard/widget-specs.ts';
import { gridSpans, isWide, ROW_UNITS } from '../../../src/view/dashboard/grid-layout.ts';
import { matchesSearch } from '../../../src/view/dashboard/search.ts';

/** Rows of a grid that never reorders, as CSS fills them: the units of each. */
function rowsOf(spans: readonly number[]): number[] {
  const rows: number[] = [];
  for (const span of spans) {
    const last = rows.at(-1);
    if (last === undefined || last + span > ROW_UNITS) rows.push(span);
    else rows[rows.length - 1] = last + span;
  }
  return rows;
}

describe('grid of a section', () => {
  it('every row but the last is full, and nothing is narrower than a column', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 30 }), fc.constantFrom(1, 2, 3, 4), (wide, columns) => {
        const spans = gridSpans(wide, columns);
        expect(spans.length).toBe(wide.length);
        for (const span of spans) expect(span).toBeGreaterThanOrEqual(ROW_UNITS / columns);
        for (const row of rowsOf(spans).slice(0, -1)) expect(row).toBe(ROW_UNITS);
      }),
    );
  });

  it('a wide widget has two columns where there are two, and a wide last one fills its row', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 30 }), fc.constantFrom(2, 3, 4), (wide, columns) => {
        const spans = gridSpans([...wide, true], columns);
        for (const [i, is] of [...wide, true].entries()) {
          if (is) expect(spans[i]).toBeGreaterThanOrEqual((2 * ROW_UNITS) / columns);
        }
        expect(rowsOf(spans).at(-1)).toBe(ROW_UNITS);
      }),
    );
  });

  it('without wide widgets every one has one column', () => {
    expect(gridSpans([false, false, false, false, false], 3)).toEqual([4, 4, 4, 4, 4]);
  });

  it('two gauges before a wide table share their row; the table and a narrow one fill the next', () => {
    expect(gridSpans([false, false, true, false], 3)).toEqual([6, 6, 8, 4]);
  });

  it('events and tables of more than 4 columns are wide, by what is declared or by what came', () => {
    const spec = (kind: string, columns: number) =>
      parseWidgetSpec({
        ...{ id: 'x', kind, name: 'x' },
        options: kind === 'table' ? { columns: Array.from({ length: columns }, (_, i) => ({ name: `c${i}` })) } : {},
      });
    expect([0, 4, 5].map((columns) => isWide(spec('table', columns), 0))).toEqual([false, false, true]);
    expect([4, 5].map((held) => isWide(spec('table', 0), held))).toEqual([false, true]);
    expect(isWide(spec('metric', 0), 9)).toBe(false);
  });
});

describe('search', () => {
  const cpu = parseWidgetSpec({ id: 'metric:cpu', kind: 'metric', name: 'cpu', options: { title: 'Café load' } });

  it('finds title, name, kind and label values, without case and accents', () => {
    for (const text of ['', '  ', 'CAFE', 'load', 'cpu', 'metric', 'web-1', 'cafe web']) {
      expect(matchesSearch(text, cpu, ['web-1'])).toBe(true);
    }
    for (const text of ['web-2', 'cafe web-2', 'gauge']) expect(matchesSearch(text, cpu, ['web-1'])).toBe(false);
  });

  it('any part of any word of the title finds the widget', () => {
    fc.assert(
      fc.property(fc.nat(8), fc.nat(8), (from, length) => {
        expect(matchesSearch('Café load'.slice(from, from + length), cpu)).toBe(true);
      }),
    );
  });
});
