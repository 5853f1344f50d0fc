import { readdirSync, readFileSync } from 'node:fs';
import { counter, gauge, type MetricFamily } from './metric-family.ts';

/**
 * What the process takes, under the names that Prometheus' own libraries give it. What the system does not tell is left out.
 *
 * @param startedMs When it began, ms since 1970.
 */
export function processFamilies(startedMs: number): readonly MetricFamily[] {
  const { user, system } = process.cpuUsage();
  const memory = process.memoryUsage();
  const files = openFiles();
  const most = mostFiles();
  return [
    counter('process_cpu_seconds', 'CPU time taken, in user and in system mode', (user + system) / 1e6),
    gauge('process_start_time_seconds', 'When the process began, since 1970', startedMs / 1000),
    gauge('process_resident_memory_bytes', 'Memory that is resident', memory.rss),
    gauge('streamviz_memory_bytes', "Memory by use: JavaScript's heap, what of it is used, and bytes outside of it", [
      { labels: { use: 'heap' }, value: memory.heapTotal },
      { labels: { use: 'heap_used' }, value: memory.heapUsed },
      { labels: { use: 'external' }, value: memory.external },
      { labels: { use: 'array_buffers' }, value: memory.arrayBuffers },
    ]),
    ...(files === null ? [] : [gauge('process_open_fds', 'Open file descriptors', files)]),
    ...(most === null ? [] : [gauge('process_max_fds', 'Most file descriptors that may be open', most)]),
  ];
}

function openFiles(): number | null {
  try {
    // One of them is that of the folder that is read.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return null; // not Linux
  }
}

function mostFiles(): number | null {
  try {
    const most = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return most === undefined ? null : Number(most);
  } catch {
    return null; // not Linux
  }
}
