// The server as a program: `node server.mjs`, `npx streamviz`, and what the Python package starts.
import { isMainThread } from 'node:worker_threads';
import { serve } from './command.ts';
import { historyCommand } from './history/command/history-command.ts';
import { runWorker } from './worker-main.ts';

declare const __STREAMVIZ_VERSION__: string;

const version = typeof __STREAMVIZ_VERSION__ === 'string' ? __STREAMVIZ_VERSION__ : '0.0.0';
// Threads are this file again. Nothing that is still open, such as the pipe of its starter, keeps a server alive
// that has ended.
if (isMainThread) {
  const [word, ...rest] = process.argv.slice(2);
  process.exit(word === 'history' ? historyCommand(rest) : await serve(process.argv.slice(2), version));
} else runWorker();
