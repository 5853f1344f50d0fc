import type { OutputSpec, Runtime, Tap } from '../../src/registry.ts';
import { runtime } from '../../src/runtime.ts';
import { writeMessage } from '../../src/wire/message-writer.ts';
import { messageOf, sampleColumns } from '../session/message-builder.ts';

export interface Wish {
  readonly seq: number;
  readonly epoch?: string;
  readonly startedUs?: number;
  /** Version that the document names; absent: no document in this message. */
  readonly version?: string;
}

const KEY = '["cpu",[]]';
const WIDGETS = [
  { id: 'metric:cpu', kind: 'metric', name: 'cpu', options: { title: 'CPU' } },
  { id: 'gauge:cpu', kind: 'gauge', name: 'cpu', options: { title: 'Now', min: 0, max: 100 } },
];
const lives = new Map<string, AbortController>();
const nowUs = Date.now() * 1000;

const bench = {
  runtime: runtime as Runtime,
  taps: new Map<string, Tap>(),
  asked: [] as unknown[],
  open(path: string): void {
    bench.taps.set(path, runtime.openTap({ path, send: (_session, content) => bench.asked.push(content) }));
  },
  /** One sample of value `seq`, by a tap. */
  send(path: string, { seq, epoch = 'a', startedUs = 1, version }: Wish): void {
    const document = {
      revision: 1,
      version,
      widgets: WIDGETS,
      views: [{ id: 'v1', cell: 'c', widgets: WIDGETS.map(({ id }) => id) }],
    };
    const { header, buffers } = writeMessage(
      messageOf({
        ...{ session: 's', epoch: { id: epoch, startedUs }, seq, sentUs: nowUs + seq * 1e5, samplesTotal: seq },
        ...{ documentRevision: 1, document: version === undefined ? null : document },
        series: [
          {
            key: KEY,
            gen: 0,
            n: seq,
            before: seq === 1 ? null : nowUs + (seq - 1) * 1e5,
            tiers: [1e6, 1e7],
            axis: 'time',
            since: null,
          },
        ],
        samples: sampleColumns([{ series: 0, time: nowUs + seq * 1e5, value: seq }]),
      }),
    );
    bench.taps.get(path)!.receive(header, buffers);
  },
  mount(id: string, spec: Partial<OutputSpec> = {}): void {
    const box = document.createElement('div');
    box.id = id;
    box.style.width = '700px';
    document.body.append(box);
    const life = new AbortController();
    lives.set(id, life);
    runtime.mountOutput({ session: 's', epoch: 'a', view: 'v1', version: '0.1.0', ...spec }, box, life.signal);
  },
  unmount(id: string): void {
    lives.get(id)!.abort();
  },
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
