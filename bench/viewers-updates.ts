// Updates a second that every viewer gets, one after another: the server beside Perspective's WebSocket server for Node, the same batches.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import perspective from '@perspective-dev/client';
import { writeSamplePart } from '../src/wire/arrow-fixed-writer.ts';
import { type Figure, figure, report } from './figures.ts';
import { BenchProducer } from './standalone-producer.ts';
import { type MeasuredServer, startMeasured, startStreamViz } from './standalone-server.ts';
import type { ClientsTask } from './viewers-updates-clients.ts';

const VIEWERS = [1, 10, 50];
const ROWS = 500;
const STEP_US = 2;
const WARM_MS = 500;
const RUN_MS = 3000;
const MOST_UPDATES = 20_000;

let nextUs = Math.floor(Date.now() * 1000);

/** The rows of the next update, later than all before. */
function nextColumns(): { length: number; series: Uint16Array; time: Float64Array; value: Float64Array } {
  const from = nextUs;
  nextUs += ROWS * STEP_US;
  return {
    length: ROWS,
    series: new Uint16Array(ROWS),
    time: Float64Array.from({ length: ROWS }, (_, i) => from + i * STEP_US),
    value: Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i / 40) * 50 + (i % 13)),
  };
}

/** Sends updates one after another, each once all viewers have the one before; returns updates a second. */
async function updatesPerSecond(
  server: MeasuredServer,
  to: ClientsTask['to'],
  count: number,
  send: () => void | Promise<void>,
): Promise<number> {
  const child = fork(join(import.meta.dirname, 'viewers-updates-clients.ts'));
  let reached = 0;
  let wake: () => void = () => undefined;
  try {
    await new Promise<void>((resolve) => {
      child.on('message', (said: number | 'open') => {
        if (said === 'open') resolve();
        else {
          reached = said;
          wake();
        }
      });
      child.send({ to, port: server.port, token: server.token, count } satisfies ClientsTask);
    });
    let sent = 0;
    const run = async (ms: number): Promise<number> => {
      const began = performance.now();
      let done = 0;
      while (performance.now() - began < ms && done < MOST_UPDATES) {
        sent += 1;
        const all = new Promise<void>((resolve) => {
          wake = () => {
            if (reached >= sent) resolve();
          };
        });
        await send();
        wake();
        await all;
        done += 1;
      }
      return (1000 * done) / (performance.now() - began);
    };
    await run(WARM_MS);
    return await run(RUN_MS);
  } finally {
    child.kill('SIGKILL');
  }
}

/** Through our server, or a bare `ws` server that hands the same bytes on: the floor of what the machine allows. */
async function relayed(count: number, start: () => Promise<MeasuredServer>): Promise<number> {
  const server = await start();
  try {
    const producer = await BenchProducer.connect(server, 'load');
    return await updatesPerSecond(server, 'streamviz', count, () => {
      const { time, value } = nextColumns();
      producer.send(producer.frame([{ name: 'load', time, value }]));
    });
  } finally {
    await server.stop();
  }
}

async function theirs(count: number): Promise<number> {
  const server = await startMeasured(join(import.meta.dirname, 'viewers-perspective.ts'));
  try {
    const client = await perspective.websocket(`ws://127.0.0.1:${server.port}/websocket`);
    const table = await client.open_table('load');
    return await updatesPerSecond(server, 'perspective', count, () => {
      const { buffer, byteOffset, byteLength } = writeSamplePart(nextColumns());
      return table.update(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    });
  } finally {
    await server.stop();
  }
}

const figures: Figure[] = [];
for (const count of VIEWERS) {
  const mine = await relayed(count, () => startStreamViz(['--limit', 'messagesPerSecond=off']));
  const bare = await relayed(count, () => startMeasured(join(import.meta.dirname, 'viewers-bare.ts')));
  const other = await theirs(count);
  console.log(
    `  ${count} viewers: ${mine.toFixed(0)} updates/s, Perspective ${other.toFixed(1)}, bare ws ${bare.toFixed(0)}`,
  );
  const name = `updates of ${ROWS} rows that ${count} ${count === 1 ? 'viewer gets' : 'viewers get'}`;
  figures.push(figure(name, mine, 'updates/s', mine / other, "Perspective's WebSocket server", null));
  figures.push(figure(`${name}, beside bare ws`, mine, 'updates/s', mine / bare, 'bare ws', null));
}
report(figures);
process.exit(0);
