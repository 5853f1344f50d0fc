import { formatNumber, parseNumberFormat } from '../../number-spec.ts';
import type { TimeFormat } from '../../time-format.ts';
import type { CellFormats } from './cell-text.ts';
import type { TableColumn } from './columns.ts';

const MOST_DECIMALS = 3;
const SIGNIFICANT = 4;

/**
 * How a table writes times and numbers.
 *
 * Numbers without a `format` have the same decimals in the whole column: none while every value seen is whole, else
 * enough for 4 significant digits of the largest, at most 3. Seeing a value that needs others raises `revision`.
 */
export class TableFormats implements CellFormats {
  /** Rises when what was written before is out of date. */
  revision = 0;
  readonly #time: TimeFormat;
  readonly #nowUs: () => number;
  readonly #columns = new Map<string, { fraction: boolean; largest: number; decimals: number }>();
  readonly #byDecimals: readonly Intl.NumberFormat[];
  readonly #specs = new Map<string, ReturnType<typeof parseNumberFormat>>();

  /** @param nowUs The producer's clock: what "today" is. */
  constructor(time: TimeFormat, nowUs: () => number) {
    this.#time = time;
    this.#nowUs = nowUs;
    this.#byDecimals = [0, 1, 2, 3].map(
      (digits) => new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    );
  }

  datetime(us: number): string {
    const day = this.#time.dateUnlessToday(us, this.#nowUs());
    const ms = Math.floor((((us % 1e6) + 1e6) % 1e6) / 1000);
    const time = `${this.#time.seconds(us)}.${String(ms).padStart(3, '0')}`;
    return day === '' ? time : `${day} ${time}`;
  }

  number(value: number | bigint, column: TableColumn): string {
    if (typeof value === 'bigint') return value.toLocaleString().replace('-', '−');
    if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
    const spec = column.format === null ? null : this.#spec(column.format);
    const text =
      spec === null ? this.#byDecimals[this.#decimals(value, column.name)]!.format(value) : formatNumber(spec, value);
    return text.replace('-', '−');
  }

  #spec(format: string): ReturnType<typeof parseNumberFormat> {
    let spec = this.#specs.get(format);
    if (spec === undefined) {
      spec = parseNumberFormat(format);
      this.#specs.set(format, spec);
    }
    return spec;
  }

  #decimals(value: number, column: string): number {
    let seen = this.#columns.get(column);
    if (!seen) {
      seen = { fraction: false, largest: 0, decimals: 0 };
      this.#columns.set(column, seen);
    }
    if (!seen.fraction && !Number.isInteger(value)) seen.fraction = true;
    seen.largest = Math.max(seen.largest, Math.abs(value));
    const decimals = seen.fraction ? decimalsFor(seen.largest) : 0;
    if (decimals !== seen.decimals) {
      seen.decimals = decimals;
      this.revision++;
    }
    return decimals;
  }
}

/** Decimals that give a number 4 significant digits, 0 to 3. */
export function decimalsFor(largest: number): number {
  if (!(largest > 0)) return MOST_DECIMALS;
  const whole = Math.floor(Math.log10(largest)) + 1;
  return Math.min(MOST_DECIMALS, Math.max(0, SIGNIFICANT - Math.max(whole, 1)));
}
