// A link between a viewer and a server on another machine: so many bits a second down, some time each way.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Bytes that leave at a time: a link hands on packets, not megabytes. */
const PIECE = 8 * 1024;

export interface LinkOptions {
  /** Of the server. */
  readonly port: number;
  /** Down; Infinity: as fast as it comes. */
  readonly bitsPerSecond: number;
  /** Either way. */
  readonly latencyMs: number;
  /** Whether the server is told, as a proxy does, that somebody far asks. */
  readonly isFar: boolean;
}

export interface Link {
  readonly port: number;
  /** Bytes that have gone down. */
  bytes: number;
  close(): void;
}

/** Hands on bytes in order, none before it has come through the link; null is their end. */
function lane(to: Socket, bytesPerMs: number, latencyMs: number, onPassed: (bytes: number) => void) {
  let freeMs = 0;
  return (bytes: Buffer | null): void => {
    if (bytes === null) {
      setTimeout(() => to.end(), Math.max(0, freeMs - performance.now()) + latencyMs + 1);
      return;
    }
    for (let from = 0; from < bytes.length; from += PIECE) {
      const piece = bytes.subarray(from, from + PIECE);
      const now = performance.now();
      freeMs = Math.max(freeMs, now) + piece.length / bytesPerMs;
      const pass = (): void => {
        onPassed(piece.length);
        if (!to.destroyed) to.write(piece);
      };
      const waitMs = freeMs - now + latencyMs;
      if (waitMs <= 0) pass();
      else setTimeout(pass, waitMs);
    }
  };
}

export async function openLink({ port, bitsPerSecond, latencyMs, isFar }: LinkOptions): Promise<Link> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [client, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    const up = lane(far, Number.POSITIVE_INFINITY, latencyMs, () => undefined);
    const down = lane(client, bitsPerSecond / 8000, latencyMs, (bytes) => {
      link.bytes += bytes;
    });
    client.on('data', (bytes: Buffer) => {
      const end = bytes.indexOf('\r\n') + 2;
      const isHead = isFar && bytes.subarray(0, 4).toString() === 'GET ';
      up(isHead ? Buffer.concat([bytes.subarray(0, end), FORWARDED, bytes.subarray(end)]) : bytes);
    });
    far.on('data', down);
    client.on('close', () => far.destroy());
    far.on('close', () => down(null));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const link: Link = {
    port: (server.address() as AddressInfo).port,
    bytes: 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return link;
}

const FORWARDED = Buffer.from('X-Forwarded-For: 10.1.2.3\r\n');
