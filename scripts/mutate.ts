// Mutation check: changes one operator or number at a time in the window, sketch, tier and event files and runs their tests.
// A change that no test notices survives and is printed. `--only TEXT` takes files whose path contains TEXT, `--sample N` takes
// N changes spread evenly over each run of files (default 400; 0: all), `--least P` is the percentage to reach (default 85).
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { root } from './setup.mjs';

/** Which tests are to notice a change of a file: the first line whose pattern its path starts with. */
const TESTS: readonly (readonly [source: string, tests: readonly string[]])[] = [
  ['src/core/windows/session', ['test/core/windows']],
  ['src/core/windows/', ['test/core/windows']],
  ['src/core/sketch/', ['test/core/sketch']],
  ['src/core/distinct-set', ['test/core/distinct-set']],
  ['src/core/events/', ['test/core/events']],
  ['src/core/retention/', ['test/core/retention']],
  ['src/core/cell-tiers', ['test/core/cell-tiers', 'test/session/healing']],
  ['src/core/min-max-pyramid', ['test/core/min-max-pyramid']],
  ['src/core/sample-ring', ['test/core/sample-ring']],
  ['src/core/pane', ['test/core/pane']],
];
const WORKERS = 2;
/** In threads of one process: a change that never ends is killed with it, and nothing is started anew per file. */
const THREADS = ['--pool', 'threads', '--no-isolate', '--no-file-parallelism'];
const TEST_TIMEOUT_MS = 90_000;

const SWAPS: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.LessThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '<',
  [ts.SyntaxKind.GreaterThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.PlusToken]: '-',
  [ts.SyntaxKind.MinusToken]: '+',
  [ts.SyntaxKind.AsteriskToken]: '/',
  [ts.SyntaxKind.SlashToken]: '*',
  [ts.SyntaxKind.PercentToken]: '*',
  [ts.SyntaxKind.PlusEqualsToken]: '-=',
  [ts.SyntaxKind.MinusEqualsToken]: '+=',
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken]: '<<',
};

/** What a comparison becomes in `if (a < b) b = a`, where `<=` would give the same. */
const OPPOSITES: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.LessThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanToken]: '<=',
};

interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly at: number;
  readonly end: number;
  readonly was: string;
  readonly becomes: string;
}

const isText = (node: ts.Node): boolean => ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node);

/** Whether a change here could only change an error's words, a text or a type. */
function isWords(node: ts.Node): boolean {
  for (let up = node; up !== undefined && !ts.isFunctionLike(up); up = up.parent) {
    if (ts.isThrowStatement(up) || ts.isTypeNode(up) || ts.isTemplateSpan(up)) return true;
    if (ts.isBinaryExpression(up) && (isText(up.left) || isText(up.right))) return true;
  }
  return false;
}

/** Whether this is the condition of `if (a < b) b = a`: at equality both branches leave the same number. */
function keepsExtreme(node: ts.BinaryExpression, source: ts.SourceFile): boolean {
  if (!ts.isIfStatement(node.parent) || !ts.isExpressionStatement(node.parent.thenStatement)) return false;
  const { expression } = node.parent.thenStatement;
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
  const plain = (each: ts.Node): string => each.getText(source).replaceAll('!', '');
  return plain(expression.left) === plain(node.right) && plain(expression.right) === plain(node.left);
}

function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, becomes: string): void => {
    if (isWords(node)) return;
    const at = node.getStart(source);
    const line = source.getLineAndCharacterOfPosition(at).line + 1;
    found.push({ file, line, at, end: node.end, was: text.slice(at, node.end), becomes });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      const swap = keepsExtreme(node, source) ? OPPOSITES[kind] : SWAPS[kind];
      if (swap !== undefined) add(node.operatorToken, swap);
    } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      add(node, node.operand.getText(source));
    } else if (ts.isNumericLiteral(node)) {
      add(node, String(Number(node.text) + 1));
    } else if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, 'false');
    else if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, 'true');
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const testsOf = (file: string): readonly string[] => TESTS.find(([source]) => file.startsWith(source))?.[1] ?? [];

/** Every `step`th so that `most` stay, spread over the whole list. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (most <= 0 || all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)] as T);
}

/** A change may never end: what still runs is ended with this script. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

/** Runs the tests in `dir`; true where they pass. A run that takes too long counts as noticed. */
function passes(dir: string, tests: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--project', 'unit', '--bail', '1', '--reporter=dot', ...THREADS, ...tests],
      {
        cwd: dir,
        stdio: 'ignore',
      },
    );
    running.add(child);
    const stop = setTimeout(() => child.kill('SIGKILL'), TEST_TIMEOUT_MS);
    child.on('close', (code) => {
      running.delete(child);
      clearTimeout(stop);
      resolve(code === 0);
    });
  });
}

/** A copy of what the tests need, in which files may be changed. */
function workspace(worker: number): string {
  const dir = join(root, '.cache', 'mutate', String(worker));
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const name of ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    cpSync(join(root, name), join(dir, name), { recursive: true, filter: (path) => basename(path) !== 'output' });
  }
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sample: { type: 'string', default: '400' },
    least: { type: 'string', default: '85' },
  },
});
const files = TESTS.flatMap(([source]) => globSync(`${source}${source.endsWith('/') ? '**/' : ''}*.ts`, { cwd: root }))
  .filter((file, i, all) => all.indexOf(file) === i && file.includes(values.only))
  .sort();
const mutants = spread(files.flatMap(mutantsOf), Number(values.sample));
if (mutants.length === 0) {
  console.error(`no file to change has "${values.only}" in its path`);
  process.exit(2);
}
console.log(`${mutants.length} changes in ${files.length} files`);
const dirs = Array.from({ length: WORKERS }, (_, i) => workspace(i));
for (const tests of new Set(files.map((file) => testsOf(file).join(' ')))) {
  if (await passes(dirs[0] ?? '', tests.split(' '))) continue;
  console.error(`without any change these tests fail already: ${tests}`);
  process.exit(1);
}
const survivors: Mutant[] = [];
let done = 0;
const queue = [...mutants];
async function work(dir: string): Promise<void> {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    const path = join(dir, mutant.file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, mutant.at) + mutant.becomes + text.slice(mutant.end));
    const survived = await passes(dir, testsOf(mutant.file));
    writeFileSync(path, text);
    done += 1;
    if (!survived) continue;
    survivors.push(mutant);
    console.log(`survived ${mutant.file}:${mutant.line} \`${mutant.was}\` as \`${mutant.becomes}\``);
  }
}
const progress = setInterval(() => console.log(`${done} of ${mutants.length}, ${survivors.length} survived`), 30_000);
await Promise.all(dirs.map(work));
clearInterval(progress);
const noticed = mutants.length - survivors.length;
const percent = (100 * noticed) / mutants.length;
console.log(`\n${noticed} of ${mutants.length} changes noticed: ${percent.toFixed(1)} % (at least ${values.least} %)`);
process.exit(percent >= Number(values.least) ? 0 : 1);
