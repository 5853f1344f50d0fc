/** Local wall-clock digits of one instant. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 = Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const SLOT_MS = 900_000;

/**
 * Times of one zone in words. Zone offsets are asked of the platform once per quarter of an hour and kept.
 *
 * All methods take whole us since the Unix epoch; a non-finite time is `–`.
 */
export class TimeFormat {
  readonly zone: string | null;
  readonly #locale: string | undefined;
  readonly #offsets = new Map<number, number>();
  readonly #parts: Intl.DateTimeFormat | null;
  readonly #days: Intl.DateTimeFormat;
  readonly #months: Intl.DateTimeFormat;

  /** @param zone IANA name, null for the viewer's own. Costs a tenth of a millisecond: the widgets of a page share `timesOf`. */
  constructor(zone: string | null, locale?: string | null) {
    this.zone = zone;
    this.#locale = locale ?? undefined;
    this.#parts =
      zone === null
        ? null
        : new Intl.DateTimeFormat('en-US', {
            timeZone: zone,
            hourCycle: 'h23',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
            second: 'numeric',
          });
    this.#days = new Intl.DateTimeFormat(this.#locale, { weekday: 'short', timeZone: 'UTC' });
    this.#months = new Intl.DateTimeFormat(this.#locale, { month: 'short', timeZone: 'UTC' });
  }

  /** Ms to add to a UTC time to read the local clock. */
  offsetMs(timeUs: number): number {
    const ms = Math.floor(timeUs / 1000);
    if (this.#parts === null) return -new Date(ms).getTimezoneOffset() * 60_000;
    const slot = Math.floor(ms / SLOT_MS);
    let offset = this.#offsets.get(slot);
    if (offset === undefined) {
      if (this.#offsets.size > 500) this.#offsets.clear();
      offset = offsetFrom(this.#parts, slot * SLOT_MS);
      this.#offsets.set(slot, offset);
    }
    return offset;
  }

  local(timeUs: number): LocalTime {
    const date = new Date(Math.floor(timeUs / 1000) + this.offsetMs(timeUs));
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      weekday: date.getUTCDay(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      millisecond: date.getUTCMilliseconds(),
    };
  }

  /** `14:02`. */
  minutes(timeUs: number): string {
    if (!Number.isFinite(timeUs)) return '–';
    const t = this.local(timeUs);
    return `${two(t.hour)}:${two(t.minute)}`;
  }

  /** `14:02:11`. */
  seconds(timeUs: number): string {
    if (!Number.isFinite(timeUs)) return '–';
    return `${this.minutes(timeUs)}:${two(this.local(timeUs).second)}`;
  }

  /** `14:02:11.042`; with the microseconds where they are not whole ms. */
  exact(timeUs: number): string {
    if (!Number.isFinite(timeUs)) return '–';
    const us = ((timeUs % 1e6) + 1e6) % 1e6;
    const digits = String(us).padStart(6, '0');
    return `${this.seconds(timeUs)}.${us % 1000 === 0 ? digits.slice(0, 3) : digits}`;
  }

  /** `Mon 3`. */
  day(timeUs: number): string {
    return `${this.#days.format(this.#utc(timeUs))} ${this.local(timeUs).day}`;
  }

  /** `Nov`. */
  month(timeUs: number): string {
    return this.#months.format(this.#utc(timeUs));
  }

  /** `Mon 3 Nov`, with the year where it is not that of `nowUs`; '' for the day of `nowUs`. */
  dateUnlessToday(timeUs: number, nowUs: number): string {
    if (!Number.isFinite(timeUs)) return '';
    const then = this.local(timeUs);
    const now = this.local(nowUs);
    if (then.year === now.year && then.month === now.month && then.day === now.day) return '';
    const date = `${this.day(timeUs)} ${this.month(timeUs)}`;
    return then.year === now.year ? date : `${date} ${then.year}`;
  }

  /** The zone's short name at a time: `CET`, `GMT+5:30`. */
  zoneName(timeUs: number): string {
    const options = { timeZoneName: 'short', ...(this.zone === null ? {} : { timeZone: this.zone }) } as const;
    const parts = new Intl.DateTimeFormat(this.#locale ?? 'en-GB', options).formatToParts(new Date(timeUs / 1000));
    return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  }

  #utc(timeUs: number): Date {
    return new Date(Math.floor(timeUs / 1000) + this.offsetMs(timeUs));
  }
}

const SHARED = new Map<string | null, TimeFormat>();

/** The one format of a zone in the viewer's own locale; null for the viewer's own zone. */
export function timesOf(zone: string | null): TimeFormat {
  let times = SHARED.get(zone);
  if (times === undefined) {
    times = new TimeFormat(zone);
    SHARED.set(zone, times);
  }
  return times;
}

/** A length of time for people, its largest unit only: `12 s`, `4 m`, `3 h`, `3 d`. Rounds down, at least `0 s`. */
export function ageText(us: number): string {
  const seconds = Math.max(0, Math.floor(us / 1e6));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function offsetFrom(parts: Intl.DateTimeFormat, ms: number): number {
  const read: Record<string, number> = {};
  for (const part of parts.formatToParts(new Date(ms)))
    if (part.type !== 'literal') read[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}
