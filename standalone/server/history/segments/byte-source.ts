import { segmentInvalid } from './segment-invalid.ts';

/** Reads what a {@link ByteSink} wrote. Every read past the end is `SEGMENT_INVALID`. */
export class ByteSource {
  at = 0;
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  /** Where the next `count` bytes begin, which are read with that. @throws StreamVizError `SEGMENT_INVALID` */
  take(count: number): number {
    const from = this.at;
    if (count > this.bytes.length - from) {
      throw segmentInvalid('bytes', `${count} more at ${from}`, `${this.bytes.length - from}`);
    }
    this.at = from + count;
    return from;
  }

  /** @throws StreamVizError `SEGMENT_INVALID` where bytes are left. */
  end(): void {
    if (this.at !== this.bytes.length) {
      throw segmentInvalid('bytes', 'none after the last column', `${this.bytes.length - this.at}`);
    }
  }
}
