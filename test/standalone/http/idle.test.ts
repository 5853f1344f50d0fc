// A connection over which nobody asks anything more is closed; one that is in use is not.
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openServer, TOKEN } from './asking.ts';

/** A connection that stays open for further requests. */
class Kept {
  readonly #socket: Socket;
  /** How long after the last answer the server closed it, ms; null: it is open. */
  idleMs: number | null = null;
  text = '';
  #heardMs = Number.NaN;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    onTestFinished(() => void this.#socket.destroy());
    this.#socket.on('data', (piece) => {
      this.text += String(piece);
      this.#heardMs = performance.now();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.idleMs = performance.now() - this.#heardMs;
    });
  }

  get answers(): number {
    return this.text.split('HTTP/1.1 200').length - 1;
  }

  say(path: string): void {
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
  }

  /** Asks, and waits for the answer. */
  async ask(): Promise<void> {
    const before = this.answers;
    this.say('/api/health');
    await expect.poll(() => this.answers).toBe(before + 1);
  }
}

it('an idle connection is closed after idleMs; one that asks again and a stream that is read stay open', async () => {
  const { server } = await openServer({ limit: { idleMs: 1000 } });
  const stream = new Kept(server.port);
  stream.say('/api/stream');
  await expect.poll(() => stream.answers).toBe(1);
  const idle = new Kept(server.port);
  const busy = new Kept(server.port);
  await idle.ask();
  await busy.ask();
  // Programs are told, so that they do not ask over a connection that is about to close.
  expect(idle.text).toMatch(/^Keep-Alive: timeout=1\r$/im);
  while (idle.idleMs === null) {
    await busy.ask();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // Not before its time, and not only when something else ends it. Node gives what is under way another second.
  expect(idle.idleMs).toBeGreaterThan(950);
  expect(idle.idleMs).toBeLessThan(10_000);
  expect([idle.answers, busy.idleMs, stream.idleMs]).toEqual([1, null, null]);
  expect(busy.answers).toBeGreaterThan(3);
  await expect.poll(() => busy.idleMs).not.toBeNull();
  expect(stream.idleMs).toBeNull();
});

it('switched off, an idle connection stays', async () => {
  const { server } = await openServer({ limit: { idleMs: 'off' } });
  const other = await openServer({ limit: { idleMs: 50 } });
  const kept = new Kept(server.port);
  await kept.ask();
  const closed = new Kept(other.server.port);
  await closed.ask();
  await expect.poll(() => closed.idleMs).not.toBeNull();
  expect([kept.idleMs, kept.text]).toEqual([null, expect.not.stringMatching(/keep-alive: timeout/i)]);
  await kept.ask();
  expect(kept.idleMs).toBeNull();
});
