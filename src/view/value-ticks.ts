/** A frame of round numbers around values, with its grid lines. */
export interface ValueTicks {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Ascending, equal steps: from `min` to `max`, or from 0 where few values lie on its other side. */
  readonly values: readonly number[];
}

const MANTISSAS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
/** Extra room above and below values that do not start at 0, as a part of their range. */
const ROOM = 0.08;
/** A side of 0 that is at most this part of the range gets room, but no grid line of its own. */
const SLIGHT = 0.15;
const LEAST_POWER = -300;
/** 0 belongs to the frame when it is nearer than this part of the range. */
const ZERO_WITHIN = 0.3;

/**
 * The least round frame around `[low, high]` with `intervals` equal steps (one more where the values cross 0 and that
 * fits closer).
 *
 * It starts at 0 where 0 is within 30 % of the range of the values, else it leaves 8 % room on both sides. Equal values
 * give a frame from 0. `percent` values within 0 to 100 start at 0 already within twice their range and end at 100 when they pass 50.
 * Non-finite input gives 0 to 1.
 */
export function valueTicks(
  low: number,
  high: number,
  options: { readonly intervals?: number; readonly full?: number | null } = {},
): ValueTicks {
  const intervals = options.intervals ?? 2;
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) return frame(0, 1 / intervals, intervals);
  const full = options.full ?? null;
  if (low === high) return constantFrame(low, full, intervals);
  const range = high - low;
  const isPart = full !== null && low >= 0 && high <= full;
  const reach = isPart ? 2 : ZERO_WITHIN;
  let from = low - range * ROOM;
  let to = high + range * ROOM;
  if (low >= 0 && low <= range * reach) {
    from = 0;
    to = isPart && high > full / 2 ? full : high;
  } else if (high <= 0 && -high <= range * ZERO_WITHIN) {
    from = low;
    to = 0;
  } else if (isPart) {
    from = Math.max(0, from);
    to = Math.min(full, to);
  }
  if (isPart && to === full && from > 0) return hangingFrom(full, full - from, intervals);
  if (low < 0 && high > 0 && Math.min(-low, high) <= range * SLIGHT) return slightlyAcross(low, high, full, intervals);
  if (from >= 0 || to <= 0) return tightest(from, to, intervals);
  const even = tightest(low, high, intervals);
  const odd = tightest(low, high, intervals + 1);
  return odd.max - odd.min < (even.max - even.min) * 0.8 ? odd : even;
}

/** The frame of the larger side, with room for the few values on the other side of 0. */
function slightlyAcross(low: number, high: number, full: number | null, intervals: number): ValueTicks {
  const above = high > -low;
  const upper = full !== null && high <= full && high > full / 2 ? full : high;
  const { max, step, values } = tightest(0, above ? upper : -low, intervals);
  const part = step / 10;
  const room = clean(Math.ceil((above ? -low : high) / part - 1e-9) * part);
  if (above) return { min: -room, max, step, values };
  return { min: -max, max: room, step, values: values.map((value) => 0 - value).reverse() };
}

function constantFrame(value: number, full: number | null, intervals: number): ValueTicks {
  if (value === 0) return frame(0, (full ?? 1) / intervals, intervals);
  if (full !== null && value > full / 2 && value <= full) return tightest(0, full, intervals);
  return value > 0 ? tightest(0, value * 1.25, intervals) : tightest(value * 1.25, 0, intervals);
}

/** The frame of the smallest round step that covers `[from, to]`. */
function tightest(from: number, to: number, intervals: number): ValueTicks {
  const least = (to - from) / intervals;
  // Below this powers of ten lose their digits; -Infinity would never end.
  let power = Math.max(LEAST_POWER, Math.floor(Math.log10(least)));
  for (; ; power++) {
    for (const mantissa of MANTISSAS) {
      const step = mantissa * 10 ** power;
      if (step < least * (1 - 1e-9)) continue;
      const first = Math.floor(from / step + 1e-9);
      if ((first + intervals) * step >= to - step * 1e-9) return frame(first, step, intervals);
    }
  }
}

/** A frame that ends at the whole: a share never has 100.5 % over it. */
function hangingFrom(full: number, range: number, intervals: number): ValueTicks {
  const { step } = tightest(0, range, intervals);
  const values = Array.from({ length: intervals + 1 }, (_, i) => clean(full - (intervals - i) * step));
  return { min: values[0] ?? 0, max: full, step, values };
}

function frame(first: number, step: number, intervals: number): ValueTicks {
  const values: number[] = [];
  for (let i = 0; i <= intervals; i++) values.push(clean((first + i) * step));
  return { min: values[0] ?? 0, max: values.at(-1) ?? 1, step: clean(step), values };
}

/** Without the last bits that multiplication by 0.1 leaves. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}
