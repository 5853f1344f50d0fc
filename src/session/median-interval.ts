import type { SampleRing } from '../core/sample-ring.ts';

/** Samples whose distances are looked at. */
const MOST_SAMPLES = 33;

/** Median distance of the newest samples, us; NaN below two. */
export function medianInterval(ring: SampleRing): number {
  const length = Math.min(ring.length, MOST_SAMPLES);
  if (length < 2) return Number.NaN;
  const first = ring.length - length;
  const steps = new Float64Array(length - 1);
  for (let i = 0; i < steps.length; i += 1) steps[i] = ring.timeAt(first + i + 1) - ring.timeAt(first + i);
  steps.sort();
  return (steps[(steps.length - 1) >> 1]! + steps[steps.length >> 1]!) / 2;
}
