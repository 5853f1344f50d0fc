// Makes the Python distributions, wheel and sdist each, in dist/: stream-viz-core from what was built, and stream-viz, which holds no code.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { python, root } from './setup.mjs';

const folder = join(root, 'dist');
const isDistribution = (name: string): boolean => /^stream_viz.*(\.whl|\.tar\.gz)$/.test(name);

export interface Distribution {
  readonly file: string;
  readonly bytes: number;
}

/** Builds all four without isolation, in place of those of an earlier build. Throws what hatchling printed. */
export function buildDistributions(): readonly Distribution[] {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder).filter(isDistribution)) rmSync(join(folder, name));
  for (const project of [root, join(root, 'python', 'stream-viz')]) {
    const options = ['-m', 'hatchling', 'build', '-t', 'sdist', '-t', 'wheel', '-d', folder];
    const { status, stdout, stderr } = spawnSync(python, options, { cwd: project, encoding: 'utf8' });
    if (status !== 0) throw new Error(`hatchling failed in ${project}:\n${stdout}\n${stderr}`);
  }
  const names = readdirSync(folder).filter(isDistribution);
  return names.map((file) => ({ file, bytes: statSync(join(folder, file)).size }));
}
