// Gives every parser that faces the network or a file inputs that are almost valid: no crash, no growth, typed errors, a
// bounded time each. `--inputs N` over all parsers (default 100000); `--seed N` (default: random, printed) makes the same
// inputs again; `--only TEXT` takes the parsers whose name contains it; `--from I --inputs 1` makes input I again.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fuzz } from '../test/fuzz/fuzzing.ts';
import { closeTargets, TARGETS } from '../test/fuzz/targets/all-targets.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string', default: '' },
    from: { type: 'string', default: '0' },
  },
});

const { gc } = globalThis;
if (gc === undefined) {
  // Memory is measured after a collection.
  const { status } = spawnSync(process.execPath, ['--expose-gc', ...process.argv.slice(1), '--seed', values.seed], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

const targets = TARGETS.filter(({ name }) => name.includes(values.only));
if (targets.length === 0) {
  console.error(`no parser '${values.only}'; known: ${TARGETS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
console.log(`seed ${values.seed}, ${values.inputs} inputs for ${targets.length} parsers`);
const began = performance.now();
const report = await fuzz({
  targets,
  inputs: Number(values.inputs),
  seed: Number(values.seed),
  from: Number(values.from),
  collect: () => void gc(),
  progress: (line) => console.log(line),
});
await closeTargets();
const total = report.targets.reduce((sum, { inputs }) => sum + inputs, 0);
const taken = report.targets.reduce((sum, target) => sum + target.taken, 0);
const slowest = Math.max(...report.targets.map(({ slowestMs }) => slowestMs));
console.log(
  `${total} inputs in ${((performance.now() - began) / 1000).toFixed(0)} s: ${taken} taken, the others refused with a code; ` +
    `slowest ${slowest.toFixed(1)} ms; ${report.failures.length} failures`,
);
for (const { target, index, what, message, more } of report.failures) {
  console.log(
    `FAILED ${target}, input ${index} (--seed ${values.seed} --only '${target}' --from ${index} --inputs 1), ${what}: ${message}${more === 0 ? '' : `\n    and ${more} more there`}`,
  );
}
process.exit(report.failures.length === 0 ? 0 : 1);
