import { describe, expect, it } from 'vitest';
import { type CommBuffer, CommTransport, type Subscribe } from '../../src/transport/comm.ts';
import { PROTOCOL_VERSION } from '../../src/wire/header.ts';

/** A transport whose later tasks run when `run` is called. */
function setUp(options: { maxQueueBytes?: number; send?: (content: Subscribe) => void } = {}) {
  const tasks: (() => void)[] = [];
  const got: { header: unknown; buffers: readonly Uint8Array[] }[] = [];
  const paths: string[] = [];
  const clock = { ms: 0 };
  const transport = new CommTransport({
    onMessage: (header, buffers, path) => {
      if (header === 'throw') throw new Error('from the listener');
      got.push({ header, buffers });
      paths.push(path);
    },
    schedule: (task) => void tasks.push(task),
    nowMs: () => clock.ms,
    ...options,
  });
  const run = (): void => {
    for (const task of tasks.splice(0)) task();
  };
  return { transport, tasks, got, paths, clock, run };
}

describe('CommTransport', () => {
  it('delivers nothing before a later task, then everything in order, in one task', () => {
    const { transport, tasks, got, run } = setUp();
    for (let i = 0; i < 5; i++) transport.receive({ i });
    expect(got).toEqual([]);
    expect(tasks.length).toBe(1);
    run();
    expect(got.map((message) => message.header)).toEqual([0, 1, 2, 3, 4].map((i) => ({ i })));
    expect(transport.queuedBytes).toBe(0);
  });

  it('gives the same aligned bytes for every kind of buffer a host may give', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
    const odd = new Uint8Array(19);
    odd.set(bytes, 3);
    const kinds: CommBuffer[] = [
      bytes,
      bytes.buffer,
      new DataView(bytes.buffer),
      Array.from(bytes),
      odd.subarray(3),
      new DataView(odd.buffer, 3),
    ];
    const { transport, got, run } = setUp();
    transport.receive({}, kinds);
    run();
    for (const buffer of got[0]!.buffers) {
      expect(Array.from(buffer)).toEqual(Array.from(bytes));
      expect(buffer.byteOffset % 8).toBe(0);
    }
  });

  it('holds at most the allowed bytes, drops the oldest and counts them', () => {
    const { transport, got, run } = setUp({ maxQueueBytes: 8000 });
    for (let i = 0; i < 10; i++) transport.receive(i, [new Uint8Array(3000)]);
    expect(transport.queuedBytes).toBeLessThanOrEqual(8000);
    run();
    expect(got.map((message) => message.header)).toEqual([8, 9]);
    expect(transport.dropped).toBe(8);
  });

  it('a listener that throws stops no other message', () => {
    const { transport, got, run } = setUp();
    for (const header of ['a', 'throw', 'b']) transport.receive(header);
    expect(run).toThrow('from the listener');
    run();
    expect(got.map((message) => message.header)).toEqual(['a', 'b']);
  });

  it('has at most one request outstanding and repeats it after 120 s only when it was answered', () => {
    const sent: Subscribe[] = [];
    const { transport, clock, run } = setUp({ send: (content) => void sent.push(content) });
    const hear = (fields: object): void => {
      transport.receive({ session: 's', epoch: { id: 'e' }, seq: 4, ...fields });
      run();
    };
    transport.subscribe('s');
    transport.subscribe('s');
    expect(sent).toMatchObject([{ v: PROTOCOL_VERSION, kind: 'subscribe', session: 's' }]);
    clock.ms = 500_000;
    hear({});
    hear({ answered: 'of another page' });
    expect(sent.length).toBe(1);
    hear({ answered: sent[0]!.id });
    expect(sent.length).toBe(2);
    expect(sent[1]).toMatchObject({ session: 's', epoch: 'e', seq: 4 });
    expect(sent[1]!.id).not.toBe(sent[0]!.id);
    clock.ms += 119_999;
    hear({ answered: sent[1]!.id });
    expect(sent.length).toBe(2);
    clock.ms += 1;
    hear({});
    expect(sent.length).toBe(3);
  });

  it('survives a host that refuses to send, and counts it', () => {
    const { transport } = setUp({
      send: () => {
        throw new Error('comm closed');
      },
    });
    transport.subscribe('s');
    expect(transport.sendFailures).toBe(1);
  });

  describe('several paths', () => {
    const numbered = (seq: number) => ({
      ...{ v: [1, 0], kind: 'batch', session: 's', epoch: { id: 'e', startedUs: 1 }, seq, sentUs: 1 },
    });

    it('a message that waits already takes no bytes when it comes again, and is delivered once for each path', () => {
      const { transport, paths, run } = setUp();
      transport.receive(numbered(1), [new Uint8Array(1000)], 'hub');
      const bytes = transport.queuedBytes;
      transport.receive(numbered(1), [new Uint8Array(1000)], 'tap');
      expect(transport.queuedBytes).toBe(bytes);
      transport.receive(numbered(2), [], 'tap');
      run();
      transport.receive(numbered(1), [], 'late');
      run();
      expect(paths).toEqual(['hub', 'tap', 'tap', 'late']);
    });

    it('what was dropped waits no longer', () => {
      const { transport, paths, run } = setUp({ maxQueueBytes: 4100 });
      transport.receive(numbered(1), [new Uint8Array(3000)], 'hub');
      transport.receive(numbered(2), [new Uint8Array(3000)], 'hub');
      transport.receive(numbered(1), [], 'tap');
      run();
      expect(paths).toEqual(['hub', 'tap']);
    });

    it('another target may be asked although the first never answered; it is asked for everything', () => {
      const sent: Subscribe[] = [];
      const { transport, run } = setUp({ send: (content) => void sent.push(content) });
      transport.subscribe('s', 'e1');
      transport.receive(numbered(1));
      run();
      transport.subscribe('s', 'e1');
      expect(sent.length).toBe(1);
      transport.subscribe('s', 'e2');
      expect(sent.length).toBe(2);
      expect(sent[1]).not.toHaveProperty('epoch');
    });
  });

  it('flush delivers at once what waits, and the later task finds nothing', () => {
    const { transport, got, run } = setUp();
    for (const header of ['a', 'b']) transport.receive(header);
    transport.flush();
    expect(got.map((message) => message.header)).toEqual(['a', 'b']);
    run();
    expect(got.length).toBe(2);
  });

  it('a request that could not be sent is not outstanding', () => {
    let works = false;
    const sent: Subscribe[] = [];
    const { transport } = setUp({
      send: (content) => {
        if (!works) throw new Error('comm closed');
        sent.push(content);
      },
    });
    transport.subscribe('s');
    works = true;
    transport.subscribe('s');
    expect([sent.length, transport.sendFailures]).toEqual([1, 1]);
  });

  it('delivers nothing after dispose; twice is harmless', () => {
    const { transport, got, run } = setUp();
    transport.receive('a');
    transport.dispose();
    transport.dispose();
    transport.receive('b');
    run();
    expect(got).toEqual([]);
  });

  it('drains by itself with the default schedule', async () => {
    const header = await new Promise((resolve) => {
      new CommTransport({ onMessage: resolve }).receive('a');
    });
    expect(header).toBe('a');
  });
});
