// A server's history in a process of its own that is killed while it writes.
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { openHistory } from '../../../standalone/server/history/history-file.ts';
import { replay } from '../../../standalone/server/history/replay.ts';
import { randomOf } from '../../session/random-history.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { freshPath, storedIn } from './file-stage.ts';

const ROUNDS = Number(process.env.STREAMVIZ_KILL_ROUNDS ?? 4);

/** Lives on one file until a kill: it says `A seq` of what is acknowledged and `S seq` of what it sent, with the clock, ms. */
const PROGRAM = new URL('./killed-program.ts', import.meta.url);

interface Said {
  readonly acknowledged: number;
  readonly sent: readonly (readonly [seq: number, ms: number])[];
}

/** Runs the program and kills it so long after its first message. */
async function killedAfter(path: string, ms: number): Promise<Said> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM.pathname, path]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    child.once('close', () => {
      isOver = true;
      resolve();
    });
  });
  let problem = '';
  child.stderr.on('data', (piece: Buffer) => {
    problem += piece;
  });
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (piece: Buffer) => {
      text += piece;
      resolve();
    });
    void over.then(resolve);
  });
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (isOver) throw new Error(`it ended by itself: ${problem}`);
  child.kill('SIGKILL');
  await over;
  const lines = text.split('\n').slice(0, -1);
  const of = (kind: string) => lines.filter((line) => line.startsWith(kind)).map((line) => line.split(' ').map(Number));
  return {
    acknowledged: Math.max(0, ...of('A').map(([, seq]) => seq!)),
    sent: of('S').map(([, seq, sentMs]) => [seq!, sentMs!] as const),
  };
}

test(`in ${ROUNDS} rounds of kill -9 nothing acknowledged is lost, and of the rest what was sent in less than a second`, async () => {
  const path = freshPath();
  const random = randomOf(ROUNDS);
  let before = 0;
  let progress = 0;
  let [mostLost, longestMs] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { acknowledged, sent } = await killedAfter(path, 300 + 900 * random());
    const db = openHistory(path, 'write');
    expect(Object.values(db.prepare('pragma integrity_check').get()!)).toEqual(['ok']);
    const { live, damaged } = replay(storedIn(db)[0]!, new FakeClock().environment());
    db.close();
    expect(damaged).toBe(0);
    progress += Math.max(0, acknowledged - before);
    expect(live.seq).toBeGreaterThanOrEqual(acknowledged);
    // Ten samples a message, each once.
    const [line] = live.store.series('a');
    expect([line!.count, line!.exact, live.store.messages.lost]).toEqual([10 * live.seq, true, 0]);
    const lost = sent.filter(([seq]) => seq > live.seq);
    mostLost = Math.max(mostLost, lost.length);
    if (lost.length > 0) longestMs = Math.max(longestMs, lost.at(-1)![1] - lost[0]![1]);
    expect(longestMs).toBeLessThan(1000);
    before = live.seq;
  }
  expect(progress).toBeGreaterThan(0);
  console.log(
    `${ROUNDS} rounds, ${before} messages, at most ${mostLost} not acknowledged ones of ${longestMs} ms lost`,
  );
}, 600_000);
