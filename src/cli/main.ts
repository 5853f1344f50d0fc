// The shell command `streamviz`: runs one command line on the process's own streams.
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), process);
// A reader of standard input that was stopped early would keep the process alive.
process.stdin.unref?.();
