import { type Table, tableFromIPC } from '@uwdata/flechette';
import { guardArrowStream } from './arrow-guard.ts';

const ALIGNMENT = 8;

/**
 * The table of an Arrow IPC stream, its columns views on `bytes` or on a copy: the one door to the library.
 *
 * 1. Lengths and offsets are checked before the library sees them, because it trusts them.
 * 2. The library wants buffers at multiples of 8 bytes: a stream that lies elsewhere is copied first.
 * 3. 64-bit integers are bigints. A table without rows has columns without batches.
 *
 * @throws StreamVizError `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_COMPRESSED`, `ARROW_ENDIANNESS`
 * @throws Error what the library throws at a type or dictionary it cannot read
 */
export function openArrowTable(bytes: Uint8Array): Table {
  const { rows, schemaBytes } = guardArrowStream(bytes);
  const stream = rows > 0 ? bytes : bytes.subarray(0, schemaBytes);
  return tableFromIPC(stream.byteOffset % ALIGNMENT === 0 ? stream : stream.slice(), { useBigInt: true });
}
