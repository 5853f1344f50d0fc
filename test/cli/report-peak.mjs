// Preloaded into a process: at its end it writes "peak N MB" to standard error, the most memory that it held at once.
import { readFileSync } from 'node:fs';

/** Linux counts the parent's memory before `exec` into `maxRSS`, but not into VmHWM. */
function peakKb() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

process.on('exit', () => process.stderr.write(`peak ${Math.round(peakKb() / 1024)} MB\n`));
