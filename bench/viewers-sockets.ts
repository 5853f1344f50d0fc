// A child of bench/viewers.ts: raw sockets that count the bytes of their WebSocket messages and note when each was complete.
import { connect, type Socket } from 'node:net';

/** What the parent says. */
export type SocketsTask =
  | { readonly do: 'open'; readonly port: number; readonly token: string; readonly count: number }
  /** Every binary message from now on counts; `sizes` are the bytes of the messages that will come, `stuck` sockets read nothing. */
  | { readonly do: 'note'; readonly least: number; readonly most: number; readonly stuck: number }
  | { readonly do: 'tell' };

export interface SocketsReport {
  /** Wall clock of the last byte of each message of each socket that reads, ms. */
  readonly receivedMs: readonly (readonly number[])[];
  /** Binary messages of another size: snapshots. */
  readonly others: number;
  readonly bytes: number;
}

const BINARY = 2;
const shared = Buffer.alloc(256 * 1024);
const SUBSCRIBE = JSON.stringify({
  ...{ v: [1, 0], kind: 'subscribe', id: '1', resume: {}, width: 2048, rangeUs: 1e6 },
});

let least = 0;
let most = Number.POSITIVE_INFINITY;
let others = 0;
let bytes = 0;
let greeted = 0;

/** A client's text message, masked with zeros. */
function textFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([0x81, 0x80 | body.length])
      : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, Buffer.alloc(4), body]);
}

class Reader {
  received: number[] = [];
  readonly socket: Socket;
  #open = false;
  #handshake = '';
  /** Bytes of the message's head that came, at most 10. */
  readonly #head = Buffer.alloc(10);
  #headLength = 0;
  #left = 0;
  #size = 0;
  #opcode = 0;

  constructor(port: number, token: string) {
    this.socket = connect({
      ...{ port, host: '127.0.0.1' },
      onread: { buffer: shared, callback: (length) => this.#read(length) },
    });
    this.socket.on('error', (error) => console.error(`  socket: ${error.message}`));
    const key = Buffer.from('streamviz-bench!').toString('base64');
    this.socket.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
  }

  #read(length: number): boolean {
    let at = this.#open ? 0 : this.#opened(length);
    while (at < length) {
      if (this.#left === 0) {
        at = this.#readHead(at, length);
        continue;
      }
      const taken = Math.min(this.#left, length - at);
      this.#left -= taken;
      at += taken;
      if (this.#left === 0) this.#complete();
    }
    return true;
  }

  /** Where the first message begins. */
  #opened(length: number): number {
    const before = this.#handshake.length;
    this.#handshake += shared.toString('latin1', 0, length);
    const end = this.#handshake.indexOf('\r\n\r\n');
    if (end < 0) return length;
    if (!this.#handshake.startsWith('HTTP/1.1 101')) console.error(`  refused: ${this.#handshake.slice(0, 80)}`);
    this.#open = true;
    this.socket.write(textFrame(SUBSCRIBE));
    return end + 4 - before;
  }

  #readHead(from: number, length: number): number {
    let at = from;
    const head = this.#head;
    while (at < length) {
      head[this.#headLength++] = shared[at++]!;
      if (this.#headLength < 2) continue;
      const short = head[1]! & 127;
      const wanted = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#headLength < wanted) continue;
      this.#size = short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
      this.#opcode = head[0]! & 15;
      this.#headLength = 0;
      this.#left = this.#size;
      if (this.#size === 0) this.#complete();
      return at;
    }
    return at;
  }

  #complete(): void {
    if (this.#opcode === BINARY) {
      bytes += this.#size;
      if (this.#size >= least && this.#size <= most) this.received.push(performance.timeOrigin + performance.now());
      else others += 1;
    } else if (this.#opcode === 9) {
      this.socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
    } else if (greeted < readers.length && this.#opcode === 1 && !this.#greeted) {
      this.#greeted = true;
      greeted += 1;
      if (greeted === readers.length) process.send?.('open');
    }
  }

  #greeted = false;
}

let readers: Reader[] = [];

process.on('message', (task: SocketsTask) => {
  if (task.do === 'open') {
    readers = Array.from({ length: task.count }, () => new Reader(task.port, task.token));
    return;
  }
  if (task.do === 'note') {
    ({ least, most } = task);
    others = 0;
    bytes = 0;
    for (const [i, reader] of readers.entries()) {
      reader.received = [];
      if (i < task.stuck) reader.socket.pause();
      else reader.socket.resume();
    }
    process.send?.('noting');
    return;
  }
  const reading = readers.filter(({ socket }) => !socket.isPaused());
  process.send?.({ receivedMs: reading.map(({ received }) => received), others, bytes } satisfies SocketsReport);
});
