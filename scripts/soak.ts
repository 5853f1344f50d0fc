// The soak: simulated hours of a server with many metrics and viewers that come and go. `--hours N` (default 24),
// `--metrics N` (default 100), `--rate N` samples a second of each (default 2), `--seed N`, `--history` with history on disk.
// Prints a table by hour and fails where memory after the first hour grew by more than 5 %, counts differ from what was sent,
// or more files or timers are open than then.
import { parseArgs } from 'node:util';
import { type SoakHour, soak } from '../test/faults/soak.ts';
import { soakProblems } from '../test/faults/soak-problems.ts';

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    metrics: { type: 'string', default: '100' },
    rate: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    history: { type: 'boolean', default: false },
  },
});

const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
const row = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(11)).join('');
console.log(
  row([
    'hour',
    'samples',
    'viewers',
    'frames',
    'heap MB',
    'RSS MB',
    'held MB',
    'disk MB',
    'files',
    'timers',
    'wrong',
    's',
  ]),
);
const hours = await soak({
  hours: Number(values.hours),
  metrics: Number(values.metrics),
  samplesPerSecond: Number(values.rate),
  seed: Number(values.seed),
  hasHistory: values.history,
  onHour: (hour: SoakHour) => {
    const { heapBytes, residentBytes, historyBytes, diskBytes, files, timers, wrong, tookSeconds } = hour;
    const bytes = [heapBytes, residentBytes, historyBytes, diskBytes].map(mb);
    const counts = [files, timers, wrong.length, tookSeconds.toFixed(0)];
    console.log(row([hour.hour, hour.samples, hour.viewers, hour.frames, ...bytes, ...counts]));
  },
});
const problems = soakProblems(hours);
for (const problem of problems) console.log(`FAILED ${problem}`);
console.log(`${hours.length} simulated hours, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
