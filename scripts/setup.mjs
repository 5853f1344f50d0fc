// Brings a checkout into a state in which every task runs: npm packages, the Node of the lock file, a Python environment in .venv.
// Each step leaves a stamp of its inputs in .cache/setup, so a second run costs a few milliseconds. No packages are imported here.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const windows = process.platform === 'win32';
const venvBin = join(root, '.venv', windows ? 'Scripts' : 'bin');
export const python = join(venvBin, windows ? 'python.exe' : 'python');
const stamps = join(root, '.cache', 'setup');

/** Prints why, then ends the process: a set-up problem is for the person in front of it. */
function stop(message) {
  console.error(`\nset-up stopped: ${message}`);
  process.exit(1);
}

function run(title, command, options) {
  const began = Date.now();
  process.stdout.write(`set-up: ${title} ...\n`);
  const done = spawnSync(command, options, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: windows });
  if (done.status !== 0) stop(`${title} failed (${[command, ...options].join(' ')})`);
  process.stdout.write(`set-up: ${title} done in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

/** Runs `work` unless the stamp `name` was left by the same inputs and `there` still exists. */
function once(name, inputs, there, work) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input).update('\0');
  const stamp = join(stamps, name);
  const wanted = hash.digest('hex');
  if (existsSync(there) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, wanted);
}

function basePython() {
  const named = process.env.STREAMVIZ_PYTHON_BASE;
  const names = [named, 'python3', 'python3.13', 'python3.12', 'python3.11', 'python', 'py'].filter(Boolean);
  for (const name of names) {
    const test = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 11) else 1)';
    if (spawnSync(name, ['-c', test], { stdio: 'ignore' }).status === 0) return name;
  }
  return stop(
    'no Python >= 3.11 with venv was found on PATH. Install one (Debian: apt install python3 python3-venv), then run the command again.',
  );
}

/** Sets up what is missing. Returns the Node to run tasks with and the environment they need. */
export function setUp() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) stop(`Node ${process.version} is too old: install Node >= 20.`);
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const nodeBin = join(root, 'node_modules', '.bin');
  const node = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
  once('npm', [lock, process.platform, process.arch], join(root, 'node_modules', '.package-lock.json'), () => {
    run('npm packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  });
  if (!existsSync(node)) run('Node 24', 'npm', ['rebuild', 'node', '--foreground-scripts', '--loglevel=error']);
  if (!existsSync(node))
    stop('the npm package "node" did not install its program; remove node_modules and run the command again.');

  const project = readFileSync(join(root, 'pyproject.toml'), 'utf8');
  const pins = readFileSync(join(root, 'requirements.lock'), 'utf8');
  once('python', [project, pins, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version], python, () => {
    if (!existsSync(python)) run('Python environment in .venv', basePython(), ['-m', 'venv', '.venv']);
    run('Python packages (about a minute the first time)', python, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
      ...['--constraint', 'requirements.lock', '--editable', '.[dev]'],
    ]);
  });
  const env = {
    ...process.env,
    PATH: [nodeBin, venvBin, process.env.PATH].join(delimiter),
    VIRTUAL_ENV: join(root, '.venv'),
    STREAMVIZ_PYTHON: python,
    NODE_NO_WARNINGS: '1',
  };
  return { node, env };
}
