// What wrong log-ins cost viewers: how late messages reach them beside 100 guesses a second, as a ratio to the same without them.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { figure, median, report } from './figures.ts';
import type { GuessTask } from './login-guesses.ts';
import { BenchProducer, wallUs } from './standalone-producer.ts';
import { startStreamViz } from './standalone-server.ts';

const VIEWERS = 10;
const EVERY_MS = 10;
const PHASE_MS = 4000;
const ROUNDS = 8;
const GUESSES = 100;
const ROWS = 20;

const SUBSCRIBE = JSON.stringify({ v: [1, 0], kind: 'subscribe', id: '1', resume: {}, width: 2048, rangeUs: 1e6 });

process.env.STREAM_VIZ_PASSWORD_ANN = 'correct horse';
const server = await startStreamViz(['--user', 'ann', '--trust-proxy', '127.0.0.1', '--log-level', 'off']);
const guesses = fork(join(import.meta.dirname, 'login-guesses.ts'));
try {
  const producer = await BenchProducer.connect(server, 'bench');
  producer.declare(['load']);
  /** When each message was sent, by its number, us. */
  const sentUs = new Map<number, number>();
  let late: number[] = [];
  for (let i = 0; i < VIEWERS; i += 1) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, {
      headers: { authorization: `Bearer ${server.token}` },
      perMessageDeflate: false,
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return;
      const { kind, seq } = JSON.parse(data.toString('utf8', 4, 4 + data.readUInt32LE(0))) as {
        readonly kind: string;
        readonly seq: number;
      };
      const at = sentUs.get(seq);
      if (kind === 'batch' && at !== undefined) late.push((wallUs() - at) / 1000);
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send(SUBSCRIBE);
  }
  let number = 0;
  const sending = setInterval(() => {
    number += 1;
    const now = wallUs();
    sentUs.set(number, now);
    sentUs.delete(number - 1000);
    const time = Float64Array.from({ length: ROWS }, (_, i) => now - ROWS + i);
    producer.send(producer.frame([{ name: 'load', time, value: new Float64Array(ROWS).fill(number % 100) }]));
  }, EVERY_MS);

  const p99Of = (ms: readonly number[]): number => [...ms].sort((a, b) => a - b)[Math.floor(ms.length * 0.99)]!;
  const phase = async (perSecond: number): Promise<readonly number[]> => {
    guesses.send({ port: server.port, perSecond } satisfies GuessTask);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    late = [];
    await new Promise((resolve) => setTimeout(resolve, PHASE_MS));
    return late;
  };
  // Of all rounds together: what else the machine does falls on both, but not in every round.
  const all = { quiet: [] as number[], guessed: [] as number[] };
  await phase(0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const [quiet, guessed] = [await phase(0), await phase(GUESSES)];
    all.quiet.push(...quiet);
    all.guessed.push(...guessed);
    const words = ([name, ms]: readonly [string, readonly number[]]) =>
      `${name} p50 ${median([...ms]).toFixed(2)} p99 ${p99Of(ms).toFixed(2)} ms`;
    console.log([['quiet', quiet] as const, ['beside guesses', guessed] as const].map(words).join(', '));
  }
  clearInterval(sending);
  const statuses = await new Promise((resolve) => {
    guesses.once('message', resolve);
    guesses.send('how many');
  });
  console.log(`answers to guesses by status: ${JSON.stringify(statuses)}`);
  report([
    figure(
      `p99 of ${VIEWERS} viewers beside ${GUESSES} wrong log-ins a second, each looked at`,
      p99Of(all.guessed),
      'ms',
      p99Of(all.guessed) / p99Of(all.quiet),
      'the same without them',
      1.2,
    ),
  ]);
} finally {
  guesses.kill('SIGKILL');
  await server.stop();
}
process.exit(0);
