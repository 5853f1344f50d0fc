import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { until } from '../standalone-e2e/harness/until.ts';
import { BadNetwork, type Worry } from './bad-network.ts';
import { SeededRandom } from './seeded-random.ts';

const COUNT = 200;

/** What of `COUNT` numbered messages arrives, in which order, through a network with a worry, and which texts. */
async function arrived(
  worry: Worry | null,
): Promise<readonly [numbers: readonly number[], texts: number, net: BadNetwork]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  await once(server, 'listening');
  const net = await BadNetwork.open(() => (server.address() as AddressInfo).port);
  onTestFinished(() => net.close());
  const numbers: number[] = [];
  let texts = 0;
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) numbers.push(data.readUInt32LE(0));
      else texts += 1;
    });
  });
  if (worry !== null) net.worry(worry, 0.2, new SeededRandom(3));
  const client = new WebSocket(`ws://127.0.0.1:${net.port}`);
  client.on('error', () => undefined);
  await once(client, 'open');
  for (let i = 0; i < COUNT; i += 1) {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32LE(i, 0);
    client.send(bytes);
  }
  client.send('last');
  await until('the end', () => texts === 1 || client.readyState !== WebSocket.OPEN);
  return [numbers, texts, net];
}

const ALL = Array.from({ length: COUNT }, (_, i) => i);

test('without a worry every message arrives once, in order', async () => {
  expect((await arrived(null)).slice(0, 2)).toEqual([ALL, 1]);
});

test('messages are lost, doubled or overtaken, others pass, and it is counted', async () => {
  const [kept, , losing] = await arrived('lose');
  expect(losing.lost).toBeGreaterThan(20);
  expect(kept).toHaveLength(COUNT - losing.lost);
  expect(kept).toEqual([...kept].sort((a, b) => a - b));

  const [twice, , doubling] = await arrived('double');
  expect(doubling.doubled).toBeGreaterThan(20);
  expect(twice).toHaveLength(COUNT + doubling.doubled);
  expect([...new Set(twice)]).toEqual(ALL);

  const [mixed, , mixing] = await arrived('overtake');
  expect(mixing.overtaken).toBeGreaterThan(20);
  expect(mixed).not.toEqual(ALL);
  // One that waits for the next may wait for ever where nothing comes.
  expect(mixed.length).toBeGreaterThanOrEqual(COUNT - 1);
  expect([...mixed].sort((a, b) => a - b)).toEqual(ALL.slice(0, mixed.length));
});
