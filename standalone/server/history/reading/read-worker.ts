import type { MessagePort } from 'node:worker_threads';
import { openHistory } from '../history-file.ts';
import { historyProblem } from '../history-problem.ts';
import { ownColumns } from './own-columns.ts';
import type { ReadAnswer, ReadRequest } from './read-messages.ts';
import { SegmentReader } from './segment-reader.ts';

/** The worker that answers queries: it opens the file to read, so nobody waits for it who writes. */
export function runReadWorker(port: MessagePort, { path }: { readonly path: string }): void {
  let reader: SegmentReader | null = null;
  const answer = (request: ReadRequest): { readonly answer: ReadAnswer; readonly buffers: ArrayBuffer[] } => {
    reader ??= new SegmentReader(openHistory(path, 'read'));
    const { id } = request;
    if (request.kind === 'list')
      return { answer: { id, kind: 'list', series: reader.list(request.name) }, buffers: [] };
    const buffers: ArrayBuffer[] = [];
    const columns = request.requests.map((one) => {
      const found = reader?.read(one) ?? null;
      if (found === null) return null;
      const own = ownColumns(found);
      buffers.push(...own.buffers);
      return own.columns;
    });
    return { answer: { id, kind: 'read', columns }, buffers };
  };
  port.on('message', (request: ReadRequest) => {
    try {
      const made = answer(request);
      port.postMessage(made.answer, made.buffers);
    } catch (error) {
      const { code, message } = historyProblem(error, path);
      port.postMessage({ id: request.id, kind: 'failed', code, message } satisfies ReadAnswer);
    }
  });
}
