import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeFormat } from '../../src/view/time-format.ts';
import { type CellFormats, cellText, rowAsTsv } from '../../src/view/widgets/table/cell-text.ts';
import { type ColumnNeed, layoutColumns } from '../../src/view/widgets/table/column-layout.ts';
import { type TableColumn, tableColumns } from '../../src/view/widgets/table/columns.ts';
import { FreshRows } from '../../src/view/widgets/table/fresh-rows.ts';
import { decimalsFor, TableFormats } from '../../src/view/widgets/table/table-formats.ts';
import { TableModel } from '../../src/view/widgets/table/table-model.ts';
import { targetIndex } from '../../src/view/widgets/table/table-rows.ts';
import { newRowsText, tableCall, tableCaption } from '../../src/view/widgets/table/table-words.ts';

const column = (name: string, type: TableColumn['type'], cell = 0, format: string | null = null): TableColumn => ({
  name,
  title: name,
  type,
  width: null,
  format,
  cell,
});
const NOW_US = Date.UTC(2026, 2, 3, 14, 15) * 1000;
const formats = (): TableFormats => new TableFormats(new TimeFormat('UTC', 'en'), () => NOW_US);

describe('column layout', () => {
  const need = fc.record<ColumnNeed>({
    type: fc.constantFrom('datetime', 'number', 'text', 'bool'),
    width: fc.option(fc.integer({ min: 20, max: 300 })),
    titleChars: fc.nat(20),
    cellChars: fc.nat(60),
  });

  it('widths fill the table or exceed it, and declared ones hold beside an open one', () => {
    fc.assert(
      fc.property(
        fc.array(need, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 200, max: 1600 }),
        (needs, width) => {
          const widths = layoutColumns(needs, width);
          expect(widths.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(width);
          for (const one of widths) expect(one).toBeGreaterThan(0);
          if (needs.some((n) => n.width === null)) {
            for (const [i, n] of needs.entries()) if (n.width !== null) expect(widths[i]).toBe(n.width);
          }
        },
      ),
    );
  });

  it('the longest text gets what is left over', () => {
    const text = (cellChars: number): ColumnNeed => ({ type: 'text', width: null, titleChars: 5, cellChars });
    const [short, long] = layoutColumns([text(7), text(80)], 700);
    expect(short).toBeLessThan(110);
    expect(short! + long!).toBe(700);
  });
});

describe('cells', () => {
  const all: CellFormats = formats();

  it('an empty cell is a dash, of every type', () => {
    for (const type of ['datetime', 'number', 'text', 'bool'] as const) {
      for (const empty of [null, undefined, NaN]) expect(cellText(empty, column('c', type), all)).toBe('–');
    }
  });

  it('an int64 is printed with all its digits', () => {
    expect(cellText(-9_223_372_036_854_775_808n, column('c', 'number'), all)).toBe('−9,223,372,036,854,775,808');
  });

  it('a time has milliseconds, and its date where that is not today', () => {
    expect(all.datetime(NOW_US - 1_880_001)).toBe('14:14:58.119');
    expect(all.datetime(NOW_US - 86_400e6)).toBe('Mon 2 Mar 14:15:00.000');
  });

  it('one fraction gives its whole column the same decimals and says that older text is out of date', () => {
    const own = formats();
    expect(own.number(88, column('ms', 'number'))).toBe('88');
    const before = own.revision;
    expect(own.number(1.5, column('ms', 'number'))).toBe('1.50');
    expect(own.revision).toBe(before + 1);
    expect(own.number(88, column('ms', 'number'))).toBe('88.00');
    expect(own.number(7, column('other', 'number'))).toBe('7');
  });

  it('a format wins', () => {
    expect(formats().number(1234.5, column('ms', 'number', 0, ',.1f'))).toBe('1,234.5');
  });

  it('decimals give 4 significant digits, at most 3', () => {
    expect([0.5, 9.9, 99, 999, 9999, 99_999].map(decimalsFor)).toEqual([3, 3, 2, 1, 0, 0]);
  });

  it('a copied row has full digits, no tabs of its own, and times in UTC', () => {
    const columns = [
      column('t', 'datetime', 0),
      column('m', 'text', 1),
      column('n', 'number', 2),
      column('e', 'number', 3),
    ];
    const cells = [NOW_US + 123_456, 'a\tb\nc', 0.1 + 0.2, null];
    expect(rowAsTsv(cells, columns)).toBe('2026-03-03T14:15:00.123456Z\ta b c\t0.30000000000000004\t');
  });
});

describe('words', () => {
  it.each([
    [{ rows: 8, total: 8, visible: 8, complete: true }, '8 rows'],
    [{ rows: 1, total: 1, visible: 8, complete: true }, '1 row'],
    [{ rows: 1204, total: 1204, visible: 8, complete: true }, '8 of 1,204'],
    [{ rows: 512, total: 1204, visible: 8, complete: false }, 'newest 512 of 1,204 rows'],
  ])('%o is "%s"', (count, words) => {
    expect(tableCaption(count)).toBe(words);
  });

  it('new rows are counted', () => {
    expect([newRowsText(1), newRowsText(37)]).toEqual(['1 new row', '37 new rows']);
  });

  it('the call that sends names a declared column', () => {
    expect(
      tableCall('events', [
        { name: 'at', type: 'datetime' },
        { name: 'ms', type: 'number' },
      ]),
    ).toBe('events.send({"ms": 88})');
    expect(tableCall('my events', [])).toBe('table.send({"ms": 88})');
  });
});

describe('table model', () => {
  it('a header cycles ascending, descending, off; another header starts anew', () => {
    let changes = 0;
    const model = new TableModel(() => changes++);
    model.setColumns([column('a', 'text', 0), column('b', 'number', 1)], true);
    const seen = ['a', 'a', 'a', 'a', 'b'].map((name) => {
      model.toggle(name);
      return model.sort && `${model.sort.column} ${model.sort.desc ? 'desc' : 'asc'}`;
    });
    expect(seen).toEqual(['a asc', 'a desc', null, 'a asc', 'b asc']);
    expect(changes).toBe(5);
  });

  it('a table that is not sortable has no sort', () => {
    const model = new TableModel(() => {});
    model.setColumns([column('a', 'text')], true);
    model.toggle('a');
    model.setColumns([column('a', 'text')], false);
    expect([model.sort, model.canSort('a'), model.comparer()]).toEqual([null, false, null]);
  });

  it('a sort whose column went is none', () => {
    const model = new TableModel(() => {});
    model.setColumns([column('a', 'text')], true);
    model.toggle('a');
    model.setColumns([column('b', 'text')], true);
    expect(model.sort).toBeNull();
  });
});

describe('columns', () => {
  it('rows decide which columns there are, declarations how they look', () => {
    const declared = [{ name: 'ms', type: null, title: 'Took', width: 60, format: '.1f' }];
    expect(
      tableColumns(declared, [
        { name: 'at', type: 'datetime' },
        { name: 'ms', type: 'number' },
      ]),
    ).toEqual([
      { name: 'at', title: 'at', type: 'datetime', width: null, format: null, cell: 0 },
      { name: 'ms', title: 'Took', type: 'number', width: 60, format: '.1f', cell: 1 },
    ]);
    expect(tableColumns(declared, [])[0]).toMatchObject({ title: 'Took', type: 'text', cell: -1 });
  });
});

describe('flashes', () => {
  it('rows flash up to 5 in a second and again when it is over', () => {
    const fresh = new FreshRows();
    expect([0, 100, 200, 300].map((ms) => fresh.mayFlash(2, ms))).toEqual([true, true, false, false]);
    expect(fresh.mayFlash(1, 1350)).toBe(true);
  });
});

describe('keys', () => {
  it('keys move within the rows', () => {
    const to = (key: string, from: number): number | null =>
      targetIndex({ key, ctrlKey: false, metaKey: false }, from, 100, 8);
    expect([to('ArrowUp', 0), to('ArrowDown', 99), to('PageDown', 3), to('Home', 50), to('End', 2)]).toEqual([
      0, 99, 10, 0, 99,
    ]);
    expect(to('x', 5)).toBeNull();
  });
});
