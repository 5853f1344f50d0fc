import type { MessagePort } from 'node:worker_threads';
import { Checkpointer } from './checkpointer.ts';
import { dropLooseParts } from './checkpoints.ts';
import { Compactor } from './compactor.ts';
import { Forgetting } from './forgetting.ts';
import { fileBytes, openHistory } from './history-file.ts';
import { historyProblem } from './history-problem.ts';
import type { CareAnswer } from './messages.ts';
import type { WorkerTask } from './workers.ts';

const IDLE_MS = 1000;
/** After something went wrong: a full disk is not helped by trying. */
const PROBLEM_MS = 5000;
const FORGET_EVERY_MS = 10_000;

interface Kind {
  readonly name: string;
  /** Does a piece; false: nothing is to be done for now. */
  readonly step: () => boolean;
  /** Not tried before. */
  untilMs: number;
  /** So long it is not asked again where nothing was to be done. */
  readonly restMs: number;
}

/**
 * The worker that takes care of the file: checkpoints, segments, and what is to be forgotten; one piece at a time, so that
 * messages are committed between any two.
 */
export function runCareWorker(port: MessagePort, { path, limits, mostBytes }: WorkerTask): void {
  const say = (answer: CareAnswer) => port.postMessage(answer);
  const now = () => Date.now() * 1000;
  const db = openHistory(path, 'write');
  dropLooseParts(db);
  const checkpointer = new Checkpointer(db, { now, schedule: () => () => undefined, limits });
  const compactor = new Compactor(db);
  const forgetting = new Forgetting(db, { segments: compactor, retentionUs: limits.retentionUs, mostBytes });
  /** Kinds of work, the first that is due first; each waits by itself after it went wrong. */
  const kinds: Kind[] = [
    { name: 'checkpoint', step: () => checkpointer.step() !== null, untilMs: 0, restMs: 0 },
    { name: 'segments', step: () => compactor.step(now()), untilMs: 0, restMs: 0 },
    { name: 'forget', step: () => forgetting.step(now()), untilMs: 0, restMs: FORGET_EVERY_MS },
  ];
  let next: NodeJS.Timeout | null = null;

  /** Does the next piece. Returns whether there was one. */
  const work = (): boolean => {
    for (const kind of kinds) {
      const began = performance.now();
      if (began < kind.untilMs) continue;
      try {
        if (kind.step()) {
          say({ kind: 'cared', work: kind.name, ms: performance.now() - began, fileBytes: fileBytes(db) });
          return true;
        }
        kind.untilMs = began + kind.restMs;
      } catch (error) {
        const { code, message } = historyProblem(error, path);
        kind.untilMs = performance.now() + PROBLEM_MS;
        say({ kind: 'failed', work: kind.name, code, message });
      }
    }
    return false;
  };

  const turn = (): void => {
    next = setTimeout(turn, work() ? 0 : IDLE_MS);
  };

  port.once('message', () => {
    if (next !== null) clearTimeout(next);
    db.close();
    port.close();
  });
  turn();
}
