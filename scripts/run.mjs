// `node scripts/run.mjs TASK [options]`: sets the checkout up where needed, then runs scripts/TASK.mjs on the Node of the lock file.
// Plain JavaScript without packages: it is the first thing that runs in a fresh clone, on any Node >= 20.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

const [task, ...options] = process.argv.slice(2);
const tasks = ['build', 'check', 'test', 'bench', 'demo', 'mutate', 'faults', 'fuzz', 'soak', 'setup'];
if (!tasks.includes(task)) {
  console.error(`unknown task "${task}"; known: ${tasks.join(', ')}`);
  process.exit(2);
}
const { node, env } = setUp();
if (task !== 'setup') {
  const script = fileURLToPath(new URL(`./${task}.ts`, import.meta.url));
  const done = spawnSync(node, [script, ...options], { stdio: 'inherit', env });
  process.exit(done.status ?? 1);
}
