// The fault laboratory: scripts, a server, viewers and bad networks, and everything going wrong from a seed.
// `--rounds N` (default 20); `--seed N` (default: random, printed) makes the same faults again; `--history half|always|never`
// on disk; `--kinds A,B` takes faults whose name contains one of these; `--fault NAME` runs a server with a deliberate fault,
// which the laboratory must find. It prints each round and a report.
import { parseArgs } from 'node:util';
import { INVARIANTS, type Invariant } from '../test/faults/invariants.ts';
import { runLaboratory } from '../test/faults/laboratory.ts';
import { DELIBERATE, type DeliberateName, ServerBuilds } from '../test/faults/server-builds.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    history: { type: 'string', default: 'half' },
    kinds: { type: 'string' },
    fault: { type: 'string' },
  },
});
const { history, kinds, fault } = values;
if (history !== 'half' && history !== 'always' && history !== 'never') {
  console.error('--history half, always or never');
  process.exit(2);
}
if (fault !== undefined && !Object.hasOwn(DELIBERATE, fault)) {
  console.error(`no fault '${fault}'; known: ${Object.keys(DELIBERATE).join(', ')}`);
  process.exit(2);
}

const builds = new ServerBuilds();
const report = await runLaboratory({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  bundle: await builds.path((fault as DeliberateName | undefined) ?? null),
  history,
  ...(kinds === undefined ? {} : { kinds: kinds.split(',') }),
  progress: (line) => console.log(line),
});
builds.close();

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
console.log(
  `\nseed ${report.seed}: ${report.rounds} rounds in ${report.worlds} worlds, ${report.seconds.toFixed(0)} s`,
);
console.log('faults:');
for (const [name, count] of [...report.faults].sort()) console.log(`  ${String(count).padStart(5)}  ${name}`);
for (const [name, why] of report.leftOut) console.log(`         ${name} was left out at times: ${why}`);
console.log('invariants, and how often each was checked:');
for (const [name, words] of Object.entries(INVARIANTS)) {
  console.log(`  ${String(report.checks.get(name as Invariant) ?? 0).padStart(5)}  ${words}`);
}
console.log(
  `${report.cells} cells compared; ${report.samplesInHoles} samples in listed holes, ${report.samplesInDoubt} in doubted numbers; ` +
    `${report.recovered} resumes, ${report.renewed} snapshots; ${report.conflated} messages conflated for the slow viewer; ` +
    `server at most ${mb(report.serverBytes)}, scripts ${mb(report.scriptBytes)}`,
);
if (report.checks.has('kept')) {
  console.log(
    `after a kill of server and script at most the last ${report.mostLostSeconds.toFixed(2)} s of what was sent were lost`,
  );
}
console.log(`${report.failures.length} failures`);
for (const { round, seed, faults, hasHistory, message } of report.failures) {
  console.log(
    `FAILED round ${round} (--seed ${seed}${hasHistory ? ', history on disk' : ''}), ${faults.join(' with ')}: ${message}`,
  );
}
process.exit(report.failures.length === 0 ? 0 : 1);
