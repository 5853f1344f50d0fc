import type { Writable } from 'node:stream';

const BLOCK_CHARS = 64 * 1024;

/**
 * Writes lines to a stream in blocks, waiting where the reader is slow.
 *
 * 1. At most a block and what the stream itself holds are in memory.
 * 2. Once the reader has gone (EPIPE) everything is dropped and {@link LineWriter.closed} says so; that is no error.
 */
export class LineWriter {
  /** The reader has gone: nothing more will be read. */
  closed = false;
  readonly #stream: Writable;
  #block = '';
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    const wake = () => this.#wake?.();
    stream.on('drain', wake);
    stream.on('close', () => {
      this.closed = true;
      wake();
    });
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.closed = true;
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') this.#error = error;
      wake();
    });
  }

  line(text: string): void {
    this.#block += `${text}\n`;
  }

  /** A block is full: `flush` before writing much more. */
  get full(): boolean {
    return this.#block.length >= BLOCK_CHARS;
  }

  /** Hands the block on; resolves once the stream takes more. Rejects with what the stream failed with, but for EPIPE. */
  async flush(): Promise<void> {
    const block = this.#block;
    this.#block = '';
    if (block !== '' && !this.closed && !this.#stream.write(block)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.closed) resolve();
      });
      this.#wake = null;
    }
    if (this.#error !== null) throw this.#error;
  }

  /** {@link LineWriter.flush}, and waits until the stream has handed everything on. */
  async finish(): Promise<void> {
    await this.flush();
    if (!this.closed) await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    if (this.#error !== null) throw this.#error;
  }
}
