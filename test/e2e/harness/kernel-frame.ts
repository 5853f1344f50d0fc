/**
 * Reads Jupyter's websocket frames (subprotocol `v1.kernel.websocket.jupyter.org`): `u64 LE count of offsets | offsets | channel, header, parent
 * header, metadata, content, buffers...`.
 */
export interface KernelFrame {
  readonly channel: string;
  readonly type: string;
  readonly content: unknown;
  readonly bufferBytes: number;
}

/** The frame's parts, or null where the bytes are not of this protocol. */
export function readKernelFrame(bytes: Buffer): KernelFrame | null {
  if (bytes.length < 8) return null;
  const count = Number(bytes.readBigUInt64LE(0));
  if (count < 6 || bytes.length < 8 * (count + 1)) return null;
  const offset = (i: number): number => Number(bytes.readBigUInt64LE(8 * (i + 1)));
  const part = (i: number): string => bytes.toString('utf8', offset(i), offset(i + 1));
  const header: unknown = JSON.parse(part(1));
  const type = isRecord(header) ? String(header.msg_type) : '';
  return { channel: part(0), type, content: JSON.parse(part(4)), bufferBytes: bytes.length - offset(5) };
}

/** The frame's parts: channel, header, parent header, metadata, content, buffers. Views on `bytes`. */
export function splitKernelFrame(bytes: Buffer): Buffer[] {
  const count = Number(bytes.readBigUInt64LE(0));
  const offset = (i: number): number => Number(bytes.readBigUInt64LE(8 * (i + 1)));
  return Array.from({ length: count - 1 }, (_, i) => bytes.subarray(offset(i), offset(i + 1)));
}

/** `joinKernelFrame(splitKernelFrame(b))` equals `b`. */
export function joinKernelFrame(parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8 * (parts.length + 2));
  head.writeBigUInt64LE(BigInt(parts.length + 1), 0);
  let at = head.length;
  for (const [i, part] of [...parts, Buffer.alloc(0)].entries()) {
    head.writeBigUInt64LE(BigInt(at), 8 * (i + 1));
    at += part.length;
  }
  return Buffer.concat([head, ...parts]);
}

/** One of our messages as bytes may be changed: its header and its parts. */
export interface Alterable {
  readonly header: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Buffer[];
}

/** The frame of one of our messages with `change`d header and buffers. */
export function alterStreamVizFrame(bytes: Buffer, change: (message: Alterable) => Alterable): Buffer {
  const parts = splitKernelFrame(bytes);
  const content = JSON.parse((parts[4] ?? Buffer.alloc(0)).toString('utf8')) as {
    readonly data: { readonly content: Record<string, unknown> };
  };
  const { header, buffers } = change({ header: content.data.content, buffers: parts.slice(5) });
  const altered = { ...content, data: { ...content.data, content: header } };
  return joinKernelFrame([...parts.slice(0, 4), Buffer.from(JSON.stringify(altered)), ...buffers]);
}

/** Number, epoch and producer's clock of a StreamViz message in a kernel frame, or null for any other frame. */
export function streamVizMessage(
  frame: KernelFrame | null,
): { seq: number; epoch: string; sentUs: number; slow: boolean; bytes: number } | null {
  if (frame?.channel !== 'iopub' || frame.type !== 'comm_msg' || !isRecord(frame.content)) return null;
  const data = frame.content.data;
  if (!isRecord(data) || data.method !== 'custom' || !isRecord(data.content)) return null;
  const { seq, epoch, sentUs, slow } = data.content;
  if (typeof seq !== 'number' || typeof sentUs !== 'number' || !isRecord(epoch)) return null;
  return { seq, epoch: String(epoch.id), sentUs, slow: slow === true, bytes: frame.bufferBytes };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
