import type { SoakHour } from './soak.ts';

/** How much more memory than after the first hour a server may hold. */
const MOST_GROWTH = 0.05;
/** Timers of work that is under way at that moment: an acknowledgement, a look at the disk. One that leaked would leak with each viewer. */
const UNDER_WAY = 2;

/** What is wrong with the hours of a soak; empty where nothing is. */
export function soakProblems(hours: readonly SoakHour[]): readonly string[] {
  const [first, ...later] = hours;
  if (first === undefined) return ['there was no hour'];
  const problems = hours.flatMap(({ hour, wrong }) => wrong.slice(0, 3).map((words) => `hour ${hour}: ${words}`));
  for (const { hour, heapBytes, files, timers, sessions } of later) {
    const growth = heapBytes / first.heapBytes - 1;
    if (growth > MOST_GROWTH)
      problems.push(`hour ${hour}: memory is ${(100 * growth).toFixed(1)} % above that of the first`);
    if (files > first.files) problems.push(`hour ${hour}: ${files} open files, ${first.files} after the first`);
    if (timers > first.timers + UNDER_WAY)
      problems.push(`hour ${hour}: ${timers} timers, ${first.timers} after the first`);
    if (sessions !== first.sessions)
      problems.push(`hour ${hour}: ${sessions} sessions, ${first.sessions} after the first`);
  }
  return problems;
}
