// The shell command `streamviz`: runs one command line on the process's own streams.
import { setFlagsFromString } from 'node:v8';
import { run } from './run.ts';

const words = process.argv.slice(2);
const [first = 'serve'] = words;
const isAboutAll = first === '--help' || first === '--version';

if (first === 'serve' || first === 'history' || (first.startsWith('--') && !isAboutAll)) {
  // The server is a bundle of its own, beside this one, and reads its history too: who only wants windows never loads it.
  await import(new URL('./server.mjs', import.meta.url).href);
} else {
  // Nearly all that rows leave is garbage at once: more room for the young costs 35 MB and gains no time.
  setFlagsFromString('--semi-space-growth-factor=1');
  process.exitCode = await run(words, process);
  // A reader of standard input that was stopped early would keep the process alive.
  process.stdin.unref?.();
}
