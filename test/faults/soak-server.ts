// A server whose clock is moved by the process that started it: `{kind: "step", ms, seq}` waits for message `seq` and moves on,
// `{kind: "measure"}` collects garbage and says what the process holds, `{kind: "end"}` closes it.
import { readdirSync } from 'node:fs';
import { setImmediate as settled } from 'node:timers/promises';
import { SimulatedTime } from './simulated-time.ts';

/** What a process holds after a collection. */
export interface Held {
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly files: number;
  readonly timers: number;
  readonly sessions: number;
  readonly historyBytes: number;
}

export type SoakRequest =
  | { readonly kind: 'start'; readonly options: unknown; readonly startMs: number }
  | { readonly kind: 'step'; readonly ms: number; readonly seq: number }
  | { readonly kind: 'measure' }
  | { readonly kind: 'end' };

let time = new SimulatedTime(0);
let server: import('../../standalone/server/server.ts').RunningServer | null = null;

async function start(options: unknown, startMs: number): Promise<{ readonly port: number }> {
  time = new SimulatedTime(startMs);
  time.install();
  // Loaded now: what they keep of `Date` and the timers is the simulated one.
  const { parseOptionsObject } = await import('../../standalone/server/options.ts');
  const { startServer } = await import('../../standalone/server/server.ts');
  server = await startServer(parseOptionsObject(options), { version: '0.1.0' });
  return { port: server.port };
}

async function step(ms: number, seq: number): Promise<{ readonly nowMs: number }> {
  const { hub } = server!;
  while (seq > 0 && ![...hub.sessions.values()].some((session) => session.seq >= seq)) await settled();
  // In pieces, as a process runs: what one timer sends has left before the next one looks whether it has.
  for (let left = ms; left > 0; left -= 500) {
    time.advance(Math.min(500, left));
    await settled();
  }
  return { nowMs: time.nowMs };
}

async function measure(): Promise<Held> {
  for (let i = 0; i < 3; i += 1) {
    await settled();
    globalThis.gc?.();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed + external,
    residentBytes: rss,
    files: readdirSync('/proc/self/fd').length,
    timers: time.timers,
    sessions: server!.hub.sessions.size,
    historyBytes: server!.hub.bytes,
  };
}

async function answer(request: SoakRequest): Promise<unknown> {
  switch (request.kind) {
    case 'start':
      return start(request.options, request.startMs);
    case 'step':
      return step(request.ms, request.seq);
    case 'measure':
      return measure();
    case 'end':
      time.remove();
      await server?.close();
      return {};
  }
}

process.on('message', (request: SoakRequest) => {
  answer(request).then(
    (said) => process.send?.({ said }),
    (error: unknown) =>
      process.send?.({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
