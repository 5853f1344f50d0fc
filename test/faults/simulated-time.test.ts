import { expect, onTestFinished, test } from 'vitest';
import { SimulatedTime } from './simulated-time.ts';
import type { SoakHour } from './soak.ts';
import { soakProblems } from './soak-problems.ts';

/** Installed for as long as `run` takes: the test runner needs its own timers. */
function simulated<T>(run: (time: SimulatedTime) => T): T {
  const time = new SimulatedTime(1_000_000);
  time.install();
  onTestFinished(() => time.remove());
  try {
    return run(time);
  } finally {
    time.remove();
  }
}

test('timers run in order of time, each at its own moment, and those that a timer sets, too', () => {
  const ran = simulated((time) => {
    const log: string[] = [];
    const note = (name: string) => log.push(`${name} ${Date.now() - 1_000_000}`);
    setTimeout(() => note('late'), 50);
    setTimeout(() => {
      note('early');
      setTimeout(() => note('inner'), 5);
    }, 10);
    const every = setInterval(() => note('every'), 20);
    const never = setTimeout(() => note('never'), 30);
    clearTimeout(never);
    time.advance(45);
    clearInterval(every);
    time.advance(100);
    return [log, time.timers, new Date().toISOString(), new Date(5).getTime()] as const;
  });
  expect(ran).toEqual([['early 10', 'inner 15', 'every 20', 'every 40', 'late 50'], 0, '1970-01-01T00:16:40.145Z', 5]);
});

test('afterwards the process has its own time again', () => {
  simulated(() => undefined);
  expect(Date.now()).toBeGreaterThan(1_700_000_000_000);
});

const hour = (fields: Partial<SoakHour>): SoakHour => ({
  ...{ hour: 1, samples: 1, viewers: 1, frames: 1, diskBytes: 0, wrong: [], tookSeconds: 1 },
  ...{ heapBytes: 100, residentBytes: 1, files: 20, timers: 4, sessions: 1, historyBytes: 1 },
  ...fields,
});

test('a soak fails where memory grows by more than 5 %, a count is wrong, or a file or timer stays', () => {
  expect(
    soakProblems([hour({}), hour({ hour: 2, heapBytes: 104, timers: 6 }), hour({ hour: 3, heapBytes: 90 })]),
  ).toEqual([]);
  for (const worse of [{ heapBytes: 106 }, { files: 21 }, { timers: 7 }, { wrong: ['m0'] }, { sessions: 2 }]) {
    expect(soakProblems([hour({}), hour({ hour: 2, ...worse })])).toHaveLength(1);
  }
  expect(soakProblems([])).toHaveLength(1);
});
