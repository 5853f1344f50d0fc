// How a server closes: its order, who is answered last, and that nobody holds it up.
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { shutDown } from '../../../standalone/server/life/shutdown.ts';
import { ServerLog } from '../../../standalone/server/log/log.ts';
import { ask, openServer, TOKEN } from '../http/asking.ts';

it('each step begins when the one before is done, has failed or has taken too long; only then the end is not clean', async () => {
  const order: string[] = [];
  const lines: string[] = [];
  const log = new ServerLog({ level: 'warn', format: 'text', put: (line) => void lines.push(line) });
  const step = (name: string, run: () => Promise<void> | void, mostMs = 10_000) => ({ name, mostMs, run });
  const slow = step('slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push('slow');
  });
  const next = step('next', () => void order.push('next'));
  expect([await shutDown([slow, next], log), order, lines]).toEqual([true, ['slow', 'next'], []]);
  const broken = step('broken', () => Promise.reject(new Error('no')));
  const thrown = step('thrown', () => {
    throw new Error('never');
  });
  const stuck = step('stuck', () => new Promise(() => undefined), 20);
  expect(await shutDown([broken, thrown, stuck, next], log)).toBe(false);
  expect([order, lines.map((line) => line.split(' ').slice(2, 4).join(' ').trim())]).toEqual([
    ['slow', 'next', 'next'],
    ['shutdown.failed step=broken', 'shutdown.failed step=thrown', 'shutdown.late step=stuck'],
  ]);
  expect(await shutDown([], log)).toBe(true);
});

it('a request that runs is answered, and its connection closed; others are not taken; readiness says why', async () => {
  const { server } = await openServer();
  const row = '{"metric":"a","value":1}';
  const socket = connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (piece) => {
    text += String(piece);
  });
  const over = new Promise((resolve) => socket.once('close', resolve));
  const head = `POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;
  socket.write(`${head}Content-Type: application/x-ndjson\r\nContent-Length: ${row.length}\r\n\r\n`);
  await expect.poll(() => server.hub.sessions.size + server.readiness.reasons.length).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const began = performance.now();
  const closed = server.close();
  expect([server.readiness.isReady, server.readiness.reasons.map(({ code }) => code)]).toEqual([false, ['CLOSING']]);
  await expect(ask(server, '/api/health/live')).rejects.toThrow('ECONNREFUSED');
  socket.write(row);
  await over;
  expect(text).toContain('"accepted":1');
  expect(await closed).toBe(true);
  // Not only once the last connections are cut.
  expect(performance.now() - began).toBeLessThan(1400);
  expect(await server.close()).toBe(true);
});

it('who asks on and on over one connection is told to close it', async () => {
  const { server } = await openServer();
  const socket = connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (piece) => {
    text += String(piece);
  });
  const request = 'GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n';
  socket.write(request);
  await expect.poll(() => text).toContain('{"status":"ok"}');
  expect(text).toContain('Connection: keep-alive');
  const held = server.readiness.block('CLOSING', 'as if it did');
  text = '';
  socket.write(request);
  await expect.poll(() => text).toContain('{"status":"ok"}');
  expect(text).toContain('Connection: close');
  held();
});
