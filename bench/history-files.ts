// History files for the benchmark: written by the product's own segment writer, without a server.

import { decodeFrame } from '../src/wire/frame.ts';
import { decodeMessage } from '../src/wire/message.ts';
import { inTransaction, openHistory } from '../standalone/server/history/history-file.ts';
import { SegmentWriter } from '../standalone/server/history/segments/segment-writer.ts';
import { MessageMaker, type Run } from './standalone-producer.ts';

export const END_US = 1_790_000_000_000_000;

/** Measurements with two decimals on a slow wave, at times that jitter by some microseconds. */
export function measured(name: string, fromUs: number, count: number, stepUs: number, seed = 1): Run {
  const time = new Float64Array(count);
  const value = new Float64Array(count);
  let state = seed;
  for (let i = 0; i < count; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    time[i] = fromUs + i * stepUs + (state % 97);
    value[i] = Math.round(100 * (50 + 40 * Math.sin(i / 5000) + (state >>> 20) / 1000)) / 100;
  }
  return { name, time, value };
}

/**
 * Writes `names` x `perSecond` samples over a time up to {@link END_US} into segments of a new file, a minute of messages
 * at a time. Returns how many samples that were, and how long it took, ms.
 */
export function writePast(
  path: string,
  past: { readonly names: readonly string[]; readonly perSecond: number; readonly seconds: number },
) {
  const { names, perSecond, seconds } = past;
  const db = openHistory(path, 'write');
  const writer = new SegmentWriter(db);
  const maker = new MessageMaker('bench');
  const slice = Math.max(60, Math.floor(400_000 / (perSecond * names.length) / 60) * 60);
  let samples = 0;
  let ms = 0;
  for (let at = 0; at < seconds; at += slice) {
    const count = Math.min(slice, seconds - at) * perSecond;
    const fromUs = END_US - (seconds - at) * 1e6;
    const runs = names.map((name, i) => measured(name, fromUs, count, 1e6 / perSecond, at * 31 + i + 1));
    const { header, buffers } = decodeFrame(maker.frame(runs));
    const message = decodeMessage(header, buffers);
    samples += count * names.length;
    const began = performance.now();
    inTransaction(db, () => {
      writer.add('bench', message);
      while (writer.flush()) {}
    });
    ms += performance.now() - began;
  }
  db.exec('pragma wal_checkpoint(truncate)');
  db.close();
  return { samples, ms };
}
