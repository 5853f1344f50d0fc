import { describe, expect, test } from '@jest/globals';
import { KernelFeed } from '../src/kernel-feed.ts';
import { FakeContext, FakeKernel, settle } from './fake-kernel.ts';
import { FakeRuntime } from './fake-runtime.ts';

const SESSION = 'kernel-k1';

async function setUp(options: { status?: string; kernel?: FakeKernel | null } = {}) {
  const runtime = new FakeRuntime('0.1.0');
  const kernel = options.kernel === undefined ? new FakeKernel('k1', options.status) : options.kernel;
  const context = new FakeContext(kernel);
  const clock = { ms: 1000 };
  const feed = new KernelFeed({ context, runtime: Promise.resolve(runtime.asRuntime()), nowMs: () => clock.ms });
  const told: string[] = [];
  feed.subscribe(() => told.push(`${feed.session} ${feed.kernel}`));
  await settle();
  return { runtime, kernel: kernel as FakeKernel, context, feed, clock, told };
}

const seqs = (runtime: FakeRuntime) => runtime.received.map(({ content }) => (content as { seq: number }).seq);

describe('messages', () => {
  test('every message of ours goes to the runtime, in order, also what came before it was loaded', async () => {
    const runtime = new FakeRuntime('0.1.0');
    let resolve: (loaded: ReturnType<FakeRuntime['asRuntime']>) => void = () => {};
    const loading = new Promise<ReturnType<FakeRuntime['asRuntime']>>((take) => {
      resolve = take;
    });
    const context = new FakeContext(new FakeKernel('k1', 'unknown'));
    const feed = new KernelFeed({ context, runtime: loading });
    for (const seq of [7, 8]) context.hear(SESSION, 'a', seq);
    expect([feed.session, feed.runtime]).toEqual([SESSION, null]);
    resolve(runtime.asRuntime());
    await settle();
    context.hear(SESSION, 'a', 9);
    expect(seqs(runtime)).toEqual([7, 8, 9]);
    expect(feed.runtime?.version).toBe('0.1.0');
  });

  test('nothing else on the channel is touched', async () => {
    const { context, runtime, feed } = await setUp({ status: 'busy' });
    const others: unknown[] = [
      null,
      { comm_id: 'c', data: { method: 'update', state: {} } },
      { comm_id: 'c', data: { method: 'custom', content: { v: [1, 0], kind: 'batch' } } },
      { comm_id: 'c', data: { method: 'custom', content: { kind: 'batch', session: 's' } } },
      { comm_id: 'c', data: { method: 'custom', content: 'text' } },
    ];
    for (const content of others) context.iopubMessage.emit({ header: { msg_type: 'comm_msg' }, content });
    const own = { comm_id: 'c', data: { method: 'custom', content: { v: [1, 0], kind: 'batch', session: SESSION } } };
    context.iopubMessage.emit({ header: { msg_type: 'stream' }, content: own });
    expect([runtime.received, feed.session]).toEqual([[], null]);
  });

  test('listeners hear of the session once, not of its data', async () => {
    const { context, told } = await setUp({ status: 'busy' });
    for (const seq of [1, 2, 3]) context.hear(SESSION, 'a', seq);
    expect(told).toEqual([`${SESSION} busy`]);
  });

  test('a listener that throws stops neither the others nor the data', async () => {
    const { context, feed, runtime } = await setUp({ status: 'busy' });
    const reported: unknown[] = [];
    globalThis.reportError = (error: unknown) => void reported.push(error);
    let heard = 0;
    feed.subscribe(() => {
      throw new Error('broken');
    });
    feed.subscribe(() => {
      heard += 1;
    });
    context.hear(SESSION, 'a', 1);
    expect([heard, runtime.received.length, reported.length]).toEqual([1, 1, 1]);
  });
});

describe('an idle kernel', () => {
  test('is asked once, through the hub among its comms, with a plain shell message', async () => {
    const { kernel, context, runtime } = await setUp();
    context.status('busy', 'idle', 'busy', 'idle');
    expect(kernel.questions.length).toBe(1);
    kernel.questions[0]?.answer({ status: 'ok', comms: { other: {}, 'streamviz-hub-e1': {}, 'streamviz-hub-e2': {} } });
    await settle();
    expect(runtime.asked).toEqual([{ path: runtime.taps[0]?.path, session: SESSION, epoch: 'e2' }]);
    runtime.taps[0]?.send?.(SESSION, { kind: 'subscribe' });
    expect(kernel.sent).toMatchObject([
      {
        header: { msg_type: 'comm_msg', session: 'client', username: 'me' },
        content: { comm_id: 'streamviz-hub-e2', data: { method: 'custom', content: { kind: 'subscribe' } } },
        channel: 'shell',
      },
    ]);
  });

  test.each([
    ['no hub among its comms', { comms: { other: {} } }],
    ['no comms', { status: 'error' }],
    ['nothing that can be read', null],
  ])('with %s is asked nothing more', async (_what, content) => {
    const { kernel, context, runtime } = await setUp();
    kernel.questions[0]?.answer(content);
    await settle();
    context.status('busy', 'idle');
    expect([runtime.asked, kernel.questions.length]).toEqual([[], 1]);
  });

  test('whose data are complete in the page already is not asked for them', async () => {
    const { kernel, runtime } = await setUp();
    runtime.know(SESSION, { complete: true });
    kernel.questions[0]?.answer({ comms: { 'streamviz-hub-a': {} } });
    await settle();
    expect(runtime.asked).toEqual([]);
  });

  test('a kernel that is busy when the page opens is asked when it is idle', async () => {
    const { kernel, context } = await setUp({ status: 'unknown' });
    expect(kernel.questions.length).toBe(0);
    context.status('busy', 'idle');
    expect(kernel.questions.length).toBe(1);
  });

  test('a question that a restart cancelled is asked again', async () => {
    const { kernel, context } = await setUp();
    kernel.questions[0]?.fail(new Error('Canceled future'));
    await settle();
    context.status('busy', 'idle');
    expect(kernel.questions.length).toBe(2);
  });

  test('before any hub is known a request throws, so that another way is taken', async () => {
    const { runtime } = await setUp();
    expect(() => runtime.taps[0]?.send?.(SESSION, {})).toThrow(/no hub/);
  });

  test('after the connection was lost the kernel hears that somebody listens', async () => {
    const { context, runtime } = await setUp();
    context.hear(SESSION, 'a', 1);
    context.connectionStatusChanged.emit('connected');
    expect(runtime.asked).toEqual([]);
    for (const status of ['connecting', 'connected']) context.connectionStatusChanged.emit(status);
    expect(runtime.asked).toMatchObject([{ session: SESSION, epoch: 'a' }]);
  });
});

describe('a kernel that goes', () => {
  test.each([
    ['a restart', ['restarting', 'restarting', 'unknown', 'starting', 'busy', 'idle'], 5000],
    ['a death that the server mends', ['restarting', 'autorestarting', 'starting', 'idle'], 5000],
    ['a restart by another window', ['starting', 'idle'], 5000],
    ['a death', ['dead'], null],
    ['a shutdown', ['terminating'], null],
  ])('%s is said at once and once, until the next epoch declares something', async (_what, states, restartedAt) => {
    const { context, feed, runtime, clock } = await setUp({ status: 'busy' });
    context.hear(SESSION, 'a', 1);
    clock.ms = 5000;
    context.status(...states);
    expect([runtime.gone, feed.restartedAt, feed.session]).toEqual([[SESSION], restartedAt, SESSION]);
    clock.ms = 9000;
    context.status('busy');
    expect(feed.restartedAt).toBe(restartedAt);
    context.hear(SESSION, 'b', 1);
    expect([feed.restartedAt, runtime.received.length]).toEqual([null, 2]);
  });

  test('what the process sent last comes to nothing, whenever it comes within 10 s; one that goes on was not gone', async () => {
    const { context, runtime, feed, clock } = await setUp({ status: 'busy' });
    context.hear(SESSION, 'a', 1);
    context.status('restarting');
    clock.ms += 9_999;
    context.hear(SESSION, 'a', 2);
    expect([seqs(runtime), feed.restartedAt]).toEqual([[1], 1000]);
    clock.ms += 1;
    context.hear(SESSION, 'a', 3);
    expect([seqs(runtime), feed.restartedAt]).toEqual([[1, 3], null]);
  });

  test('a death and then a restart are told with the time of the restart', async () => {
    const { context, feed, clock } = await setUp({ status: 'busy' });
    context.hear(SESSION, 'a', 1);
    context.status('dead');
    expect([feed.kernel, feed.restartedAt]).toEqual(['dead', null]);
    clock.ms = 8000;
    context.status('restarting', 'starting');
    expect([feed.kernel, feed.restartedAt]).toEqual(['starting', 8000]);
  });

  test('a restart of a kernel that never spoke to us says nothing', async () => {
    const { context, feed, runtime } = await setUp();
    context.status('restarting', 'starting', 'idle');
    expect([feed.restartedAt, feed.session, runtime.gone]).toEqual([null, null, []]);
  });

  test('kernelChanged with the same kernel, as a restart has it, keeps session and words', async () => {
    const { context, feed, kernel } = await setUp();
    context.hear(SESSION, 'a', 1);
    context.status('restarting');
    context.change(kernel);
    expect([feed.session, feed.restartedAt]).toEqual([SESSION, 1000]);
  });

  test('another kernel begins anew: its own session, asked for its own data', async () => {
    const { context, feed, runtime } = await setUp();
    context.hear(SESSION, 'a', 1);
    const other = new FakeKernel('k2');
    context.change(other);
    await settle();
    expect([feed.session, feed.restartedAt, runtime.gone, other.questions.length]).toEqual([null, null, [SESSION], 1]);
    expect(runtime.openTaps).toBe(1);
    context.hear('kernel-k2', 'b', 1);
    expect([feed.session, feed.has(SESSION), feed.has('kernel-k2'), feed.has('kernel-k3')]).toEqual([
      'kernel-k2',
      true,
      true,
      false,
    ]);
  });

  test('without a kernel the last session stays', async () => {
    const { context, feed } = await setUp();
    context.hear(SESSION, 'a', 1);
    context.change(null);
    expect([feed.kernel, feed.session]).toEqual(['none', SESSION]);
  });
});

describe('sharing', () => {
  test('a session that a widget brought is known without a message of its own', async () => {
    const { feed, runtime } = await setUp({ status: 'busy' });
    expect(feed.session).toBeNull();
    runtime.know(SESSION);
    expect([feed.session, feed.has(SESSION)]).toEqual([SESSION, true]);
  });

  test('two notebooks of one kernel tap it each by a way of its own', async () => {
    const { runtime, kernel } = await setUp();
    new KernelFeed({ context: new FakeContext(kernel), runtime: Promise.resolve(runtime.asRuntime()) });
    await settle();
    expect(new Set(runtime.taps.map(({ path }) => path)).size).toBe(2);
  });

  test('a notebook that is closed frees everything, twice is harmless', async () => {
    const { context, feed, runtime } = await setUp();
    context.hear(SESSION, 'a', 1);
    context.disposed.emit();
    feed.dispose();
    expect([context.listeners, runtime.openTaps, runtime.watchers]).toEqual([0, 0, 0]);
    context.hear(SESSION, 'a', 2);
    expect(seqs(runtime)).toEqual([1]);
  });
});

test('a mismatch is in the source of the panel; other problems are the session’s own', async () => {
  const { context, feed, runtime, told } = await setUp({ status: 'busy' });
  context.hear(SESSION, 'a', 1);
  const before = told.length;
  runtime.know(SESSION, { problem: { code: 'VERSION_NEWER', message: 'newer' } });
  expect(feed.source('x.ipynb')).toEqual({
    ...{ kind: 'kernel', name: 'x.ipynb', session: SESSION, kernel: 'busy', restartedAt: null },
    notice: { code: 'VERSION_NEWER', message: 'newer' },
  });
  expect(told.length).toBe(before + 1);
  runtime.know(SESSION, { problem: { code: 'TIME_REFUSED', message: 'in ms?' } });
  expect(feed.notice).toBeNull();
});

test('drawing code that cannot be loaded is told to whoever listens', async () => {
  const context = new FakeContext(new FakeKernel('k1', 'busy'));
  const feed = new KernelFeed({ context, runtime: Promise.reject(new Error('404')) });
  const told: boolean[] = [];
  feed.subscribe(() => told.push(feed.isBroken));
  await settle();
  expect([feed.isBroken, told]).toEqual([true, [true]]);
});
