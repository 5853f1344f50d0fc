/** Measures, in a real page, the time from a message's building in the kernel to the first task after the frame that shows it. */
import type { Page } from 'playwright-core';

export interface PaintLatency {
  readonly messages: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface Observing {
  get(
    version: string,
    session: string,
  ): Promise<{ observe(session: string, listener: (seq: number, sentUs: number) => void): () => void }> | undefined;
}

/** Observes `session` for `forMs`; the kernel and the page share this machine's clock. */
export async function measurePaintLatency(page: Page, session: string, forMs: number): Promise<PaintLatency> {
  const times = await page.evaluate(
    async ([name, duration]) => {
      const registry = (globalThis as unknown as Record<symbol, Observing | undefined>)[Symbol.for('streamviz/1')];
      const runtime = await registry?.get('0.0.0', name);
      if (!runtime) throw new Error('no runtime serves this session');
      const found: number[] = [];
      const stop = runtime.observe(name, (_seq, sentUs) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => found.push(performance.timeOrigin + performance.now() - sentUs / 1000);
          port2.postMessage(null);
        });
      });
      await new Promise((resolve) => setTimeout(resolve, duration));
      stop();
      return found;
    },
    [session, forMs] as const,
  );
  times.sort((a, b) => a - b);
  const rank = (q: number): number => times[Math.max(0, Math.ceil(q * times.length) - 1)] ?? Number.NaN;
  return { messages: times.length, p50Ms: rank(0.5), p99Ms: rank(0.99), maxMs: rank(1) };
}
