// A child of bench/viewers-updates.ts: viewers that say when all of them have an update.
import perspective from '@perspective-dev/client';
import { WebSocket } from 'ws';

export interface ClientsTask {
  readonly to: 'streamviz' | 'perspective';
  readonly port: number;
  readonly token: string;
  readonly count: number;
}

const SUBSCRIBE = JSON.stringify({ v: [1, 0], kind: 'subscribe', id: '1', resume: {}, width: 2048, rangeUs: 1e6 });
const updates: number[] = [];
let told = 0;

function got(viewer: number): void {
  updates[viewer]! += 1;
  const least = updates.reduce((a, b) => Math.min(a, b));
  if (least > told) {
    told = least;
    process.send?.(told);
  }
}

function openStreamViz(viewer: number, { port, token }: ClientsTask): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  socket.on('open', () => socket.send(SUBSCRIBE));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (_data, isBinary) => (isBinary ? got(viewer) : resolve()));
  });
}

async function openPerspective(viewer: number, { port }: ClientsTask): Promise<void> {
  const client = await perspective.websocket(`ws://127.0.0.1:${port}/websocket`);
  const table = await client.open_table('load');
  const view = await table.view();
  await view.on_update(() => got(viewer), { mode: 'row' });
}

process.on('message', async (task: ClientsTask) => {
  for (let viewer = 0; viewer < task.count; viewer += 1) updates.push(0);
  for (let viewer = 0; viewer < task.count; viewer += 1) {
    await (task.to === 'streamviz' ? openStreamViz(viewer, task) : openPerspective(viewer, task));
  }
  process.send?.('open');
});
