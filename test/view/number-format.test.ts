import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberFormat } from '../../src/view/number-format.ts';
import { formatNumber, parseNumberFormat } from '../../src/view/number-spec.ts';

const THIN = '\u202f';
function fitted(unit: string | null, min: number, max: number, format: string | null = null): NumberFormat {
  const numbers = new NumberFormat({ unit, format, locale: 'en' });
  numbers.fit(min, max, 0);
  return numbers;
}

describe('NumberFormat', () => {
  it.each([
    ['%', 0, 100, 75.48, '75.5%'],
    ['ms', 0, 800, 131.2, `131${THIN}ms`],
    ['B', 5e9, 8e9, 6.12e9, `6.12${THIN}GB`],
    ['iB', 0, 4 * 1024 ** 3, 1024 ** 3, `1.00${THIN}GiB`],
    [null, 0, 20_000, 12_480, '12,480'],
    [null, 0, 2e6, 1_250_000, '1.25M'],
    ['$', 0, 100, -12.4, '\u2212$12.4'],
    ['ratio', 0, 1, 0.424, '42.4%'],
    ['s', 0, 1000, 125, '2:05'],
    ['s', 0, 1e5, 11_520, `3${THIN}h 12${THIN}m`],
    ['s', 0, 0.002, 0.001_5, `1.50${THIN}ms`],
    ['°C', 0, 100, 62.4, '62.4°C'],
    ['jobs', 0, 40, 18, `18.0${THIN}jobs`],
    ['%', 0, 100, Number.NaN, '–'],
    ['%', 0, 100, -0.001, '0.0%'],
  ] as const)('unit %s in %d to %d writes %d as %s', (unit, min, max, value, text) => {
    expect(fitted(unit, min, max).text(value)).toBe(text);
  });

  it('decimals tell 1/200 of the range, at most 3, at most 4 digits in all', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 99_000, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (max, part) => {
          const text = fitted('x', 0, max)
            .parts(max * part)
            .number.replaceAll(',', '');
          const decimals = text.split('.')[1]?.length ?? 0;
          expect(decimals).toBeLessThanOrEqual(3);
          if (decimals > 0) expect(text.replace('.', '').replace(/^0+/, '').length).toBeLessThanOrEqual(4);
          if (max < 1000 && max > 1) expect(10 ** -decimals).toBeLessThanOrEqual(Math.max(0.1, max / 20));
        },
      ),
    );
  });

  it('decimals change only when the wish lasted 2 s', () => {
    const numbers = fitted('%', 0, 100);
    expect(numbers.fit(70, 72, 100)).toBe(false);
    expect(numbers.text(75.48)).toBe('75.5%');
    expect(numbers.fit(70, 72, 2100)).toBe(true);
    expect(numbers.text(75.48)).toBe('75.48%');
  });

  it('a prefix stays until the range falls 10 % below it', () => {
    const numbers = fitted('B', 0, 1.2e9);
    numbers.fit(0, 0.95e9, 10);
    expect(numbers.parts(0.95e9).unit).toBe('GB');
    numbers.fit(0, 0.85e9, 20);
    expect(numbers.parts(0.85e9).unit).toBe('MB');
  });

  it('exact keeps all digits of any value', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = fitted('x', 0, 1)
          .exact(value)
          .replace(`${THIN}x`, '')
          .replaceAll(',', '')
          .replaceAll('\u2212', '-');
        expect(Number(text)).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it('axis labels write a round step in full', () => {
    const numbers = fitted('GB', 5.75, 6.25);
    expect([5.75, 6, 6.25].map((value) => numbers.axis(value, 0.25))).toEqual(['5.75', '6.00', '6.25']);
  });

  it('format wins over unit and range', () => {
    expect(fitted('%', 0, 100, '.3f').text(75.5)).toBe('75.500%');
    expect(fitted(null, 0, 1, '.1%').text(0.424)).toBe('42.4%');
  });
});

describe('number spec', () => {
  // Written by Python 3.11: format(value, spec).
  it.each([
    [',.0f', 1234567.5, '1,234,568'],
    ['.3g', 1234, '1.23e+03'],
    ['.3g', 0.00012345, '0.000123'],
    ['.3g', 12, '12'],
    ['.1%', 0.1234, '12.3%'],
    ['+.2f', 3, '+3.00'],
    ['.2e', 12345, '1.23e+04'],
    ['d', 12, '12'],
    [',', 1234.5, '1,234.5'],
    ['.1f', -0.01, '0.0'],
  ] as const)('%s of %d is %s', (spec, value, text) => {
    const parsed = parseNumberFormat(spec);
    expect(parsed && formatNumber(parsed, value)).toBe(text);
  });

  it('what is none of the grammar is null', () => {
    for (const text of ['', 'abc', '.f', '%d', '{:.1f}']) expect(parseNumberFormat(text)).toBeNull();
  });
});

describe('digits', () => {
  const plain = () => new NumberFormat({ unit: null, format: null, locale: 'en-US' });

  it('whole numbers have no decimals however small the range; the first that is not whole brings them at once', () => {
    const numbers = plain();
    numbers.fit(15.9, 16.1, 0, { whole: true });
    expect(numbers.text(16)).toBe('16');
    numbers.fit(15.9, 16.1, 10, { whole: false });
    expect(numbers.text(16)).toBe('16.00');
  });

  it('no value has more than 4 digits when its axis is too small for it', () => {
    const numbers = plain();
    numbers.fit(0, 0.01, 0);
    expect(numbers.text(16)).toBe('16.00');
    expect(numbers.text(1234.5)).toMatch(/^1,23[45]$/);
  });

  it('several lines leave a unit that stands apart to the caption', () => {
    const rate = new NumberFormat({ unit: 'B/s', format: null, locale: 'en-US' });
    rate.fit(0, 1.2e6, 0);
    expect([rate.short(1.17e6), rate.caption]).toEqual(['1.17', 'MB/s']);
    const part = new NumberFormat({ unit: '%', format: null, locale: 'en-US' });
    part.fit(0, 100, 0);
    expect([part.short(77), part.caption]).toEqual(['77%', 'last']);
  });
});
