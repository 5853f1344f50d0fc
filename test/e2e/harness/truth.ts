/** What a notebook really sent, told by the notebook itself, and its comparison with what the page holds. */
import { expect } from 'vitest';
import type { LabPage, SeriesReport } from '../../../scripts/lab/lab-page.ts';

/** A cell that defines `Recorded`: a metric that remembers every sample it sent, and `tell()`, which prints the truth as JSON. */
export const RECORDED = `
import json, math, threading, time
import stream_viz as sv

recorded = {}

class Recorded:
    def __init__(self, name, **options):
        self.metric = sv.metric(name, **options)
        self.times, self.values = [], []
        recorded[name] = self

    def send(self, value):
        now = time.time()
        self.times.append(now)
        self.values.append(value)
        self.metric.send(value, time=now)

def tell():
    truth = {}
    for name, each in recorded.items():
        us = [math.floor(t * 1e6 + 0.5) for t in each.times]
        v = each.values
        truth[name] = {"count": len(v), "sum": math.fsum(v), "abs": math.fsum(map(abs, v)), "min": min(v), "max": max(v),
                       "first": v[0], "firstTime": us[0], "last": v[-1], "lastTime": us[-1]}
    print("TRUTH" + json.dumps(truth))
`;

export interface Truth {
  readonly count: number;
  readonly sum: number;
  readonly abs: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly firstTime: number;
  readonly last: number;
  readonly lastTime: number;
}

/** Runs cell `index` (it calls `tell()`) and reads its output. */
export async function truthOf(lab: LabPage, index: number): Promise<Readonly<Record<string, Truth>>> {
  await lab.run(index);
  const text = await lab.outputText(index);
  const at = text.lastIndexOf('TRUTH');
  if (at < 0) throw new Error(`cell ${index} told no truth: ${text.slice(0, 2000)}`);
  return JSON.parse(text.slice(at + 5).split('\n')[0] ?? '') as Record<string, Truth>;
}

/** Count, min, max, first and last are exact; sums agree within 1e-12 x sum|x|. */
export function expectEqualToTruth(held: SeriesReport | undefined, truth: Truth | undefined): void {
  if (!held || !truth) throw new Error('series or truth is absent');
  const { count, min, max, first, firstTime, last, lastTime } = held;
  const { sum, abs, ...exact } = truth;
  expect({ count, min, max, first, firstTime, last, lastTime }).toEqual(exact);
  expect(Math.abs(held.sum - sum)).toBeLessThanOrEqual(1e-12 * abs);
}
