import { type Unit, unitOf } from '../dashboard/units.ts';
import { formatNumber, parseNumberFormat } from './number-spec.ts';

/** A number in the parts the headline shows. */
export interface NumberParts {
  /** With a currency sign where the unit is one; `–` for NaN. */
  readonly number: string;
  /** Prefix and unit: `GB`, `ms`, `%`; '' for none. */
  readonly unit: string;
  /** No space before the unit: %, °C and bare prefixes. */
  readonly tight: boolean;
}

interface Scale {
  /** Value times factor is what is printed. */
  readonly factor: number;
  readonly unit: string;
}

/** Shown for a missing value. */
export const NO_NUMBER = '–';
const NARROW_SPACE = '\u202f';
const MAX_DECIMALS = 3;
const MOST_AXIS_DECIMALS = 9;
const SETTLE_MS = 2000;
const CLOCK_FROM_S = 120;
const PLAIN_BELOW = 100_000;
const BIG = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
const SMALL = ['', 'm', 'µ', 'n'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/**
 * How one widget writes its numbers: prefix and decimals follow the visible range, with hysteresis, so that 75.5 never
 * becomes 75.48 beside it.
 *
 * `fit` chooses, every other method only reads. NaN is `–`, the minus is U+2212. A valid `format` wins over all.
 */
export class NumberFormat {
  readonly #unit: Unit;
  readonly #locale: string | undefined;
  readonly #spec: ReturnType<typeof parseNumberFormat>;
  readonly #formats: Intl.NumberFormat[] = [];
  readonly #plainDigits: boolean;
  #scale: Scale = { factor: 1, unit: '' };
  #step = 0;
  #decimals = 0;
  #coarseDecimals = 0;
  #wanted = -1;
  #wantedSinceMs = 0;
  #fitted = false;
  #whole = false;

  constructor(options: {
    readonly unit: string | null;
    readonly format: string | null;
    readonly locale?: string | null;
  }) {
    this.#unit = unitOf(options.unit);
    this.#locale = options.locale ?? undefined;
    this.#spec = options.format === null ? null : parseNumberFormat(options.format);
    this.#scale = this.#scaleOf(0);
    this.#plainDigits = hasPlainDigits(this.#locale);
  }

  /**
   * Chooses prefix and decimals for values of `[min, max]`; decimals change only when the wish lasted 2 s.
   *
   * @param options.whole All visible values are whole numbers: none has decimals. The first that is not brings them at once.
   * @returns whether anything changed.
   */
  fit(min: number, max: number, nowMs: number, options: { readonly whole?: boolean } = {}): boolean {
    const largest = Math.max(Math.abs(min), Math.abs(max));
    if (!Number.isFinite(largest)) return false;
    const scale = this.#scaleOf(largest);
    const scaled = scale.unit !== this.#scale.unit || !this.#fitted;
    this.#scale = scale;
    const range = Math.abs(max - min) * scale.factor;
    const whole = wholeDigits(largest * scale.factor);
    const isWhole = options.whole === true && scale.factor >= 1;
    const wanted = isWhole ? 0 : decimalsFor(range / 200, whole);
    if (wanted !== this.#wanted) {
      this.#wanted = wanted;
      this.#wantedSinceMs = nowMs;
    }
    const broken = this.#whole && !isWhole;
    this.#whole = isWhole;
    const settled = scaled || broken || nowMs - this.#wantedSinceMs >= SETTLE_MS;
    const changed = scaled || (settled && wanted !== this.#decimals);
    if (settled) {
      this.#decimals = wanted;
      this.#coarseDecimals = isWhole ? 0 : decimalsFor(range / 100, whole);
    }
    this.#fitted = true;
    return changed;
  }

  /** The headline's parts. */
  parts(value: number): NumberParts {
    return this.#parts(value, this.#decimals);
  }

  /** The unit that `short` leaves out, prefix included (`MB/s`); `last` where it writes the whole. */
  get caption(): string {
    const { unit, tight } = this.#parts(0, 0);
    return tight || unit === '' ? 'last' : unit;
  }

  /**
   * One string as at the ends of many lines, with one decimal less where that still tells 1/100. A unit that stands
   * apart from its number is left out: the `caption` has it.
   */
  short(value: number): string {
    const parts = this.#parts(value, this.#coarseDecimals);
    return parts.tight ? join(parts) : parts.number;
  }

  /** One string with its unit. */
  text(value: number): string {
    return join(this.parts(value));
  }

  /** An axis label without its unit, enough decimals to tell `step`; bare prefixes stay where the widget has no unit. */
  axis(value: number, step: number): string {
    if (this.#spec !== null) return minus(formatNumber(this.#spec, value));
    const clock = this.#clockText(value);
    if (clock !== null) return clock;
    const number = this.#fixed(value * this.#scale.factor, exactDecimals(step * this.#scale.factor));
    return this.#unit.kind === 'none' ? number + this.#scale.unit : this.#signed(number);
  }

  /** All digits of the value in the unit as the user gave it: for tooltips and copies. */
  exact(value: number): string {
    if (!Number.isFinite(value)) return NO_NUMBER;
    const { kind, symbol, suffix } = this.#unit;
    if (this.#spec !== null) return minus(formatNumber(this.#spec, value)) + this.#afterSpec();
    const shown = kind === 'ratio' ? Number((value * 100).toPrecision(15)) : value;
    const digits = minus(group(String(shown), this.#locale));
    if (kind === 'seconds') return `${digits}${NARROW_SPACE}${secondsName(this.#unit.scale)}${suffix}`;
    if (kind === 'currency') return this.#signed(digits) + suffix;
    return join({ number: digits, unit: symbol + suffix, tight: isTight(kind) });
  }

  #parts(value: number, decimals: number): NumberParts {
    if (!Number.isFinite(value)) return { number: NO_NUMBER, unit: '', tight: false };
    const { kind, suffix } = this.#unit;
    if (this.#spec !== null) {
      const unit = this.#spec.type === '%' ? '' : this.#afterSpec().trim();
      return { number: minus(formatNumber(this.#spec, value)), unit, tight: isTight(kind) };
    }
    const clock = this.#clockText(value);
    if (clock !== null) return { number: clock, unit: suffix, tight: false };
    const scaled = value * this.#scale.factor;
    const number = this.#signed(this.#fixed(scaled, Math.min(decimals, Math.max(0, 4 - wholeDigits(scaled)))));
    const bare = kind === 'none' || kind === 'currency';
    return { number, unit: this.#scale.unit + suffix, tight: bare || isTight(kind) };
  }

  #afterSpec(): string {
    const { kind, symbol, suffix, scale } = this.#unit;
    if (kind === 'none' || kind === 'currency' || kind === 'ratio' || this.#spec?.type === '%') return suffix;
    const unit = (kind === 'seconds' ? secondsName(scale) : symbol) + suffix;
    return isTight(kind) ? unit : NARROW_SPACE + unit;
  }

  /** `2:05` and `3 h 12 m` for seconds from 120 on, else null. */
  #clockText(value: number): string | null {
    if (this.#unit.kind !== 'seconds') return null;
    const seconds = Math.abs(value * this.#unit.scale);
    if (!(seconds >= CLOCK_FROM_S)) return null;
    const sign = value < 0 ? '\u2212' : '';
    const whole = Math.round(seconds);
    if (whole < 3600) return `${sign}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
    const minutes = Math.round(seconds / 60);
    return `${sign}${Math.floor(minutes / 60)}${NARROW_SPACE}h ${minutes % 60}${NARROW_SPACE}m`;
  }

  #signed(number: string): string {
    if (this.#unit.kind !== 'currency') return number;
    return number.startsWith('\u2212') ? `\u2212${this.#unit.symbol}${number.slice(1)}` : this.#unit.symbol + number;
  }

  #fixed(value: number, decimals: number): string {
    let format = this.#formats[decimals];
    if (format === undefined) {
      format = new Intl.NumberFormat(this.#locale, {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      this.#formats[decimals] = format;
    }
    // Below a thousand nothing is grouped, and the two round alike: the engine's own digits come ten times sooner.
    const text = this.#plainDigits && Math.abs(value) < 999 ? value.toFixed(decimals) : format.format(value);
    return minus(/^-[0.,]*$/.test(text) ? text.slice(1) : text);
  }

  #scaleOf(largest: number): Scale {
    const { kind, symbol, scale } = this.#unit;
    switch (kind) {
      case 'none':
      case 'currency':
        return this.#stepped(largest, 1000, PLAIN_BELOW, BIG, '');
      case 'si':
        return this.#stepped(largest, 1000, 1000, BIG, symbol);
      case 'bytes':
        return this.#stepped(largest, 1000, 1000, BIG, symbol);
      case 'ibytes':
        return this.#stepped(largest, 1024, 1024, BINARY, symbol);
      case 'seconds': {
        const stepped = this.#stepped(largest * scale, 1000, Infinity, BIG, symbol);
        return { factor: stepped.factor * scale, unit: stepped.unit };
      }
      case 'ratio':
        return { factor: 100, unit: '%' };
      case 'percent':
      case 'attached':
      case 'plain':
        return { factor: 1, unit: symbol };
      default:
        return kind satisfies never;
    }
  }

  /** Prefix by powers of `base`; the one in use stays down to 90 % of its first value. Below 1 only where units allow. */
  #stepped(largest: number, base: number, plainBelow: number, names: readonly string[], symbol: string): Scale {
    let step = 0;
    if (largest >= plainBelow) step = Math.floor(Math.log(largest) / Math.log(base) + 1e-9);
    else if (largest > 0 && largest < 1 && symbol !== '' && symbol !== 'B')
      step = Math.floor(Math.log(largest) / Math.log(base) + 1e-9);
    const before = this.#step;
    if (this.#fitted && step === before - 1 && largest >= 0.9 * base ** before) step = before;
    step = Math.max(1 - SMALL.length, Math.min(names.length - 1, step));
    this.#step = step;
    const prefix = step >= 0 ? names[step] : SMALL[-step];
    return { factor: base ** -step, unit: `${prefix ?? ''}${symbol}` };
  }
}

const PLAIN = new Map<string | undefined, boolean>();

/** Whether a locale writes -1.5 as the language itself does. */
function hasPlainDigits(locale: string | undefined): boolean {
  let plain = PLAIN.get(locale);
  if (plain === undefined) {
    plain = new Intl.NumberFormat(locale, { minimumFractionDigits: 1 }).format(-1.5) === '-1.5';
    PLAIN.set(locale, plain);
  }
  return plain;
}

/** Digits before the point, at least 1. */
function wholeDigits(value: number): number {
  return Math.max(1, Math.floor(Math.log10(Math.max(1, Math.abs(value)))) + 1);
}

/** Decimals that tell `step`, at most 3 and at most 4 significant digits beside `wholeDigits`. */
function decimalsFor(step: number, wholeDigits: number): number {
  if (!(step > 0)) return 0;
  const needed = Math.ceil(-Math.log10(step) - 1e-9);
  return Math.max(0, Math.min(needed, MAX_DECIMALS, Math.max(0, 4 - wholeDigits)));
}

/** Decimals that write a round step in full: 2 for 0.25. */
function exactDecimals(step: number): number {
  let decimals = 0;
  while (decimals < MOST_AXIS_DECIMALS && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6) {
    decimals++;
  }
  return decimals;
}

function isTight(kind: Unit['kind']): boolean {
  return kind === 'percent' || kind === 'ratio' || kind === 'attached' || kind === 'none';
}

function join(parts: NumberParts): string {
  return parts.unit === '' ? parts.number : `${parts.number}${parts.tight ? '' : NARROW_SPACE}${parts.unit}`;
}

function minus(text: string): string {
  return text.replace(/^-/, '\u2212').replace('e-', 'e\u2212');
}

function secondsName(scale: number): string {
  return scale === 1 ? 's' : scale === 1e-3 ? 'ms' : scale === 1e-6 ? 'µs' : 'ns';
}

/** Thousands separators in the whole part of a plain number text; others are left as they are. */
function group(text: string, locale: string | undefined): string {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(text);
  if (match === null) return text;
  const decimal = (match[3] ?? '').replace('.', decimalSign(locale));
  return (match[1] ?? '') + BigInt(match[2] ?? '0').toLocaleString(locale) + decimal;
}

function decimalSign(locale: string | undefined): string {
  return (1.5).toLocaleString(locale).replace(/\d/g, '') || '.';
}
