// The shell command `streamviz`: runs one command line on the process's own streams.
import { run } from './run.ts';

const words = process.argv.slice(2);
const [first = 'serve'] = words;
const isAboutAll = first === '--help' || first === '--version';

if (first === 'serve' || first === 'history' || (first.startsWith('--') && !isAboutAll)) {
  // The server is a bundle of its own, beside this one, and reads its history too: who only wants windows never loads it.
  await import(new URL('./server.mjs', import.meta.url).href);
} else {
  process.exitCode = await run(words, process);
  // A reader of standard input that was stopped early would keep the process alive.
  process.stdin.unref?.();
}
