import { createReadStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { createWindows } from '../core/windows/create-windows.ts';
import { KeyedWindows } from './keyed-windows.ts';
import { LineSplitter } from './line-splitter.ts';
import { LineWriter } from './line-writer.ts';
import { resultLine } from './result-line.ts';
import { createRow, readRow } from './row.ts';
import { readWindowsCall, WINDOWS_HELP, type WindowsCall } from './windows-call.ts';
import { InputError } from './wrong-call.ts';

/** The three streams of a command, so that it can be run without a process. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/**
 * `streamviz windows`: samples in, results out, in memory bounded by `--max-keys`.
 *
 * Input is read only as fast as output is taken; what a piece of input completed is written before the next is read.
 *
 * @throws WrongCall, InputError
 */
export async function windows(words: readonly string[], streams: Streams): Promise<void> {
  const call = readWindowsCall(words);
  const writer = new LineWriter(streams.stdout);
  if (call.help) writer.line(WINDOWS_HELP);
  else await compute(call, streams, writer);
  await writer.finish();
}

async function compute(call: WindowsCall, streams: Streams, writer: LineWriter): Promise<void> {
  const { aggregations } = call.options;
  let resultCount = 0;
  const keyed = new KeyedWindows({
    windows: call.options,
    sharedWatermark: call.sharedWatermark,
    provisional: call.provisional,
    maxKeys: call.maxKeys,
    createOperator: createWindows,
    consume(key, results) {
      resultCount += results.length;
      for (let row = 0; row < results.length; row += 1) writer.line(resultLine(key, results, row, aggregations));
    },
  });
  const reader = new RowReader(keyed, streams.stderr);
  const input = call.file === null ? streams.stdin : createReadStream(call.file, { highWaterMark: 256 * 1024 });
  try {
    for await (const piece of input) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : (piece as Uint8Array);
      for (const line of reader.split(bytes)) {
        reader.take(line);
        if (writer.full) await writer.flush();
      }
      await writer.flush();
      if (writer.closed) return;
    }
  } catch (error) {
    if (isReadError(error)) throw new InputError(`cannot read ${call.file ?? 'standard input'}: ${error.message}`);
    throw error;
  } finally {
    input.destroy();
  }
  reader.finish();
  if (keyed.closedEarly > 0) {
    streams.stderr.write(
      `streamviz: more than ${call.maxKeys} keys at once: ${keyed.closedEarly} were closed early; --max-keys raises the limit\n`,
    );
  }
  keyed.close();
  writer.line(JSON.stringify({ summary: reader.summary(resultCount) }));
}

function isReadError(error: unknown): error is NodeJS.ErrnoException {
  const { syscall } = error as NodeJS.ErrnoException;
  return error instanceof Error && (syscall === 'open' || syscall === 'read');
}

/** Lines to samples; counts what is no sample and names the first such line. */
class RowReader {
  readonly #keyed: KeyedWindows;
  readonly #stderr: Writable;
  readonly #splitter = new LineSplitter();
  readonly #row = createRow();
  #lineNumber = 0;
  #rows = 0;
  #bad = 0;

  constructor(keyed: KeyedWindows, stderr: Writable) {
    this.#keyed = keyed;
    this.#stderr = stderr;
  }

  split(bytes: Uint8Array): string[] {
    return this.#splitter.push(bytes);
  }

  finish(): void {
    for (const line of this.#splitter.finish()) this.take(line);
    this.#rows += this.#splitter.tooLong;
    this.#bad += this.#splitter.tooLong;
    if (this.#bad > 1) this.#stderr.write(`streamviz: ${this.#bad} lines could not be read\n`);
  }

  take(line: string): void {
    const row = this.#row;
    this.#lineNumber += 1;
    readRow(line, row);
    if (row.kind === 'sample') {
      this.#rows += 1;
      this.#keyed.add(row.key, row.timeUs, row.value);
    } else if (row.kind === 'watermark') {
      this.#keyed.raiseWatermark(row.timeUs);
    } else if (row.kind === 'bad') {
      this.#rows += 1;
      this.#bad += 1;
      if (this.#bad === 1) this.#name(line, row.problem);
    }
  }

  summary(results: number) {
    const { late, dropped, missing, invalid, outOfOrder } = this.#keyed.counters();
    return {
      rows: this.#rows,
      late,
      dropped,
      missing,
      invalid: invalid + this.#bad,
      outOfOrder,
      keys: this.#keyed.keys,
      ...(this.#keyed.closedEarly > 0 && { closedEarly: this.#keyed.closedEarly }),
      results,
    };
  }

  #name(line: string, problem: string): void {
    const shown = line.length > 120 ? `${line.slice(0, 117)}...` : line;
    this.#stderr.write(
      `streamviz: line ${this.#lineNumber}: ${problem}: ${JSON.stringify(shown)}; counted as invalid\n`,
    );
  }
}
