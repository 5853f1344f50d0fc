// The page's script as bench/standalone-drawn.ts serves it: the viewer's own, and what is needed to time it.
import { ViewerPage } from '../standalone/viewer/viewer-page.ts';

export interface Watched {
  /** From the producer's building of a message to the first task after the frame that shows it, ms. */
  readonly delaysMs: readonly number[];
  /** From a timer to the first task after the next frame, ms: what no message can be faster than on this machine. */
  readonly frameDelaysMs: readonly number[];
  readonly framesPerSecond: number;
  readonly longTasksMs: readonly number[];
  readonly seconds: number;
}

const url = new URL('ws', location.href);
url.protocol = 'ws:';
url.search = '';
const page = new ViewerPage(document.body, { url: url.href, explain: async () => null, version: 'bench' });

const PROBE_MS = 37;

let longTasks: number[] = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) longTasks.push(entry.duration);
}).observe({ type: 'longtask' });

const wallMs = (): number => performance.timeOrigin + performance.now();

/** Calls `run` in the first task after the next frame. */
function afterFrame(run: () => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = run;
    port2.postMessage(null);
  });
}

const bench = {
  sessions: (): readonly string[] => page.live.list.all.map(({ session }) => session),
  inspect: (session: string) => page.live.sessions.inspect(session),
  /** Canvases that show something. */
  painted: (): number =>
    [...document.querySelectorAll('canvas')].filter(({ width, height }) => width * height > 1).length,
  /** Watches a session for `ms`. */
  async watch(session: string, ms: number): Promise<Watched> {
    const delaysMs: number[] = [];
    const frameDelaysMs: number[] = [];
    longTasks = [];
    let frames = 0;
    let over = false;
    const onFrame = (): void => {
      frames += 1;
      if (!over) requestAnimationFrame(onFrame);
    };
    const began = performance.now();
    requestAnimationFrame(onFrame);
    const stop = page.live.sessions.observe(session, (_seq, sentUs) => {
      afterFrame(() => delaysMs.push(wallMs() - sentUs / 1000));
    });
    const probe = setInterval(() => {
      const atMs = wallMs();
      afterFrame(() => frameDelaysMs.push(wallMs() - atMs));
    }, PROBE_MS);
    await new Promise((resolve) => setTimeout(resolve, ms));
    over = true;
    clearInterval(probe);
    stop();
    const seconds = (performance.now() - began) / 1000;
    return { delaysMs, frameDelaysMs, framesPerSecond: frames / seconds, longTasksMs: longTasks, seconds };
  },
  /** Resolves with the wall clock after the frame that shows the first message of any session, ms. */
  firstPaint(): Promise<number> {
    return new Promise((resolve) => {
      const look = (): void => {
        const shown = bench.sessions().some((session) => (bench.inspect(session)?.series.length ?? 0) > 0);
        if (shown && bench.painted() > 0) afterFrame(() => resolve(wallMs()));
        else requestAnimationFrame(look);
      };
      look();
    });
  },
};

export type ViewerBench = typeof bench;
declare global {
  var viewerBench: ViewerBench;
}
globalThis.viewerBench = bench;
