/** The common part of Python's and d3's number formats: `[sign][0][width][,][.precision][type]`. */
export interface NumberSpec {
  readonly plus: '' | '+' | ' ';
  readonly grouped: boolean;
  /** null: the type's own (6 for f, e, g and %; none for d). */
  readonly precision: number | null;
  readonly type: '' | 'f' | 'g' | 'e' | 'd' | '%';
}

const GRAMMAR = /^([+\- ]?)0?(\d*)(,?)(?:\.(\d+))?([fFgGeEd%]?)$/;

/** The parts of a format text, or null where it is none of the grammar: the caller then formats by unit and range. */
export function parseNumberFormat(text: string): NumberSpec | null {
  const match = GRAMMAR.exec(text.trim());
  if (match === null || text.trim() === '') return null;
  return {
    plus: match[1] === '+' ? '+' : match[1] === ' ' ? ' ' : '',
    grouped: match[3] === ',',
    precision: match[4] === undefined ? null : Math.min(20, Number(match[4])),
    type: (match[5] ?? '').toLowerCase() as NumberSpec['type'],
  };
}

/** The number as Python's `format(value, spec)` writes it, an ASCII minus included; `–` for NaN and infinities. */
export function formatNumber(spec: NumberSpec, value: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = digits(spec, Math.abs(value));
  const negative = value < 0 && /[1-9]/.test(text);
  return `${negative ? '-' : spec.plus}${spec.grouped ? grouped(text) : text}`;
}

function digits(spec: NumberSpec, value: number): string {
  const precision = spec.precision ?? 6;
  switch (spec.type) {
    case 'f':
      return value.toFixed(precision);
    case '%':
      return `${(value * 100).toFixed(precision)}%`;
    case 'd':
      return value.toFixed(0);
    case 'e':
      return exponent(value.toExponential(precision));
    case 'g':
      return general(value, precision);
    case '':
      return spec.precision === null ? String(value) : general(value, spec.precision);
    default:
      return spec.type satisfies never;
  }
}

/** `precision` significant digits without trailing zeros, in exponent form below 1e-4 and from 10^precision on. */
function general(value: number, precision: number): string {
  const wanted = Math.max(1, precision);
  if (value === 0) return '0';
  const scientific = value.toExponential(wanted - 1);
  const power = Number(scientific.slice(scientific.indexOf('e') + 1));
  if (power < -4 || power >= wanted) return exponent(scientific.replace(/\.?0+e/, 'e'));
  const fixed = value.toFixed(Math.max(0, wanted - 1 - power));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

/** At least two digits in the exponent. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function grouped(text: string): string {
  const end = /^\d+/.exec(text)?.[0].length ?? 0;
  return text.slice(0, end).replace(/\B(?=(\d{3})+$)/g, ',') + text.slice(end);
}
