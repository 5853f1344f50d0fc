// Keys come from a thread of low priority, and a thread that dies is said and replaced.
import { scryptSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ScryptThread } from '../../../standalone/server/accounts/scrypt-thread.ts';
import { SCRYPT_TASK } from '../../../standalone/server/accounts/scrypt-worker.ts';
import { startOwnWorker } from '../../../standalone/server/own-worker.ts';

const job = (password: string) => ({
  password: Buffer.from(password),
  salt: Buffer.from('salt'),
  cost: { N: 16, r: 8, p: 1 },
  bytes: 32,
});

/** A thread pool of one whose threads are known. */
function made() {
  const workers: Worker[] = [];
  const thread = new ScryptThread(() => {
    const worker = startOwnWorker('scrypt', SCRYPT_TASK);
    workers.push(worker);
    return worker;
  });
  return { thread, workers };
}

test('keys are those of scrypt, each for who asked for it', async () => {
  const { thread, workers } = made();
  const words = Array.from({ length: 20 }, (_, i) => `word ${i}`);
  const keys = await Promise.all(words.map((word) => thread.derive(job(word))));
  const { salt, cost, bytes } = job('');
  expect(keys.map((key) => key.toString('hex'))).toEqual(
    words.map((word) => scryptSync(word, salt, bytes, cost).toString('hex')),
  );
  expect(workers).toHaveLength(1);
  await workers[0]!.terminate();
});

test('what cannot be derived fails alone; a thread that ends fails what waits, and the next key comes from another', async () => {
  const { thread, workers } = made();
  const impossible = thread.derive({ ...job('a'), cost: { N: 3, r: 8, p: 1 } });
  const possible = thread.derive(job('a'));
  await expect(impossible).rejects.toThrow();
  expect((await possible).length).toBe(32);
  const lost = thread.derive({ ...job('b'), cost: { N: 2 ** 17, r: 8, p: 1 } });
  void workers[0]!.terminate();
  await expect(lost).rejects.toThrow('its worker has ended');
  expect((await thread.derive(job('c'))).length).toBe(32);
  expect(workers).toHaveLength(2);
  await workers[1]!.terminate();
});

/** Threads of this process at the lowest priority (proc(5): the 19th field of `stat`). */
const yielding = (): number =>
  readdirSync('/proc/self/task').filter((tid) => {
    const stat = readFileSync(`/proc/self/task/${tid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16] === '19';
  }).length;

test.runIf(process.platform === 'linux')('the thread yields to all others, and no other thread does', async () => {
  const before = yielding();
  const { thread, workers } = made();
  await thread.derive(job('a'));
  expect(yielding()).toBe(before + 1);
  await workers[0]!.terminate();
});
