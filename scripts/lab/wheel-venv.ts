// An environment as a user has it: JupyterLab, Notebook 7 and the built wheel in .cache/lab-venv, nothing of this checkout. Made once; a new
// wheel replaces the old one in a few seconds.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { python, root } from '../setup.mjs';
import { environmentOf } from './jupyter.ts';

const folder = join(root, '.cache', 'lab-venv');
const [bin, program] = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
const interpreter = join(folder, bin, program);
const pins = join(root, 'requirements.lock');
/** The hosts of the end-to-end tests. Voila and marimo have tests of their own in .venv. */
const HOSTS = ['jupyterlab', 'notebook'];

export interface WheelVenv {
  readonly interpreter: string;
  readonly wheel: { readonly name: string; readonly bytes: number };
}

/** Throws what the command printed where it fails. */
function run(command: string, options: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, options, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${options.join(' ')} failed:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs `work` unless the stamp `name` in the environment says that it was done with the same `inputs`. */
function once(name: string, inputs: string | Buffer, work: () => void): void {
  const stamp = join(folder, `${name}.stamp`);
  const wanted = createHash('sha256').update(inputs).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  work();
  writeFileSync(stamp, wanted);
}

/** The packages that the wheel needs, by its own metadata. */
function wheelNeeds(): string {
  const project = readFileSync(join(root, 'pyproject.toml'), 'utf8');
  return /^dependencies = \[[^\]]*\]/m.exec(project)?.[0] ?? '';
}

/**
 * Builds the wheel from the built tree and brings the environment into the state of a `pip install` of it.
 *
 * The first time, and when `requirements.lock` or what the package needs changed, it downloads about 250 MB, or takes them from pip's cache.
 */
export function wheelVenv(): WheelVenv {
  const built = mkdtempSync(join(tmpdir(), 'streamviz-wheel-'));
  try {
    run(python, ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', built]);
    const [name] = readdirSync(built).filter((each) => each.endsWith('.whl'));
    if (name === undefined) throw new Error(`hatchling left no wheel in ${built}`);
    const wheel = join(built, name);
    const bytes = readFileSync(wheel);
    const install = (...options: string[]): void => {
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--constraint', pins];
      run(interpreter, ['-m', 'pip', 'install', ...quiet, ...options]);
    };
    const others = readFileSync(pins, 'utf8').replace(/^stream-viz.*$/m, '');
    mkdirSync(folder, { recursive: true });
    once('hosts', `${others}${wheelNeeds()}${HOSTS.join()}${interpreter}`, () => {
      rmSync(folder, { recursive: true, force: true });
      run(python, ['-m', 'venv', folder]);
      // What JupyterLab runs with Node from here is no part of this package of modules.
      writeFileSync(join(folder, 'package.json'), '{}');
      install(...HOSTS, wheel);
    });
    once('wheel', bytes, () => install('--force-reinstall', '--no-deps', wheel));
    return { interpreter, wheel: { name, bytes: bytes.length } };
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

/** What `jupyter labextension list` prints in an environment, on whichever stream. */
export function labextensionList(environment: WheelVenv): string {
  const options = ['-m', 'jupyter', 'labextension', 'list'];
  const { stdout, stderr } = spawnSync(environment.interpreter, options, {
    encoding: 'utf8',
    env: environmentOf(environment.interpreter),
  });
  return `${stdout}${stderr}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const began = Date.now();
  const environment = wheelVenv();
  console.log(`${environment.wheel.name}: ${(environment.wheel.bytes / 1000).toFixed(1)} kB`);
  console.log(labextensionList(environment));
  console.log(`${environment.interpreter}, ready in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
