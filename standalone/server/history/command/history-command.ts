import { closeSync, openSync, writeSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { isStreamVizError, StreamVizError } from '../../../../src/core/errors.ts';
import { openHistory } from '../history-file.ts';
import { SegmentReader } from '../reading/segment-reader.ts';
import { HISTORY_HELP, type HistoryCall, historyCall } from './call.ts';
import { exportWriter } from './export-forms.ts';
import { exportRows } from './export-rows.ts';
import { listedSeries } from './listed-series.ts';
import { verifyHistory } from './verify.ts';

/** Where the command writes. */
export interface CommandStreams {
  out(bytes: Uint8Array): void;
  error(line: string): void;
}

const toProcess: CommandStreams = {
  out: (bytes) => writeAll(1, bytes),
  error: (line) => void process.stderr.write(`${line}\n`),
};

/**
 * Runs `streamviz history FILE [list|export|verify]`. The file is only read, also while a server writes it.
 *
 * @param words The words after `history`.
 * @returns Exit code: 0, 1 where the file cannot be read or is damaged, 2 for a wrong call.
 */
export function historyCommand(words: readonly string[], streams = toProcess, nowUs = Date.now() * 1000): 0 | 1 | 2 {
  if (words.includes('--help') || words.includes('-h')) {
    streams.out(new TextEncoder().encode(HISTORY_HELP));
    return 0;
  }
  let db: DatabaseSync | null = null;
  try {
    const call = historyCall(words, nowUs);
    db = openHistory(call.path, 'read');
    if (call.task === 'verify') return verify(db, streams);
    if (call.task === 'export') exportTo(db, call, streams);
    else list(db, call, streams);
    return 0;
  } catch (error) {
    if (isPipeEnd(error)) return 0;
    if (!isStreamVizError(error)) throw error;
    streams.error(`StreamViz: ${error.message}`);
    return error.code === 'OPTION_INVALID' ? 2 : 1;
  } finally {
    db?.close();
  }
}

function verify(db: DatabaseSync, streams: CommandStreams): 0 | 1 {
  const { segments, samples, messages, problems, problemsTotal } = verifyHistory(db);
  for (const problem of problems) streams.error(problem);
  const counts = `${count(segments)} segments with ${count(samples)} samples, ${count(messages)} messages`;
  const verdict = problemsTotal === 0 ? 'everything is as it was written' : `${count(problemsTotal)} problems`;
  streams.out(new TextEncoder().encode(`${counts}: ${verdict}\n`));
  return problemsTotal === 0 ? 0 : 1;
}

function exportTo(db: DatabaseSync, call: HistoryCall, streams: CommandStreams): void {
  const writer = exportWriter(call.form === 'text' ? 'csv' : call.form);
  const file = call.output === null ? null : newFile(call.output);
  const put = (bytes: Uint8Array) => {
    if (file === null) streams.out(bytes);
    else writeAll(file, bytes);
  };
  let rows = 0;
  try {
    put(writer.begin());
    const reader = new SegmentReader(db);
    for (const some of exportRows(db, reader, call)) {
      rows += some.length;
      put(writer.rows(some));
    }
    put(writer.end());
    if (reader.damaged > 0)
      streams.error(`StreamViz: ${reader.damaged} segments are damaged and were left out; see verify`);
  } finally {
    if (file !== null) closeSync(file);
  }
  if (call.output !== null) streams.error(`${count(rows)} rows in ${call.output}`);
}

function list(db: DatabaseSync, call: HistoryCall, streams: CommandStreams): void {
  const found = listedSeries(db, new SegmentReader(db), call);
  const put = (text: string) => streams.out(new TextEncoder().encode(text));
  if (call.form === 'json') {
    put(found.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return;
  }
  const lines = found.map(({ session, metric, labels, samples, from, to, bytes }) => {
    const label = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    return `${session}  ${metric}${label === '' ? '' : `{${label}}`}  ${count(samples)} samples  ${from ?? '-'} to ${to ?? '-'}  ${count(bytes)} bytes`;
  });
  const messages = Number(db.prepare('select count(*) as n from log').get()!.n);
  put(`${[...lines, `${count(found.length)} series; ${count(messages)} messages are in the log still`].join('\n')}\n`);
}

const count = (n: number): string => n.toLocaleString('en');

/** A file that was not there. @throws StreamVizError `OPTION_INVALID` */
function newFile(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    const words = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'there is such a file already' : String(error);
    throw new StreamVizError('OPTION_INVALID', `--output ${path}: ${words}`);
  }
}

/** All of it, however little a pipe takes at once. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(file, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Whether nobody reads any more: `| head` has what it wanted. */
const isPipeEnd = (error: unknown): boolean => (error as NodeJS.ErrnoException | null)?.code === 'EPIPE';
